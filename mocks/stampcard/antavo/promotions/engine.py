"""The promotion engine: promotions, and carts they are applied to. Money and quantities are texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.antavo.promotions.arithmetic import applications
from stampcard.antavo.promotions.records import CartState, Discount, Item, Promotion
from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError, Violation

_ROUNDINGS = {"mathematical": ROUND_HALF_UP, "floor": ROUND_FLOOR, "ceiling": ROUND_CEILING}


async def list_all(call: Call[Brand]) -> Reply:
    return _answer([one.data for one in call.state.promotions.values()], {})


async def get(call: Call[Brand]) -> Reply:
    return _answer(_find(call).data, {})


async def set_status(call: Call[Brand]) -> Reply:
    """Change the status; archived is for good."""
    promotion, wanted = _find(call), call.body["status"]
    if promotion.data["status"] == "archived" != wanted:
        message = f"Promotion status cannot change from archived to {wanted}"
        raise ApiError(500, {"type": "MUpdateException", "message": message, "code": 578})
    promotion.data["status"] = wanted
    call.summary = f"promotion {promotion.data['name']} is {wanted}"
    return _answer([], [])


async def simulate(call: Call[Brand]) -> Reply:
    """What applies to the cart; limited promotions are held for it until the locking period is over."""
    brand, discounts = call.state, _discounts(call)
    minutes = brand.settings.promotion.locking_minutes
    held = _counted(one for one in discounts if _limit(one.promotion)) if minutes else {}
    until = call.world.clock.now + timedelta(minutes=minutes)
    brand.carts[call.body["cartId"]] = CartState(held=held, until=until)
    return _cart(call, discounts)


async def finalize(call: Call[Brand]) -> Reply:
    """The same, counted against the limits; the cart id cannot be used again."""
    brand, discounts = call.state, _discounts(call)
    for name, times in _counted(discounts).items():
        brand.promotions[name].used += times
    brand.carts[call.body["cartId"]] = CartState(finalized=True)
    call.summary = f"cart {call.body['cartId']} finalized with {len(discounts)} discounts"
    return _cart(call, discounts)


def _answer(payload: Any, metadata: Any) -> Reply:
    return Reply(200, {"status": "success", "metadata": metadata, "payload": payload})


def _find(call: Call[Brand]) -> Promotion:
    found = call.state.promotions.get(call.path["promotionId"])
    if found is None:
        raise ApiError(404, {"type": "ModelNotFoundException", "message": "No result for query.", "code": 576})
    return found


def invalid(operation: str, first: Violation) -> ApiError:
    """A request off contract: the text for a missing field is published, the other one assumed."""
    name = str(first.limit) if first.keyword == "required" else str(first.path[-1] if first.path else "body")
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    absent = first.keyword == "required" or first.value in (None, "")
    return refused(operation, f"The {words} field is {'required' if absent else 'invalid'}.")


def refused(operation: str, message: str) -> ApiError:
    detail = {"type": "Validation error", "code": 577, "message": message}
    return ApiError(400, {"status": "error", "error": detail} if operation.startswith("promotion_cart") else detail)


# What applies


def _discounts(call: Call[Brand]) -> list[Discount]:
    """The discounts that serve the cart best (biggestDiscount). Raises ApiError for a cart that is finalized."""
    brand, body = call.state, call.body
    known = brand.carts.get(body["cartId"])
    if known is not None and known.finalized:
        raise refused(call.operation.id, "The cart id has already been used.")
    items = [_item(row) for row in body["cart"].get("cartItems") or ()]
    if any(item.quantity < 0 or item.price < 0 or item.tax < 0 for item in items):
        raise refused(call.operation.id, "The cart items field is invalid.")
    found = []
    for promotion in brand.promotions.values():
        if _is_applicable(brand, promotion, body, items):
            rows = applications(promotion, items, _most(brand, promotion, body["cartId"]))
            found.append((promotion, rows))
    return _chosen([(promotion, rows) for promotion, rows in found if rows])


def _item(row: Mapping[str, Any]) -> Item:
    numbers = [Decimal(str(row.get(name) or 0)) for name in ("quantity", "unitPriceBeforeTax", "tax")]
    return Item(str(row.get("productId") or ""), str(row.get("productCategoryId") or ""), *numbers)


def _is_applicable(brand: Brand, promotion: Promotion, body: Mapping[str, Any], items: Sequence[Item]) -> bool:
    limits, times = promotion.restriction, promotion.restriction.get("timeRestriction") or {}
    stores = limits.get("storeRestriction") or {}
    names, groups = stores.get("stores") or (), stores.get("storeGroups") or ()
    if promotion.data["status"] != "active" or promotion.data.get("currency") not in (None, "", body["currency"]):
        return False
    if promotion.type == "promoCode" and promotion.rule.get("promoCode") != body.get("promoCode"):
        return False
    if (names or groups) and body["storeId"] not in names and body["storeGroupId"] not in groups:
        return False
    zone, now = ZoneInfo(brand.settings.promotion.timezone), brand.world.clock.now
    begin, end = (_local(times.get(name), zone) for name in ("start", "end"))
    if (begin is not None and now < begin) or (end is not None and end <= now):
        return False
    total = sum((item.price * item.quantity for item in items), Decimal())
    low, high = limits.get("minTotalBeforeTax"), limits.get("maxTotalBeforeTax")
    return not (low and total < Decimal(low)) and not (high and total > Decimal(high))


def _local(text: Any, zone: ZoneInfo) -> datetime | None:
    """`2025-05-18 18:56`, in the workspace's time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None


def _limit(promotion: Promotion) -> int:
    return int(promotion.restriction.get("applicationsCountLimit") or 0)


def _most(brand: Brand, promotion: Promotion, cart: str) -> int:
    """How often the promotion may apply to this cart: its own stacking, and what is left of its limit."""
    stacking = (promotion.data.get("stackingConfiguration") or {}).get("selfStackingConfiguration") or {}
    most = (stacking.get("limit") or 1000) if stacking.get("isAllowed") else 1
    if not _limit(promotion):
        return int(most)
    now = brand.world.clock.now
    others = sum(
        state.held.get(promotion.id, 0)
        for name, state in brand.carts.items()
        if name != cart and state.until is not None and now < state.until
    )
    return max(0, min(int(most), _limit(promotion) - promotion.used - others))


def _chosen(found: Sequence[tuple[Promotion, list[Discount]]]) -> list[Discount]:
    """One exclusive promotion, or those that stack: whichever takes off more. In order of priority."""
    alone = [rows for promotion, rows in found if _stacking(promotion) == "exclusive"]
    together: list[tuple[Promotion, list[Discount]]] = []
    for promotion, rows in sorted(found, key=lambda one: -_worth(one[1])):
        if _stacking(promotion) != "exclusive" and not any(_exclude(promotion, other) for other, _ in together):
            together.append((promotion, rows))
    together.sort(key=lambda one: one[0].data.get("priority") or 0)
    stacked = [row for _, rows in together for row in rows]
    best = max(alone, key=_worth, default=[])
    return best if best and (not stacked or _worth(best) > _worth(stacked)) else stacked


def _stacking(promotion: Promotion) -> str:
    return str((promotion.data.get("stackingConfiguration") or {}).get("stackingType") or "exclusive")


def _exclude(one: Promotion, other: Promotion) -> bool:
    """Whether either of two promotions names the other as one it cannot be combined with."""

    def named(by: Promotion) -> Sequence[str]:
        if _stacking(by) != "selectiveStackable":
            return ()
        return (by.data.get("stackingConfiguration") or {}).get("excludedPromotionIds") or ()

    return other.id in named(one) or one.id in named(other)


def _worth(rows: Sequence[Discount]) -> Decimal:
    return sum((row.worth for row in rows), Decimal())


def _counted(rows: Iterator[Discount] | Sequence[Discount]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.promotion.id] = found.get(row.promotion.id, 0) + 1
    return found


# The cart in the answer


def _cart(call: Call[Brand], discounts: Sequence[Discount]) -> Reply:
    brand, body = call.state, call.body
    precision, rounding = body["precision"], _ROUNDINGS[body["rounding"]]

    def money(value: Decimal) -> str:
        return str(value.quantize(Decimal(1).scaleb(-precision), rounding))

    def item(one: Item) -> dict[str, str]:
        return {
            "productId": one.product,
            "productCategoryId": one.category,
            "quantity": f"{one.quantity:.3f}",
            "unitPriceBeforeTax": money(one.price),
            "tax": money(one.tax),
        }

    payload = {
        "cartId": body["cartId"],
        "workspaceId": brand.settings.promotion.workspace_id,
        "storeId": body["storeId"],
        "storeGroupId": body["storeGroupId"],
        "customerId": body.get("customerId"),
        "timezone": brand.settings.promotion.timezone,
        "promotionSelectionStrategy": body.get("promotionSelectionStrategy") or "biggestDiscount",
        "promotionApplicationMethod": body.get("promotionApplicationMethod") or "automatic",
        "rounding": body["rounding"],
        "precision": precision,
        "promoCode": body.get("promoCode"),
        "currency": body["currency"],
        "cartItems": [item(_item(row)) for row in body["cart"].get("cartItems") or ()],
        "discounts": [_discount(one, money, item) for one in discounts],
    }
    return _answer({name: value for name, value in payload.items() if name != "customerId" or value is not None}, [])


def _discount(one: Discount, money: Any, item: Any) -> dict[str, Any]:
    data = one.promotion.data
    about = {name: data.get(name) for name in ("name", "description", "type")}
    found: dict[str, Any] = {"promotionId": one.promotion.id, "promotionMetaData": about, "discountType": one.kind}
    if one.kind == "itemAddition":
        found["addedItems"] = [
            {**item(row), "quantity": f"{row.quantity:f}", "unitPriceBeforeTax": "0", "tax": "0"} for row in one.items
        ]
        return found | {"value": money(one.value)}
    found["discountedItems" if one.kind == "itemDiscount" else "itemGroup"] = [item(row) for row in one.items]
    return found | {"totalPriceBeforeTaxDiscount": money(one.price_off), "taxDiscount": money(one.tax_off)}
