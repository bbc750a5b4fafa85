"""Canvases of a setup document: checked whole, then applied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from stampcard.braze.campaigns.actions import CONVERSION, check_action
from stampcard.braze.campaigns.records import ACTION_BASED, SCHEDULED, Campaign, Variant
from stampcard.braze.canvas import in_app, journeys, launches
from stampcard.braze.canvas.records import Canvas, Path, Step
from stampcard.braze.dashboard import campaigns, settings
from stampcard.braze.rendering import TemplateError
from stampcard.braze.sending import message_setup
from stampcard.braze.sending.message_setup import check_instant, duration
from stampcard.braze.sending.orders import CANVAS_STEP
from stampcard.braze.state import Workspace
from stampcard.core.errors import SetupError

Row = Mapping[str, Any]
MAX_STEPS, MAX_DELAY, MAX_WINDOW = 200, 731, 31
"""Steps of a Canvas; days of one delay (31, or two years with extended delays) and of an Action Paths window."""
MAX_UPDATE = 65_536
MIN_WINDOW = timedelta(minutes=5)
_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")


def check_canvases(workspace: Workspace, document: Row) -> None:
    """Raises SetupError; changes nothing."""
    known = settings.known_segments(workspace, document)
    for index, row in enumerate(document["canvases"]):
        pointer = f"/braze/canvases/{index}"
        _check_entry(row, known, pointer)
        total = sum(variant["percentage"] for variant in row["variants"]) + row.get("control_group", 0)
        if total != 100:
            raise SetupError(
                f"{pointer}/variants", f"percentages of variants and control group sum to 100, not {total}"
            )
        for place, variant in enumerate(row["variants"]):
            _check_steps(workspace, variant["steps"], known, f"{pointer}/variants/{place}/steps")


def _check_entry(row: Row, known: frozenset[str], pointer: str) -> None:
    entry, place = row["entry"], f"{pointer}/entry"
    delivery = entry["delivery"]
    for key, belongs in (("triggers", ACTION_BASED), ("schedule", SCHEDULED)):
        if (key in entry) != (delivery == belongs):
            raise SetupError(f"{place}/{key}", f"goes with delivery {belongs}, and only with it")
    for number, action in enumerate(entry.get("triggers", ())):
        check_action(action, f"{place}/triggers/{number}", in_canvas=True)
    if "target_audience" in entry:
        settings.check_rule(entry["target_audience"], known, f"{place}/target_audience")
    duration(entry.get("re_entry", 0), f"{place}/re_entry")
    campaigns.check_schedule(entry.get("schedule", {}), f"{place}/schedule")
    per = entry.get("max_entries", {}).get("per")
    if per is not None and (per == "run") != (delivery == SCHEDULED) and per != "lifetime":
        raise SetupError(f"{place}/max_entries/per", "run goes with scheduled entry; hour and day with the others")
    campaigns.check_conversions(row.get("conversion_events", ()), f"{pointer}/conversion_events", MIN_WINDOW)
    leaving = row.get("exit_criteria", {})
    for number, action in enumerate(leaving.get("events", ())):
        check_action(action, f"{pointer}/exit_criteria/events/{number}", in_canvas=True)
    if "audience" in leaving:
        settings.check_rule(leaving["audience"], known, f"{pointer}/exit_criteria/audience")


def _check_steps(workspace: Workspace, rows: Sequence[Row], known: frozenset[str], pointer: str) -> None:
    names = [row["name"] for row in rows]
    if len(rows) > MAX_STEPS:
        raise SetupError(pointer, f"a Canvas has up to {MAX_STEPS} steps")
    if len(set(names)) < len(names):
        raise SetupError(pointer, "two steps have the same name")
    following = following_of(rows)
    for index, row in enumerate(rows):
        for target in _targets(row, following[row["name"]]):
            if target is not None and target not in names:
                raise SetupError(f"{pointer}/{index}", f"there is no step called {target!r}")
        _check_step(workspace, row, known, f"{pointer}/{index}")
    _check_no_circle(rows, following, pointer)


def following_of(rows: Sequence[Row]) -> dict[str, str | None]:
    """Step -> the step after it: its `next`, else the one below it in the list."""
    below = [row["name"] for row in rows[1:]] + [None]
    return {row["name"]: row.get("next", after) for row, after in zip(rows, below, strict=True)}


def _targets(row: Row, following: str | None) -> Iterator[str | None]:
    """The steps a step may lead to."""
    if row["type"] not in ("decision_split", "audience_paths", "action_paths", "experiment_paths"):
        yield following
    for key in ("yes_next", "no_next", "everybody_else", "everyone_else", "control_next"):
        yield row.get(key)
    for branch in (*row.get("groups", ()), *row.get("paths", ())):
        yield branch.get("next")


def _check_no_circle(rows: Sequence[Row], following: Mapping[str, str | None], pointer: str) -> None:
    leads = {row["name"]: [t for t in _targets(row, following[row["name"]]) if t is not None] for row in rows}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise SetupError(pointer, f"the steps go in a circle: {' > '.join((*above, name))}")
        if name not in done:
            for target in leads[name]:
                visit(target, (*above, name))
            done.add(name)

    for name in leads:
        visit(name, ())


NOT_EMULATED = {
    "audience_sync": "it sends to advertising platforms, none of which takes part here",
    "feature_flag": "feature flags are read by SDKs, none of which takes part here",
    "agent": "Braze publishes no rules that its answers follow",
    "content_optimizer": "Braze publishes no rules that its choices follow",
}


def _check_step(workspace: Workspace, row: Row, known: frozenset[str], pointer: str) -> None:
    if row["type"] in NOT_EMULATED:
        text = f"stampcard does not emulate the step {row['type']}: {NOT_EMULATED[row['type']]}; take it out to go on"
        raise SetupError(f"{pointer}/type", text)
    in_app.check(row, pointer)
    for key, rule in _rules(row):
        settings.check_rule(rule, known, f"{pointer}{key}")
    for key, limit in (("for", MAX_DELAY), ("window", MAX_WINDOW)):
        if key in row and duration(row[key], f"{pointer}/{key}").days > limit:
            raise SetupError(f"{pointer}/{key}", f"up to {limit} days")
    check_instant(row.get("until", "now"), f"{pointer}/until")
    for number, group in enumerate(row.get("groups", ())):
        for place, action in enumerate(group.get("triggers", ())):
            check_action(action, f"{pointer}/groups/{number}/triggers/{place}", in_canvas=True)
    for channel, parts in row.get("messages", {}).items():
        message_setup.check_message(workspace, channel, parts, f"{pointer}/messages/{channel}", complete=True)
    if sum(path["percentage"] for path in row.get("paths", ())) > 100:
        raise SetupError(f"{pointer}/paths", "percentages sum to 100 at most; what is left over is the control group")
    if len(row.get("json", "")) > MAX_UPDATE:
        raise SetupError(f"{pointer}/json", f"up to {MAX_UPDATE} characters")
    for number, variable in enumerate(row.get("variables", ())):
        if not _NAME.fullmatch(variable["name"]):
            raise SetupError(f"{pointer}/variables/{number}/name", "letters, digits and underscore, up to 100")
    for where, text in (("/json", row.get("json")), *(("/variables", v["value"]) for v in row.get("variables", ()))):
        try:
            workspace.engine.templates.find(text or "")
        except TemplateError as error:
            raise SetupError(f"{pointer}{where}", f"the template does not parse: {error}") from error


def _rules(row: Row) -> Iterator[tuple[str, Row]]:
    for key in ("if", "delivery_validations"):
        if key in row:
            yield f"/{key}", row[key]
    for number, group in enumerate(row.get("groups", ())):
        if "audience" in group:
            yield f"/groups/{number}/audience", group["audience"]


# Applying


def apply_canvases(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        _apply(workspace, row)


def _apply(workspace: Workspace, row: Row) -> None:
    """Add or replace a Canvas; users on their way in the old one go on in it, and entries stay known."""
    world, name, entry = workspace.world, row["name"], row["entry"]
    now = world.clock.now
    old: Canvas | None = next((canvas for canvas in workspace.canvases.values() if canvas.name == name), None)
    key = row.get("id") or (old.id if old else world.secrets.uuid(f"braze.canvas.{name}"))
    if old is not None:
        del workspace.canvases[old.id]
    leaving = row.get("exit_criteria", {})
    schedule, at = campaigns.launches_of(entry, now, old)
    conversions, most = campaigns.conversions_of(row), entry.get("max_entries")
    canvas = Canvas(
        id=key,
        name=name,
        delivery=entry["delivery"],
        variants=(),
        created_at=old.created_at if old else now,
        updated_at=now,
        audience=entry.get("target_audience"),
        send_to=message_setup.SEND_TO[row.get("send_to", "subscribed or opted-in")],
        re_entry=duration(entry["re_entry"]) if "re_entry" in entry else None,
        triggers=tuple(conversions[0].action if a["action"] == CONVERSION else a for a in entry.get("triggers", ())),
        exit_events=tuple(leaving.get("events", ())),
        exit_audience=leaving.get("audience"),
        at=at,
        schedule=schedule,
        conversions=conversions,
        max_entries=(most["limit"], most["per"]) if most else None,
        status=row.get("status", "Active"),
        capped=not row.get("ignore_frequency_capping", False),
        quiet_hours=message_setup.quiet_hours(row.get("quiet_hours")),
        exempt_from_control=row.get("exempt_from_global_control_group", False),
        tags=tuple(row.get("tags", ())),
        description=row.get("description", ""),
        entries=old.entries if old else {},
    )
    canvas.variants = tuple(_path(workspace, canvas, variant) for variant in row["variants"])
    _put(workspace, canvas)


def _put(workspace: Workspace, canvas: Canvas) -> None:
    workspace.canvases[canvas.id] = canvas
    workspace.engine.converting |= bool(canvas.conversions)
    if canvas.status == "Active":
        journeys.release(workspace, canvas)
    if canvas.at is not None:
        launches.schedule_launch(workspace, canvas, canvas.at)


def _path(workspace: Workspace, canvas: Canvas, row: Row) -> Path:
    secrets, following = workspace.world.secrets, following_of(row["steps"])
    label = f"braze.canvas.{canvas.name}.{row['name']}"
    steps = {}
    for step in row["steps"]:
        key = secrets.uuid(f"{label}.{step['name']}")
        message = _message(workspace, canvas, step, key, label) if step["type"] == "message" else None
        steps[step["name"]] = Step(key, step["name"], step["type"], step, following[step["name"]], message)
    return Path(secrets.uuid(label), row["name"], row["percentage"], steps)


def _message(workspace: Workspace, canvas: Canvas, step: Row, key: str, label: str) -> Campaign:
    contents = message_setup.contents_of(workspace, step["messages"], f"{label}.{step['name']}", step["name"])
    return Campaign(
        id=key,
        name=step["name"],
        delivery=CANVAS_STEP,
        variants=(Variant(key, step["name"], 100, contents),),
        created_at=canvas.created_at,
        updated_at=canvas.updated_at,
        capped=canvas.capped,
        quiet_hours=canvas.quiet_hours,
        tags=canvas.tags,
    )
