"""Refunds of accepted purchases: whole, by amount, by item."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.earning import quantity_of, read_items, refund_rounding, rounded, value_of
from stampcard.antavo.errors import missing, refused, unsuitable
from stampcard.antavo.fields import number
from stampcard.antavo.purchases import find_purchase
from stampcard.antavo.state import Transaction
from stampcard.antavo.work import Work


def refund(work: Work) -> None:
    """Take back what the purchase earned and give back what it burned; coupons and rewards are not revoked."""
    purchase = find_accepted(work)
    customer, earned, burned = work.customer, purchase.earned, purchase.burned
    customer.spent = total((customer.spent, -burned))
    _take(work, purchase, earned)
    _take_money(work, purchase, total((purchase.total, -purchase.refunded_amount)))
    purchase.burned = 0
    purchase.status = "refunded"
    work.register(total((burned, -earned)))


def partial_refund(work: Work) -> None:
    """Take back the share of the earned points that `amount` is of the total; the last refund takes the rest."""
    purchase = find_accepted(work)
    amount = _amount(work, "amount")
    _check_money(work, purchase, amount)
    points = _share(work, purchase, amount)
    _take(work, purchase, points)
    _take_money(work, purchase, amount)
    work.register(-points)


def refund_item(work: Work) -> None:
    """`partial_refund` for what one item cost: its `subtotal`, or that of `quantity` pieces, or the rest."""
    purchase = find_accepted(work)
    product = work.text("product_id")
    items = [item for item in read_items(purchase.data) if item.get("product_id") == product]
    if not items:
        raise unsuitable("Item not found")
    amount = _item_amount(work, purchase, items[0])
    _check_money(work, purchase, amount)
    points = _item_share(work, purchase, product, amount)
    _take(work, purchase, points, product)
    for line in purchase.lines:
        if line.product_id == product:
            line.refunded = total((line.refunded, amount))
    _take_money(work, purchase, amount)
    work.register(-points)


def _item_amount(work: Work, purchase: Transaction, item: Mapping[str, Any]) -> Number:
    whole = value_of(item)
    if work.data.get("subtotal") not in (None, ""):
        return _amount(work, "subtotal")
    if work.data.get("quantity") not in (None, ""):
        piece = Decimal(str(whole)) / Decimal(str(quantity_of(item) or 1))
        return total([piece * Decimal(str(_amount(work, "quantity")))])
    line = next((line for line in purchase.lines if line.product_id == item["product_id"]), None)
    return total((whole, -line.refunded)) if line else whole


def find_accepted(work: Work) -> Transaction:
    found = find_purchase(work)
    if found.status != "accepted":
        raise refused(work.brand.settings, 112201)
    return found


def _amount(work: Work, name: str) -> Number:
    if work.data.get(name) in (None, ""):
        raise missing(name)
    found = number(work.data[name])
    if found is None or found <= 0:
        raise refused(work.brand.settings, 112202)
    return found


def _check_money(work: Work, purchase: Transaction, amount: Number) -> None:
    if total((amount, purchase.refunded_amount)) > purchase.total:
        raise refused(work.brand.settings, 112203)
    if amount > work.customer.purchase_total:
        raise refused(work.brand.settings, 112204)


def _share(work: Work, purchase: Transaction, amount: Number) -> Number:
    left = purchase.earned
    if total((amount, purchase.refunded_amount)) == purchase.total:
        return left
    part = Decimal(str(purchase.rewarded)) * Decimal(str(amount)) / Decimal(str(purchase.total))
    return min(left, rounded(part, refund_rounding(work.brand.settings)))


def _item_share(work: Work, purchase: Transaction, product: str, amount: Number) -> Number:
    line = next((line for line in purchase.lines if line.product_id == product), None)
    if line is None:
        return _share(work, purchase, amount)
    if total((line.refunded, amount)) > line.value:
        raise refused(work.brand.settings, 112203)
    left = total((line.earn, -line.taken)) if line.status == "accepted" else 0
    if total((line.refunded, amount)) == line.value:
        return left
    part = Decimal(str(line.earn)) * Decimal(str(amount)) / Decimal(str(line.value))
    return min(left, rounded(part, refund_rounding(work.brand.settings)))


def _take(work: Work, purchase: Transaction, points: Number, product: str | None = None) -> None:
    """Take points back, from the named item's line or from all in their order."""
    work.customer.score = total((work.customer.score, -points))
    left = points
    for line in purchase.lines:
        if line.status == "accepted" and (product is None or line.product_id in (None, product)):
            taken = min(left, total((line.earn, -line.taken)))
            line.taken = total((line.taken, taken))
            left = total((left, -taken))


def _take_money(work: Work, purchase: Transaction, amount: Number) -> None:
    # Assumed: the purchase total of the customer shrinks, or 112204 could never be met.
    purchase.refunded_amount = total((purchase.refunded_amount, amount))
    work.customer.purchase_total = total((work.customer.purchase_total, -amount))
    purchase.updated_at = work.now
