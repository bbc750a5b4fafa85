"""Carts of any content: what the promotion engine takes off is never more than there is, and never a fault."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stampcard.client import in_process
from stampcard.emulator import Emulator
from tests.antavo.test_promotions import HOST, jwt

EMULATOR = Emulator()
NAMES = st.sampled_from(["a", "b", "c"])
MONEY = st.decimals(0, 500, places=2).map(str)


def _form(kinds: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.sampled_from(kinds), "amount": st.integers(0, 100)})


SOME = st.fixed_dictionaries({"productIds": st.lists(NAMES, max_size=2), "categoryIds": st.lists(NAMES, max_size=1)})
ROWS = st.lists(st.fixed_dictionaries({"productId": NAMES, "quantity": st.integers(1, 3)}), max_size=2)
SET = st.fixed_dictionaries({"products": ROWS, "itemMatchingRule": st.sampled_from(["all", "any"])})
X_OF = st.fixed_dictionaries({"quantity": st.integers(1, 3), "item": NAMES, "itemType": st.just("product")})
PARTS: dict[str, tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]]] = {
    "priceReduction": (SOME, _form(("percentage", "fixed", "unitPriceBeforeTax"))),
    "promotionalPricing": (SOME, st.fixed_dictionaries({"unitPriceBeforeTax": MONEY})),
    "promoCode": (st.just({"promoCode": "CODE"}), _form(("percentage", "fixed"))),
    "buyXForTotalAmount": (X_OF, st.fixed_dictionaries({"groupPriceBeforeTax": MONEY})),
    "buyXGetOneFree": (X_OF, st.fixed_dictionaries({"quantity": st.integers(1, 2)})),
    "bundle": (SOME, _form(("percentage", "fixed", "groupPriceBeforeTax"))),
    "productSet": (SET, _form(("percentage", "fixed", "groupPriceBeforeTax"))),
    "freeSample": (SET, st.fixed_dictionaries({"productId": NAMES, "quantity": st.integers(1, 2), "value": MONEY})),
    "crossSelling": (
        SOME,
        st.fixed_dictionaries(
            {"products": st.lists(_form(("percentage", "fixed")).map(lambda f: {"productId": "a", **f}), max_size=2)}
        ),
    ),
}


@st.composite
def promotions(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(sorted(PARTS)), min_size=1, max_size=4))):
        rule, discount = (draw(part) for part in PARTS[kind])
        own = {"isAllowed": draw(st.booleans()), "limit": draw(st.integers(0, 3))}
        stacking = draw(st.sampled_from(["exclusive", "stackable", "selectiveStackable"]))
        found.append(
            {
                "id": f"p{number}",
                "name": kind,
                "type": kind,
                "restriction": {kind: rule, "applicationsCountLimit": draw(st.integers(0, 2))},
                "discount": {kind: discount},
                "stackingConfiguration": {"stackingType": stacking, "selfStackingConfiguration": own},
            }
        )
    return found


ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "productId": NAMES,
            "productCategoryId": NAMES,
            "quantity": st.sampled_from([0, 1, 2, 3, 7, 1.5]),
            "unitPriceBeforeTax": st.decimals(0, 300, places=2).map(float),
            "tax": st.decimals(0, 50, places=2).map(float),
        }
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=promotions(), items=ITEMS, rounding=st.sampled_from(["mathematical", "floor"]), code=st.booleans())
def test_no_discount_is_worth_more_than_the_cart(
    rows: list[dict[str, Any]], items: list[dict[str, Any]], rounding: str, code: bool
) -> None:
    asyncio.run(_check(rows, items, rounding, code))


async def _check(rows: list[dict[str, Any]], items: list[dict[str, Any]], rounding: str, code: bool) -> None:
    inside = EMULATOR.add_world(frozen=True)
    world = in_process(EMULATOR, inside)
    try:
        await world.setup({"antavo": {"promotion": {"jwt_secret": "s3cret"}, "promotions": rows}})
        body = {"cartId": "1", "storeId": "s", "storeGroupId": "g", "rounding": rounding, "precision": 2}
        body |= {"currency": "EUR", "cart": {"cartItems": items}, **({"promoCode": "CODE"} if code else {})}
        headers = {"Host": HOST, "Authorization": f"Bearer {jwt()}"}
        first = await world.antavo.post("/v1/cart", json=body, headers=headers)
        again = await world.antavo.post("/v1/cart", json=body, headers=headers)
        final = await world.antavo.post("/v1/cart/finalize", json=body, headers=headers)
    finally:
        await world.close()
        EMULATOR.remove_world(inside.name)
    assert not inside.faults_of_ours
    assert first.status_code == 200, first.text
    assert first.json() == again.json() == final.json(), "the same cart is worth the same"
    whole = sum(Decimal(str(item["unitPriceBeforeTax"])) * Decimal(str(item["quantity"])) for item in items)
    taken: dict[str, Decimal] = {}
    for one in first.json()["payload"]["discounts"]:
        off = Decimal(one.get("totalPriceBeforeTaxDiscount", "0"))
        assert off >= 0 and Decimal(one.get("taxDiscount", "0")) >= 0
        for item in one.get("discountedItems", ()):
            assert Decimal(item["unitPriceBeforeTax"]) >= 0
        taken[one["promotionId"]] = taken.get(one["promotionId"], Decimal()) + off
    assert all(off <= whole + 1 for off in taken.values())
    kinds = {row["id"]: row["stackingConfiguration"]["stackingType"] for row in rows}
    if any(kinds[name] == "exclusive" for name in taken):
        assert len(taken) == 1, "an exclusive promotion stands alone"
