"""Rollbacks: a redemption taken back, single or stacked.

https://docs.voucherify.io/api-reference/redemptions/rollback-redemption
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, errors, happenings, views
from stampcard.voucherify.campaigns import promotions
from stampcard.voucherify.customers import customers
from stampcard.voucherify.orders import orders
from stampcard.voucherify.points import balances
from stampcard.voucherify.redemptions import redemptions
from stampcard.voucherify.redemptions.records import Redemption, Rollback
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


async def roll_back(call: Call[Project]) -> Reply:
    redemption = find(call, call.path["redemptionId"])
    if redemption.children:
        details = "You can rollback only a single redemption. Use different endpoint for stacked redemption."
        raise errors.refusal(call, 400, "invalid_redemption", "Invalid redemption", details)
    check(call, redemption)
    made = perform(call, [redemption], None)
    return Reply(200, view(call.state, made[0]))


async def roll_back_stacked(call: Call[Project]) -> Reply:
    """All redemptions of a parent."""
    parent = find(call, call.path["parentRedemptionId"])
    check(call, parent)
    made = perform(call, parent.children or [parent], parent if parent.children else None)
    body: Json = {"rollbacks": [view(call.state, item) for item in made]}
    above = made[0].parent
    if above is not None:
        body["parent_rollback"] = view(call.state, above)
    if parent.order is not None:
        body["order"] = orders.view(parent.order)
    return Reply(200, body)


def find(call: Call[Project], wanted: str) -> Redemption:
    found = call.state.redemptions.get(wanted)
    if not isinstance(found, Redemption):
        raise errors.not_found(call, "redemption", wanted)
    return found


def check(call: Call[Project], redemption: Redemption) -> None:
    """Raises for a child, a second rollback, a failed one, and somebody else's customer or order."""
    project, body = call.state, call.body or {}
    if redemption.parent is not None:
        details = "You can rollback only a redemption that does not have parent redemption."
        raise errors.refusal(call, 400, "invalid_redemption_parent", "Invalid redemption parent", details)
    if redemption.failure is not None:
        raise errors.not_found(call, "redemption", redemption.id)
    if redemption.rolled_back:
        details = "Redemption has been already rolled back."
        more = {"resource_id": project.serial_id("rrf_"), "resource_type": "redemption_rollback"}
        raise errors.refusal(call, 400, "already_rolled_back", "Already rolled back", details, **more)
    if body.get("customer") is not None:
        reference = customers.read_reference(call, body["customer"])
        if redemption.customer is not None and reference.known is not redemption.customer:
            details = "Customer is not related with redemption."
            raise errors.refusal(call, 400, "invalid_customer", "Invalid customer", details)
    order: Mapping[str, Any] = body.get("order") or {}
    own = redemption.order
    if any(order.get(name) not in (None, getattr(own, name, None)) for name in ("id", "source_id")):
        raise errors.refusal(call, 400, "invalid_order", "Invalid order", "Order is not related with redemption.")
    made = dates.read_instant(redemption.date)
    if made is not None and dates.plus(made, "P3M") < project.world.clock.now:
        call.diagnose("over-limit", "the vendor rolls back no redemption older than three months", severity="error")


def perform(call: Call[Project], found: list[Redemption], parent: Redemption | None) -> list[Rollback]:
    project, body = call.state, call.body or {}
    first = parent or found[0]
    reason = call.query.get("reason") or body.get("reason")
    tracking = call.query.get("tracking_id") or body.get("tracking_id") or first.tracking_id
    common = (first.customer, tracking, reason, None, call.key.id)
    above = Rollback(project.serial_id("rr_"), project.now, parent, *common) if parent is not None else None
    made = []
    for redemption in found:
        rollback = Rollback(project.serial_id("rr_"), project.now, redemption, *common, parent=above)
        take_back(project, redemption, rollback, errors.request_id(call))
        made.append(rollback)
    if parent is not None:
        parent.rolled_back = True
    cancel_order(call, first, above or made[0], made)
    for rollback in [*made, *([above] if above else [])]:
        rollback.order_view = orders.view(first.order) if first.order is not None else None
        project.redemptions[rollback.id] = rollback
    for rollback in made:
        kind = "customer.redemption.rollback.succeeded"
        happenings.tell(project, errors.request_id(call), kind, first.customer, rollback)
    call.summary = f"rolled back {', '.join(item.id for item in found)}"
    return made


def take_back(project: Project, redemption: Redemption, rollback: Rollback, group: str) -> None:
    """Uses and credits come back."""
    redemption.rolled_back = True
    if redemption.customer is not None:
        changes = {"total_redeemed": -1, "total_rolled_back": 1, "total_rollback_succeeded": 1}
        redemptions.count(redemption.customer, **changes)
    if redemption.tier is not None:
        redemption.tier.redeemed -= 1
    voucher = redemption.voucher
    if voucher is None:
        return
    voucher.redeemed_quantity -= 1
    voucher.updated_at = project.now
    if redemption.amount is not None:
        rollback.amount = -redemption.amount
        voucher.redeemed_amount -= redemption.amount
        about = {"redemption": {"id": redemption.id}, "rollback": {"id": rollback.id}}
        refund = redemption.amount
        balances.move(
            project, voucher, refund, "REFUND", group=group, operation="AUTOMATIC", granted=False, about=about
        )


def cancel_order(call: Call[Project], redemption: Redemption, rollback: Rollback, made: list[Rollback]) -> None:
    """WITH_ORDER: the discounts leave the order and it is canceled; WITHOUT_ORDER leaves all but the pointer."""
    project, order = call.state, redemption.order
    if order is None:
        return
    pointer = {**order.redemptions.get(redemption.id, {}), "rollback_id": rollback.id, "rollback_date": rollback.date}
    if redemption.children:
        pointer["rollback_stacked"] = [item.id for item in made]
    order.redemptions = {**order.redemptions, redemption.id: pointer}
    if project.settings.stacking["redeemables_rollback_order_mode"] == "WITH_ORDER":
        order.discount = order.items_discount = order.applied = order.items_applied = 0
        for line in order.lines:
            line.discount = line.applied = line.free = 0
        orders.set_status(call, order, "CANCELED")
    order.updated_at = project.now


def view(project: Project, record: Rollback) -> Json:

    redemption = record.redemption
    kind, target, _ = redemptions.related(redemption)
    body: Json = {
        "id": record.id,
        "object": "redemption_rollback",
        "date": record.date,
        "customer_id": record.customer.id if record.customer else None,
        "tracking_id": record.tracking_id,
        "metadata": None,
        "redemption": redemption.id,
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        "order": record.order_view,
        "channel": {"channel_id": record.channel, "channel_type": "API"},
        "customer": views.short_customer(record.customer) if record.customer else None,
        "related_object_type": kind,
        "related_object_id": target,
    }
    if record.reason is not None:
        body["reason"] = record.reason
    if redemption.voucher is not None:
        body["voucher"] = views.voucher(redemption.voucher)
    if redemption.tier is not None:
        body["promotion_tier"] = promotions.view(project, redemption.tier)
    return body | redemptions.spent_view(record)
