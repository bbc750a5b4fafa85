"""Campaigns as exports show them: listed, in detail, and what was sent day by day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stampcard.braze import errors
from stampcard.braze.campaigns.records import ACTION_BASED, API, API_TRIGGERED, Campaign, Content
from stampcard.braze.exports import series
from stampcard.braze.sending import conversions, counting
from stampcard.braze.sending.counting import ERRORS, REVENUE, SENT
from stampcard.braze.state import Workspace
from stampcard.braze.values import read_time
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

PER_PAGE = 100
UNKNOWN = "campaign_id must be a string of the campaign api identifier"
SCHEDULE_TYPES = {ACTION_BASED: "action_based", API_TRIGGERED: "api_triggered", API: "api"}
"""Assumed, but for time_based, which all others are."""

EMAIL_PARTS = ("subject", "body", "from", "reply_to", "preheader", "plaintext_body", "should_inline_css", "headers")
SHOWN_PARTS = {"plaintext_body": "custom_plain_text", "headers": "email_headers"}
PUSH = {"direct_opens": "opens", "total_opens": "opens", "bounces": "bounces", "body_clicks": "opens"}
COUNTERS = {
    "email": {
        name: name
        for name in ("opens", "unique_opens", "clicks", "unique_clicks", "unsubscribes", "bounces", "reported_spam")
    },
    **dict.fromkeys(("apple_push", "android_push", "web_push", "kindle_push"), PUSH),
    "in_app_message": {"impressions": SENT, "clicks": "clicks"},
    "content_card": {
        "total_clicks": "clicks",
        "total_dismissals": "dismissals",
        "total_impressions": "impressions",
        "unique_clicks": "unique_clicks",
        "unique_dismissals": "unique_dismissals",
        "unique_impressions": "unique_impressions",
    },
}
"""Channel -> counters of its variations -> what is counted: what people and providers were let do, by the button
`engage` or a simulated audience."""


async def list_campaigns(call: Call[Workspace]) -> Reply:
    """100 on a page, oldest first unless asked otherwise."""
    after, archived = edited_after(call), call.query.get("include_archived", False)
    found = [
        campaign
        for campaign in call.state.campaigns.values()
        if (after is None or campaign.updated_at > after) and (archived or not campaign.archived)
    ]
    page = page_of(call, found)
    rows = [
        {
            "id": campaign.id,
            "last_edited": iso(campaign.updated_at),
            "name": campaign.name,
            "is_api_campaign": campaign.delivery == API,
            "tags": list(campaign.tags),
        }
        for campaign in page
    ]
    call.summary = f"{len(rows)} of {len(found)} campaigns"
    return Reply(200, {"campaigns": rows, "message": "success"})


def edited_after(call: Call[Workspace]) -> datetime | None:
    """`last_edit.time[gt]`. Raises ApiError for what is no time."""
    text = call.query.get("last_edit.time[gt]")
    instant = read_time(text)
    if text is not None and instant is None:
        raise errors.refused("Bad Request")
    return instant


def page_of(call: Call[Workspace], rows: list[Any]) -> list[Any]:
    """The page asked for of rows in the order in which they were made."""
    if call.query.get("sort_direction", "asc") == "desc":
        rows = rows[::-1]
    start = call.query.get("page", 0) * PER_PAGE
    return rows[start : start + PER_PAGE]


def _find(call: Call[Workspace]) -> Campaign:
    """Raises ApiError."""
    campaign: Campaign | None = call.state.campaigns.get(call.query["campaign_id"])
    if campaign is None:
        raise errors.refused(UNKNOWN)
    return campaign


async def campaign_details(call: Call[Workspace]) -> Reply:
    campaign = _find(call)
    body = {
        "created_at": iso(campaign.created_at),
        "updated_at": iso(campaign.updated_at),
        "archived": campaign.archived,
        "draft": False,
        "enabled": campaign.enabled,
        "has_post_launch_draft": False,
        "name": campaign.name,
        "description": campaign.description,
        "schedule_type": SCHEDULE_TYPES.get(campaign.delivery, "time_based"),
        "channels": campaign.channels,
        "first_sent": iso(campaign.first_sent) if campaign.first_sent else None,
        "last_sent": iso(campaign.last_sent) if campaign.last_sent else None,
        "tags": list(campaign.tags),
        "teams": [],
        "messages": {content.id: message_view(content) for content in campaign.contents},
        "conversion_behaviors": [conversions.view(row) for row in campaign.conversions],
    }
    call.summary = f"campaign {campaign.name!r}"
    return Reply(200, body | {"message": "success"})


def message_view(content: Content) -> dict[str, Any]:
    """One message variation as details show it."""
    parts = content.parts
    whole: dict[str, Any] = {"channel": content.channel, "name": content.variant}
    if content.channel == "email":
        shown = {SHOWN_PARTS.get(name, name): parts[name] for name in EMAIL_PARTS if name in parts}
        return whole | {"extras": parts.get("extras", {})} | shown
    if content.channel == "webhook":
        body = parts.get("body", parts.get("key_value_pairs"))
        headers, method = parts.get("headers", {}), parts.get("method", "POST")
        return whole | {"url": parts.get("url"), "body": body, "headers": headers, "method": method}
    return whole


async def campaign_series(call: Call[Workspace]) -> Reply:
    """What was sent, per day, oldest first."""
    campaign = _find(call)
    rows = [_day(call.state, campaign, hour) for hour in series.units(call)]
    call.summary = f"campaign {campaign.name!r}: {sum(row['unique_recipients'] for row in rows)} recipients"
    return Reply(200, {"data": rows, "message": "success"})


async def send_series(call: Call[Workspace]) -> Reply:
    """What was sent of a campaign under one send_id, per day."""
    campaign, send_id = _find(call), call.query["send_id"]
    used = any(f"{content.id}#{send_id}" == name for content in campaign.contents for _, name in call.state.hourly)
    if not used:
        call.diagnose("unknown-send", "nothing of this campaign was sent under this send_id", "/send_id")
    rows = [_day(call.state, campaign, hour, send_id) for hour in series.units(call)]
    return Reply(200, {"data": rows, "message": "success"})


def _day(workspace: Workspace, campaign: Campaign, hour: int, send_id: str | None = None) -> dict[str, Any]:
    tail = f"#{send_id}" if send_id else ""
    messages: dict[str, list[dict[str, Any]]] = {}
    for content in campaign.contents:
        messages.setdefault(content.channel, []).append(variation_view(workspace, content, hour, tail))
    return {
        "time": series.shown(hour),
        "messages": messages,
        **converted(workspace, len(campaign.conversions), campaign.id + tail, hour, series.DAY, by="send"),
        "unique_recipients": len(workspace.recipients.get((campaign.id + tail, hour // 24), ())),
    }


def converted(
    workspace: Workspace, number: int, place: str, hour: int, hours: int, *, by: str
) -> dict[str, int | float]:
    """Conversions on each of the conversion events, at their own time and at that of the send or entry, and revenue."""
    names = [counting.conversions_name(index, way) for index in range(max(1, number)) for way in ("", by)]
    row: dict[str, int | float] = {name: int(series.counted(workspace, [(name, place)], hour, hours)) for name in names}
    return row | {"revenue": round(float(series.counted(workspace, [(REVENUE, place)], hour, hours)), 2)}


def variation_view(
    workspace: Workspace, content: Content, hour: int, tail: str = "", hours: int = series.DAY
) -> dict[str, Any]:
    """The counters of one variation for some hours; `tail` limits them to one send_id."""

    def counted(outcome: str) -> int:
        return int(series.counted(workspace, [(outcome, content.id + tail)], hour, hours))

    row: dict[str, Any] = {"variation_name": content.variant, "variation_api_id": content.id, "sent": counted(SENT)}
    if content.channel == "webhook":
        row["errors"] = counted(ERRORS)
    elif content.channel == "email":
        row["delivered"] = row["sent"] - counted("bounces")
    row |= {name: counted(what) for name, what in COUNTERS.get(content.channel, {}).items()}
    days = range(hour // 24, (hour + hours) // 24)
    recipients = {user for day in days for user in workspace.recipients.get((content.id, day), ())}
    common = converted(workspace, 1, content.id + tail, hour, hours, by="send")
    return row | ({"unique_recipients": len(recipients)} if not tail else {}) | common
