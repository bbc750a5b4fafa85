"""An event from arrival to effect: who, may it, what it does, what follows from it, what Braze must hear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from stampcard.antavo import (
    braze,
    challenges,
    coupons,
    enrolment,
    expiry,
    points,
    purchases,
    referrals,
    refunds,
    reviews,
    tier_expiry,
    tiers,
    workflows,
)
from stampcard.antavo.amounts import Number, total
from stampcard.antavo.catalogue import Challenge, Structure
from stampcard.antavo.errors import refused
from stampcard.antavo.state import Brand, Customer, Transaction
from stampcard.antavo.work import Diagnose, Incoming, Work, effective, find_customer, not_emulated
from stampcard.core.errors import ApiError

ACTIONS: Mapping[str, Callable[[Work], None]] = {
    "opt_in": enrolment.opt_in,
    "opt_out": enrolment.opt_out,
    "profile": enrolment.profile,
    "suspend": enrolment.suspend,
    "unsuspend": enrolment.unsuspend,
    "point_add": points.add,
    "point_sub": points.subtract,
    "point_fix": points.fix,
    "point_spend": points.spend,
    "point_unspend": points.unspend,
    "reserve_points": points.reserve,
    "release_points": points.release,
    "checkout": purchases.checkout,
    "checkout_update": purchases.update,
    "checkout_update_item": purchases.update_item,
    "checkout_accept": purchases.accept,
    "checkout_accept_item": purchases.accept_item,
    "checkout_reject": purchases.reject,
    "refund": refunds.refund,
    "partial_refund": refunds.partial_refund,
    "refund_item": refunds.refund_item,
    "coupon_redeem": coupons.redeem,
    "coupon_unredeem": coupons.unredeem,
    "coupon_assign": coupons.assign_by_event,
    "challenge_reset": challenges.reset,
    "referral": referrals.refer,
    "review_submit": reviews.submit,
}

NOT_EMULATED: Mapping[str, str] = {
    "checkout_item": "what an item that is sent alone does to its transaction is not published",
    "checkout_claim": "neither its attributes nor what a guest checkout answers are published",
    "coupon": "only its name is published",
    "coupon_change": "only its name is published",
    "treasure_found": "neither its attributes nor where its message is answered are published",
}
"""Built-in events with effects nobody published, and what is missing: refused rather than half done."""

INTERNAL = frozenset(
    """activity activity_approved activity_denied anniversary birthday campaign_bonus pending_campaign_bonus
    currency_conversion daily_login daily_purchase profiling_answer profiling_flow share_intent_success fitbit_activity
    club_create club_disband club_member_join club_member_remove club_member_ban club_member_unban
    club_applicant_accept club_applicant_refuse club_ownership_assign club_ownership_revoke club_point_add
    club_point_remove club_point_contribution club_point_donation club_point_spent club_detail_change
    club_revoke_ownership referral_points""".split()
)
"""Registered by the engine, not accepted from outside."""


def quiet(code: str, message: str, pointer: str) -> None:
    """A diagnose for events nobody sent by a call."""


def process(brand: Brand, event: Incoming, *, cause: int | None, diagnose: Diagnose = quiet, depth: int = 0) -> Work:
    """Check an event whole, apply it, and let follow what follows. Raises ApiError with nothing changed."""
    act = _find_action(brand, event.action)
    if act is enrolment.opt_in:
        customer = Customer(event.customer, "active", brand.world.clock.now, brand.world.clock.now)
    elif _is_stranger(brand, event):
        return _register_anonymously(brand, event, act, cause, diagnose)
    else:
        customer = find_customer(brand, event.customer, event.external_id)
    work = Work(brand, event, cause, diagnose, customer, effective(brand, event.data), depth)
    return _run(work, act)


def _is_stranger(brand: Brand, event: Incoming) -> bool:
    """Whether anonymous registration makes a customer of whoever the event names."""
    known = event.customer in brand.customers or ":" in event.customer or event.external_id
    return brand.settings.customers.anonymous_registration and not known


def _register_anonymously(
    brand: Brand, event: Incoming, act: Callable[[Work], None], cause: int | None, diagnose: Diagnose
) -> Work:
    """The event's customer is new; one whose event is refused never was."""
    customer = Customer(event.customer, "active", brand.world.clock.now, brand.world.clock.now)
    brand.customers[customer.id] = customer
    try:
        return _run(Work(brand, event, cause, diagnose, customer, effective(brand, event.data)), act)
    except ApiError:
        del brand.customers[customer.id]
        raise


def perform(
    brand: Brand,
    customer: Customer,
    event: Incoming,
    act: Callable[[Work], object],
    *,
    cause: int | None,
    depth: int = 0,
) -> Work:
    """An event the engine registers itself, checked beforehand: `act` applies it, then all follows as for any other."""
    return _run(Work(brand, event, cause, quiet, customer, brand.world.clock.now, depth), act)


def _run(work: Work, act: Callable[[Work], object]) -> Work:
    brand, customer = work.brand, work.customer
    workflows.before(work)
    with braze.whole_event(brand, customer, work.cause):
        before = customer.score
        act(work)
        expiry.note(brand, customer, total((customer.score, -before)), work.rows, expire, work.cause)
        for purchase, until in work.undecided:
            decide_later(brand, purchase, until, work.cause)
        for challenge in list(challenges.advance(work)):
            _moved(work, challenge)
        referrals.follow(work, _caused_by(work))
        workflows.after(work)
        for structure, tier in list(tiers.due(brand, customer)):
            change_tier(brand, customer, structure, tier.id, cause=work.cause, depth=work.depth)
    return work


def _caused_by(work: Work) -> referrals.Perform:
    """`perform` for an event that follows from another one."""

    def run(brand: Brand, customer: Customer, event: Incoming, act: Callable[[Work], object]) -> Work:
        return perform(brand, customer, event, act, cause=work.cause, depth=work.depth)

    return run


def expire(brand: Brand, customer: Customer, points: Number, cause: int | None) -> None:
    """Points that were not used up in time are gone; an event like any other."""
    action = brand.settings.events.names.get("point_expire", "point_expire")
    event = Incoming(customer.id, action, {"points": points}, source="Platform")

    def act(work: Work) -> None:
        customer.expired = total((customer.expired, points))
        work.register(-points)

    perform(brand, customer, event, act, cause=cause)


def _moved(work: Work, challenge: Challenge) -> None:
    """A challenge's progress changed: workflows hear of it, and a completion is an event with its points."""
    brand, customer = work.brand, work.customer
    progress = customer.challenges[challenge.id]
    share = challenges.overall(challenge, progress)
    if challenges.is_complete(challenge, progress):
        complete_challenge(brand, customer, challenge, cause=work.cause, depth=work.depth)
    data = {"challenge": challenge.id, "overall": share, "completions": progress.completions}
    for workflow in challenges.started_by(brand, challenge):
        workflows.start_for(brand, workflow, customer, data, cause=work.cause, depth=work.depth + 1)


def complete_challenge(
    brand: Brand, customer: Customer, challenge: Challenge, *, cause: int | None, depth: int
) -> None:
    """Register `activity` with the challenge's points."""
    challenges.complete(brand, customer, challenge)

    def act(work: Work) -> None:
        customer.score = total((customer.score, challenge.points))
        work.register(challenge.points)

    data = {"challenge": challenge.id, "points": challenge.points}
    event = Incoming(customer.id, "activity", data, source="Platform")
    perform(brand, customer, event, act, cause=cause, depth=depth)


def change_tier(
    brand: Brand,
    customer: Customer,
    structure: Structure,
    tier: str | None,
    *,
    cause: int | None,
    depth: int,
    manual: bool = False,
) -> None:
    """Place a member in a tier (None: take it away); an event like any other, so that workflows hear of it."""
    old = customer.tiers.get(structure.id)
    data = {"structure": structure.id, "tier": tier, "from": old.tier if old else None}
    event = Incoming(
        customer.id, brand.settings.events.names.get("tier_change", "tier_change"), data, source="Platform"
    )

    def act(work: Work) -> None:
        row = work.register()
        if tier is None:
            customer.tiers.pop(structure.id, None)
        else:
            tiers.put(brand, customer, structure, tier, row.id, manual)
            tier_expiry.arm(brand, customer, structure, lose_tier, work.cause)

    perform(brand, customer, event, act, cause=cause, depth=depth)


def lose_tier(brand: Brand, customer: Customer, structure: Structure, tier: str | None, cause: int) -> None:
    """The downgrade at the end of a period."""
    change_tier(brand, customer, structure, tier, cause=cause, depth=0)


def _find_action(brand: Brand, name: str) -> Callable[[Work], None]:
    if name in NOT_EMULATED:
        raise not_emulated(f"the event {name}: {NOT_EMULATED[name]}")
    if name in ACTIONS:
        return ACTIONS[name]
    if name in INTERNAL or (brand.settings.events.strict_actions and name not in brand.actions):
        raise refused(brand.settings, 203404, name)
    return custom


def custom(work: Work) -> None:
    """An event of the workspace's own: registered, with the points it is set up to give."""
    name = work.event.action
    known = work.brand.actions.get(name)
    if known is None:
        work.diagnose("unknown-action", "no custom action of this name is set up; registered without effect", "/action")
    elif not known.repeatable and any(row.action == name for row in work.customer.events):
        raise refused(work.brand.settings, 10001, name)
    given = known.points if known is not None else 0
    work.customer.score = total((work.customer.score, given))
    work.register(given)


def decide_later(brand: Brand, purchase: Transaction, until: datetime, cause: int | None) -> None:
    """At the end of its pending period a purchase is accepted (or rejected, by the switch)."""

    async def decide() -> None:
        if purchase.status != "pending" or brand.transactions.get(purchase.id) is not purchase:
            return
        outcome = brand.settings.points.pending.outcome
        action = "checkout_accept" if outcome == "accept" else "checkout_reject"
        entry = brand.world.record("antavo", action, f"pending period of {purchase.id} is over", cause=cause)
        event = Incoming(purchase.customer, action, {"transaction_id": purchase.id}, source="Platform")
        process(brand, event, cause=entry)

    brand.world.clock.at(until, decide, name=f"pending period of {purchase.id}", vendor="antavo", cause=cause)
