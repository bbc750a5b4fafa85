"""Segments, credentials, promotion codes and messaging settings of a setup document: checked, then applied."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from stampcard.braze import zones
from stampcard.braze.audience import segments, sizes
from stampcard.braze.audience.segments import Segment
from stampcard.braze.campaigns import pacing
from stampcard.braze.content import promotions
from stampcard.braze.engine import BasicAuth, HeaderAuth
from stampcard.braze.state import Workspace
from stampcard.core.clock import parse_instant
from stampcard.core.errors import ClockError, SetupError

Row = Mapping[str, Any]


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
