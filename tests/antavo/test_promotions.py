"""The promotion engine: tokens, promotions, and carts; the figures of the published examples."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import msgspec
import pytest

from stampcard import Emulator
from stampcard.client import ControlRefused, WorldClient, in_process

HOST = "promotion.st2.antavo.com"
SHOES = "Apparel & Accessories > Clothing > Shoes > Sneakers"
PRICING = {
    "id": "01JW4M2FS0CX9DQETDV142JB4M",
    "name": "Sneakers promotional price",
    "description": "Sneakers at €70 during promotion.",
    "type": "promotionalPricing",
    "stackingConfiguration": {"stackingType": "stackable"},
    "restriction": {"promotionalPricing": {"productIds": [], "categoryIds": [SHOES]}},
    "discount": {"promotionalPricing": {"unitPriceBeforeTax": "70.00"}},
}
DUO = {
    "id": "01JW760RMASG1P1MPYKRV8W3W4",
    "name": "Sneaker Duo Discount",
    "type": "buyXForTotalAmount",
    "priority": 0,
    "stackingConfiguration": {"stackingType": "stackable"},
    "restriction": {"buyXForTotalAmount": {"quantity": 2, "item": SHOES, "itemType": "category"}},
    "discount": {"buyXForTotalAmount": {"groupPriceBeforeTax": 350, "itemSelectionStrategy": "cheapest"}},
}
SAMPLE = {
    "id": "01JW4KR347PV2MA9943TD38YQS",
    "name": "Free perfume sample",
    "type": "freeSample",
    "restriction": {"freeSample": {"products": [], "categories": []}},
    "discount": {"freeSample": {"productId": "87654", "quantity": 1, "value": "10.00"}},
}
SNEAKER = {"productId": "8675645322", "productCategoryId": SHOES, "unitPriceBeforeTax": 200, "tax": 40}


def jwt(secret: str = "s3cret", algorithm: str = "HS256", **claims: Any) -> str:
    parts = [{"alg": algorithm, "typ": "JWT"}, claims]
    text = ".".join(_base64(msgspec.json.encode(part)) for part in parts)
    return f"{text}.{_base64(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())}"


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


async def set_up(world: WorldClient, *promotions: dict[str, Any], **settings: Any) -> None:
    section = {"promotion": {"jwt_secret": "s3cret", **settings}, "promotions": list(promotions)}
    await world.setup({"antavo": section})


async def ask(world: WorldClient, method: str, path: str, body: Any = None, token: str | None = "") -> httpx.Response:
    headers = {"Host": HOST} if token is None else {"Host": HOST, "Authorization": f"Bearer {token or jwt()}"}
    return await world.antavo.request(method, path, headers=headers, **({"json": body} if body is not None else {}))


def cart(*items: dict[str, Any], **change: Any) -> dict[str, Any]:
    known = {"cartId": "66512", "storeId": "5077595177C60923", "storeGroupId": "Austria", "currency": "EUR"}
    return {**known, "rounding": "mathematical", "precision": 2, "cart": {"cartItems": list(items)}, **change}


async def priced(world: WorldClient, body: dict[str, Any], path: str = "/v1/cart") -> list[dict[str, Any]]:
    response = await ask(world, "POST", path, body)
    assert response.status_code == 200, response.text
    discounts: list[dict[str, Any]] = response.json()["payload"]["discounts"]
    return discounts


# The published examples


async def test_an_item_discount_as_published(world: WorldClient) -> None:
    await set_up(world, PRICING)

    response = await ask(world, "POST", "/v1/cart", cart({**SNEAKER, "quantity": 1}, promoCode="PROMO10"))

    payload = response.json()["payload"]
    shown = {"productId": "8675645322", "productCategoryId": SHOES, "quantity": "1.000"}
    assert payload["cartItems"] == [{**shown, "unitPriceBeforeTax": "200.00", "tax": "40.00"}]
    assert payload["discounts"] == [
        {
            "promotionId": "01JW4M2FS0CX9DQETDV142JB4M",
            "promotionMetaData": {name: PRICING[name] for name in ("name", "description", "type")},
            "discountType": "itemDiscount",
            "discountedItems": [{**shown, "unitPriceBeforeTax": "70.00", "tax": "14.00"}],
            "totalPriceBeforeTaxDiscount": "130.00",
            "taxDiscount": "26.00",
        }
    ]


async def test_an_item_addition_as_published(world: WorldClient) -> None:
    await set_up(world, SAMPLE)

    (found,) = await priced(world, cart({**SNEAKER, "quantity": 1}))

    added = {"productId": "87654", "productCategoryId": "", "quantity": "1", "unitPriceBeforeTax": "0", "tax": "0"}
    assert (found["discountType"], found["addedItems"], found["value"]) == ("itemAddition", [added], "10.00")


async def test_two_discounts_beside_each_other_as_published(world: WorldClient) -> None:
    """Both are counted on the cart's own prices: 2 x 200 for 350, and 2 x (200 - 70)."""
    await set_up(world, PRICING, DUO)

    group, items = await priced(world, cart({**SNEAKER, "quantity": 2}))

    whole = {"productId": "8675645322", "productCategoryId": SHOES, "quantity": "2.000"}
    assert group["itemGroup"] == [{**whole, "unitPriceBeforeTax": "200.00", "tax": "40.00"}]
    assert (group["totalPriceBeforeTaxDiscount"], group["taxDiscount"]) == ("50.00", "10.00")
    assert (items["totalPriceBeforeTaxDiscount"], items["taxDiscount"]) == ("260.00", "52.00")


# Every type


def promotion(kind: str, rule: dict[str, Any], discount: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = {"id": kind, "name": kind, "type": kind, "restriction": {kind: rule}, "discount": {kind: discount}}
    return {**found, **more}


CART = [
    {"productId": "coat", "productCategoryId": "coats", "quantity": 2, "unitPriceBeforeTax": 100, "tax": 20},
    {"productId": "scarf", "productCategoryId": "scarfs", "quantity": 3, "unitPriceBeforeTax": 10, "tax": 2},
]
TWO_COATS = {"quantity": 2, "item": "coats", "itemType": "category"}
A_QUARTER_OFF = {"categoryId": "scarfs", "type": "percentage", "amount": 25}
COATS, SET = (
    {"categoryIds": ["coats"]},
    {"categories": [{"categoryId": "coats", "quantity": 1}, {"categoryId": "scarfs", "quantity": 1}]},
)


@pytest.mark.parametrize(
    ("kind", "rule", "discount", "off", "tax"),
    [
        ("priceReduction", COATS, {"type": "fixed", "amount": 5}, "10.00", "2.00"),
        ("priceReduction", {"productIds": ["scarf"]}, {"type": "percentage", "amount": 50}, "15.00", "3.00"),
        ("priceReduction", COATS, {"type": "unitPriceBeforeTax", "amount": 60}, "80.00", "16.00"),
        ("promotionalPricing", COATS, {"unitPriceBeforeTax": 80}, "40.00", "8.00"),
        ("buyXForTotalAmount", TWO_COATS, {"groupPriceBeforeTax": 150}, "50.00", "10.00"),
        ("buyXGetOneFree", {"quantity": 2, "item": "scarf", "itemType": "product"}, {"quantity": 1}, "10.00", "2.00"),
        ("buyXGetYFree", {"quantity": 1, "item": "scarf", "itemType": "product"}, {"quantity": 2}, "20.00", "4.00"),
        ("bundle", {"productIds": ["coat", "scarf"]}, {"type": "groupPriceBeforeTax", "amount": 99}, "11.00", "2.20"),
        ("productSet", SET, {"type": "percentage", "amount": 12}, "13.20", "2.64"),
        ("crossSelling", COATS, {"categories": [A_QUARTER_OFF]}, "2.50", "0.50"),
    ],
)
async def test_what_each_type_takes_off(
    world: WorldClient, kind: str, rule: dict[str, Any], discount: dict[str, Any], off: str, tax: str
) -> None:
    await set_up(world, promotion(kind, rule, discount))

    (found,) = await priced(world, cart(*CART))

    assert (found["totalPriceBeforeTaxDiscount"], found["taxDiscount"]) == (off, tax)


async def test_a_promo_code_is_needed_and_leaves_out_what_it_excludes(world: WorldClient) -> None:
    code = {"promoCode": "SPRING15", "excludedProducts": ["coat"]}
    await set_up(world, promotion("promoCode", code, {"type": "percentage", "amount": 15}))

    assert await priced(world, cart(*CART)) == []
    (found,) = await priced(world, cart(*CART, promoCode="SPRING15"))
    assert [item["productId"] for item in found["discountedItems"]] == ["scarf"]
    assert found["totalPriceBeforeTaxDiscount"] == "4.50"


async def test_bonus_products_apply_as_often_as_they_may(world: WorldClient) -> None:
    rule = {"products": [{"productId": "scarf", "quantity": 1}], "categories": [], "itemMatchingRule": "any"}
    bonus = promotion(
        "bonusProducts",
        rule,
        {"products": [{"productId": "hat", "quantity": 2}], "value": 50},
        stackingConfiguration={"selfStackingConfiguration": {"isAllowed": True, "limit": 2}},
    )
    await set_up(world, bonus)

    found = await priced(world, cart(*CART))

    assert [(one["value"], one["addedItems"][0]["quantity"]) for one in found] == [("50.00", "2")] * 2


# Which promotions apply


@pytest.mark.parametrize(
    ("change", "applies"),
    [
        ({"status": "draft"}, False),
        ({"currency": "USD"}, False),
        ({"restriction": {"storeRestriction": {"stores": ["other"]}}}, False),
        ({"restriction": {"storeRestriction": {"stores": ["other"], "storeGroups": ["Austria"]}}}, True),
        ({"restriction": {"minTotalBeforeTax": "200.01"}}, False),
        ({"restriction": {"minTotalBeforeTax": 200, "maxTotalBeforeTax": 200}}, True),
        ({"restriction": {"maxTotalBeforeTax": 199}}, False),
        ({"restriction": {"timeRestriction": {"start": "2026-01-15 10:00", "end": ""}}}, True),
        ({"restriction": {"timeRestriction": {"start": "2026-01-15 10:01", "end": ""}}}, False),
        ({"restriction": {"timeRestriction": {"start": "", "end": "2026-01-15 10:00"}}}, False),
    ],
)
async def test_restrictions(world: WorldClient, change: dict[str, Any], applies: bool) -> None:
    """The world's clock stands at 09:00 UTC, which is 10:00 in Budapest."""
    limits = {**PRICING["restriction"], **change.get("restriction", {})}  # type: ignore[dict-item]
    await set_up(world, {**PRICING, **change, "restriction": limits}, timezone="Europe/Budapest")

    assert bool(await priced(world, cart({**SNEAKER, "quantity": 1}))) is applies


async def test_an_exclusive_promotion_stands_alone_when_it_takes_off_more(world: WorldClient) -> None:
    half = promotion("priceReduction", {"categoryIds": [SHOES]}, {"type": "percentage", "amount": 90})
    await set_up(world, PRICING, half)

    assert [one["promotionId"] for one in await priced(world, cart({**SNEAKER, "quantity": 1}))] == ["priceReduction"]


async def test_selective_stacking_leaves_out_what_it_names(world: WorldClient) -> None:
    selective = {"stackingType": "selectiveStackable", "excludedPromotionIds": [PRICING["id"]]}
    await set_up(world, PRICING, {**DUO, "stackingConfiguration": selective})

    assert [one["promotionId"] for one in await priced(world, cart({**SNEAKER, "quantity": 2}))] == [PRICING["id"]]


# Limits


async def test_a_limit_is_held_by_a_cart_and_used_by_its_end(world: WorldClient) -> None:
    once = {**PRICING, "restriction": {**PRICING["restriction"], "applicationsCountLimit": 1}}  # type: ignore[dict-item]
    await set_up(world, once, locking_minutes=10)
    item = {**SNEAKER, "quantity": 1}

    assert len(await priced(world, cart(item, cartId="a"))) == 1
    assert len(await priced(world, cart(item, cartId="a"))) == 1
    assert await priced(world, cart(item, cartId="b")) == []
    await world.advance("10m")
    assert len(await priced(world, cart(item, cartId="b"), "/v1/cart/finalize")) == 1
    assert await priced(world, cart(item, cartId="a"), "/v1/cart/finalize") == []


async def test_a_finalized_cart_is_not_submitted_again(world: WorldClient) -> None:
    await set_up(world, PRICING)
    await priced(world, cart({**SNEAKER, "quantity": 1}), "/v1/cart/finalize")

    for path in ("/v1/cart", "/v1/cart/finalize"):
        response = await ask(world, "POST", path, cart({**SNEAKER, "quantity": 1}))
        assert (response.status_code, response.json()["error"]["code"]) == (400, 577)


@pytest.mark.parametrize(("rounding", "off"), [("mathematical", "0.335"), ("floor", "0.334"), ("ceiling", "0.335")])
async def test_rounding_and_precision(world: WorldClient, rounding: str, off: str) -> None:
    await set_up(world, promotion("priceReduction", COATS, {"type": "percentage", "amount": 33.45}))
    item = {"productId": "x", "productCategoryId": "coats", "quantity": 1, "unitPriceBeforeTax": 1, "tax": 0}

    (found,) = await priced(world, cart(item, rounding=rounding, precision=3))

    assert found["totalPriceBeforeTaxDiscount"] == off


# Promotions and tokens


async def test_promotions_are_read_as_published_and_change_status(world: WorldClient) -> None:
    await set_up(world, PRICING)

    (listed,) = (await ask(world, "GET", "/v1/promotions")).json()["payload"]
    path = f"/v1/promotion/{PRICING['id']}"
    changed = await ask(world, "POST", f"{path}/status", {"status": "archived"})
    one = (await ask(world, "GET", path)).json()["payload"]
    back = await ask(world, "POST", f"{path}/status", {"status": "active"})

    assert (listed["workspaceId"], listed["status"], listed["restriction"]["minTotalBeforeTax"]) == (
        "500",
        "active",
        "",
    )
    assert listed["discount"] == {"promotionalPricing": {"unitPriceBeforeTax": "70.00"}}
    assert changed.json() == {"status": "success", "metadata": [], "payload": []}
    assert one["status"] == "archived"
    message = "Promotion status cannot change from archived to active"
    assert (back.status_code, back.json()) == (500, {"type": "MUpdateException", "message": message, "code": 578})


async def test_the_published_address_has_a_prefix(world: WorldClient) -> None:
    await set_up(world, PRICING)
    headers = {"Host": HOST, "Authorization": f"Bearer {jwt()}"}

    response = await world.antavo.get("/api/v1/promotions", headers=headers)

    assert len(response.json()["payload"]) == 1


@pytest.mark.parametrize(
    ("token", "code", "message"),
    [
        (None, 673, "JWT Token is required"),
        ("nonsense", 676, "Token validation failed."),
        (jwt("other"), 676, "Token validation failed."),
        (jwt(algorithm="none"), 676, "Token validation failed."),
        (jwt(exp=1), 674, "Token has expired."),
        (jwt(workspaceId="7"), 677, "Access denied."),
    ],
)
async def test_tokens_that_open_nothing(world: WorldClient, token: str | None, code: int, message: str) -> None:
    """Flat on the routes of promotions, in the envelope of the newer APIs on those of carts."""
    await set_up(world, PRICING)
    detail = {"type": "AuthorizationException", "message": message, "code": code}

    flat = await ask(world, "GET", "/v1/promotions", token=token)
    wrapped = await ask(world, "POST", "/v1/cart", cart(), token=token)

    assert (flat.status_code, flat.json()) == (403, detail)
    assert (wrapped.status_code, wrapped.json()) == (403, {"status": "error", "error": detail})


async def test_a_secret_names_one_world(world: WorldClient, stampcard_emulator: Emulator) -> None:
    await set_up(world, PRICING)
    other = in_process(stampcard_emulator, stampcard_emulator.add_world("second"))

    try:
        with pytest.raises(ControlRefused, match="another workspace has this secret"):
            await set_up(other)
    finally:
        await other.delete()


async def test_what_is_not_emulated_is_not_set_up(world: WorldClient) -> None:
    recurring = {"timeRestriction": {"recurringSchedule": "FREQ=DAILY"}}
    with pytest.raises(ControlRefused, match="is not emulated"):
        await set_up(world, {**PRICING, "restriction": {**PRICING["restriction"], **recurring}})  # type: ignore[dict-item]
    with pytest.raises(ControlRefused, match="needs it"):
        await set_up(world, {**PRICING, "discount": {"promotionalPricing": {}}})


async def test_a_reset_world_knows_its_secret_and_forgets_its_carts(world: WorldClient) -> None:
    await set_up(world, PRICING)
    await priced(world, cart({**SNEAKER, "quantity": 1}), "/v1/cart/finalize")

    await world.reset()

    assert len(await priced(world, cart({**SNEAKER, "quantity": 1}), "/v1/cart/finalize")) == 1
