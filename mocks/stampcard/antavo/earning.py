"""What a purchase earns (the vendor's Incentivized purchase): level, percentage, rounding, explicit values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from stampcard.antavo.amounts import Number, tidy, total
from stampcard.antavo.errors import missing, unsuitable
from stampcard.antavo.fields import number
from stampcard.antavo.settings import Earn, Settings
from stampcard.antavo.state import Line

ROUNDINGS = {"round": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}

_AMOUNTS = ("price", "quantity", "discount", "subtotal", "points_rewarded", "unit_burn")


def rounded(value: Decimal, rounding: str) -> int:
    return int(value.to_integral_value(ROUNDINGS[rounding]))


def refund_rounding(settings: Settings) -> str:
    return settings.points.refund_rounding or settings.points.earn.rounding


def read_items(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The checkout's items with their amounts as numbers; [] when there are none. Raises ApiError."""
    items = data.get("items")
    if items in (None, ""):
        return []
    if isinstance(items, dict):
        # A form's items[0][...] arrives as an object whose keys are the positions.
        items = list(items.values())
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise unsuitable("Invalid value for attribute 'items'")
    return [read_item(item) for item in items]


def read_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """One item with its amounts as numbers. Raises ApiError."""
    found = dict(item)
    for name in _AMOUNTS:
        if item.get(name) in (None, ""):
            continue
        found[name] = number(item[name])
        if found[name] is None or found[name] < 0:
            raise unsuitable(f"Invalid value for item attribute '{name}'")
    product = item.get("product_id")
    if isinstance(product, bool) or not isinstance(product, str | int | None):
        raise unsuitable("Invalid value for item attribute 'product_id'")
    if product is not None:
        found["product_id"] = str(product)
    return found


def value_of(item: Mapping[str, Any]) -> Number:
    """What an item costs: its subtotal, or price times quantity."""
    if item.get("subtotal") is not None:
        return tidy(item["subtotal"])
    return tidy(Decimal(str(item.get("price") or 0)) * Decimal(str(quantity_of(item))))


def quantity_of(item: Mapping[str, Any]) -> Number:
    found = item.get("quantity")
    return 1 if found is None else tidy(found)


def lines(settings: Settings, data: Mapping[str, Any], items: Sequence[Mapping[str, Any]], status: str) -> list[Line]:
    """What the purchase earns for. Raises ApiError when the level's basis is absent."""
    earn = settings.points.earn
    explicit = data.get("points_rewarded")
    if earn.level == "item" and explicit in (None, ""):
        if not items:
            raise missing("items")
        return [item_line(earn, data.get("currency"), item, status) for item in items]
    whole = purchase_total(data, items)
    if explicit not in (None, ""):
        points = number(explicit)
        if points is None or points < 0:
            raise unsuitable("Invalid value for attribute 'points_rewarded'")
        return [Line(points, status, value=whole or 0)]
    if data.get("total") in (None, ""):
        raise missing("total")
    return [Line(percentage(earn, data.get("currency"), whole or 0), status, value=whole or 0)]


def item_line(earn: Earn, currency: Any, item: Mapping[str, Any], status: str) -> Line:
    """One item's line; `points_rewarded` in the item replaces the calculation."""
    value, quantity = value_of(item), quantity_of(item)
    if item.get("points_rewarded") is not None:
        points: Number = item["points_rewarded"]
    else:
        base = total((value, -(item.get("discount") or 0))) if earn.discounted_price else value
        points = _by_unit(earn, currency, max(0, base), quantity)
    return Line(points, status, item.get("product_id"), value, quantity)


def _by_unit(earn: Earn, currency: Any, value: Number, quantity: Number) -> Number:
    if earn.unit != "piece" or not quantity:
        return percentage(earn, currency, value)
    piece = Decimal(str(value)) / Decimal(str(quantity))
    return tidy(percentage(earn, currency, piece) * Decimal(str(quantity)))


def percentage(earn: Earn, currency: Any, value: Number | Decimal) -> int:
    rate = earn.currencies.get(currency, earn.percentage) if isinstance(currency, str) else earn.percentage
    return rounded(Decimal(str(value)) * Decimal(str(rate)) / 100, earn.rounding)


def purchase_total(data: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Number:
    """`total`, or without it what the items cost together. Raises ApiError."""
    if data.get("total") in (None, ""):
        return total(value_of(item) for item in items)
    found = number(data["total"])
    if found is None or found < 0:
        raise unsuitable("Invalid value for attribute 'total'")
    return found
