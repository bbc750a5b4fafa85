"""Offers run from outside: redeemables and segments to choose from, mass offers, the program's settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, meta, params, schedules, segments
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.state import Business, Campaign, Redeemable, Segment

SEGMENT_TYPES = {
    segments.CUSTOM_LIST: "CustomList",
    segments.ALL_SIGNED_UP: "AllSignedUp",
    segments.GUEST_PROFILE: "GuestProfileSegmentDefinition",
}
"""The last is published, the others are assumed."""


NOT_SUPPORTED = (
    "Your current loyalty program configuration does not support this feature. Please connect with your Customer "
    "Success representative for resolution of this issue"
)


def page_of(rows: list[Any], values: dict[str, Any]) -> list[Any]:
    """The page that `page` and `per_page` name; 25 rows unless told (assumed)."""
    size = min(max(params.integer(values.get("per_page")) or 25, 1), 1000)
    start = (max(params.integer(values.get("page")) or 1, 1) - 1) * size
    return rows[start : start + size]


async def redeemables(call: Call[Business]) -> Reply:
    """What may be given through the API; the refusal has a blank in its name, as published."""
    if not call.state.headless_offers:
        raise errors.by_name(422, "disabled _feature", NOT_SUPPORTED)
    values = params.given(call)
    query = params.text(values.get("query")).lower()
    found = [
        one for one in call.state.redeemables.values() if one.distributable and one.active and query in one.name.lower()
    ]
    call.summary = f"{len(found)} redeemables"
    return Reply(200, [_redeemable(one) for one in page_of(found, values)])


def _redeemable(one: Redeemable) -> dict[str, Any]:
    return {
        "redeemable_id": one.id,
        "redeemable_uuid": one.uuid,
        "name": one.name,
        "description": one.description,
        "redeemable_image_url": one.image_url,
    }


async def list_segments(call: Call[Business]) -> Reply:
    """Segments of all kinds."""
    values = params.given(call)
    query = params.text(values.get("query")).lower()
    found = [one for one in call.state.segments.values() if query in one.name.lower()]
    call.summary = f"{len(found)} segments"
    return Reply(200, [_segment(one) for one in page_of(found, values)])


def _segment(one: Segment) -> dict[str, Any]:
    return {
        "segment_id": one.id,
        "name": one.name,
        "description": one.description,
        "segment_type": SEGMENT_TYPES[one.type],
        "user_type": "loyalty_user",
        "membership_level": None,
    }


async def program_meta(call: Call[Business]) -> Reply:
    """Redeemables and the program's settings, as they were up to 15 minutes ago."""
    told = meta.cached(call, "dashboard", _settings(call.state))
    call.summary = "the program's settings"
    return Reply(200, told)


def _settings(business: Business) -> dict[str, Any]:
    program = business.program
    return {
        "redeemables": [
            {
                "redeemable_id": one.id,
                "name": one.name,
                "description": one.description,
                "redeemable_image_url": one.image_url,
                "redeemable_properties": None,
                "points_required_to_redeem": one.points or 0,
            }
            for one in business.redeemables.values()
            if one.active
        ],
        "program_type": program.type,
        "points_conversion_type": program.points_conversion_type,
        "points_conversion_threshold": program.conversion_threshold,
        "membership_levels": meta.levels(business),
    }


# Mass offers


def refused(text: str) -> ApiError:
    """The texts are published, the envelope is assumed."""
    return errors.by_name(422, "base", [text])


def start_of(value: str) -> datetime:
    """Raises ApiError for what is no instant."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise refused("Invalid Start Time format") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _wanted(call: Call[Business]) -> tuple[Redeemable, Segment, datetime]:
    """What is to be given, to whom and when, checked in this order. Raises ApiError."""
    business, values = call.state, params.given(call)
    names = ("redeemable_uuid", "segment_id", "category", "campaign_type", "name", "start_time")
    uuid, segment_id, category, kind, _, starts = (params.required(values, one, DASHBOARD) for one in names)
    if kind == "coupon":
        raise refused("Coupon campaigns feature is not enabled in business")
    if category != "gift_redeemable":
        raise refused("Invalid category")
    if kind != "mass_gifting":
        raise refused("Invalid campaign type")
    redeemable = next((one for one in business.redeemables.values() if one.uuid == uuid), None)
    if redeemable is None:
        raise refused("Invalid redeemable uuid")
    if not redeemable.active:
        raise refused("Redeemable is deactivated")
    if redeemable.start_time is not None and redeemable.start_time > business.now:
        raise refused("Redeemable is scheduled")
    segment = business.segments.get(params.integer(segment_id) or 0)
    if segment is None:
        raise refused("Invalid segment id")
    start = start_of(starts)
    if start < business.now + timedelta(minutes=business.switches.campaigns_minimum_lead_minutes):
        raise refused("Campaign start time should be at least 15 ahead from now")
    if redeemable.end_time is not None and start > redeemable.end_time:
        raise refused("Start time should be less than or equal to redeemable effective expiry time")
    return redeemable, segment, start


async def create_campaign(call: Call[Business]) -> Reply:
    """A mass offer of a redeemable to a segment, without messages; success is 200."""
    business, values = call.state, params.given(call)
    redeemable, segment, start = _wanted(call)
    campaign = Campaign(
        id=business.next_id("campaigns"),
        name=params.text(values["name"]),
        kind="mass_offer",
        created_at=business.now,
        segment_id=segment.id,
        redeemable_id=redeemable.id,
        start=start,
        external_id=params.text(values.get("external_campaign_id")),
    )
    business.campaigns[campaign.id] = campaign
    schedules.plan_campaign(business, campaign, cause=call.id)
    call.summary = f"mass offer {campaign.id} {campaign.name!r} of {redeemable.name} to {segment.name} is scheduled"
    body = {
        "campaign_id": campaign.id,
        "redeemable_id": redeemable.id,
        "redeemable_image_url": redeemable.image_url,
        "redeemable_properties": "",
        "external_source_id": campaign.external_id,
        "start_time": start.strftime("%Y-%m-%d %I:%M %p"),
        "timezone": "Etc/UTC",
    }
    return Reply(200, body)
