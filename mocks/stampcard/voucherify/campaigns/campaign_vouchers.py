"""Codes that are added to a campaign, and vouchers' own members that override the campaign's.

https://docs.voucherify.io/api-reference/campaigns/add-vouchers-to-campaign
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, errors, happenings, metadata, values, views
from stampcard.voucherify.campaigns import campaigns, codes, issuing
from stampcard.voucherify.campaigns.records import Campaign
from stampcard.voucherify.state import Json, Project


async def add_vouchers(call: Call[Project]) -> Reply:
    """One code: the voucher. More: an async action."""
    project = call.state
    campaign = campaigns.find(call, call.path["campaignId"])
    wanted: int = call.query.get("vouchers_count", 1)
    check_can_grow(call, campaign)
    body = values.given(call.body)
    overrides = read_overrides(call, body)
    if "code" in body and wanted == 1:
        return add_one(call, campaign, body["code"], overrides)
    config = codes.read_config(body["code_config"]) if "code_config" in body else campaign.config
    config = issuing.check_capacity(call, campaign, config, wanted)
    if wanted > 1:
        action = issuing.start_generation(call, campaign, config, wanted, overrides)
        call.summary = f"{wanted} codes are being added to campaign {campaign.name}"
        return Reply(202, {"async_action_id": action.id})
    code = codes.generate(config, project.world.chance, project.is_taken)
    if code is None:
        details = "Not possible to generate requested number of codes."
        raise errors.refusal(call, 400, "invalid_code_config", "Invalid code config", details)
    return add_one(call, campaign, code, overrides)


async def add_voucher(call: Call[Project]) -> Reply:
    """Add one voucher with a code of the caller's choice; the body is optional."""
    campaign = campaigns.find(call, call.path["campaignId"])
    check_can_grow(call, campaign)
    return add_one(call, campaign, call.path["code"], read_overrides(call, values.given(call.body)))


def add_one(call: Call[Project], campaign: Campaign, code: str, overrides: Json) -> Reply:
    project = call.state
    if project.is_taken(code):
        raise errors.duplicate(call, "voucher", "with id", code)
    voucher = issuing.issue(project, campaign, code, overrides, project.now)
    happenings.note(call, "voucher.created", voucher)
    call.summary = f"code {code} added to campaign {campaign.name}"
    return Reply(200, views.voucher(voucher))


def check_can_grow(call: Call[Project], campaign: Campaign) -> None:
    if not campaign.definition:
        raise errors.invalid_campaign(call, "You can not generate vouchers for PROMOTION campaign.")
    if campaign.type == "STANDALONE":
        raise errors.invalid_campaign(call, "You can not generate vouchers for STANDALONE type campaign.")


def read_overrides(call: Call[Project], body: Json) -> Json:
    """What the codes have of their own: record fields by name."""
    found: Json = {name: body[name] for name in ("additional_info", "metadata") if name in body}
    for name in ("start_date", "expiration_date"):
        if name in body:
            found[name] = dates.normal(body[name])
            if found[name] is None:
                raise errors.not_a_date(call, f".{name}")
    if "metadata" in body:
        metadata.check(call, "voucher", body["metadata"])
    quantity = values.given(body.get("redemption")).get("quantity")
    if quantity is not None:
        found["quantity"] = quantity
    category, category_name = values.read_category(call, body)
    if category or category_name:
        found |= {"category": category, "category_name": category_name}
    return found
