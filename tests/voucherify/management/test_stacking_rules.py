"""Stacking rules by the management API, and the redemptions they change at once."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.management.test_projects import home


async def rules(world: WorldClient, **body: Any) -> dict[str, Any]:
    created: dict[str, Any] = await made(world, "POST", f"{await home(world)}/stacking-rules", body)
    return created


async def category(world: WorldClient, name: str, hierarchy: int) -> str:
    found = await made(world, "POST", "/v1/categories", {"name": name, "hierarchy": hierarchy})
    return str(found["id"])


async def coupon(world: WorldClient, code: str, category: str | None = None, **discount: Any) -> None:
    value = discount or {"type": "AMOUNT", "amount_off": 100}
    body = {"type": "DISCOUNT_VOUCHER", "discount": value, "category_id": category}
    await made(world, "POST", f"/v1/vouchers/{code}", body)


async def validated(world: WorldClient, *codes: str, **order: Any) -> dict[str, Any]:
    redeemables = [{"object": "voucher", "id": code} for code in codes]
    body = {"redeemables": redeemables, "order": order or {"amount": 1000}}
    answer: dict[str, Any] = await made(world, "POST", "/v1/validations", body)
    return answer


def skipped(answer: dict[str, Any]) -> dict[str, str]:
    return {item["id"]: item["result"]["details"]["key"] for item in answer.get("skipped_redeemables", ())}


async def test_default_rules_have_no_id_until_they_are_replaced(world: WorldClient) -> None:
    place = f"{await home(world)}/stacking-rules"

    default = await made(world, "GET", place)
    created = await made(world, "POST", place, {"applicable_redeemables_limit": 2})
    again = await send(world, "POST", place, {})
    changed = await made(world, "PUT", f"{place}/{created['id']}", {"redeemables_application_mode": "PARTIAL"})
    await made(world, "DELETE", f"{place}/{created['id']}")

    assert default["total"] == 1 and "id" not in default["data"][0]
    assert (again.status_code, again.json()["key"]) == (409, "stacking_rules_exist")
    assert (changed["applicable_redeemables_limit"], changed["redeemables_application_mode"]) == (2, "PARTIAL")
    assert (await made(world, "GET", place))["data"] == default["data"]


async def test_a_new_limit_counts_from_the_next_call_on(world: WorldClient) -> None:
    await coupon(world, "A")
    await coupon(world, "B")
    before = await validated(world, "A", "B")

    created = await rules(world, applicable_redeemables_limit=1)
    after = await validated(world, "A", "B")
    place = f"{await home(world)}/stacking-rules/{created['id']}"
    await made(world, "PUT", place, {"redeemables_limit": 1})
    body = {"redeemables": [{"object": "voucher", "id": code} for code in "AB"]}
    refused = await send(world, "POST", "/v1/validations", body)

    assert skipped(before) == {} and skipped(after) == {"B": "applicable_redeemables_limit_exceeded"}
    assert after["stacking_rules"]["applicable_redeemables_limit"] == 1
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_payload")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"redeemables_limit": 31}, 400),
        ({"redeemables_limit": 3, "applicable_redeemables_limit": 4}, 400),
        ({"exclusive_categories": ["cat_nobody"]}, 404),
    ],
)
async def test_rules_that_cannot_be_are_refused(world: WorldClient, body: dict[str, Any], status: int) -> None:
    response = await send(world, "POST", f"{await home(world)}/stacking-rules", body)

    assert response.status_code == status
    assert (await made(world, "GET", f"{await home(world)}/stacking-rules"))["data"][0].get("id") is None


async def test_percentages_of_the_initial_amount(world: WorldClient) -> None:
    """10 % twice of 1000: 100 and 90 on what is left, 100 and 100 on the initial amount."""
    for code in "AB":
        await coupon(world, code, type="PERCENT", percent_off=10)
    one_by_one = await validated(world, "A", "B")

    await rules(world, discount_calculation_mode="INITIAL_AMOUNT")
    initial = await validated(world, "A", "B")

    assert one_by_one["order"]["total_amount"] == 810
    assert initial["order"]["total_amount"] == 800


async def test_one_discount_a_product(world: WorldClient) -> None:
    for code in "AB":
        await coupon(world, code, type="AMOUNT", amount_off=100, effect="APPLY_TO_ITEMS")
    items = [{"product_id": "mug", "quantity": 1, "price": 1000}]
    stacked = await validated(world, "A", "B", items=items)

    await rules(world, redeemables_products_application_mode="ONCE")
    once = await validated(world, "A", "B", items=items)

    assert stacked["order"]["total_amount"] == 800
    assert once["order"]["total_amount"] == 900


async def test_exclusive_categories_keep_common_ones_out_and_joint_ones_in(world: WorldClient) -> None:
    exclusive, joint = await category(world, "Exclusive", 1), await category(world, "Joint", 2)
    await coupon(world, "E", exclusive)
    await coupon(world, "F", exclusive)
    await coupon(world, "J", joint)
    await coupon(world, "C")
    await rules(
        world,
        exclusive_categories=[exclusive],
        joint_categories=[joint],
        applicable_redeemables_per_category_limit=5,
        applicable_exclusive_redeemables_limit=2,
        applicable_exclusive_redeemables_per_category_limit=1,
    )

    answer = await validated(world, "E", "F", "J", "C")

    assert [item["id"] for item in answer["redeemables"]] == ["E", "J"]
    assert skipped(answer) == {
        "F": "applicable_exclusive_redeemables_per_category_limit_exceeded",
        "C": "exclusion_rules_not_met",
    }


async def test_joint_ones_are_applied_last_where_an_exclusive_one_is_among_them(world: WorldClient) -> None:
    """20 % of 1000 first, then the joint 100 off; the other way round it would be 180 of 900."""
    exclusive, joint = await category(world, "Exclusive", 2), await category(world, "Joint", 1)
    await coupon(world, "J", joint)
    await coupon(world, "E", exclusive, type="PERCENT", percent_off=20)
    before = await validated(world, "J", "E")
    await rules(world, exclusive_categories=[exclusive], joint_categories=[joint])

    after = await validated(world, "J", "E")

    assert [item["id"] for item in before["redeemables"]] == ["J", "E"] and before["order"]["total_amount"] == 720
    assert [item["id"] for item in after["redeemables"]] == ["E", "J"] and after["order"]["total_amount"] == 700


async def test_the_hierarchy_of_categories_sorts_equals_by_request(world: WorldClient) -> None:
    low, high = await category(world, "Low", 5), await category(world, "High", 1)
    for code, name in (("L", low), ("H1", high), ("H2", high), ("NONE", None)):
        await coupon(world, code, name)
    await rules(world, redeemables_sorting_rule="CATEGORY_HIERARCHY", applicable_redeemables_per_category_limit=5)

    answer = await validated(world, "NONE", "L", "H2", "H1")

    assert [item["id"] for item in answer["redeemables"]] == ["H2", "H1", "L", "NONE"]


async def test_a_category_in_use_stays_unless_it_is_taken_out_of_the_rules(world: WorldClient) -> None:
    joint = await category(world, "Joint", 1)
    await rules(world, joint_categories=[joint], applicable_redeemables_category_limits={joint: 2})

    refused = await send(world, "DELETE", f"/v1/categories/{joint}")
    await made(world, "DELETE", f"/v1/categories/{joint}?remove_from_stacking_rules=true")

    current = (await made(world, "GET", f"{await home(world)}/stacking-rules"))["data"][0]
    assert (refused.status_code, refused.json()["key"]) == (400, "resource_in_use")
    assert (current["joint_categories"], current["applicable_redeemables_category_limits"]) == ([], {})
