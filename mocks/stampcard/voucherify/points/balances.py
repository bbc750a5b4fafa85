"""Balances of gift cards and loyalty cards, and the transactions that tell how they came about.

https://docs.voucherify.io/api-reference/vouchers/update-voucher-balance
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, views
from stampcard.voucherify.campaigns import campaigns, vouchers
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.points import buckets, tier_moves
from stampcard.voucherify.points.records import Transaction
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

PENDING = "PENDING_POINTS_ACTIVATION"
WORDS = {"GIFT_VOUCHER": ("CREDITS", "amount", "gift_voucher"), "LOYALTY_CARD": ("POINTS", "points", "loyalty_card")}


def move(
    project: Project,
    voucher: Voucher,
    change: int,
    kind: str,
    *,
    group: str,
    operation: str,
    granted: bool,
    **more: Any,
) -> Transaction:
    """Change a card's balance and note it. `kind` is ADDITION, REMOVAL, REDEMPTION, REFUND, ACCRUAL ...

    `group` is the request it happened in; `granted` says the change counts in what was granted in all; `more` are
    members of the transaction's record (source, source_id, reason, related), `about`, members of its details, and
    `end`, the last day of points that expire.
    """
    end = more.pop("end", None)
    word, unit, name = WORDS[voucher.type]
    value = voucher.value
    total = value[unit] + (change if granted else 0)
    voucher.value = {**value, unit: total, "balance": value["balance"] + change}
    voucher.updated_at = project.now
    balance = {
        "type": name,
        "total": total,
        "object": "balance",
        unit: change,
        "balance": voucher.value["balance"],
        "operation_type": operation,
        "related_object": {"id": voucher.id, "type": "voucher"},
    }
    details = {"balance": balance, **more.pop("about", {})}
    kind_of = PENDING if kind == "ACTIVATION" else f"{word}_{kind}"
    transaction = Transaction(project.serial_id("vtx_"), voucher, kind_of, details, project.now, **more)
    project.transactions.append(transaction)
    follow(project, transaction, kind, group, end)
    return transaction


def follow(project: Project, transaction: Transaction, kind: str, group: str, end: str | None) -> None:
    """What a change of a balance brings about: the holder's summary, points that expire, tiers."""
    voucher = transaction.voucher
    _, unit, name = WORDS[voucher.type]
    change = transaction.details["balance"][unit]
    if voucher.holder is not None:
        note_holder(voucher.holder, voucher, change)
    if voucher.type == "LOYALTY_CARD":
        buckets.settle(project, voucher, change, kind, transaction.details, end)
    happenings.tell(project, group, f"voucher.{name.removesuffix('_voucher')}.transaction.created", None, transaction)
    if voucher.type == "LOYALTY_CARD":
        tier_moves.after_points(project, voucher, group)


def note_holder(customer: Customer, voucher: Voucher, change: int) -> None:
    """The holder's summary: what there is to go; loyalty points by campaign too."""
    summary = customer.summary or views.NO_SUMMARY
    block, word = ("gift", "amount_to_go") if voucher.type == "GIFT_VOUCHER" else ("loyalty_card", "points_to_go")
    redemptions = summary["redemptions"]
    changed = {**redemptions[block], word: redemptions[block][word] + change}
    customer.summary = {**summary, "redemptions": {**redemptions, block: changed}}
    if voucher.type == "LOYALTY_CARD" and voucher.campaign is not None:
        loyalty = customer.loyalty or views.NO_LOYALTY
        name = voucher.campaign.name
        of_campaign = loyalty["campaigns"].get(name, {"points": 0, "referred_customers": 0})
        points = {**of_campaign, "points": of_campaign["points"] + change}
        customer.loyalty = {
            **loyalty,
            "points": loyalty["points"] + change,
            "campaigns": {**loyalty["campaigns"], name: points},
        }


async def change(call: Call[Project]) -> Reply:
    """Add to a balance, or take from it by a negative number; never below zero."""
    voucher = vouchers.find(call, call.path["code"])
    if voucher.type not in WORDS:
        details = "Transactions are allowed only for loyalty or gift campaigns"
        raise errors.refusal(call, 403, "forbidden", "Forbidden", details)
    amount: int = call.body["amount"]
    check_change(call, voucher, amount)
    return Reply(200, adjust(call, voucher, amount))


def check_change(call: Call[Project], voucher: Voucher, amount: int) -> None:
    """Raises when the balance does not suffice, or for nothing."""
    if amount == 0:
        details = "Amount has to be a valid positive number"
        raise errors.refusal(call, 400, "invalid_amount", "Invalid Amount", details)
    if voucher.value["balance"] + amount < 0:
        gift = voucher.type == "GIFT_VOUCHER"
        key = "gift_amount_exceeded" if gift else "loyalty_card_points_exceeded"
        raise errors.refusal(call, 400, key, key.replace("_", " "), voucher.code)


def adjust(call: Call[Project], voucher: Voucher, amount: int, end: str | None = None) -> Json:
    """A checked change by hand; returns the balance as the call answers it. `end` is the last day of added points."""
    project, body = call.state, call.body
    source = call.request.headers.get("x-voucherify-channel") or "API"
    transaction = move(
        project,
        voucher,
        amount,
        "ADDITION" if amount > 0 else "REMOVAL",
        group=errors.request_id(call),
        operation="MANUAL",
        granted=True,
        end=end,
        source=source,
        source_id=body.get("source_id"),
        reason=body.get("reason"),
    )
    kind = "gift.balance_added" if voucher.type == "GIFT_VOUCHER" else "loyalty_card.points_added"
    happenings.tell(project, errors.request_id(call), f"customer.voucher.{kind}", voucher.holder, transaction)
    call.summary = f"{amount:+d} on {voucher.code}: balance {voucher.value['balance']}"
    balance = {name: value for name, value in transaction.details["balance"].items() if name != "points"}
    return {"amount": amount, **balance}


# Transactions


def view(record: Transaction) -> Json:
    campaign = record.voucher.campaign
    return {
        "id": record.id,
        "source_id": record.source_id,
        "voucher_id": record.voucher.id,
        "campaign_id": campaign.id if campaign else None,
        "source": record.source,
        "reason": record.reason,
        "type": record.type,
        "details": record.details,
        "related_transaction_id": record.related,
        "created_at": record.created_at,
    }


async def browse(call: Call[Project]) -> Reply:
    """Newest first; a discount voucher has none."""
    voucher = vouchers.find(call, call.path["code"])
    return cursor(call, [item for item in call.state.transactions if item.voucher is voucher])


async def browse_campaign(call: Call[Project]) -> Reply:
    campaign = campaigns.find(call, call.path["campaignId"])
    if campaign.campaign_type not in ("GIFT_VOUCHERS", "LOYALTY_PROGRAM"):
        details = "Transactions are allowed only for loyalty or gift campaigns"
        raise errors.refusal(call, 403, "forbidden", "Forbidden", details)
    return cursor(call, [item for item in call.state.transactions if item.voucher.campaign is campaign])


def cursor(call: Call[Project], found: list[Transaction]) -> Reply:
    found = lists.filtered(call, found[::-1], view)
    return lists.cursor(call, found, view, lambda item: item.id)
