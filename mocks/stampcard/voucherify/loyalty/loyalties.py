"""Loyalty programs and their members: a member is a loyalty card that has a holder.

https://docs.voucherify.io/api-reference/loyalties
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, views
from stampcard.voucherify.campaigns import campaigns, vouchers
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.points import balances, buckets, cards
from stampcard.voucherify.points.records import Transaction
from stampcard.voucherify.state import Project

# Programs


async def browse(call: Call[Project]) -> Reply:
    found = [item for item in reversed(call.state.campaigns.values()) if item.campaign_type == "LOYALTY_PROGRAM"]
    found = lists.ordered(call, found, lambda item, name: getattr(item, name), "-created_at")
    return lists.page(call, "campaigns", found, views.campaign)


async def create(call: Call[Project]) -> Reply:
    call.body = {**call.body, "campaign_type": call.body.get("campaign_type") or "LOYALTY_PROGRAM"}
    if call.body["campaign_type"] != "LOYALTY_PROGRAM":
        raise errors.invalid_campaign(call, "Property 'campaign_type' should be LOYALTY_PROGRAM")
    return await campaigns.create(call)


async def read(call: Call[Project]) -> Reply:
    cards.find(call, call.path["campaignId"])
    return await campaigns.read(call)


async def update(call: Call[Project]) -> Reply:
    cards.find(call, call.path["campaignId"])
    return await campaigns.update(call)


async def delete(call: Call[Project]) -> Reply:
    """As any campaign, but answered 200."""
    cards.find(call, call.path["campaignId"])
    reply = await campaigns.delete(call)
    return Reply(200, reply.body)


# Members


async def browse_members(call: Call[Project]) -> Reply:
    campaign, query = cards.find(call, call.path["campaignId"]), call.query
    found = [item for item in call.state.all_vouchers(campaign) if item.holder is not None]
    if "customer" in query:
        who = query["customer"]
        found = [item for item in found if item.holder and who in (item.holder.id, item.holder.source_id)]
    if "code" in query:
        found = [item for item in found if item.code == query["code"]]
    found = lists.ordered(call, found, lambda item, name: getattr(item, name), "-created_at")
    return lists.page(call, "vouchers", found, views.voucher)


async def add_member(call: Call[Project]) -> Reply:
    """A publication of the campaign, answered by the card."""
    campaign = cards.find(call, call.path["campaignId"])
    body: dict[str, Any] = {**call.body, "campaign": campaign.id}
    if body.get("voucher"):
        card = vouchers.find(call, body["voucher"])
        if card.campaign is not campaign:
            raise errors.not_found(call, "voucher", body["voucher"])
        body.pop("campaign")
    publication = publications.publish(call, publications.Order(body, False))
    return Reply(200, views.voucher(publication.vouchers[0]))


async def read_member(call: Call[Project]) -> Reply:
    card = cards.find_card(call)
    call.summary = f"loyalty card {card.code}: {card.value['balance']} points"
    return Reply(200, views.voucher(card))


async def change_balance(call: Call[Project]) -> Reply:
    """Points by hand; the card must have a holder."""
    card, body = cards.find_card(call), call.body
    end = buckets.read_end(call, card)
    if card.holder is None:
        message = "Customer must be a holder of a loyalty card."
        raise errors.refusal(call, 400, "invalid_customer", message, card.code)
    balances.check_change(call, card, body["points"])
    changed = balances.adjust(call, card, body["points"], end)
    points = changed.pop("amount")
    return Reply(200, {"points": points, **changed})


async def transfer(call: Call[Project]) -> Reply:
    """All transfers or none."""
    project, target = call.state, cards.find_card(call)
    wanted: dict[str, int] = {}
    sources = []
    for row in call.body:
        source = vouchers.find(call, row["code"])
        if source.type != "LOYALTY_CARD" or source is target:
            raise errors.not_found(call, "voucher", row["code"])
        wanted[source.id] = wanted.get(source.id, 0) + row["points"]
        if source.value["balance"] < wanted[source.id]:
            key = "loyalty_card_points_exceeded"
            raise errors.refusal(call, 400, key, "loyalty card points exceeded", row["code"])
        sources.append((source, row))
    for source, row in sources:
        move(project, source, target, row, errors.request_id(call))
    call.summary = f"{sum(wanted.values())} points moved to {target.code}"
    return Reply(200, views.voucher(target))


def move(project: Project, source: Voucher, target: Voucher, row: dict[str, Any], group: str) -> None:
    """Points that are moved expire anew, by the rules of the program they come to."""
    short = [{"id": card.id, "code": card.code} for card in (source, target)]
    about = {"source_voucher": short[0], "destination_voucher": short[1]}

    def change(card: Voucher, points: int, kind: str) -> Transaction:
        end = buckets.program_end(project, card) if points > 0 else None
        made = balances.move(
            project, card, points, kind, group=group, operation="MANUAL", granted=True, about=about, end=end
        )
        made.source_id, made.reason, made.source = row.get("source_id"), row.get("reason"), "API"
        return made

    out = change(source, -row["points"], "TRANSFER_OUT")
    received = change(target, row["points"], "TRANSFER_IN")
    out.related, received.related = received.id, out.id


async def browse_campaign_transactions(call: Call[Project]) -> Reply:
    cards.find(call, call.path["campaignId"])
    return await balances.browse_campaign(call)


async def browse_transactions(call: Call[Project]) -> Reply:
    card = cards.find_card(call)
    return balances.cursor(call, [item for item in call.state.transactions if item.voucher is card])


def earn(project: Project, group: str, card: Voucher, points: int, about: dict[str, Any], end: str | None) -> None:
    """Points earned by a rule; `end` is their last day."""
    transaction = balances.move(
        project, card, points, "ACCRUAL", group=group, operation="AUTOMATIC", granted=True, about=about, end=end
    )
    happenings.tell(project, group, "customer.rewarded.loyalty_points", card.holder, transaction)
    happenings.tell(project, group, "customer.voucher.loyalty_card.points_added", card.holder, transaction)
