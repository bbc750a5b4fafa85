"""Upgrade bonuses (REPLACE_ITEMS): units of the products in scope give way to units of another product.

The arithmetic and the notes on the order item are documented; how such a discount is defined is not, so it is assumed
to be written like other free units: `unit_type` names the replacement and `unit_off` how many of it come for each
unit replaced; `applicable_to` of the validation rules names what is replaced, and its limits how much of it.
https://docs.voucherify.io/build/discount-types-and-effects (Upgrade Bonus: Replace order items)
"""

from __future__ import annotations

from collections.abc import Sequence

from stampcard.voucherify.orders.records import Line, Order
from stampcard.voucherify.redemptions import discounts
from stampcard.voucherify.redemptions.scopes import Part
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

EFFECT = "REPLACE_ITEMS"


def apply(project: Project, order: Order, discount: Json, parts: Sequence[Part]) -> int:
    """Replace units in place; returns the bonus: what the new units cost more than those they replace.

    Lines of the replacement itself stay, and so do lines that another discount has touched (assumed).
    """
    discounts.forget_applied(order)
    wanted = discount["unit_type"]
    product, price, sku = discounts.subject_of(project, wanted)
    target = discounts.line_of(order, wanted, product, sku)
    sources = [part for part in parts if part.line is not target and not part.line.discount]
    if not sources or not discount["unit_off"]:
        return 0
    if target is None:
        target = discounts.new_line(wanted, product, sku, price)
        order.lines.append(target)
    notes = [replace(order, part, target, discount["unit_off"]) for part in sources]
    target.replaced = [*target.replaced, *notes]
    return order.items_applied


def replace(order: Order, part: Part, target: Line, each: int) -> Json:
    """One line gives units, the target takes theirs. Returns the note on it, as the vendor writes it."""
    source, units, worth = part.line, part.units, part.amount
    for line in (source, target):
        line.before = line.before or (line.quantity, line.amount)
    source.quantity -= units
    if source.price is None:
        source.given = (source.given or 0) - worth
    added = units * each
    target.quantity += added
    cost = added * (target.price or 0)
    if target.price is None:
        target.given = target.given or 0
    order.amount = (order.amount or 0) - worth + cost
    bonus = max(0, cost - worth)
    discounts.take(order, target, bonus)
    return {
        "source_index": position(order, source),
        "source_applied_quantity": -units,
        "source_applied_quantity_amount": -worth,
        "target_index": position(order, target),
        "target_applied_quantity": added,
        "target_applied_quantity_amount": cost,
        "target_applied_discount_amount": bonus,
    }


def position(order: Order, wanted: Line) -> int:
    """Counted from 0. Lines that say the same are still two, so records are compared by identity."""
    return next(index for index, line in enumerate(order.lines) if line is wanted)
