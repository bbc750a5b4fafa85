"""Validation rules: what they look at, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send
from tests.voucherify.redemptions.test_validations import basket, coupon

ORDER = {
    "amount": 0,
    "metadata": {"shop": "Oslo"},
    "items": [{"product_id": "mug", "price": 1000, "quantity": 2}, {"product_id": "cup", "price": 300, "quantity": 1}],
}
DATES = {"before": "2026-01-12", "soon": "2026-01-18T10:00:00Z", "today": "2026-01-15T08:30:00Z"}
ANN = {"source_id": "ann", "metadata": {"tier": "gold", "age": 30, "tags": ["a", "b"], **DATES}}
CUP = [{"id": "cup", "object": "product"}]
BOTH = [*CUP, {"id": "mug", "object": "product"}]


def inner(name: str, **conditions: Any) -> dict[str, Any]:
    """A rule within another: `{"1": {...}, "logic": "1"}`."""
    return {"1": {"name": name, "conditions": {f"${key}": value for key, value in conditions.items()}}, "logic": "1"}


CASES = [
    ("customer.metadata", "tier", {"$is": ["gold"]}, True),
    ("customer.metadata", "tier", {"$is": "gold"}, True),
    ("customer.metadata", "tier", {"$is_not": ["gold"]}, False),
    ("customer.metadata", "age", {"$more_than_or_equal": [30]}, True),
    ("customer.metadata", "age", {"$less_than": [30]}, False),
    ("customer.metadata", "tags", {"$contains": ["b"]}, True),
    ("customer.metadata", "missing", {"$is": ["x"]}, False),
    ("order.amount", None, {"$more_than": [2299]}, True),
    ("order.amount", None, {"$more_than": [2300]}, False),
    ("order.total_amount", None, {"$less_than_or_equal": [1300]}, True),
    ("order.metadata", "shop", {"$starts_with": ["Os"]}, True),
    ("order.items.count", None, {"$is": [3]}, True),
    ("order.items.price_any", None, {"$less_than": [500]}, True),
    ("order.items.price_each", None, {"$less_than": [500]}, False),
    ("product.id", None, {"$is": ["mug"]}, True),
    ("product.id", None, {"$is_not": ["mug"]}, False),
    ("order.items.any", None, {"$is": [{"id": "cup", "object": "product"}]}, True),
    ("order.items.none", None, {"$is": [{"id": "cup", "object": "product"}]}, False),
    ("order.items.every", None, {"$is": [{"id": "mug", "object": "product"}]}, False),
    ("customer.metadata", "tags", {"$count": [2]}, True),
    ("customer.metadata", "tags", {"$count_more": [2]}, False),
    ("customer.metadata", "tags", {"$count_less": [3]}, True),
    ("customer.metadata", "before", {"$is_days_ago": [3]}, True),
    ("customer.metadata", "before", {"$more_than_ago": [3]}, False),
    ("customer.metadata", "before", {"$less_than_ago": [4]}, True),
    ("customer.metadata", "soon", {"$less_than_ago": [4]}, False),
    ("customer.metadata", "soon", {"$is_days_in_future": [3]}, True),
    ("customer.metadata", "soon", {"$more_than_future": [2]}, True),
    ("customer.metadata", "soon", {"$less_than_future": [3]}, False),
    ("customer.metadata", "before", {"$less_than_future": [30]}, False),
    ("customer.metadata", "soon", {"$after": ["2026-01-18"]}, True),
    ("customer.metadata", "soon", {"$before": ["2026-01-18"]}, False),
    ("customer.metadata", "soon", {"$more_than": ["2026-01-18"]}, True),
    ("customer.metadata", "today", {"$dow": [4]}, True),
    ("customer.metadata", "today", {"$dow": [0, 5]}, False),
    ("customer.metadata", "today", {"$timeframe_daily_hours": ["08:00;09:00;4"]}, True),
    ("customer.metadata", "today", {"$timeframe_daily_hours": ["08:00;09:00;2,3"]}, False),
    ("customer.metadata", "today", {"$timeframe_absolute": ["2026-01-01T00:00:00Z;2026-02-01T00:00:00Z"]}, True),
    ("customer.metadata", "today", {"$timeframe_absolute": ["2025-01-01T00:00:00Z;2026-01-15T08:00:00Z"]}, False),
    ("customer.metadata", "today", {"$timeframe": ["2026-01-01T08:00:00Z;P1D;PT1H"]}, True),
    ("customer.metadata", "today", {"$timeframe": ["2026-01-01T09:00:00Z;P1D;PT1H"]}, False),
    ("product.price", None, {"$more_than": [900]}, True),
    ("product.quantity", None, {"$more_than": [2]}, False),
    ("redemption.user.login", None, {"$is": ["ann@example.com"]}, False),
    ("redemption.metadata", "till", {"$is": [7]}, True),
    ("redemption.count.daily", None, {"$less_than_or_equal": [1]}, True),
]


@pytest.mark.parametrize(("name", "key", "conditions", "holds"), CASES)
async def test_a_rule_holds_or_does_not(
    world: WorldClient, name: str, key: str | None, conditions: dict[str, Any], holds: bool
) -> None:
    definition = {"name": name, "conditions": conditions, **({"property": key} if key else {})}
    body = {"name": "r", "rules": {"1": definition, "logic": "1"}}
    rule = (await made(world, "POST", "/v1/validation-rules", body))["id"]
    await coupon(world, "A", validation_rules=[rule])

    answer = await made(world, "POST", "/v1/validations", basket("A", order=ORDER, customer=ANN, metadata={"till": 7}))

    assert answer["valid"] is holds, answer


@pytest.mark.parametrize(
    ("name", "conditions", "within", "holds"),
    [
        ("order.items.any", {"$is": CUP}, inner("order.items.price", less_than=[400]), True),
        ("order.items.any", {"$is": CUP}, inner("order.items.quantity", more_than=[1]), False),
        ("order.items.any", {"$is": BOTH}, inner("order.items.aggregated_quantity", more_than=[2]), True),
        ("order.items.any", {"$is": BOTH}, inner("order.items.aggregated_amount", more_than=[2300]), False),
        ("order.items.any", {"$is": BOTH, "$is_not": CUP}, inner("order.items.price", less_than=[400]), False),
        ("order.items.cheapest", {"$is": BOTH}, inner("order.items.price", less_than=[400]), True),
        ("order.items.most_expensive", {"$is": BOTH}, inner("order.items.price", less_than=[400]), False),
        ("order.items.most_expensive", {"$is": [{"id": "hat"}]}, {}, False),
        ("product.id", {"$is": ["mug"]}, inner("product.quantity", more_than=[1]), True),
        ("product.id", {"$is": ["mug"]}, inner("product.price", more_than=[1000]), False),
    ],
)
async def test_rules_within_look_at_the_lines_that_match(
    world: WorldClient, name: str, conditions: dict[str, Any], within: dict[str, Any], holds: bool
) -> None:
    body = {"name": "r", "rules": {"1": {"name": name, "conditions": conditions, "rules": within}, "logic": "1"}}
    rule = (await made(world, "POST", "/v1/validation-rules", body))["id"]
    await coupon(world, "A", validation_rules=[rule])

    answer = await made(world, "POST", "/v1/validations", basket("A", order=ORDER))

    assert answer["valid"] is holds, answer


@pytest.mark.parametrize(("logic", "holds"), [("1 and 2", False), ("1 OR 2", True), ("2 or (1 and 3)", True)])
async def test_the_logic_joins_the_rules(world: WorldClient, logic: str, holds: bool) -> None:
    def amount(operator: str, value: int) -> dict[str, Any]:
        return {"name": "order.amount", "conditions": {operator: [value]}}

    rules = {"1": amount("$more_than", 1), "2": amount("$less_than", 1), "3": amount("$is", 2300), "logic": logic}
    rule = (await made(world, "POST", "/v1/validation-rules", {"name": "r", "rules": rules}))["id"]
    await coupon(world, "A", validation_rules=[rule])

    assert (await made(world, "POST", "/v1/validations", basket("A", order=ORDER)))["valid"] is holds


BROKEN = [
    {"1": {"name": "customer.metadata", "conditions": {"$is": [1]}}},
    {"1": {"name": "moon.phase", "conditions": {}}},
    {"1": {"name": "order.amount", "conditions": {"$is": [1]}}, "logic": "1 and 2"},
    {"1": {"name": "order.amount", "conditions": {"$is": [1]}}, "logic": "(1"},
    {"1": {"conditions": {}}},
    {"1": None, "2": 3},
]


@pytest.mark.parametrize("rules", BROKEN)
async def test_a_broken_rule_is_refused(world: WorldClient, rules: dict[str, Any]) -> None:
    response = await send(world, "POST", "/v1/validation-rules", {"name": "r", "rules": rules})

    assert (response.status_code, response.json()["key"]) == (400, "invalid_validation_rules")


async def test_a_rule_we_cannot_judge_is_refused_as_ours(world: WorldClient) -> None:
    unknown = {"1": {"name": "product.metadata.match_all", "conditions": {"$is": []}}}
    operator = {"1": {"name": "order.amount", "conditions": {"$not_differ": [1]}}}
    within = {"1": {"name": "product.id", "conditions": {"$is": ["a"]}, "rules": {"1": {"name": "order.amount"}}}}

    for rules, word in ((unknown, "match_all"), (operator, "$not_differ"), (within, "order.amount within")):
        response = await send(world, "POST", "/v1/validation-rules", {"name": "r", "rules": rules})
        assert response.status_code == 501 and word in response.json()["message"]


async def test_assignments_name_the_voucher_by_id(world: WorldClient) -> None:
    rule = (await made(world, "POST", "/v1/validation-rules", {"name": "r"}))["id"]
    voucher = await made(world, "POST", "/v1/vouchers/A", {"discount": {"type": "AMOUNT", "amount_off": 1}})

    assignment = await made(world, "POST", f"/v1/validation-rules/{rule}/assignments", {"voucher": "A"})
    again = await send(world, "POST", f"/v1/validation-rules/{rule}/assignments", {"voucher": "A"})

    assert (assignment["rule_id"], assignment["related_object_id"]) == (rule, voucher["id"])
    assert (await made(world, "GET", "/v1/vouchers/A"))["validation_rules_assignments"]["total"] == 1
    assert (again.status_code, again.json()["key"]) == (409, "duplicate_found")
    await made(world, "DELETE", f"/v1/validation-rules/{rule}/assignments/{assignment['id']}")
    assert (await made(world, "GET", f"/v1/validation-rules/{rule}/assignments"))["total"] == 0


async def test_a_deleted_rule_takes_its_assignments(world: WorldClient) -> None:
    rule = (await made(world, "POST", "/v1/validation-rules", {"name": "r"}))["id"]
    await coupon(world, "A", validation_rules=[rule])

    await made(world, "DELETE", f"/v1/validation-rules/{rule}")

    assert (await made(world, "GET", "/v1/validation-rules-assignments"))["total"] == 0
    assert (await send(world, "GET", f"/v1/validation-rules/{rule}")).json()["resource_type"] == "validation_rules"
