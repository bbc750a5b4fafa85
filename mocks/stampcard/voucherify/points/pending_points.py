"""Points that were earned and wait: for their day, for somebody to activate them, or to be canceled.

https://docs.voucherify.io/api-reference/loyalties/list-member-pending-points
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import days, errors, happenings, lists
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.loyalty.records import EarningRule
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.points import balances, buckets, cards
from stampcard.voucherify.points.records import Pending, PendingChange, Transaction
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def view(record: Pending) -> Json:
    body: Json = {
        "id": record.id,
        "voucher_id": record.voucher.id,
        "campaign_id": record.voucher.campaign.id if record.voucher.campaign else None,
        "customer_id": record.customer.id,
        "order_id": record.order.id,
        "points": record.points,
        "activates_at": record.activates_at,
        "details": record.details,
        "created_at": record.created_at,
    }
    return body if record.updated_at is None else {**body, "updated_at": record.updated_at}


def find(call: Call[Project]) -> Pending:
    """Raises 404 for a card and for points that are not the card's."""
    card, wanted = cards.find_card(call), call.path["pendingPointsId"]
    found = call.state.ledger.pending.get(wanted)
    if found is None or found.voucher is not card:
        raise errors.not_found(call, "pending_points", wanted)
    return found


def check_open(call: Call[Project], record: Pending, done: str) -> None:
    if record.status != "PENDING":
        details = f"Only pending points in 'PENDING' status can be {done}. Current status: '{record.status}'."
        key = "invalid_pending_points_state"
        raise errors.refusal(call, 400, key, "Invalid pending points state", details)


async def browse(call: Call[Project]) -> Reply:
    """Those of the card that wait still."""
    card = cards.find_card(call)
    return page(call, [item for item in call.state.ledger.pending.values() if item.voucher is card])


async def browse_campaign(call: Call[Project]) -> Reply:
    campaign = cards.find(call, call.path["campaignId"])
    return page(call, [item for item in call.state.ledger.pending.values() if item.voucher.campaign is campaign])


def page(call: Call[Project], found: list[Pending]) -> Reply:
    waiting = [item for item in found if item.status == "PENDING"]
    return lists.cursor(call, waiting[::-1], view, lambda item: item.id)


async def activate(call: Call[Project]) -> Reply:
    """Answers the card's new balance."""
    record = find(call)
    check_open(call, record, "activated")
    transaction = activate_record(call.state, record, errors.request_id(call), "MANUAL")
    moved = transaction.details["balance"]
    call.summary = f"{record.points} points of {record.voucher.code} activated: balance {moved['balance']}"
    return Reply(200, moved)


async def cancel(call: Call[Project]) -> Reply:
    record = find(call)
    check_open(call, record, "canceled")
    project = call.state
    close(project, record, "CANCELED")
    tell(project, errors.request_id(call), record, "canceled", -record.points, "MANUAL")
    call.summary = f"{record.points} pending points of {record.voucher.code} canceled"
    return Reply(204)


async def adjust(call: Call[Project]) -> Reply:
    """More or fewer points that wait; at least one stays. Raises invalid_amount."""
    record = find(call)
    check_open(call, record, "updated")
    project, points = call.state, call.body["points"]
    if points == 0 or record.points + points <= 0:
        details = "Amount has to be a valid positive number"
        raise errors.refusal(call, 400, "invalid_amount", "Invalid Amount", details)
    record.points += points
    record.updated_at = project.now
    buckets.refresh(project, record.voucher)
    change = tell(project, errors.request_id(call), record, "updated", points, "MANUAL")
    call.summary = f"{points:+d} pending points of {record.voucher.code}"
    return Reply(200, balance(change))


def balance(change: PendingChange) -> Json:
    """A change of what waits on a card, as the vendor prints it."""
    return {
        "points": change.points,
        "total": change.total,
        "object": "balance",
        "related_object": {"type": "voucher", "id": change.voucher.id},
        "operation_type": change.operation,
    }


def tell(project: Project, group: str, record: Pending, what: str, points: int, operation: str) -> PendingChange:
    total = record.voucher.value.get("pending_points", 0)
    change = PendingChange(record.voucher, record.order, points, total, operation, view(record))
    happenings.tell(project, group, f"customer.voucher.loyalty_card.pending_points.{what}", record.customer, change)
    return change


def close(project: Project, record: Pending, status: str) -> None:
    record.status, record.updated_at = status, project.now
    buckets.refresh(project, record.voucher)


def activate_record(project: Project, record: Pending, group: str, operation: str) -> Transaction:
    """Pending points can be spent from now on, and their time to expire begins."""
    close(project, record, "ACTIVATED")
    transaction = balances.move(
        project,
        record.voucher,
        record.points,
        "ACTIVATION",
        group=group,
        operation=operation,
        granted=True,
        end=days.expiry(record.rules, days.current(project)),
        about={name: record.details[name] for name in ("order", "earning_rule", "event") if name in record.details},
    )
    kind = "customer.voucher.loyalty_card.pending_points.activated"
    happenings.tell(project, group, kind, record.customer, (record, transaction))
    return transaction


def park(
    project: Project, group: str, rule: EarningRule, card: Voucher, points: int, facts: dict[str, Any]
) -> Pending | None:
    """Points of a paid order that wait as many days as the rule says. `facts` are customer, order and details."""
    customer: Customer = facts["customer"]
    order: Order = facts["order"]
    wait = timedelta(days=(rule.pending or {})["period_value"])
    day = (days.current(project) + wait).isoformat()
    rules = rule.expiration_rules or buckets.rules_of(card.campaign)
    record = Pending(
        project.serial_id("lopp_"), card, customer, order, points, day, facts["details"], project.now, rules
    )
    project.ledger.pending[record.id] = record
    buckets.refresh(project, card)
    from stampcard.voucherify.points import midnight

    midnight.plan(project, day, cause=happenings.cause_of(group))
    tell(project, group, record, "added", points, "AUTOMATIC")
    return record
