"""Promotions: campaigns without codes, whose tiers are redeemed by themselves.

https://docs.voucherify.io/api-reference/promotions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, metadata, values, views
from stampcard.voucherify.campaigns import blocks, campaigns
from stampcard.voucherify.campaigns.records import Campaign, Tier
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def find(call: Call[Project], reference: str) -> Tier:
    found = call.state.tiers.get(reference)
    if found is None:
        raise errors.not_found(call, "promotion_tier", reference)
    return found


def find_campaign(call: Call[Project]) -> Campaign:
    """Raises 404, invalid_campaign for one with codes (text assumed)."""
    campaign = campaigns.find(call, call.path["campaignId"])
    if campaign.campaign_type != "PROMOTION":
        raise errors.invalid_campaign(call, "Promotion tiers belong to PROMOTION campaigns only")
    return campaign


def view(project: Project, record: Tier) -> Json:
    campaign, category = record.campaign, record.category
    body: Json = {
        "id": record.id,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "name": record.name,
        "banner": record.banner,
        "action": {"discount": record.discount},
        "metadata": record.metadata,
        "hierarchy": record.hierarchy,
        "promotion_id": campaign.id,
        "campaign": {
            "id": campaign.id,
            **campaign.dates,
            "active": campaign.active,
            "category_id": campaign.category.id if campaign.category else None,
            "object": "campaign",
        },
        "campaign_id": campaign.id,
        "active": record.active,
        **record.dates,
        "summary": {
            "redemptions": {"total_redeemed": record.redeemed},
            "orders": {"total_amount": record.orders_amount, "total_discount_amount": record.discounts_amount},
        },
        "object": "promotion_tier",
        "validation_rule_assignments": views.rule_assignments(project, record.id),
        "category_id": category.id if category else None,
        "categories": [views.category(category)] if category else [],
    }
    return body


def of_campaign(project: Project, campaign: Campaign) -> list[Tier]:
    return sorted(
        (item for item in project.tiers.values() if item.campaign is campaign), key=lambda item: item.hierarchy
    )


def read_tier(call: Call[Project], body: Json, campaign: Campaign) -> Tier:
    """A tier as a request describes it, not yet added. Raises ApiError."""
    project = call.state
    discount = values.given(body.get("action")).get("discount")
    if discount is None:
        raise errors.invalid_payload(call, "Property .action should have required property 'discount'")
    category, _ = values.read_category(call, body)
    check_rules(call, body)
    metadata.check(call, "promotion_tier", body.get("metadata"))
    hierarchy = body.get("hierarchy", len(of_campaign(project, campaign)) + 1)
    return Tier(
        project.random_id("promo_"),
        body["name"],
        campaign,
        blocks.read_discount(call, discount, ".action.discount"),
        project.now,
        banner=body.get("banner"),
        hierarchy=hierarchy,
        active=body.get("active", True),
        metadata=body.get("metadata") or {},
        dates=values.given(values.read_dates(call, body)),
        category=category,
    )


def check_rules(call: Call[Project], body: Mapping[str, Any]) -> list[str]:
    wanted: list[str] = body.get("validation_rules") or []
    for rule in wanted:
        if rule not in call.state.rules:
            raise errors.not_found(call, "validation_rules", rule)
    return wanted


def add(project: Project, tier: Tier, rules: list[str]) -> None:
    project.tiers[tier.id] = tier
    for rule in rules:
        project.assign(project.rules[rule], "promotion_tier", tier.id)


def forget(project: Project, campaign: Campaign) -> None:
    """A campaign is deleted: its tiers and stacks are no more."""
    for tier in of_campaign(project, campaign):
        remove(project, tier)
    for stack in [item for item in project.stacks.values() if item.campaign is campaign]:
        del project.stacks[stack.id]


def remove(project: Project, tier: Tier) -> None:
    del project.tiers[tier.id]
    for assignment in list(project.assignments_of(tier.id)):
        project.remove_assignment(assignment)


async def browse(call: Call[Project]) -> Reply:
    project = call.state
    found = list(reversed(project.tiers.values()))
    if "is_available" in call.query:
        found = [item for item in found if (item.active and item.campaign.active) == call.query["is_available"]]
    found = lists.ordered(call, found, lambda item, name: getattr(item, name), "-created_at")
    return lists.page(call, "tiers", found, lambda item: view(project, item))


async def browse_campaign(call: Call[Project]) -> Reply:
    project = call.state
    found = of_campaign(project, find_campaign(call))
    body = views.listing("tiers", [view(project, item) for item in found], len(found))
    call.summary = f"{len(found)} tiers"
    return Reply(200, {**body, "has_more": False})


async def create(call: Call[Project]) -> Reply:
    project, body = call.state, values.given(call.body)
    campaign = find_campaign(call)
    tier = read_tier(call, body, campaign)
    add(project, tier, check_rules(call, body))
    happenings.note(call, "campaign.promotion_tier.created", tier)
    call.summary = f"promotion tier {tier.name} added to {campaign.name}"
    return Reply(200, view(project, tier))


async def read(call: Call[Project]) -> Reply:
    tier = find(call, call.path["promotionTierId"])
    call.summary = f"promotion tier {tier.name}"
    return Reply(200, view(call.state, tier))


async def update(call: Call[Project]) -> Reply:
    project, body = call.state, values.given(call.body)
    tier = find(call, call.path["promotionTierId"])
    discount = values.given(body.get("action")).get("discount")
    value = blocks.read_discount(call, discount, ".action.discount") if discount is not None else tier.discount
    changed = values.read_dates(call, call.body)
    category, _ = values.read_category(call, body)
    rules = check_rules(call, body)
    metadata.check(call, "promotion_tier", body.get("metadata"), tier.metadata)
    tier.discount, tier.dates = value, values.given({**tier.dates, **changed})
    tier.category = category or tier.category
    for name in ("name", "banner", "hierarchy", "active"):
        if name in body:
            setattr(tier, name, body[name])
    tier.metadata = values.merged_metadata(tier.metadata, body.get("metadata")) or {}
    tier.updated_at = project.now
    for rule in rules:
        project.assign(project.rules[rule], "promotion_tier", tier.id)
    happenings.note(call, "campaign.promotion_tier.updated", tier)
    call.summary = f"promotion tier {tier.name} updated"
    return Reply(200, view(project, tier))


async def delete(call: Call[Project]) -> Reply:
    project = call.state
    tier = find(call, call.path["promotionTierId"])
    remove(project, tier)
    happenings.note(call, "campaign.promotion_tier.deleted", tier)
    call.summary = f"promotion tier {tier.name} deleted"
    return Reply(204)


async def enable(call: Call[Project]) -> Reply:
    return switch(call, True)


async def disable(call: Call[Project]) -> Reply:
    return switch(call, False)


def switch(call: Call[Project], active: bool) -> Reply:
    tier = find(call, call.path["promotionTierId"])
    tier.active, tier.updated_at = active, call.state.now
    happenings.note(call, f"campaign.promotion_tier.{'enabled' if active else 'disabled'}", tier)
    call.summary = f"promotion tier {tier.name} {'enabled' if active else 'disabled'}"
    return Reply(200, view(call.state, tier))
