"""How many points an earning rule brings: fixed, by formula, or in proportion to a value.

A formula stands beside fixed points, which count where it cannot be calculated. In proportion a formula is refused:
nobody published whether it replaces the points of a step or the whole.
https://docs.voucherify.io/build/earning-rules, https://docs.voucherify.io/optimize/dynamic-formula-builder
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify import errors, values
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.events.records import CustomEvent
from stampcard.voucherify.orders.cart import left_of
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.redemptions.records import Redemption
from stampcard.voucherify.rules import formulas, line_rules
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

PLACES = {
    "ORDER_AMOUNT": ("order", "amount"),
    "ORDER_TOTAL_AMOUNT": ("order", "total_amount"),
    "ORDER_METADATA": ("order", "metadata"),
    "CUSTOMER_METADATA": ("customer", "metadata"),
    "CUSTOM_EVENT_METADATA": ("custom_event", "metadata"),
    "ORDER_ITEMS_QUANTITY": ("order_items", "quantity"),
    "ORDER_ITEMS_AMOUNT": ("order_items", "amount"),
    "ORDER_ITEMS_SUBTOTAL_AMOUNT": ("order_items", "subtotal_amount"),
}
"""Where the ratio of a proportional rule stands."""
MOST = 2**53 - 1
"""Points beyond what JSON numbers hold exactly count as not calculated (assumed)."""


def read_loyalty(call: Call[Project], given: Json) -> Json:
    """Fixed points, by formula where there is one, or points in proportion. Raises invalid_payload, 501."""
    kind = given.get("type")
    if kind is None:
        raise errors.invalid_payload(call, "Property .loyalty should have required property 'type'")
    if kind == "FIXED":
        if "points" not in given:
            raise errors.invalid_payload(call, "Property .loyalty should have required property 'points'")
        fixed = {"type": kind, "points": int(given["points"])}
        if "points_formula" not in given:
            return fixed
        text = given["points_formula"]
        formulas.check(call, text, ".loyalty.points_formula", formulas.POINTS_OPERANDS, formulas.POINTS_METADATA)
        return {**fixed, "points_formula": text}
    calculation = given.get("calculation_type")
    if calculation is None:
        raise errors.invalid_payload(call, "Property .loyalty should have required property 'calculation_type'")
    if calculation not in PLACES:
        raise errors.not_yet(call, f"earning rules by {calculation}")
    block, name = PLACES[calculation]
    ratio = values.given(values.given(given.get(block)).get(name))
    if "points_formula" in {**given, **ratio}:
        raise errors.not_yet(call, "earning rules in proportion by formula")
    needed = ("every", "points", *(("property",) if name == "metadata" else ()))
    if not all(part in ratio for part in needed):
        details = f"Loyalty {block} rules must contain one of the following properties - '{name}'"
        raise errors.invalid_payload(call, details)
    return {"type": kind, "calculation_type": calculation, block: {name: ratio}}


def order_of(subject: Any) -> Order | None:
    found = subject.order if isinstance(subject, Redemption) else subject
    return found if isinstance(found, Order) else None


def points_of(project: Project, loyalty: Mapping[str, Any], customer: Customer, subject: Any) -> int:
    """Fixed, or for every so many units of a value, rounded down (assumed)."""
    if loyalty["type"] == "FIXED":
        return by_formula(loyalty, customer, order_of(subject))
    block, name = PLACES[loyalty["calculation_type"]]
    ratio = loyalty[block][name]
    if block == "order_items":
        value: float = of_items(project, name, ratio, order_of(subject))
    else:
        value = measured(loyalty["calculation_type"], ratio, customer, subject)
    return int(value // ratio["every"]) * int(ratio["points"]) if value > 0 else 0


def of_items(project: Project, name: str, ratio: Mapping[str, Any], order: Order | None) -> int:
    """Units without the free ones, or money before or after discounts, of the lines a ratio names."""
    wanted = list(ratio.get("applicable_to") or ())
    if ratio.get("id") is not None:
        wanted.append({"object": ratio.get("object"), "id": ratio["id"]})
    total = 0
    for line in order.lines if order is not None else ():
        if not wanted or any(line_rules.is_of(project, line, item) for item in wanted):
            worth = {"quantity": line.quantity - line.free, "amount": line.amount, "subtotal_amount": line.left}
            total += worth[name]
    return total


def measured(calculation: str, ratio: Mapping[str, Any], customer: Customer, subject: Any) -> float:
    order = order_of(subject)
    value: Any = 0
    if calculation == "CUSTOMER_METADATA":
        value = (customer.metadata or {}).get(ratio["property"])
    elif calculation == "CUSTOM_EVENT_METADATA":
        value = subject.metadata.get(ratio["property"]) if isinstance(subject, CustomEvent) else 0
    elif order is not None and calculation == "ORDER_AMOUNT":
        value = order.amount
    elif order is not None and calculation == "ORDER_TOTAL_AMOUNT":
        value = left_of(order)
    elif order is not None:
        value = order.metadata.get(ratio["property"])
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def by_formula(loyalty: Mapping[str, Any], customer: Customer, order: Order | None) -> int:
    """Points of a formula, rounded to the nearest whole (halves up: assumed), or the fixed points beside it.

    ORDER_AMOUNT is the amount before discounts, as the calculation of that name has it (assumed), in whole units.
    """
    text = loyalty.get("points_formula")
    if text is None:
        return int(loyalty["points"])
    facts: Json = {"CUSTOMER_METADATA": customer.metadata}
    if order is not None:
        facts["ORDER_AMOUNT"] = Decimal(order.amount) / 100 if order.amount is not None else None
        facts["ORDER_UNITS_QUANTITY"] = sum(line.quantity for line in order.lines) if order.lines else None
        facts["ORDER_METADATA"] = order.metadata
    value = formulas.calculate(text, facts)
    if value is None or abs(value) > MOST:
        return int(loyalty["points"])
    return int(value.to_integral_value(ROUND_HALF_UP))
