"""Campaigns: create, read, change, delete.

https://docs.voucherify.io/api-reference/campaigns
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, metadata, values, views
from stampcard.voucherify.campaigns import codes, definitions, issuing, promotions, referral_programs
from stampcard.voucherify.campaigns.records import Campaign
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.state import Json, Project


async def create(call: Call[Project]) -> Reply:
    """One code or none is made at once; more are made in the background."""
    project = call.state
    body = values.given(call.body)
    campaign, voucher = definitions.read_new(call, body)
    rules = check_rules(call, body)
    check_name(call, campaign.name)
    if campaign.campaign_type == "PROMOTION":
        return create_promotion(call, campaign, rules, values.given(body.get("promotion")).get("tiers") or [])
    wanted = 1 if campaign.type == "STANDALONE" else body.get("vouchers_count", 0)
    code = standalone_code(call, voucher) if campaign.type == "STANDALONE" else None
    if code is None:
        issuing.check_capacity(call, campaign, codes.read_config(voucher.get("code_config")), wanted)

    add(project, campaign)
    for rule in rules:
        project.assign(rule, "campaign", campaign.id)
    happenings.note(call, "campaign.created", campaign)
    fill(call, campaign, wanted, code)
    call.summary = f"campaign {campaign.name} ({campaign.campaign_type}) created with {wanted} codes"
    return Reply(200, views.campaign(campaign))


def create_promotion(call: Call[Project], campaign: Campaign, rules: list[Rule], rows: list[Json]) -> Reply:
    """A promotion has no codes; its tiers may come with it."""
    project = call.state
    tiers = [promotions.read_tier(call, values.given(row), campaign) for row in rows]
    add(project, campaign)
    for rule in rules:
        project.assign(rule, "campaign", campaign.id)
    for number, (tier, row) in enumerate(zip(tiers, rows, strict=True), 1):
        tier.hierarchy = row.get("hierarchy") or number
        promotions.add(project, tier, promotions.check_rules(call, row))
    happenings.note(call, "campaign.created", campaign)
    call.summary = f"promotion {campaign.name} created with {len(tiers)} tiers"
    return Reply(200, shown(project, campaign))


def shown(project: Project, campaign: Campaign) -> Json:
    """The campaign's body, a promotion with its tiers."""
    body = views.campaign(campaign)
    if campaign.campaign_type != "PROMOTION":
        return body
    tiers = [promotions.view(project, tier) for tier in promotions.of_campaign(project, campaign)]
    return {**body, "promotion": {**views.listing("tiers", tiers, len(tiers)), "has_more": False}}


def add(project: Project, campaign: Campaign) -> None:
    project.campaigns[campaign.id] = campaign
    project.campaign_names[campaign.name] = campaign


def fill(call: Call[Project], campaign: Campaign, wanted: int, code: str | None) -> None:
    """Make a new campaign's first codes."""
    project = call.state
    if code is not None:
        issuing.issue(project, campaign, code, {}, project.now)
    elif wanted > 1:
        issuing.start_generation(call, campaign, campaign.config, wanted, {})
    elif wanted == 1:
        made = codes.generate(campaign.config, project.world.chance, project.is_taken)
        if made is None:
            campaign.status = "FAILED"
        else:
            issuing.issue(project, campaign, made, {}, project.now)


def standalone_code(call: Call[Project], voucher: Json) -> str:
    """The one generic code of a STANDALONE campaign. Raises when it is missing or taken."""
    code: str | None = voucher.get("code")
    if code is None:
        raise errors.invalid_payload(call, "Property .voucher should have required property 'code'")
    if call.state.is_taken(code):
        raise errors.duplicate(call, "voucher", "with id", code)
    return code


def check_rules(call: Call[Project], body: Json) -> list[Rule]:
    """The rules a body wants assigned. Raises 404."""
    known = call.state.rules
    for rule in body.get("validation_rules", ()):
        if rule not in known:
            raise errors.not_found(call, "validation_rules", rule)
    return [known[rule] for rule in body.get("validation_rules", ())]


def check_name(call: Call[Project], name: str) -> None:
    project = call.state
    if name in project.campaign_names or f"campaign:{name}" in project.bin:
        raise errors.duplicate(call, "campaign", "with name", name)


def find(call: Call[Project], reference: str) -> Campaign:
    """By id or name. Raises 404."""
    found = call.state.find_campaign(reference)
    if found is None:
        raise errors.not_found(call, "campaign", reference)
    return found


async def read(call: Call[Project]) -> Reply:
    campaign = find(call, call.path["campaignId"])
    call.summary = f"campaign {campaign.name}: {campaign.count} codes, {campaign.status}"
    return Reply(200, shown(call.state, campaign))


async def browse(call: Call[Project]) -> Reply:
    """Newest first; filters by type and status."""
    found = list(reversed(call.state.campaigns.values()))
    kind, status = call.query.get("campaign_type"), call.query.get("campaign_status")
    if kind is not None:
        found = [item for item in found if item.campaign_type == kind]
    if status is not None:
        found = [item for item in found if status_of(item, call.state.now) == status]
    if call.query.get("is_referral_code") is not None:
        wanted = call.query["is_referral_code"]
        found = [item for item in found if item.definition.get("is_referral_code", False) == wanted]
    found = lists.filtered(call, found, views.campaign)
    return lists.page(call, "campaigns", found, lambda item: views.listed(shown(call.state, item)))


def status_of(campaign: Campaign, now: str) -> str:
    """ACTIVE, INACTIVE, SCHEDULED or EXPIRED."""
    if not campaign.active:
        return "INACTIVE"
    if campaign.dates.get("start_date", now) > now:
        return "SCHEDULED"
    return "EXPIRED" if campaign.dates.get("expiration_date", now) < now else "ACTIVE"


async def update(call: Call[Project]) -> Reply:
    """Dates, validity and category reach codes that are neither published nor redeemed."""
    project = call.state
    campaign = find(call, call.path["campaignId"])
    if campaign.protected:
        details = f"Resource campaign with id {campaign.id} is protected and cannot be modified"
        more = {"resource_id": campaign.id, "resource_type": "campaign"}
        raise errors.refusal(call, 400, "resource_protected", "Resource is protected", details, **more)
    body = call.body or {}
    changed = values.read_dates(call, body)
    duration = values.read_duration(call, body, "activity_duration_after_publishing")
    category, category_name = values.read_category(call, body)
    definition = definitions.changed_definition(call, campaign, body)
    kind = "voucher" if campaign.use_voucher_metadata_schema else "campaign"
    metadata.check(call, kind, body.get("metadata"), campaign.metadata)
    program = referral_programs.read_program(call, body.get("referral_program"), campaign.campaign_type)

    campaign.dates = values.given({**campaign.dates, **changed})
    campaign.window = values.window_of(campaign.dates)
    if "activity_duration_after_publishing" in body:
        campaign.activity_duration = duration
    if category or category_name:
        campaign.category, campaign.category_name = category, category_name
    campaign.definition = definition
    campaign.fresh = issuing.fresh_of(definition)
    change_plain(campaign, {**body, "referral_program": program if body.get("referral_program") else None})
    campaign.updated_at = project.now
    start_rewrite(call, campaign, bool(changed or category or category_name))
    happenings.note(call, "campaign.updated", campaign)
    call.summary = f"campaign {campaign.name} updated"
    return Reply(200, shown(project, campaign))


def change_plain(campaign: Campaign, body: Mapping[str, Any]) -> None:
    """Members that are simply replaced, and metadata, which merges."""
    for name, attribute in (
        ("description", "description"),
        ("join_once", "join_once"),
        ("auto_join", "auto_join"),
        ("type", "type"),
        ("loyalty_tiers_expiration", "tiers_expiration"),
    ):
        if body.get(name) is not None:
            setattr(campaign, attribute, body[name])
    if campaign.campaign_type == "LOYALTY_PROGRAM":
        campaign.join_once = True
    if campaign.campaign_type == "REFERRAL_PROGRAM" and body.get("referral_program") is not None:
        campaign.referral_program = {**(campaign.referral_program or {}), **values.given(body["referral_program"])}
    campaign.metadata = values.merged_metadata(campaign.metadata, body.get("metadata"))
    for name in body.get("unset_metadata_fields") or ():
        if campaign.metadata is not None:
            campaign.metadata = {key: value for key, value in campaign.metadata.items() if key != name}


def start_rewrite(call: Call[Project], campaign: Campaign, touches_codes: bool) -> None:
    """The vouchers are rewritten by an async action, which the list of async actions shows."""
    project = call.state
    action = issuing.add_action(project, "CAMPAIGN.VOUCHERS_UPDATE", errors.request_id(call))

    async def run() -> None:
        done = 0
        for voucher in campaign.vouchers:
            if voucher.deleted or voucher.publish_count or voucher.redeemed_quantity:
                continue
            done += 1
            if touches_codes:
                voucher.start_date = campaign.dates.get("start_date")
                voucher.expiration_date = campaign.dates.get("expiration_date")
                voucher.window = campaign.window
                voucher.category, voucher.category_name = campaign.category, campaign.category_name
        issuing.finish(project, action, True, {"message": f"Updated {done} vouchers.", "done_count": done})

    name = f"update vouchers of {campaign.name}"
    project.world.clock.after(timedelta(), run, name=name, vendor="voucherify", cause=call.id)


async def enable(call: Call[Project]) -> Reply:
    return switch(call, True)


async def disable(call: Call[Project]) -> Reply:
    """Codes can still be published; validation and redemption refuse them."""
    return switch(call, False)


def switch(call: Call[Project], active: bool) -> Reply:
    campaign = find(call, call.path["campaignId"])
    campaign.active = active
    campaign.updated_at = call.state.now
    happenings.note(call, f"campaign.{'enabled' if active else 'disabled'}", campaign)
    call.summary = f"campaign {campaign.name} {'enabled' if active else 'disabled'}"
    return Reply(200, {})


async def delete(call: Call[Project]) -> Reply:
    """The campaign is gone at once, its codes by an async action; `force` frees name and codes."""
    project = call.state
    campaign = find(call, call.path["campaignId"])
    keep = not call.query.get("force", False)
    del project.campaigns[campaign.id], project.campaign_names[campaign.name]
    campaign.deleted = True
    promotions.forget(project, campaign)
    if keep:
        project.reserve("campaign", campaign.name, campaign.id)
    action = issuing.add_action(project, "CAMPAIGN.VOUCHERS_DELETE", errors.request_id(call))

    async def run() -> None:
        found = [voucher for voucher in campaign.vouchers if not voucher.deleted]
        for voucher in found:
            project.remove_voucher(voucher, keep_code=keep)
        campaign.vouchers.clear()
        campaign.free.clear()
        result = {"message": f"Deleted {len(found)} vouchers.", "done_count": len(found)}
        issuing.finish(project, action, True, result)

    name = f"delete vouchers of {campaign.name}"
    project.world.clock.after(timedelta(), run, name=name, vendor="voucherify", cause=call.id)
    happenings.note(call, "campaign.deleted", campaign)
    call.summary = f"campaign {campaign.name} deleted"
    return Reply(202, {"async_action_id": action.id})
