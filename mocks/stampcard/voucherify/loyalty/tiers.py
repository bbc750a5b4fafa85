"""Loyalty tiers of a campaign, and the tier a member is in.

https://docs.voucherify.io/api-reference/loyalties/create-loyalty-tiers
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, metadata, values, views
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.points import cards, tier_moves
from stampcard.voucherify.points.records import Hold, LoyaltyTier
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def view(record: LoyaltyTier) -> Json:
    return {
        "id": record.id,
        "name": record.name,
        "campaign_id": record.campaign.id,
        "metadata": record.metadata,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "earning_rules": record.earning_rules,
        "rewards": record.rewards,
        "config": {"points": record.points},
        "points": record.points,
        "object": "loyalty_tier",
    }


def hold_view(hold: Hold, card: Voucher) -> Json:
    assert card.holder is not None
    body: Json = {
        "customer_id": card.holder.id,
        "campaign_id": hold.tier.campaign.id,
        "tier_id": hold.tier.id,
        "start_date": hold.start_date,
        "created_at": hold.created_at,
    }
    for name in ("expiration_date", "updated_at"):
        if getattr(hold, name) is not None:
            body[name] = getattr(hold, name)
    return body


async def browse(call: Call[Project]) -> Reply:
    """In the order they were created, unless `order` says otherwise."""
    campaign = cards.find(call, call.path["campaignId"])
    found = lists.sorted_by(call, call.state.ledger.tiers_of(campaign), lambda item, name: getattr(item, name))
    return lists.page(call, "data", found, view)


async def create(call: Call[Project]) -> Reply:
    """All of the array or none; members whose points fit come to the new tiers at once."""
    project = call.state
    campaign = cards.find(call, call.path["campaignId"])
    made = [read_tier(call, campaign, values.given(row)) for row in call.body]
    for tier in made:
        project.ledger.tiers[tier.id] = tier
    group = errors.request_id(call)
    for tier in made:
        happenings.tell(project, group, "campaign.loyalty_tier.created", None, tier)
    for card in list(project.all_vouchers(campaign)):
        tier_moves.after_points(project, card, group)
    call.summary = f"{len(made)} tiers of {campaign.name} created"
    return Reply(200, [view(tier) for tier in made])


def read_tier(call: Call[Project], campaign: Campaign, body: Json) -> LoyaltyTier:
    """Raises 404 for rules and rewards that are not the campaign's, invalid_payload for a range upside down."""
    project, points = call.state, values.given(body["points"])
    if "to" in points and points["to"] < points["from"]:
        raise errors.invalid_payload(call, "Property .points.to should be >= Property .points.from")
    for rule in body.get("earning_rules", ()):
        found = project.earning_rules.get(rule)
        if found is None or found.campaign is not campaign:
            raise errors.not_found(call, "earning_rule", rule)
    for reward in body.get("rewards", ()):
        if reward not in project.rewards and reward not in project.reward_assignments:
            raise errors.not_found(call, "reward", reward)
    metadata.check(call, "loyalty_tier", body.get("metadata"))
    return LoyaltyTier(
        project.random_id("ltr_"),
        body["name"],
        campaign,
        points,
        project.now,
        body.get("earning_rules", {}),
        body.get("rewards", {}),
        body.get("metadata", {}),
    )


async def read(call: Call[Project]) -> Reply:
    campaign, wanted = cards.find(call, call.path["campaignId"]), call.path["loyaltyTierId"]
    found = call.state.ledger.tiers.get(wanted)
    if found is None or found.campaign is not campaign:
        raise errors.not_found(call, "loyalty_tier", wanted)
    call.summary = f"tier {found.name}"
    return Reply(200, view(found))


async def of_member(call: Call[Project]) -> Reply:
    """The tier the card is in; none or one."""
    card = cards.find_card(call)
    hold = call.state.ledger.holds.get(card.id)
    shown = [{**view(hold.tier), "expiration": hold_view(hold, card)}] if hold is not None else []
    call.summary = f"{card.code} is in {hold.tier.name}" if hold is not None else f"{card.code} is in no tier"
    return Reply(200, views.listing("data", shown, len(shown)))
