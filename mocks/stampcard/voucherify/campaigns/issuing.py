"""New codes: one at a time inside a call, or many in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify import errors, happenings
from stampcard.voucherify.campaigns import codes
from stampcard.voucherify.campaigns.codes import CodeConfig
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.management.records import AsyncAction
from stampcard.voucherify.state import Json, Project
from stampcard.voucherify.views import BLOCKS

CAMPAIGN_LIMIT = 100_000
_CHUNK = 5_000

Overrides = Mapping[str, Any]
"""What a voucher has of its own instead of its campaign's: record fields by name."""


def issue(project: Project, campaign: Campaign, code: str, overrides: Overrides, now: str) -> Voucher:
    """Add one code that is known to be free."""
    definition = campaign.definition
    voucher = Voucher(
        project.long_id("v_"),
        code,
        definition["type"],
        campaign.fresh,
        campaign,
        now,
        start_date=campaign.dates.get("start_date"),
        expiration_date=campaign.dates.get("expiration_date"),
        window=campaign.window,
        category=campaign.category,
        category_name=campaign.category_name,
        is_referral_code=definition["is_referral_code"],
        quantity=definition["redemption"]["quantity"],
    )
    for name, value in overrides.items():
        setattr(voucher, name, value)
    project.add_voucher(voucher)
    return voucher


def fresh_of(definition: Json) -> Json:
    """The value block of a campaign's new codes."""
    kind = definition.get("type")
    return fresh_value(kind, definition[BLOCKS[kind]]) if kind else {}


def fresh_value(kind: str, value: Json) -> Json:
    """A new code's own value block: gifts and cards have a balance."""
    if kind == "GIFT_VOUCHER":
        return {"amount": value["amount"], "balance": value["amount"], "effect": value["effect"]}
    if kind == "LOYALTY_CARD":
        return {"points": value["points"], "balance": value["points"]}
    return value


def check_capacity(call: Call[Project], campaign: Campaign, config: CodeConfig | None, wanted: int) -> CodeConfig:
    """A usable configuration with room for that many more codes. Raises invalid_code_config.

    That key is the vendor's; that it is the answer here, and its text, are assumed.
    """
    if config is None:
        details = "Code config must leave at least one random character"
        raise errors.refusal(call, 400, "invalid_code_config", "Invalid code config", details)
    if config.capacity < wanted + (campaign.count if config == campaign.config else 0):
        details = "Not possible to generate requested number of codes."
        raise errors.refusal(call, 400, "invalid_code_config", "Invalid code config", details)
    if campaign.count + wanted > CAMPAIGN_LIMIT:
        message = f"the vendor allows {CAMPAIGN_LIMIT} codes in a campaign by creating and importing"
        call.diagnose("over-limit", message, severity="error")
    return config


def start_generation(
    call: Call[Project], campaign: Campaign, config: CodeConfig, wanted: int, overrides: Overrides
) -> AsyncAction:
    """Have that many codes made in the background; the campaign is IN_PROGRESS until then."""
    project = call.state
    action = add_action(project, "CAMPAIGN.VOUCHERS_GENERATE", errors.request_id(call))
    campaign.status = "IN_PROGRESS"

    async def run() -> None:
        made = 0
        for so_far in generating(project, campaign, config, wanted, overrides):
            made = so_far
            await asyncio.sleep(0)  # Others may work in between.
        campaign.status = "DONE" if made == wanted else "FAILED"
        finish(project, action, made == wanted, {"message": f"Generated {made} vouchers.", "done_count": made})
        if made == wanted:
            happenings.note(call, "campaign.vouchers.generation.completed", campaign)
        what = f"{made} of {wanted} codes of campaign {campaign.name} generated"
        project.world.record("voucherify", "campaign.vouchers.generation.completed", what, cause=call.id)

    name = f"generate {wanted} codes for {campaign.name}"
    project.world.clock.after(timedelta(), run, name=name, vendor="voucherify", cause=call.id)
    return action


def generating(
    project: Project, campaign: Campaign, config: CodeConfig, wanted: int, overrides: Overrides
) -> Iterator[int]:
    """Add up to `wanted` codes, as many as there are left; tells how many from time to time and at the end."""
    chance, now, made, misses = project.world.chance, project.now, 0, 0
    for code in codes.candidates(config, chance):
        if made == wanted or campaign.deleted:
            break
        if misses > 20:
            found = codes.generate(config, chance, project.is_taken)
            if found is None:
                break
            code = found
        elif project.is_taken(code):
            misses += 1
            continue
        issue(project, campaign, code, overrides, now)
        made, misses = made + 1, max(0, misses - 1)
        if made % _CHUNK == 0:
            yield made
    yield made


def add_action(project: Project, kind: str, request_id: str) -> AsyncAction:
    action = AsyncAction(project.serial_id("aa_"), kind, project.now, request_id)
    project.async_actions[action.id] = action
    return action


def finish(project: Project, action: AsyncAction, succeeded: bool, result: Json) -> None:
    action.status = "DONE" if succeeded else "FAILED"
    action.operation_status = "SUCCESS" if succeeded else "FAILED"
    action.result = result
    action.updated_at = project.now
    action.processing_time = 0
