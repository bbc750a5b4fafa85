"""The checkout family: checkout, update, accept, reject, and their forms for one item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.earning import item_line, lines, purchase_total, quantity_of, read_item, read_items
from stampcard.antavo.errors import plain, refused, unsuitable
from stampcard.antavo.points import check_owner, let_go
from stampcard.antavo.state import Line, Transaction
from stampcard.antavo.work import Work


def checkout(work: Work) -> None:
    """A purchase: earns at once, or (with a pending mechanism) once it is accepted; burned points are spent at once."""
    brand, customer, data = work.brand, work.customer, work.data
    points = brand.settings.points
    number = work.text("transaction_id")
    if number in brand.transactions:
        raise refused(brand.settings, 5003)
    items = read_items(data)
    waits = points.pending.type != "none"
    found = lines(brand.settings, data, items, "pending" if waits else "accepted")
    burned = work.optional_amount("points_burned") or 0
    quantity = work.optional_amount("total_quantity")
    until = _accepts_at(work) if waits else None
    held = customer.reservations.get(number, 0)
    if burned:
        work.check_may_spend(burned, also_free=held)

    purchase = Transaction(
        id=number,
        customer=customer.id,
        event="",
        status="pending" if waits else "accepted",
        created_at=work.at,
        updated_at=work.now,
        data={**data, "items": items} if items else data,
        lines=found,
        total=purchase_total(data, items),
    )
    brand.transactions[number] = purchase
    customer.transactions.append(purchase)
    if held:
        let_go(work, number, held)
    burn(work, purchase, burned)
    _register(work, purchase, items, total((held, -burned)))
    customer.pending = total((customer.pending, purchase.pending))
    customer.score = total((customer.score, purchase.earned))
    _tell_of_coupons(work)
    _count(work, purchase, quantity if quantity is not None else total(quantity_of(item) for item in items))
    if until is not None:
        work.undecided.append((purchase, until))


def _tell_of_coupons(work: Work) -> None:
    for name in sorted(work.data.keys() & {"coupon", "coupon_code", "coupons"}):
        work.diagnose("not-redeemed", "a checkout's coupons are recorded only; coupon_redeem uses one", f"/data/{name}")


def burn(work: Work, purchase: Transaction, burned: Number) -> None:
    """Bring what a purchase burns to a new total; while it is pending a switch holds the points instead."""
    customer, change = work.customer, total((burned, -purchase.burned, -purchase.held))
    if purchase.status == "pending" and work.brand.settings.points.pending_burn == "reserved":
        purchase.held = burned
        customer.reserved = total((customer.reserved, change))
    else:
        purchase.burned = burned
        customer.spent = total((customer.spent, change))


def _register(work: Work, purchase: Transaction, items: list[dict[str, Any]], burned: Number) -> None:
    """The checkout's row and, with items that earn, a row for each under it."""
    by_item = any(line.product_id is not None for line in purchase.lines) or len(purchase.lines) > 1
    earned = 0 if by_item else purchase.earned
    row = work.register(total((burned, earned)), hash=f"checkout-{purchase.id}")
    purchase.event = row.id
    for item, line in zip(items, purchase.lines, strict=True) if by_item else ():
        work.register(
            line.earn if line.status == "accepted" else 0,
            action="checkout_item",
            data={"transaction_id": purchase.id, **item},
            parent=row.id,
            hash=f"checkout_item-{purchase.id}-{line.product_id}",
        )


def _count(work: Work, purchase: Transaction, quantity: Number) -> None:
    customer = work.customer
    customer.purchase_total = total((customer.purchase_total, purchase.total))
    customer.purchase_count += 1
    customer.purchase_item_count = total((customer.purchase_item_count, quantity))
    customer.purchase_first_date = min(customer.purchase_first_date or work.at, work.at)
    customer.purchase_last_date = max(customer.purchase_last_date or work.at, work.at)


def _accepts_at(work: Work) -> datetime | None:
    """When a pending purchase is decided without anybody: `auto_accept`, or the end of the pending period."""
    pending = work.brand.settings.points.pending
    value = work.data.get("auto_accept")
    if value in (None, ""):
        return work.now + timedelta(days=pending.days) if pending.type == "days" else None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise unsuitable("Invalid value for attribute 'auto_accept'") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def find_purchase(work: Work) -> Transaction:
    """The member's transaction the event names. Raises ApiError."""
    number = work.text("transaction_id")
    check_owner(work, number)
    found = work.brand.transactions.get(number)
    if found is None:
        raise plain(400, "RuntimeException", 0, "Transaction not found")
    return found


def find_pending(work: Work, done: str) -> Transaction:
    found = find_purchase(work)
    if found.status != "pending":
        raise unsuitable(f"Only pending transactions can be {done}")
    return found


def find_lines(work: Work, purchase: Transaction, done: str) -> list[Line]:
    """The pending lines of the product the event names. Raises ApiError."""
    product = work.text("product_id")
    found = [line for line in purchase.lines if line.product_id == product]
    if not found:
        raise unsuitable("Item not found")
    if any(line.status != "pending" for line in found):
        raise unsuitable(f"Only pending items can be {done}")
    return found


def update(work: Work) -> None:
    """New totals (not differences) for a pending purchase; what the event does not name stays."""
    purchase = find_pending(work, "updated")
    brand = work.brand
    if "auto_accept" in work.data:
        work.diagnose("ignored", "auto_accept can be set by the checkout only", "/data/auto_accept")
    changes = {k: v for k, v in work.data.items() if k != "auto_accept"}
    data = {**purchase.data, **changes}
    items = read_items(data)
    found = purchase.lines
    if changes.keys() & {"total", "items", "points_rewarded"}:
        if any(line.status != "pending" for line in purchase.lines):
            raise unsuitable("Only pending items can be updated")
        found = lines(brand.settings, data, items, "pending")
    burned = work.optional_amount("points_burned")
    before = total((purchase.burned, purchase.held))
    if burned is not None and burned > before:
        work.check_may_spend(total((burned, -before)))

    purchase.data = {**data, "items": items} if items else data
    _replace_lines(work, purchase, found, purchase_total(data, items))
    if burned is not None:
        burn(work, purchase, burned)
    work.register(total((before, -(before if burned is None else burned))))
    purchase.updated_at = work.now


def _replace_lines(work: Work, purchase: Transaction, found: list[Line], whole: Number) -> None:
    customer, before = work.customer, purchase.pending
    purchase.lines = found
    customer.pending = total((customer.pending, -before, purchase.pending))
    customer.purchase_total = total((customer.purchase_total, -purchase.total, whole))
    purchase.total = whole


def update_item(work: Work) -> None:
    """New attributes for one item of a pending purchase."""
    purchase = find_pending(work, "updated")
    old = find_lines(work, purchase, "updated")
    product = old[0].product_id
    change = read_item({k: v for k, v in work.data.items() if k != "transaction_id"})
    items = [{**item, **change} if item.get("product_id") == product else item for item in read_items(purchase.data)]
    earn, currency = work.brand.settings.points.earn, purchase.data.get("currency")
    found = [
        item_line(earn, currency, item, "pending") if line.product_id == product else line
        for item, line in zip(items, purchase.lines, strict=True)
    ]
    explicit = purchase.data.get("total") not in (None, "")
    purchase.data = {**purchase.data, "items": items}
    _replace_lines(work, purchase, found, purchase.total if explicit else purchase_total({}, items))
    purchase.updated_at = work.now
    work.register()


def accept(work: Work) -> None:
    """Pending points become the member's; reservations stay."""
    purchase = find_pending(work, "accepted")
    _accept(work, purchase, [line for line in purchase.lines if line.status == "pending"])


def accept_item(work: Work) -> None:
    """Pending points of one item become the member's; the purchase is accepted with its last item."""
    purchase = find_pending(work, "accepted")
    _accept(work, purchase, find_lines(work, purchase, "accepted"))


def _accept(work: Work, purchase: Transaction, found: list[Line]) -> None:
    customer, earned = work.customer, total(line.earn for line in found)
    for line in found:
        line.status = "accepted"
    customer.pending = total((customer.pending, -earned))
    customer.score = total((customer.score, earned))
    if not any(line.status == "pending" for line in purchase.lines):
        purchase.status = "accepted"
        if purchase.held:
            held, purchase.held = purchase.held, 0
            customer.reserved = total((customer.reserved, -held))
            purchase.burned = held
            customer.spent = total((customer.spent, held))
    purchase.updated_at = work.now
    work.register(earned)


def reject(work: Work) -> None:
    """Pending points vanish and what this purchase burned comes back; other events stay as they are."""
    purchase = find_pending(work, "rejected")
    customer, returned = work.customer, total((purchase.burned, purchase.held))
    lost = [line for line in purchase.lines if line.status == "pending"]
    customer.pending = total((customer.pending, -total(line.earn for line in lost)))
    customer.spent = total((customer.spent, -purchase.burned))
    customer.reserved = total((customer.reserved, -purchase.held))
    # Assumed: a rejected purchase no longer counts among the member's purchases.
    customer.purchase_total = total((customer.purchase_total, -purchase.total))
    customer.purchase_count -= 1
    for line in lost:
        line.status = "rejected"
    purchase.burned = purchase.held = 0
    purchase.status = "rejected"
    purchase.updated_at = work.now
    work.register(returned)
