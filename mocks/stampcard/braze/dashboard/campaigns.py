"""Campaigns of a setup document: checked whole, then applied.

Source: Braze docs, "Schedule your campaign" and its neighbours (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from stampcard.braze.campaigns import timing
from stampcard.braze.campaigns.actions import CONVERSION, CONVERTING, SESSION, check_action
from stampcard.braze.campaigns.records import ACTION_BASED, API, SCHEDULED, TRANSACTIONAL, Campaign, Variant
from stampcard.braze.campaigns.recurrence import Schedule
from stampcard.braze.content import promotions
from stampcard.braze.dashboard import settings
from stampcard.braze.sending import audiences
from stampcard.braze.sending.conversions import DEFAULT_WINDOW, Conversion
from stampcard.braze.sending.message_setup import (
    SEND_TO,
    check_instant,
    check_message,
    contents_of,
    duration,
    quiet_hours,
)
from stampcard.braze.state import Workspace
from stampcard.core.clock import parse_instant
from stampcard.core.errors import SetupError

if TYPE_CHECKING:
    from stampcard.braze.canvas.records import Canvas

Row = Mapping[str, Any]
MAX_AGAIN = timedelta(days=720)
MAX_WINDOW = timedelta(days=30)
BELONGS = {
    "triggers": ACTION_BASED,
    "schedule_delay": ACTION_BASED,
    "exception_events": ACTION_BASED,
    "campaign_duration": ACTION_BASED,
    "time_of_day_window": ACTION_BASED,
    "schedule": SCHEDULED,
    "intelligent_timing": SCHEDULED,
    "http_event_postback": TRANSACTIONAL,
}
"""Setting -> the only delivery it goes with."""


# Checking


def check_campaigns(workspace: Workspace, document: Row) -> None:
    """Raises SetupError; changes nothing."""
    known = settings.known_segments(workspace, document)
    for index, row in enumerate(document["campaigns"]):
        pointer = f"/braze/campaigns/{index}"
        if "target_audience" in row:
            settings.check_rule(row["target_audience"], known, f"{pointer}/target_audience")
        for check in (_check_delivery, _check_actions, _check_times, _check_shares, _check_transactional):
            check(workspace, row, pointer)
        for where, messages in _messages_in(row):
            for channel, parts in messages.items():
                place = f"{pointer}{where}/{channel}"
                check_message(workspace, channel, parts, place, complete=row["delivery"] != API)


def _messages_in(row: Row) -> Iterator[tuple[str, Row]]:
    """The messages of each variant, with their place."""
    if "messages" in row:
        yield "/messages", row["messages"]
    for index, variant in enumerate(row.get("variants", ())):
        yield f"/variants/{index}/messages", variant["messages"]


def _check_delivery(workspace: Workspace, row: Row, pointer: str) -> None:
    delivery = row["delivery"]
    for key, belongs in BELONGS.items():
        if key in row and delivery != belongs:
            raise SetupError(f"{pointer}/{key}", f"belongs to delivery {belongs}")
    if delivery == ACTION_BASED and not row.get("triggers"):
        raise SetupError(f"{pointer}/triggers", "an action-based campaign has a trigger")
    if ("messages" in row) == ("variants" in row):
        raise SetupError(pointer, "a campaign has messages, or variants with messages of their own")
    in_app = next((where for where, messages in _messages_in(row) if "in_app_message" in messages), None)
    if in_app is not None and delivery != ACTION_BASED:
        text = "in-app messages are set off by what a device's SDK tells, so they go with delivery action_based"
        raise SetupError(f"{pointer}{in_app}/in_app_message", text)


def _check_actions(workspace: Workspace, row: Row, pointer: str) -> None:
    for key in ("triggers", "exception_events", "conversion_events"):
        for place, action in enumerate(row.get(key, ())):
            check_action(action, f"{pointer}/{key}/{place}")
            if action["action"] == CONVERSION and not row.get("conversion_events"):
                raise SetupError(f"{pointer}/{key}/{place}", "the campaign has no conversion event")
    check_conversions(row.get("conversion_events", ()), f"{pointer}/conversion_events")
    if row.get("exception_events") and _delay(row) is None:
        raise SetupError(f"{pointer}/exception_events", "they cancel a send that waits, so they go with schedule_delay")
    both = [any(a["action"] == SESSION for a in row.get(key, ())) for key in ("triggers", "exception_events")]
    if all(both):
        raise SetupError(f"{pointer}/exception_events", "session start cannot be both trigger and exception event")


def check_conversions(rows: Sequence[Row], pointer: str, least: timedelta = timedelta()) -> None:
    """Raises SetupError."""
    for place, action in enumerate(rows):
        if action["action"] not in CONVERTING:
            raise SetupError(f"{pointer}/{place}/action", f"a conversion event is one of {', '.join(CONVERTING)}")
        check_action(action, f"{pointer}/{place}")
        window = duration(action.get("within", DEFAULT_WINDOW), f"{pointer}/{place}/within")
        if not least <= window <= MAX_WINDOW:
            text = f"a conversion deadline is up to 30 days{f', and at least {least}' if least else ''}"
            raise SetupError(f"{pointer}/{place}/within", text)


def _check_times(workspace: Workspace, row: Row, pointer: str) -> None:
    if not isinstance(row.get("schedule_delay"), Mapping):
        duration(row.get("schedule_delay", 0), f"{pointer}/schedule_delay")
    if duration(row.get("re_eligibility", 0), f"{pointer}/re_eligibility") > MAX_AGAIN:
        raise SetupError(f"{pointer}/re_eligibility", "up to 720 days")
    check_schedule(row.get("schedule", {}), f"{pointer}/schedule")
    for name in ("start", "end"):
        check_instant(row.get("campaign_duration", {}).get(name, "now"), f"{pointer}/campaign_duration/{name}")
    for key in ("quiet_hours", "time_of_day_window"):
        if key in row and row[key]["start"] == row[key]["end"]:
            raise SetupError(f"{pointer}/{key}", "start and end differ")


def check_schedule(row: Row, pointer: str) -> None:
    """The schedule of a campaign or Canvas. Raises SetupError."""
    for key in ("at", "until"):
        check_instant(row.get(key, "now"), f"{pointer}/{key}")
    if row.get("in_local_time") and row.get("at") == "now":
        raise SetupError(f"{pointer}/at", "a local time is a time of day, such as 2026-02-01T09:00")
    if "until" in row and "repeat" not in row:
        raise SetupError(f"{pointer}/until", "goes with repeat")


def _check_shares(workspace: Workspace, row: Row, pointer: str) -> None:
    total = sum(variant["percentage"] for variant in row.get("variants", ())) + row.get("control_group", 0)
    if "variants" in row and total != 100:
        raise SetupError(f"{pointer}/variants", f"percentages of variants and control group sum to 100, not {total}")


def _check_transactional(workspace: Workspace, row: Row, pointer: str) -> None:
    if row["delivery"] != TRANSACTIONAL:
        return
    if row.get("messages", {}).keys() != {"email"}:
        raise SetupError(f"{pointer}/messages", "a transactional campaign has one message, an email")
    if promotions.mentioned(workspace, row["messages"]):
        raise SetupError(f"{pointer}/messages/email", "promotion codes are not supported in transactional e-mails")
    if "send_rate_limit" in row:
        raise SetupError(f"{pointer}/send_rate_limit", "transactional e-mails have no send rate limit")


# Applying


def apply_campaigns(workspace: Workspace, rows: Sequence[Row]) -> None:
    """Add or replace campaigns."""
    for row in rows:
        _apply_campaign(workspace, row)


def _apply_campaign(workspace: Workspace, row: Row) -> None:
    """Add or replace a campaign; who received it before stays known, since its id does."""
    world = workspace.world
    now, name = world.clock.now, row["name"]
    known = next((campaign for campaign in workspace.campaigns.values() if campaign.name == name), None)
    key = row.get("id") or (known.id if known else world.secrets.uuid(f"braze.campaign.{name}"))
    if known is not None:
        del workspace.campaigns[known.id]
    campaign = Campaign(
        id=key,
        name=name,
        delivery=row["delivery"],
        variants=_variants(workspace, row),
        created_at=known.created_at if known else now,
        updated_at=now,
        capped=row["delivery"] != TRANSACTIONAL and not row.get("ignore_frequency_capping", False),
        postback=row.get("http_event_postback"),
        enabled=row.get("status", "Active") == "Active",
        archived=row.get("status") == "Archived",
        tags=tuple(row.get("tags", ())),
        description=row.get("description", ""),
        **_audience(row),
        **_timing(row, now, known),
    )
    if known is not None:
        campaign.receivers, campaign.sends = known.receivers, known.sends
        campaign.first_sent, campaign.last_sent = known.first_sent, known.last_sent
    workspace.campaigns[key] = campaign
    workspace.engine.converting |= bool(campaign.conversions)
    if campaign.at is not None:
        audiences.schedule_launch(workspace, campaign, campaign.at)


def _audience(row: Row) -> dict[str, Any]:
    """For whom, set off by what, and how often."""
    conversions = conversions_of(row)
    triggers = tuple(conversions[0].action if a["action"] == CONVERSION else a for a in row.get("triggers", ()))
    return {
        "audience": row.get("target_audience"),
        "send_to": SEND_TO[row.get("send_to", "subscribed or opted-in")],
        "re_eligibility": duration(row["re_eligibility"]) if "re_eligibility" in row else None,
        "max_users": row.get("max_users"),
        "triggers": triggers,
        "exceptions": tuple(row.get("exception_events", ())),
        "recheck": row.get("re_evaluate_segment_at_send_time", False),
        "exempt_from_control": row.get("exempt_from_global_control_group", False),
        "conversions": conversions,
    }


def conversions_of(row: Row) -> tuple[Conversion, ...]:
    """The conversion events of a campaign's or Canvas's row."""
    return tuple(
        Conversion(action, duration(action.get("within", DEFAULT_WINDOW)))
        for action in row.get("conversion_events", ())
    )


def _timing(row: Row, now: datetime, known: Campaign | None) -> dict[str, Any]:
    schedule, at = launches_of(row, now, known)
    runs = row.get("campaign_duration", {})
    best = row.get("intelligent_timing")
    return {
        "at": at,
        "schedule": schedule,
        "delay": _delay(row),
        "starts": _instant(runs.get("start"), now),
        "ends": _instant(runs.get("end"), now),
        "hours": _hours(row.get("time_of_day_window")),
        "intelligent_timing": time.fromisoformat(best["fallback_time"]) if best else None,
        "quiet_hours": quiet_hours(row.get("quiet_hours")),
        "speed_limit": row.get("send_rate_limit"),
    }


def _delay(row: Row) -> timing.Delay | None:
    """The delay of a triggered campaign, or None when it goes out at once."""
    given = row.get("schedule_delay", 0)
    if not isinstance(given, Mapping):
        found = timing.Delay(duration(given))
    else:
        weekday = timing.DAYS.index(given["weekday"]) if "weekday" in given else None
        found = timing.Delay(timedelta(), weekday, given.get("calendar_days"), time.fromisoformat(given["at"]))
    return found if found.waits else None


def _hours(row: Row | None) -> timing.Hours | None:
    if row is None:
        return None
    start, end = time.fromisoformat(row["start"]), time.fromisoformat(row["end"])
    return timing.Hours(start, end, row.get("fallback") == "send at next available time")


def _instant(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    return now if text == "now" else parse_instant(text)


def schedule_of(row: Row, now: datetime) -> Schedule:
    """The schedule of a campaign or Canvas."""
    first = now if row["at"] == "now" else parse_instant(row["at"])
    until = parse_instant(row["until"]) if "until" in row else None
    return Schedule(first, row.get("repeat"), until, row.get("in_local_time", False), row["at"] == "now")


def launches_of(row: Row, now: datetime, known: Campaign | Canvas | None) -> tuple[Schedule | None, datetime | None]:
    """The schedule of a campaign or Canvas and when it comes next. One that replaces another with the same schedule
    goes on with it: a launch that has happened is not repeated."""
    if "schedule" not in row:
        return None, None
    schedule = schedule_of(row["schedule"], now)
    if known is None or known.schedule is None or not schedule.same_as(known.schedule):
        return schedule, schedule.first
    return known.schedule, known.at


def _variants(workspace: Workspace, row: Row) -> tuple[Variant, ...]:
    """Variants with ids derived from their names, where the document gives none."""
    secrets, name = workspace.world.secrets, row["name"]
    given = row.get("variants") or [{"name": "Variant 1", "percentage": 100, "messages": row["messages"]}]
    variants = []
    for variant in given:
        own = "" if "messages" in row else f".{variant['name']}"
        contents = contents_of(workspace, variant["messages"], f"{name}{own}", variant["name"])
        key = secrets.uuid(f"braze.variant.{name}{own}")
        variants.append(Variant(key, variant["name"], variant["percentage"], contents))
    return tuple(variants)
