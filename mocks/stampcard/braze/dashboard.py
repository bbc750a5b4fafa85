"""Segments, campaigns, Content Blocks and credentials of a setup document: checked whole, then applied."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from stampcard.braze import channels, comparisons, launching, pacing, promotions, segments, sizes, zones
from stampcard.braze.campaigns import ACTION_BASED, API, SCHEDULED, TRANSACTIONAL, Campaign, Content, Variant
from stampcard.braze.channels import CHANNELS
from stampcard.braze.engine import BasicAuth, HeaderAuth
from stampcard.braze.recurrence import Schedule
from stampcard.braze.rendering import TemplateError
from stampcard.braze.segments import Segment
from stampcard.braze.state import Workspace
from stampcard.core.clock import parse_duration, parse_instant
from stampcard.core.errors import ClockError, SetupError

Row = Mapping[str, Any]
SEND_TO = {
    "subscribed or opted-in": "subscribed",
    "opted-in only": "opted_in",
    "everyone including unsubscribed": "all",
}


NEEDED = {
    "perform custom event": ("event",),
    "change custom attribute value": ("attribute",),
    "interact with campaign": ("campaign", "interaction"),
}
"""Action of a trigger -> what it must say besides."""


# Segments


def known_segments(workspace: Workspace, document: Row) -> frozenset[str]:
    """Names and ids of segments that are there or in the document."""
    known = {name for segment in workspace.segments.values() for name in (segment.id, segment.name)}
    for row in document.get("segments", ()):
        known |= {row["name"], row.get("id", row["name"])}
    return frozenset(known)


def check_segments(workspace: Workspace, document: Row) -> None:
    known = known_segments(workspace, document)
    for index, row in enumerate(document["segments"]):
        check_rule(row, known, f"/braze/segments/{index}")
    _check_nesting(workspace, document)


def apply_segments(workspace: Workspace, rows: Sequence[Row]) -> None:
    now = workspace.world.clock.now
    for row in rows:
        key = row.get("id") or workspace.world.secrets.uuid(f"braze.segment.{row['name']}")
        rule = {name: row[name] for name in ("match", "filters", "exclude") if name in row}
        known: Segment | None = workspace.segments.get(key)
        workspace.segments[key] = Segment(
            key,
            row["name"],
            rule,
            created_at=known.created_at if known else now,
            updated_at=now,
            description=row.get("description", ""),
            tags=tuple(row.get("tags", ())),
            analytics=row.get("analytics_tracking", False),
        )
        if workspace.segments[key].analytics and not (known and known.analytics):
            sizes.track(workspace, key)


def check_rule(rule: Row, known: frozenset[str], pointer: str) -> None:
    found = segments.fault(rule, known)
    if found:
        raise SetupError(pointer + found[0], found[1])


def _check_nesting(workspace: Workspace, document: Row) -> None:
    """A segment that uses the Segment Membership filter cannot be nested in another."""
    rules: dict[str, Row] = {}
    for segment in workspace.segments.values():
        rules[segment.id] = rules[segment.name] = segment.rule
    for row in document["segments"]:
        rules[row.get("id", row["name"])] = rules[row["name"]] = row
    for name, rule in rules.items():
        for nested in segments.nested(rule):
            if segments.nested(rules[nested]):
                index = next((i for i, row in enumerate(document["segments"]) if row["name"] in (name, nested)), 0)
                text = f"segment {nested!r} uses the filter Segment Membership, so it cannot be nested in {name!r}"
                raise SetupError(f"/braze/segments/{index}", text)


# Credentials


def apply_credentials(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        if row["type"] == "basic authentication":
            workspace.engine.basic_auth[row["name"]] = BasicAuth(row["username"], row["password"])
        else:
            headers = tuple(row["headers"].items())
            workspace.engine.auth_credentials[row["name"]] = HeaderAuth(headers, row["allowed_domain"].lower())


# Promotion codes


def check_code_lists(workspace: Workspace, document: Row) -> None:
    now, owners = workspace.world.clock.now, dict[str, str]()
    for index, row in enumerate(document["promotion_code_lists"]):
        pointer = f"/braze/promotion_code_lists/{index}"
        try:
            expires = parse_instant(row["expires_at"])
        except ClockError as error:
            raise SetupError(f"{pointer}/expires_at", str(error)) from error
        if expires - now > promotions.MAX_LIFE:
            raise SetupError(f"{pointer}/expires_at", "a list expires within six months of the day it is edited")
        known = promotions.find_list(workspace.engine, row["name"])
        if known is not None and known.snippet != row["snippet"]:
            raise SetupError(f"{pointer}/snippet", f"a snippet cannot be changed; it is {known.snippet!r}")
        owner = workspace.engine.promotions.get(row["snippet"])
        taken = owners.setdefault(row["snippet"], owner.name if owner is not None else row["name"])
        if taken != row["name"]:
            raise SetupError(f"{pointer}/snippet", f"list {taken!r} has this snippet")


def apply_code_lists(workspace: Workspace, rows: Sequence[Row]) -> None:
    """Add or edit lists; codes of a row that were not imported before are added to those that are left."""
    for row in rows:
        known = promotions.find_list(workspace.engine, row["name"])
        alerts = row.get("alerts", {})
        made = promotions.CodeList(
            name=row["name"],
            snippet=row["snippet"],
            expires_at=parse_instant(row["expires_at"]),
            description=row.get("description", ""),
            unused=known.unused if known else deque(),
            known=known.known if known else set(),
            remaining_below=alerts.get("remaining_below"),
            expires_within=alerts.get("expires_within_days"),
            recipient=alerts.get("recipient", ""),
        )
        made.add([*row.get("codes", ()), *promotions.read_csv(row.get("csv", ""))])
        workspace.engine.promotions[made.snippet] = made
        promotions.watch(workspace, made)


# Campaigns


def check_campaigns(workspace: Workspace, document: Row) -> None:
    known = known_segments(workspace, document)
    for index, row in enumerate(document["campaigns"]):
        _check_campaign(workspace, row, known, f"/braze/campaigns/{index}")


def _check_campaign(workspace: Workspace, row: Row, known: frozenset[str], pointer: str) -> None:
    delivery = row["delivery"]
    for key, belongs in (("triggers", ACTION_BASED), ("schedule_delay", ACTION_BASED), ("schedule", SCHEDULED)):
        if key in row and delivery != belongs:
            raise SetupError(f"{pointer}/{key}", f"belongs to delivery {belongs}")
    if delivery == ACTION_BASED and not row.get("triggers"):
        raise SetupError(f"{pointer}/triggers", "an action-based campaign has a trigger")
    for key in ("triggers", "exception_events"):
        for place, action in enumerate(row.get(key, ())):
            check_action(action, f"{pointer}/{key}/{place}")
    if "target_audience" in row:
        check_rule(row["target_audience"], known, f"{pointer}/target_audience")
    for key in ("schedule_delay", "re_eligibility"):
        duration(row.get(key, 0), f"{pointer}/{key}")
    _check_schedule(row.get("schedule", {}), f"{pointer}/schedule")
    if ("messages" in row) == ("variants" in row):
        raise SetupError(pointer, "a campaign has messages, or variants with messages of their own")
    total = sum(variant["percentage"] for variant in row.get("variants", ())) + row.get("control_group", 0)
    if "variants" in row and total != 100:
        raise SetupError(f"{pointer}/variants", f"percentages of variants and control group sum to 100, not {total}")
    if "http_event_postback" in row and delivery != TRANSACTIONAL:
        raise SetupError(f"{pointer}/http_event_postback", "belongs to delivery transactional")
    if delivery == TRANSACTIONAL and row.get("messages", {}).keys() != {"email"}:
        raise SetupError(f"{pointer}/messages", "a transactional campaign has one message, an email")
    if delivery == TRANSACTIONAL and promotions.mentioned(workspace, row["messages"]):
        raise SetupError(f"{pointer}/messages/email", "promotion codes are not supported in transactional e-mails")
    if "send_rate_limit" in row and delivery != SCHEDULED:
        raise SetupError(f"{pointer}/send_rate_limit", "stampcard has it for scheduled delivery only")
    if "quiet_hours" in row and row["quiet_hours"]["start"] == row["quiet_hours"]["end"]:
        raise SetupError(f"{pointer}/quiet_hours", "start and end differ")
    for where, messages in _messages_in(row):
        for channel, parts in messages.items():
            check_message(workspace, channel, parts, f"{pointer}{where}/{channel}", complete=delivery != API)


def _messages_in(row: Row) -> Iterator[tuple[str, Row]]:
    """The messages of each variant, with their place."""
    if "messages" in row:
        yield "/messages", row["messages"]
    for index, variant in enumerate(row.get("variants", ())):
        yield f"/variants/{index}/messages", variant["messages"]


def check_action(action: Row, pointer: str) -> None:
    for name in NEEDED.get(action["action"], ()):
        if name not in action:
            raise SetupError(pointer, f"{action['action']!r} needs {name!r}")
    for place, row in enumerate(action.get("property_filters", ())):
        fault = comparisons.fault(row["comparison"], row.get("value"))
        if fault:
            raise SetupError(f"{pointer}/property_filters/{place}", fault)


def check_message(workspace: Workspace, channel: str, parts: Row, pointer: str, *, complete: bool) -> None:
    fields = {name: value for name, value in parts.items() if name != "message_variation_id"}
    if unknown := fields.keys() - CHANNELS[channel].fields:
        raise SetupError(f"{pointer}/{min(unknown)}", f"a message of the channel {channel} has no such field")
    if channel == "webhook" and "body" in parts and "key_value_pairs" in parts:
        raise SetupError(pointer, "a webhook has a raw body or key/value pairs, not both")
    if complete and (why := channels.fault(channel, fields)):
        raise SetupError(pointer, why)
    for place, text in templates_in(parts):
        try:
            workspace.engine.templates.find(text)
        except TemplateError as error:
            raise SetupError(pointer + place, f"the template does not parse: {error}") from error


def templates_in(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a message's parts, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield place, key
            yield from templates_in(item, f"{place}/{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from templates_in(item, f"{place}/{index}")


def duration(value: Any, pointer: str = "") -> timedelta:
    if value == "immediately":
        return timedelta()
    try:
        return parse_duration(value)
    except ClockError as error:
        raise SetupError(pointer, str(error)) from error


def apply_campaigns(workspace: Workspace, rows: Sequence[Row]) -> None:
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
    schedule = _schedule(row["schedule"], now) if "schedule" in row else None
    campaign = Campaign(
        id=key,
        name=name,
        delivery=row["delivery"],
        variants=_variants(workspace, row),
        created_at=known.created_at if known else now,
        updated_at=now,
        audience=row.get("target_audience"),
        send_to=SEND_TO[row.get("send_to", "subscribed or opted-in")],
        re_eligibility=duration(row["re_eligibility"]) if "re_eligibility" in row else None,
        triggers=tuple(row.get("triggers", ())),
        exceptions=tuple(row.get("exception_events", ())),
        delay=duration(row.get("schedule_delay", 0)),
        recheck=row.get("re_evaluate_segment_at_send_time", False),
        at=schedule.first if schedule else None,
        schedule=schedule,
        quiet_hours=quiet_hours(row.get("quiet_hours")),
        capped=row["delivery"] != TRANSACTIONAL and not row.get("ignore_frequency_capping", False),
        exempt_from_control=row.get("exempt_from_global_control_group", False),
        speed_limit=row.get("send_rate_limit"),
        postback=row.get("http_event_postback"),
        enabled=row.get("status", "Active") == "Active",
        archived=row.get("status") == "Archived",
        tags=tuple(row.get("tags", ())),
        description=row.get("description", ""),
    )
    workspace.campaigns[key] = campaign
    if campaign.at is not None:
        launching.schedule_launch(workspace, campaign, campaign.at)


def _check_schedule(row: Row, pointer: str) -> None:
    for key in ("at", "until"):
        try:
            if row.get(key, "now") != "now":
                parse_instant(row[key])
        except ClockError as error:
            raise SetupError(f"{pointer}/{key}", str(error)) from error
    if row.get("in_local_time") and row.get("at") == "now":
        raise SetupError(f"{pointer}/at", "a local time is a time of day, such as 2026-02-01T09:00")
    if "until" in row and "repeat" not in row:
        raise SetupError(f"{pointer}/until", "goes with repeat")


def _schedule(row: Row, now: datetime) -> Schedule | None:
    if "at" not in row:
        return None
    first = now if row["at"] == "now" else parse_instant(row["at"])
    until = parse_instant(row["until"]) if "until" in row else None
    return Schedule(first, row.get("repeat"), until, row.get("in_local_time", False))


def quiet_hours(row: Row | None) -> pacing.QuietHours | None:
    if row is None:
        return None
    start, end = time.fromisoformat(row["start"]), time.fromisoformat(row["end"])
    return pacing.QuietHours(start, end, row.get("fallback") == "send at the end of Quiet Hours")


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


def contents_of(workspace: Workspace, messages: Row, label: str, variant: str) -> tuple[Content, ...]:
    """Messages by channel, with ids derived from a label where the document gives none."""
    contents = []
    for channel, parts in messages.items():
        given = parts.get("message_variation_id")
        key = given or workspace.world.secrets.uuid(f"braze.variation.{label}.{channel}")
        fields = {field: value for field, value in parts.items() if field != "message_variation_id"}
        contents.append(Content(key, channel, fields, variant))
    return tuple(contents)


# Messaging settings


def check_caps(workspace: Workspace, document: Row) -> None:
    for index, row in enumerate(document["frequency_capping"]):
        if row["per"] > {"minutes": 43_200, "days": 30, "weeks": 4}[row["unit"]]:
            raise SetupError(f"/braze/frequency_capping/{index}/per", "a rule looks back up to 30 days")


def apply_caps(workspace: Workspace, rows: Sequence[Row]) -> None:
    """All rules at once; rules that were there before go."""
    workspace.engine.caps = tuple(
        pacing.Cap(
            row["limit"], None if row["channel"] == "any" else row["channel"], row["per"], row["unit"], row.get("tag")
        )
        for row in rows
    )


def check_time_zone(workspace: Workspace, document: Row) -> None:
    if zones.find_zone(document["company_time_zone"]) is None:
        raise SetupError("/braze/company_time_zone", f"no time zone called {document['company_time_zone']!r}")


def apply_time_zone(workspace: Workspace, name: str) -> None:
    workspace.engine.time_zone = name
