"""Discount arithmetic, exact: whole minor units, half a cent rounds up (assumed for the server).

https://docs.voucherify.io/guides/orders (order calculations, discount effects)
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from stampcard.voucherify.campaigns.blocks import SHIPPING
from stampcard.voucherify.orders import cart
from stampcard.voucherify.orders.records import Line, Order, Product, Sku
from stampcard.voucherify.redemptions.scopes import Part
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

TO_ORDER = "APPLY_TO_ORDER"


def effect_of(discount: Json, is_scoped: bool) -> str:
    """The effect named, or the default: items where the rules name products, else the order."""
    effect: str | None = discount.get("effect")
    return effect or ("APPLY_TO_ITEMS" if is_scoped else TO_ORDER)


def apply(
    project: Project, order: Order, discount: Json, parts: Sequence[Part], effect: str, of_initial: bool = False
) -> int:
    """Take a discount off an order in place; returns what was taken. `parts` are the lines it is for.

    With `of_initial` percentages are of the amounts before any discount.
    """
    forget_applied(order)
    if discount["type"] == "UNIT":
        return apply_units(project, order, discount)
    if effect == TO_ORDER:
        base = order.amount or 0 if of_initial else cart.left_of(order)
        order.applied = min(cart.left_of(order), order_discount(base, discount))
        order.discount += order.applied
        return order.applied
    cap, groups = discount.get("aggregated_amount_limit"), dict[int, int]()
    for part, share in zip(parts, shares(discount, parts, effect, of_initial), strict=True):
        taken = min(share, part.line.left)
        if part.limit is not None:
            taken = min(taken, part.limit)
        if cap is not None:
            taken = min(taken, int(cap) - order.items_applied)
        group, limit = id(part.group), part.group.get("aggregated_amount_limit")
        if limit is not None:
            taken = min(taken, limit - groups.get(group, 0))
            groups[group] = groups.get(group, 0) + taken
        take(order, part.line, taken)
    return order.items_applied


def forget_applied(order: Order) -> None:
    """A new redeemable begins: what the last one took is no longer `applied`."""
    order.applied = order.items_applied = 0
    for line in order.lines:
        line.applied = 0


def take(order: Order, line: Line, amount: int) -> None:
    line.discount += amount
    line.applied += amount
    order.items_discount += amount
    order.items_applied += amount


def order_discount(left: int, discount: Json) -> int:
    match discount["type"]:
        case "AMOUNT":
            return whole(discount["amount_off"])
        case "PERCENT":
            return capped(percent(left, discount["percent_off"]), discount.get("amount_limit"))
        case _:
            return max(0, left - whole(discount["fixed_amount"]))


def shares(discount: Json, parts: Sequence[Part], effect: str, of_initial: bool) -> list[int]:
    """What each part would give, before what is left of its line."""
    kind = discount["type"]
    if kind == "PERCENT":
        limit = discount.get("amount_limit")
        bases = [part.amount if of_initial else min(part.amount, part.line.left) for part in parts]
        return [capped(percent(base, discount["percent_off"]), limit) for base in bases]
    if kind == "FIXED":
        return [cheaper(part, discount) for part in parts]
    off = whole(discount["amount_off"])
    if effect == "APPLY_TO_ITEMS_BY_QUANTITY":
        return [min(off, part.line.price or off) * part.units for part in parts]
    if effect == "APPLY_TO_ITEMS_PROPORTIONALLY":
        return split(off, [part.amount for part in parts])
    if effect == "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY":
        return split(off, [part.units for part in parts])
    return [min(off, part.amount) if part.units < part.line.quantity else off for part in parts]


def cheaper(part: Part, discount: Json) -> int:
    """What a fixed price for each unit takes off; a scope item may have a price of its own."""
    price = part.line.price or 0
    fixed = whole(part.price if part.price is not None else discount["fixed_amount"])
    return max(0, price - fixed) * part.units


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide by weight so that the parts add up: each part is the difference of rounded running sums (assumed)."""
    total, so_far, given, parts = sum(weights), 0, 0, []
    for weight in weights:
        so_far += weight
        reached = rounded(Decimal(amount) * so_far / total) if total else 0
        parts.append(reached - given)
        given = reached
    return parts


def percent(amount: int, rate: Any) -> int:
    return rounded(Decimal(amount) * Decimal(str(rate)) / 100)


def rounded(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))


def whole(value: Any) -> int:
    return int(Decimal(str(value)).to_integral_value(ROUND_FLOOR))


def capped(amount: int, limit: Any) -> int:
    return amount if limit is None else min(amount, whole(limit))


# Free units


def apply_units(project: Project, order: Order, discount: Json) -> int:
    """Add free units of a product, or make units that are there free. Returns what they are worth."""
    units = discount.get("units") or [discount]
    for unit in units:
        subject, price, sku = subject_of(project, unit["unit_type"])
        line = line_of(order, unit["unit_type"], subject, sku)
        wanted = unit.get("unit_off", 0)
        before = (line.quantity, line.amount) if line is not None else (0, 0)
        if line is None:
            line = new_line(unit["unit_type"], subject, sku, price)
            order.lines.append(line)
        if unit.get("effect") == "ADD_NEW_ITEMS":
            line.quantity += wanted
        else:
            line.quantity = max(line.quantity, wanted)
        if line.quantity != before[0]:
            line.before = before
            order.amount = (order.amount or 0) + line.amount - before[1]
        line.free += wanted
        take(order, line, min(line.left, wanted * (line.price or 0)))
    return order.items_applied


def subject_of(project: Project, reference: str) -> tuple[Product | None, int | None, Sku | None]:
    sku = project.skus.get(reference) or project.sku_sources.get(reference)
    if sku is not None:
        return sku.product, sku.price if sku.price is not None else sku.product.price, sku
    product = project.products.get(reference) or project.product_sources.get(reference)
    return product, product.price if product else None, None


def line_of(order: Order, reference: str, product: Product | None, sku: Sku | None) -> Line | None:
    names = {reference, SHIPPING["source_id"]} if reference == SHIPPING["id"] else {reference}
    for line in order.lines:
        if not names.isdisjoint(line.refers.values()):
            return line
        if sku is not None:
            if line.sku is sku:
                return line
        elif product is not None and line.product is product and line.sku is None:
            return line
    return None


def new_line(reference: str, product: Product | None, sku: Sku | None, price: int | None) -> Line:
    refers = {"product_id": product.id} if product else {"product_id": reference}
    shown: Json = {"product": {**SHIPPING, "price": price}} if reference == SHIPPING["id"] else {}
    if product is not None:
        shown["product"] = {
            "id": product.id,
            "source_id": product.source_id,
            "name": product.name,
            "price": product.price,
        }
    if sku is not None:
        refers["sku_id"] = sku.id
        shown["sku"] = {"id": sku.id, "source_id": sku.source_id, "sku": sku.sku, "price": sku.price}
    return Line(refers, shown, 0, price if price is not None else 0, product=product, sku=sku)
