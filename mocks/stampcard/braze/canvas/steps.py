"""What each kind of Canvas step does with a user who arrives at it.

A step returns the name of the next step (None: the path ends), WAIT when it will call `resume` itself, or EXIT.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from stampcard.braze import comparisons
from stampcard.braze.audience import segments
from stampcard.braze.campaigns import pacing
from stampcard.braze.canvas import in_app
from stampcard.braze.canvas.records import Journey, Step
from stampcard.braze.content import promotions
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.sending import composing, message_events, orders, sending
from stampcard.braze.variables import Dotted
from stampcard.core import codec
from stampcard.core.clock import iso, parse_duration, parse_instant

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_CONTEXT = 50 * 1024
MAX_NUMBER = 1e8
"""Units of a personalised delay; a larger number counts as none (assumed)."""
WAIT: Any = object()
EXIT: Any = object()


class Resume(Protocol):
    """Go on with a step, after a while."""

    def __call__(self, step: str | None, wait: timedelta = ...) -> None: ...


Run = Callable[[Journey, Step, Resume], Awaitable[Any]]


def _note(journey: Journey, step: Step, text: str) -> int:
    who = journey.user.external_id or journey.user.braze_id
    summary = f"{who} in {journey.canvas.name!r}, step {step.name!r}: {text}"
    return journey.workspace.world.record("braze", f"canvas.{step.type}", summary, cause=journey.cause)


def names_of(journey: Journey) -> dict[str, Any]:
    """What templates of a Canvas can reach beside the user: context, the Canvas, and an action's event."""
    context = Dotted(journey.context)
    canvas, path = journey.canvas, journey.path
    place = {"name": canvas.name, "api_id": canvas.id, "variant_name": path.name, "variant_api_id": path.id}
    names: dict[str, Any] = {"context": context, "canvas_entry_properties": context, "canvas": place}
    if journey.event is not None:
        names["event_properties"] = journey.event
    return names


def order_of(journey: Journey, step: Step, cause: int) -> orders.Order:
    """A message of a step; for steps that only render, its content is left empty."""
    content = step.message.contents[0] if step.message is not None else orders.EMPTY
    order = orders.Order(
        journey.workspace,
        journey.user,
        content,
        journey.workspace.world.chance.hex(32),
        cause,
        f"Canvas {journey.canvas.name!r}, step {step.name!r}",
        step.message,
        journey.canvas.send_to,
        names_of(journey),
    )
    order.title = journey.canvas.name
    return order


# Messages


async def message(journey: Journey, step: Step, resume: Resume) -> Any:
    """Everybody moves on, whatever becomes of the messages; who fails the delivery validation leaves. In-app messages
    hold nobody: they wait for the user's next session."""
    rule = step.row.get("delivery_validations")
    if rule is not None and (why := segments.why_not(journey.workspace, rule, journey.user)):
        _note(journey, step, f"delivery validation not met ({why})")
        return EXIT
    assert step.message is not None
    order = order_of(journey, step, journey.cause)
    journey.event = None
    for content in step.message.contents:
        if content.channel == orders.IN_APP:
            in_app.go_live(journey, step, order, content)
    contents = [content for content in step.message.contents if content.channel != orders.IN_APP]
    if not contents:
        return step.following
    order.content = contents[0]
    left = len(contents)

    def ended() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            resume(step.following)

    order.ended = ended
    await sending.send_all(order, contents)
    return WAIT


# Time


async def delay(journey: Journey, step: Step, resume: Resume) -> Any:
    """Wait; a Delay with nothing after it lets the user go at once, as does an instant that has passed."""
    if step.following is None:
        return None
    now = journey.workspace.world.clock.now
    try:
        until = _until(journey, step.row, now)
    except ValueError as error:
        _note(journey, step, str(error))
        return EXIT
    if until < now:
        _note(journey, step, f"{iso(until)} has passed")
        return EXIT
    _note(journey, step, f"waits until {iso(until)}")
    resume(step.following, until - now)
    return WAIT


def _personalized(journey: Journey, row: Mapping[str, Any], now: datetime) -> datetime:
    """A number of units from now, or the instant that a context variable holds. Raises ValueError for neither."""
    name = row["variable"]
    value = comparisons.values_at(journey.context, name)
    if value and "unit" in row and comparisons.is_number(value[0]) and 0 <= value[0] < MAX_NUMBER:
        return now + timedelta(**{row["unit"]: value[0]})
    at = comparisons.instant(value[0]) if value and "unit" not in row else None
    if at is None:
        kind = f"a number of {row['unit']}" if "unit" in row else "a date"
        raise ValueError(f"the context variable {name!r} is not {kind}: {value[0] if value else None!r}")
    return at


def _until(journey: Journey, row: Mapping[str, Any], now: datetime) -> datetime:
    """When a Delay ends. Raises ValueError for a personalised one without its value."""
    if "personalized" in row:
        return _personalized(journey, row["personalized"], now)
    if "until" in row:
        return parse_instant(row["until"])
    zone = pacing.zone_of(journey.workspace, journey.user)
    local = now.astimezone(zone)
    at = time.fromisoformat(row["at"]) if "at" in row else None
    if "until_weekday" in row:
        ahead = (DAYS.index(row["until_weekday"]) - local.weekday()) % 7 or 7
        return _local(local.date() + timedelta(days=ahead), at or time(), local)
    if "calendar_days" in row:
        return _local(local.date() + timedelta(days=row["calendar_days"]), at or time(), local)
    end = now + parse_duration(row["for"])
    if at is None:
        return end
    day = end.astimezone(zone)
    same = _local(day.date(), at, day)
    return same if same >= end else _local(day.date() + timedelta(days=1), at, day)


def _local(day: date, at: time, like: datetime) -> datetime:
    return datetime.combine(day, at, like.tzinfo).astimezone(UTC)


# Branches


async def decision_split(journey: Journey, step: Step, resume: Resume) -> Any:
    """Yes or no; a branch without a step ends the journey."""
    why = segments.why_not(journey.workspace, step.row["if"], journey.user, journey.context)
    _note(journey, step, f"no ({why})" if why else "yes")
    return step.row.get("no_next" if why else "yes_next")


async def audience_paths(journey: Journey, step: Step, resume: Resume) -> Any:
    """The first group whose audience the user is in; everybody else otherwise."""
    for group in step.row["groups"]:
        if segments.holds(journey.workspace, group["audience"], journey.user, journey.context):
            _note(journey, step, f"group {group['name']!r}")
            return group.get("next")
    _note(journey, step, "everybody else")
    return step.row.get("everybody_else")


async def action_paths(journey: Journey, step: Step, resume: Resume) -> Any:
    """Wait for an action; journeys.happened moves the user on. At the window's end the best group met, or the rest."""
    journey.found = journey.found_event = None
    journey.event = None
    window = parse_duration(step.row.get("window", "1d"))
    clock = journey.workspace.world.clock

    async def window_ends() -> None:
        if journey.step is not step:
            return
        if journey.found is None:
            _note(journey, step, "everyone else")
            resume(step.row.get("everyone_else"))
        else:
            group = step.row["groups"][journey.found]
            _note(journey, step, f"group {group['name']!r}")
            journey.event = journey.found_event
            resume(group.get("next"))

    name = f"Action Paths {step.name}"
    journey.job = clock.after(window, window_ends, name=name, vendor="braze", cause=journey.cause)
    return WAIT


async def experiment_paths(journey: Journey, step: Step, resume: Resume) -> Any:
    """A path by percentage, the same on each entry unless `randomized_paths`; what is left over is the control."""
    if step.row.get("randomized_paths", False):
        left = journey.workspace.world.chance.integer(0, 99)
    else:
        left = pacing.draw(journey.workspace, f"{journey.canvas.id}:{step.name}", journey.user)
    for path in step.row["paths"]:
        if left < path["percentage"]:
            _note(journey, step, f"path {path['name']!r}")
            _split(journey, step, path["name"])
            return path.get("next")
        left -= path["percentage"]
    _note(journey, step, "control group")
    _split(journey, step, None)
    return step.row.get("control_next")


def _split(journey: Journey, step: Step, name: str | None) -> None:
    """The message event of a path taken; None is the control group."""
    canvas, secrets = journey.canvas, journey.workspace.world.secrets
    split = secrets.uuid(f"braze.split.{canvas.name}.{step.name}.{name}") if name is not None else None
    taken = {
        "canvas_id": canvas.id,
        "canvas_name": canvas.name,
        "canvas_variation_id": journey.path.id,
        "canvas_variation_name": journey.path.name,
        "experiment_step_id": step.id,
        "experiment_split_id": split,
        "experiment_split_name": name,
        "in_control_group": name is None,
    }
    message_events.emit(journey.workspace, journey.user, "users.canvas.experimentstep.SplitEntry", taken)


# Data


async def _text(journey: Journey, step: Step, source: str, entry: int) -> str:
    """A template of the step, rendered. Raises MessageAborted."""
    order = order_of(journey, step, entry)
    if step.type == "user_update":  # Canvas tags are documented not to work there.
        order.names = {name: value for name, value in order.names.items() if name != "canvas"}
    promotions.reserve(journey.workspace, source, order.codes)
    rendered = orders.Rendered({})
    parts = await composing.render_parts(order, {"text": source}, rendered, entry)
    text: str = parts["text"]
    return text


async def user_update(journey: Journey, step: Step, resume: Resume) -> Any:
    """Attributes, events and purchases of a Liquid-rendered JSON object, without identifiers."""
    # Imported late: tracking tells the triggers, and those know Canvases.
    from stampcard.braze.tracking import objects

    entry = _note(journey, step, "updates the profile")
    try:
        asked = codec.decode((await _text(journey, step, step.row["json"], entry)).encode("utf-8", "surrogatepass"))
    except MessageAborted as aborted:
        _note(journey, step, f"aborted: {aborted.log}")
        return step.following
    except codec.BadJson as error:
        _note(journey, step, f"not JSON after rendering, nothing is changed: {error}")
        return step.following
    work = objects.Tracking(journey.workspace, lambda code, why, place: None, entry)
    by = {"braze_id": journey.user.braze_id}
    for name, (_, apply) in objects.APPLY.items():
        rows = asked.get(name, ()) if isinstance(asked, dict) else ()
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            sent = {**row, **by} if isinstance(row, dict) else row
            fault = objects.fault_of(journey.workspace, name, sent)
            if fault:
                _note(journey, step, f"{name}/{index} is dropped: {fault}")
            else:
                apply(work, sent, f"/{name}/{index}")
    return step.following


async def context(journey: Journey, step: Step, resume: Resume) -> Any:
    """Set context variables one after the other; one that fails or has the wrong type stays as it was."""
    entry = _note(journey, step, "sets the context")
    for row in step.row["variables"]:
        try:
            value = _typed(row["type"], await _text(journey, step, row["value"], entry))
        except (MessageAborted, ValueError) as error:
            _note(journey, step, f"{row['name']} is not updated: {error}")
            continue
        updated = {**journey.context, row["name"]: value}
        if len(codec.encode(updated)) > MAX_CONTEXT:
            _note(journey, step, f"{row['name']} is dropped: the context holds up to 50 KB")
            continue
        journey.context = updated
    return step.following


def _typed(kind: str, text: str) -> Any:
    """A rendered text as the variable's type. Raises ValueError."""
    found = text.strip()
    if kind == "String":
        return text
    if kind == "Boolean" and found in ("true", "false"):
        return found == "true"
    if kind == "Number":
        return int(found) if found.lstrip("+-").isdecimal() else float(found)
    if kind == "Time":
        at = datetime.fromisoformat(found)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        value = codec.decode(found.encode("utf-8", "surrogatepass"))
    except codec.BadJson as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(value, list if kind == "Array" else dict):
        raise ValueError(f"not of the type {kind}")
    return value


RUN: Mapping[str, Run] = {
    "message": message,
    "delay": delay,
    "decision_split": decision_split,
    "audience_paths": audience_paths,
    "action_paths": action_paths,
    "experiment_paths": experiment_paths,
    "user_update": user_update,
    "context": context,
}
