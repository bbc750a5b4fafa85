"""A campaign as a body defines it: its type, its dates, and what each of its codes copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify import errors, metadata, values, views
from stampcard.voucherify.campaigns import blocks, codes, issuing, referral_programs
from stampcard.voucherify.campaigns.codes import CodeConfig
from stampcard.voucherify.campaigns.records import Campaign
from stampcard.voucherify.state import Json, Project

VOUCHER_TYPES = {
    "DISCOUNT_COUPONS": "DISCOUNT_VOUCHER",
    "GIFT_VOUCHERS": "GIFT_VOUCHER",
    "LOYALTY_PROGRAM": "LOYALTY_CARD",
    "REFERRAL_PROGRAM": "DISCOUNT_VOUCHER",
}
FROM_VOUCHER = {
    "DISCOUNT_VOUCHER": "DISCOUNT_COUPONS",
    "GIFT_VOUCHER": "GIFT_VOUCHERS",
    "LOYALTY_CARD": "LOYALTY_PROGRAM",
}


def read_new(call: Call[Project], given: Mapping[str, Any]) -> tuple[Campaign, Json]:
    """A campaign as a body defines it, not yet added, and the voucher block of the body."""
    body = values.given(given)
    voucher = values.given(body.get("voucher"))
    kind = campaign_type(call, body, voucher)
    return read_campaign(call, body, voucher, kind), voucher


def campaign_type(call: Call[Project], body: Json, voucher: Json) -> str:
    """The type named, or the one the voucher tells. Raises invalid_campaign when they disagree."""
    kind: str | None = body.get("campaign_type")
    if kind is None:
        if voucher.get("is_referral_code") or "referral_program" in body:
            kind = "REFERRAL_PROGRAM"
        elif "promotion" in body:
            kind = "PROMOTION"
        else:
            kind = FROM_VOUCHER.get(voucher.get("type", ""))
    if kind is None:
        raise errors.invalid_campaign(call, "Property 'campaign_type' is required")
    expected = VOUCHER_TYPES.get(kind)
    if expected and voucher.get("type", expected) != expected:
        raise errors.invalid_campaign(call, f"Property 'voucher.type' should be {expected} for {kind} campaign")
    return kind


def read_campaign(call: Call[Project], body: Json, voucher: Json, kind: str) -> Campaign:
    """A campaign as a request defines it, not yet added. Raises ApiError."""
    project = call.state
    definition = read_definition(call, voucher, kind)
    category, category_name = values.read_category(call, body)
    block = read_dates(call, body)
    uses_voucher_schema = body.get("use_voucher_metadata_schema", kind != "PROMOTION")
    metadata.check(call, "voucher" if uses_voucher_schema else "campaign", body.get("metadata"))
    return Campaign(
        project.random_id("camp_"),
        body["name"],
        kind,
        body.get("type", "STATIC"),
        definition,
        codes.read_config(voucher.get("code_config")) or CodeConfig(),
        project.now,
        block,
        issuing.fresh_of(definition),
        values.window_of(block),
        description=body.get("description"),
        auto_join=body.get("auto_join", False),
        join_once=kind == "LOYALTY_PROGRAM" or body.get("join_once", False),
        use_voucher_metadata_schema=uses_voucher_schema,
        activity_duration=values.read_duration(call, body, "activity_duration_after_publishing"),
        metadata=body.get("metadata"),
        category=category,
        category_name=category_name,
        referral_program=referral_programs.read_program(call, body.get("referral_program"), kind),
        tiers_expiration=body.get("loyalty_tiers_expiration"),
    )


def read_dates(call: Call[Project], body: Mapping[str, Any]) -> Json:
    return values.given(values.read_dates(call, body))


def read_definition(call: Call[Project], voucher: Json, kind: str) -> Json:
    """What each code of the campaign copies; nothing for a promotion."""
    if kind == "PROMOTION":
        return {}
    voucher_type = VOUCHER_TYPES[kind]
    block = views.BLOCKS[voucher_type]
    if block not in voucher:
        raise errors.invalid_campaign(call, f"Property '{block}' is required for {kind} campaign")
    readers = {"discount": blocks.read_discount, "gift": blocks.read_gift, "loyalty_card": blocks.read_card}
    quantity = values.given(voucher.get("redemption")).get("quantity")
    return {
        "type": voucher_type,
        block: readers[block](call, voucher[block], f".voucher.{block}"),
        "redemption": {"quantity": quantity},
        "is_referral_code": kind == "REFERRAL_PROGRAM",
    }


def changed_definition(call: Call[Project], campaign: Campaign, body: Mapping[str, Any]) -> Json:
    """The definition with a new value block. Raises invalid_campaign for a block of another type."""
    definition = dict(campaign.definition)
    if not definition:
        return definition
    block = views.BLOCKS[definition["type"]]
    for name, reader in (("discount", blocks.read_discount), ("gift", blocks.read_gift)):
        if body.get(name) is None:
            continue
        if name != block:
            call.diagnose("ignored-field", f"a {campaign.campaign_type} campaign has no {name}", f"/{name}")
            continue
        value = reader(call, body[name], f".{name}")
        if name == "discount" and value["type"] != definition["discount"]["type"]:
            raise errors.invalid_voucher(call, "It is not possible to change Voucher discount type")
        definition[name] = value
    return definition
