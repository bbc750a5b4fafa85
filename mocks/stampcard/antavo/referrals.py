"""Friend referral: who was invited by whom, and the points for what invited members buy.

An opt-in that names a `referrer` registers `referral` with the referrer; when the invited member's first purchase (or
each, as set up) is accepted, the referrer gets `referral_points`. Sources: apidocs.antavo.com/appendix/friend-referral,
docs.antavo.com/docs/friend-referral; the event referral as older clients send it: github antavo/loyaltyapps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stampcard.antavo.amounts import total
from stampcard.antavo.errors import refused
from stampcard.antavo.state import Brand, Customer, Transaction
from stampcard.antavo.work import GONE, Incoming, Work

Perform = Callable[[Brand, Customer, Incoming, Callable[[Work], object]], Any]

_PURCHASES = ("checkout", "checkout_accept", "checkout_accept_item")


def refer(work: Work) -> None:
    """The event referral, sent from outside: `referred` was invited by this member."""
    brand, name = work.brand, work.text("referred")
    friend = brand.customers.get(name)
    if friend is None or friend.status in GONE or friend is work.customer:
        raise refused(brand.settings, 160212)
    friend.fields["referrer"] = work.customer.id
    work.register()


def follow(work: Work, perform: Perform) -> None:
    """What an event means for a referrer: an invited member is there, or has bought something."""
    brand, customer = work.brand, work.customer
    if work.event.action == "opt_in":
        referrer = _referrer(work, tell=True)
        if referrer is not None:
            event = Incoming(referrer.id, "referral", {"referred": customer.id}, source="Platform")
            perform(brand, referrer, event, Work.register)
        return
    purchase = brand.transactions.get(str(work.data.get("transaction_id")))
    if work.event.action not in _PURCHASES or purchase is None or not _counts(brand, customer, purchase):
        return
    referrer = _referrer(work, tell=False)
    if referrer is None:
        return
    customer.referred.append(purchase.id)
    points = brand.settings.friend_referral.points
    told = {"referred": customer.id, "transaction_id": purchase.id, "points": points}

    def act(inner: Work) -> None:
        inner.customer.score = total((inner.customer.score, points))
        inner.register(points)

    perform(brand, referrer, Incoming(referrer.id, "referral_points", told, source="Platform"), act)


def _counts(brand: Brand, customer: Customer, purchase: Transaction) -> bool:
    """Whether an accepted purchase earns the referrer points: the first one, or each of them once."""
    rule = brand.settings.friend_referral
    if not rule.points or purchase.customer != customer.id or purchase.status != "accepted":
        return False
    return purchase.id not in customer.referred and (rule.purchases == "all" or not customer.referred)


def _referrer(work: Work, *, tell: bool) -> Customer | None:
    name = work.customer.fields.get("referrer")
    found = work.brand.customers.get(str(name)) if name else None
    if found is None or found.status in GONE or found is work.customer:
        if name and tell:
            work.diagnose("unknown-referrer", f"no member has the id {name!r}; nobody is told", "/data/referrer")
        return None
    return found
