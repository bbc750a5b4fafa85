"""Campaigns, trusted sites and workflows of the setup document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from stampcard.antavo import workflows
from stampcard.antavo.entities import LISTS, REWARDS
from stampcard.antavo.nodes import BEFORE, NEEDS
from stampcard.antavo.state import Brand
from stampcard.antavo.workflow import Campaign, Step, Trigger, TrustedSite, Workflow
from stampcard.core.clock import parse_instant
from stampcard.core.errors import ClockError, SetupError

_SITE_NEEDS = {
    "basic": ("username",),
    "jwt": ("secret",),
    "aws": ("region", "service", "access_key_id", "access_key_secret"),
}

_BRAZE = ("sync_braze_event", "sync_data", "sync_multiple_fields")


def check(brand: Brand, section: Mapping[str, Any]) -> None:
    """Raises SetupError for a workflow that names what is not there, or lacks what its nodes need."""
    for index, row in enumerate(section.get("campaigns", ())):
        for name in ("starts_at", "ends_at"):
            check_instant(row.get(name), f"/antavo/campaigns/{index}/{name}")
    for index, row in enumerate(section.get("trusted_sites", ())):
        for name in _SITE_NEEDS.get(row.get("auth", "none"), ()):
            if not row.get(name):
                raise SetupError(f"/antavo/trusted_sites/{index}/{name}", f"a site with {row['auth']} needs it")
    campaigns = brand.campaigns.keys() | {row["name"] for row in section.get("campaigns", ())}
    for index, row in enumerate(section.get("workflows", ())):
        pointer = f"/antavo/workflows/{index}"
        if row.get("campaign", "") not in campaigns | {""}:
            raise SetupError(f"{pointer}/campaign", f"no campaign is called {row['campaign']!r}")
        if row["trigger"]["type"] == "challenge":
            _check_challenge(brand, section, row["trigger"].get("event", ""), f"{pointer}/trigger/event")
        _check_trigger(row["trigger"], row.get("campaign", ""), f"{pointer}/trigger")
        _check_tests(row["steps"], f"{pointer}/steps")
        for step, place in _steps(row["steps"], f"{pointer}/steps"):
            _check_step(brand, section, step, place)
            if row["trigger"].get("output") == "before" and step["node"] not in BEFORE:
                raise SetupError(f"{place}/node", "before registration a workflow only looks and stops the event")
            if step["node"] == "stop_event" and row["trigger"].get("output") != "before":
                raise SetupError(f"{place}/node", "only a workflow on the output `before` can stop the event")


def _check_trigger(trigger: Mapping[str, Any], campaign: str, pointer: str) -> None:
    kind = trigger["type"]
    if kind in ("event", "historical_events", "challenge") and not trigger.get("event"):
        raise SetupError(f"{pointer}/event", "names the event (or the challenge) that starts the workflow")
    if kind == "date":
        if "at" not in trigger:
            raise SetupError(f"{pointer}/at", "says when the workflow starts")
        check_instant(trigger["at"], f"{pointer}/at")
        if trigger.get("repeat", "once") == "once" and not campaign:
            raise SetupError(f"{pointer}/repeat", "a single date is for campaigns; a general workflow repeats")


def check_instant(value: Any, pointer: str) -> None:
    try:
        if value is not None:
            parse_instant(value)
    except ClockError as error:
        raise SetupError(pointer, str(error)) from error


def _steps(rows: Sequence[Mapping[str, Any]], pointer: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    for index, row in enumerate(rows):
        yield row, f"{pointer}/{index}"
        yield from _steps(row.get("failure", ()), f"{pointer}/{index}/failure")
        for place, one in enumerate(row.get("variants", ())):
            yield from _steps(one.get("steps", ()), f"{pointer}/{index}/variants/{place}/steps")


def _check_tests(rows: Sequence[Mapping[str, Any]], pointer: str) -> None:
    """An A/B test ends its list, and its variants make a hundred."""
    for index, row in enumerate(rows):
        place = f"{pointer}/{index}"
        if row["node"] == "ab_test":
            if index + 1 < len(rows):
                raise SetupError(f"{pointer}/{index + 1}", "nothing follows an A/B test but its variants")
            if round(sum(one["percentage"] for one in row.get("variants", ())), 2) != 100:
                raise SetupError(f"{place}/variants", "the percentages of an A/B test make 100")
        elif "variants" in row:
            raise SetupError(f"{place}/variants", "only an A/B test has variants")
        _check_tests(row.get("failure", ()), f"{place}/failure")
        for number, one in enumerate(row.get("variants", ())):
            _check_tests(one.get("steps", ()), f"{place}/variants/{number}/steps")


def _check_step(brand: Brand, section: Mapping[str, Any], step: Mapping[str, Any], place: str) -> None:
    node = step["node"]
    for name in NEEDS.get(node, ()):
        if name not in step:
            raise SetupError(f"{place}/{name}", f"{node} needs it")
    if node == "wait" and _delay(step) < timedelta(minutes=1):
        raise SetupError(place, "a wait is at least a minute: give minutes, hours or days")
    if node in _BRAZE and brand.braze.state != "connected" and "instance_url" not in section.get("braze", {}):
        raise SetupError(f"{place}/node", "Braze is not connected")
    _check_named(brand, section, step, place)
    sites = brand.trusted_sites.keys() | {row["name"] for row in section.get("trusted_sites", ())}
    if node == "webhook" and step["site"] not in sites:
        raise SetupError(f"{place}/site", f"no trusted site is called {step['site']!r}")


def _check_named(brand: Brand, section: Mapping[str, Any], step: Mapping[str, Any], place: str) -> None:
    if "structure" in step:
        rows = {row["id"]: {tier["id"] for tier in row["tiers"]} for row in section.get("tiers", ())}
        old = {name: {tier.id for tier in found.tiers} for name, found in brand.tiers.items()}
        known = {**old, **rows}
        if step["structure"] not in known:
            raise SetupError(f"{place}/structure", f"no tier structure has the id {step['structure']!r}")
        if "tier" in step and step["tier"] not in known[step["structure"]]:
            raise SetupError(f"{place}/tier", f"no tier of it has the id {step['tier']!r}")
    if "challenge" in step:
        _check_challenge(brand, section, step["challenge"], f"{place}/challenge")
    for name, ids in _named(brand, section).items():
        if name in step and step[name] not in ids:
            raise SetupError(f"{place}/{name}", f"no {name} has the id {step[name]!r}")
    lists = brand.entities.get(LISTS, {}).keys() | {row["id"] for row in section.get("customer_lists", ())}
    if step.get("list", "") not in lists | {""}:
        raise SetupError(f"{place}/list", f"no customer list has the id {step['list']!r}")
    pools = brand.pools.keys() | {row["id"] for row in section.get("coupon_pools", ())}
    if step.get("pool", "") not in pools | {""}:
        raise SetupError(f"{place}/pool", f"no coupon pool has the id {step['pool']!r}")


def _named(brand: Brand, section: Mapping[str, Any]) -> dict[str, set[str]]:
    """Contests and rewards by id, those of the document included."""
    contests = brand.modules.contests.keys() | {row["id"] for row in section.get("contests", ())}
    rewards = brand.entities.get(REWARDS, {}).keys() | {row["id"] for row in section.get("rewards", ())}
    return {"contest": contests, "reward": rewards}


def _check_challenge(brand: Brand, section: Mapping[str, Any], name: str, place: str) -> None:
    if name not in brand.challenges.keys() | {row["id"] for row in section.get("challenges", ())}:
        raise SetupError(place, f"no challenge has the id {name!r}")


def _delay(step: Mapping[str, Any]) -> timedelta:
    return timedelta(**{name: step.get(name, 0) for name in ("minutes", "hours", "days")})


def apply(brand: Brand, section: Mapping[str, Any]) -> None:
    """Apply checked rows; a workflow of a name that is there already replaces it, its date included."""
    for row in section.get("trusted_sites", ()):
        brand.trusted_sites[row["name"]] = msgspec.convert(row, TrustedSite)
    for row in section.get("campaigns", ()):
        brand.campaigns[row["name"]] = Campaign(
            row["name"], _instant(row.get("starts_at")), _instant(row.get("ends_at")), row.get("maximum_bonus_points")
        )
    for row in section.get("workflows", ()):
        old = brand.workflows.get(row["name"])
        if old is not None and old.job is not None:
            old.job.cancel()
        trigger = dict(row["trigger"])
        if "at" in trigger:
            trigger["at"] = parse_instant(trigger["at"]).isoformat()
        workflow = Workflow(
            name=row["name"],
            trigger=msgspec.convert(trigger, Trigger),
            steps=msgspec.convert(row["steps"], tuple[Step, ...]),
            active=row.get("active", True),
            campaign=row.get("campaign", ""),
        )
        brand.workflows[workflow.name] = workflow
        workflows.arm(brand, workflow)


def _instant(value: str | None) -> datetime | None:
    return parse_instant(value) if value is not None else None
