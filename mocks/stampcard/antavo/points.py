"""Events that move points and nothing else: add, sub, fix, spend, unspend, reserve, release."""

from __future__ import annotations

from stampcard.antavo.amounts import total
from stampcard.antavo.errors import refused, unsuitable
from stampcard.antavo.work import Work


def add(work: Work) -> None:
    """score += points."""
    points = work.amount("points")
    work.customer.score = total((work.customer.score, points))
    work.register(points)


def subtract(work: Work) -> None:
    """score -= points; the balance may go below zero."""
    points = work.amount("points")
    work.customer.score = total((work.customer.score, -points))
    work.register(-points)


def fix(work: Work) -> None:
    """score += points, which may be negative."""
    points = work.number("points")
    work.customer.score = total((work.customer.score, points))
    work.register(points)


def spend(work: Work) -> None:
    """spent += points."""
    points = work.amount("points")
    work.check_may_spend(points)
    work.customer.spent = total((work.customer.spent, points))
    work.register(-points)


def unspend(work: Work) -> None:
    """spent -= points, never below zero."""
    points = work.amount("points")
    if points > work.customer.spent:
        raise refused(work.brand.settings, 112900)
    work.customer.spent = total((work.customer.spent, -points))
    work.register(points)


def reserve(work: Work) -> None:
    """Hold points for a transaction id; a second reservation under the same id adds to the first."""
    transaction, points = work.text("transaction_id"), work.amount("points")
    check_owner(work, transaction)
    work.check_may_spend(points)
    customer = work.customer
    customer.reservations[transaction] = total((customer.reservations.get(transaction, 0), points))
    customer.reserved = total((customer.reserved, points))
    work.register(-points)


def release(work: Work) -> None:
    """Give back what a transaction id holds: `points` of it, or all."""
    transaction = work.text("transaction_id")
    check_owner(work, transaction)
    held = work.customer.reservations.get(transaction)
    if held is None:
        raise unsuitable("Reservation not found")
    points = held if work.data.get("points") in (None, "") else work.amount("points")
    if points > held:
        raise unsuitable("Cannot release more points than reserved")
    let_go(work, transaction, points)
    work.register(points)


def let_go(work: Work, transaction: str, points: int | float) -> None:
    """Take points off a reservation, and forget one that holds nothing more."""
    customer = work.customer
    left = total((customer.reservations[transaction], -points))
    if left:
        customer.reservations[transaction] = left
    else:
        del customer.reservations[transaction]
    customer.reserved = total((customer.reserved, -points))


def check_owner(work: Work, transaction: str) -> None:
    """Raises 103902 for a transaction of another member."""
    found = work.brand.transactions.get(transaction)
    if found is not None and found.customer != work.customer.id:
        raise refused(work.brand.settings, 103902)
