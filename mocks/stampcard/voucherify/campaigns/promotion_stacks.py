"""Promotion stacks: tiers of a promotion that are redeemed together, in an order of their own.

https://docs.voucherify.io/api-reference/promotions (promotion stacks)
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, lists, values, views
from stampcard.voucherify.campaigns import promotions
from stampcard.voucherify.campaigns.records import Campaign, Category, Stack
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def find(call: Call[Project]) -> Stack:
    """The stack of the path's campaign. Raises 404."""
    campaign = promotions.find_campaign(call)
    wanted = call.path["stackId"]
    found = call.state.stacks.get(wanted)
    if found is None or found.campaign is not campaign:
        raise errors.not_found(call, "promotion_stack", wanted)
    return found


def view(record: Stack) -> Json:
    """The stack; `updated_at` only once it was changed."""
    category = record.category
    body: Json = {
        "id": record.id,
        "name": record.name,
        "created_at": record.created_at,
        "campaign_id": record.campaign.id,
        "tiers": {"ids": record.tier_ids, "hierarchy_mode": record.hierarchy_mode},
        "category_id": category.id if category else None,
        "categories": [views.category(category)] if category else [],
        "object": "promotion_stack",
    }
    return body if record.updated_at is None else {**body, "updated_at": record.updated_at}


async def browse(call: Call[Project]) -> Reply:
    """Newest first; `created_at[before]` and its kin narrow it down."""
    found = list(reversed(call.state.stacks.values()))
    ranges = lists.nested_query(call)
    for name in ("created_at", "updated_at"):
        found = [item for item in found if lists.in_range(call, name, getattr(item, name), ranges)]
    found = lists.filtered(call, found, view)
    found = lists.ordered(call, found, lambda item, name: getattr(item, name), "-created_at")
    return lists.page(call, "data", found, view)


async def browse_campaign(call: Call[Project]) -> Reply:
    campaign = promotions.find_campaign(call)
    found = [view(item) for item in reversed(call.state.stacks.values()) if item.campaign is campaign]
    call.summary = f"{len(found)} promotion stacks"
    return Reply(200, views.listing("data", found, len(found)))


async def create(call: Call[Project]) -> Reply:
    """The ids' order is the order of redemption."""
    project, body = call.state, values.given(call.body)
    campaign = promotions.find_campaign(call)
    ids = read_ids(call, campaign, body["tiers"]["ids"])
    category = read_category(call, body)
    record = Stack(project.random_id("stack_"), body["name"], campaign, ids, project.now, category=category)
    project.stacks[record.id] = record
    call.summary = f"promotion stack {record.name} of {len(ids)} tiers"
    return Reply(200, view(record))


def read_ids(call: Call[Project], campaign: Campaign, wanted: list[str]) -> list[str]:
    """Tiers of this campaign, each once (assumed: of another campaign is the same as unknown). Raises 404, 400."""
    for reference in wanted:
        tier = call.state.tiers.get(reference)
        if tier is None or tier.campaign is not campaign:
            raise errors.not_found(call, "promotion_tier", reference)
    if len(set(wanted)) < len(wanted):
        raise errors.invalid_payload(call, "Property .tiers.ids should NOT have duplicate items")
    return list(wanted)


def read_category(call: Call[Project], body: Json) -> Category | None:
    category, _ = values.read_category(call, body)
    return category


async def read(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"promotion stack {record.name}"
    return Reply(200, view(record))


async def update(call: Call[Project]) -> Reply:
    record, body = find(call), values.given(call.body)
    wanted = values.given(body.get("tiers")).get("ids")
    ids = read_ids(call, record.campaign, wanted) if wanted is not None else record.tier_ids
    category = read_category(call, body) if "category_id" in body else record.category
    if call.body.get("category_id", "") is None:
        category = None
    record.name, record.tier_ids, record.category = body.get("name", record.name), ids, category
    record.updated_at = call.state.now
    call.summary = f"promotion stack {record.name} updated"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    """The tiers stay."""
    record = find(call)
    del call.state.stacks[record.id]
    call.summary = f"promotion stack {record.name} deleted"
    return Reply(204)
