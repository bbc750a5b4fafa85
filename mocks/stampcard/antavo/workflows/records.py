"""What a workflow is: its trigger, its nodes, and one run of it for one member."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from stampcard.antavo import views
from stampcard.antavo.amounts import tidy
from stampcard.antavo.fields import number
from stampcard.antavo.state import Brand, Customer, Row
from stampcard.antavo.times import iso
from stampcard.core.clock import Job

_PLACEHOLDER = re.compile(r"\{((?:customer|event|variable)\.[A-Za-z0-9_.-]+)\}")


class Condition(msgspec.Struct, frozen=True):
    """attribute operator value; the value may be a placeholder."""

    attribute: str
    operator: str = "equals"
    value: Any = None


class Step(msgspec.Struct, frozen=True):
    """One node. After success the next step of the list follows, after failure the steps under `failure`.

    Which members a kind of node uses is in contracts/antavo/setup.yaml.
    """

    node: str
    match: str = "all"
    conditions: tuple[Condition, ...] = ()
    minutes: float = 0
    hours: float = 0
    days: float = 0
    variable: str = ""
    value: Any = None
    event: str = ""
    customer: str = "{customer._id}"
    properties: dict[str, Any] = {}
    remote_field: str = ""
    fields: tuple[dict[str, Any], ...] = ()
    site: str = ""
    method: str = "POST"
    path: str = "/"
    headers: dict[str, str] = {}
    payload: Any = None
    points: Any = None
    challenge: str = ""
    list: str = ""
    structure: str = ""
    tier: str = ""
    pool: str = ""
    contest: str = ""
    reward: str = ""
    variants: tuple[Variant, ...] = ()
    failure: tuple[Step, ...] = ()


class Variant(msgspec.Struct, frozen=True):
    """One way through an A/B test, and how many in a hundred take it."""

    name: str
    percentage: float
    steps: tuple[Step, ...] = ()


class Trigger(msgspec.Struct, frozen=True):
    """What starts a workflow. `output` of an event trigger: after (registration) or before (it can stop the event)."""

    type: str
    event: str = ""
    output: str = "after"
    at: str = ""
    repeat: str = "once"
    match: str = "all"
    customers: tuple[Condition, ...] = ()


class Campaign(msgspec.Struct):
    """A campaign: when its workflows run (UTC), and how many bonus points they may give in all."""

    name: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    maximum_bonus_points: float | None = None
    given: float = 0

    def runs(self, now: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


class TrustedSite(msgspec.Struct, frozen=True):
    """Where webhooks may go, and how they authenticate there: none, basic, jwt (HS256) or aws."""

    name: str
    url: str
    auth: str = "none"
    username: str = ""
    password: str = ""
    secret: str = ""
    payload: dict[str, Any] = {}
    region: str = ""
    service: str = ""
    access_key_id: str = ""
    access_key_secret: str = ""
    algorithm_prefix: str = "AWS4"
    vendor_key: str = "Amz"


class Workflow(msgspec.Struct):
    name: str
    trigger: Trigger
    steps: tuple[Step, ...]
    active: bool = True
    campaign: str = ""
    job: Job | None = None


class Run(msgspec.Struct):
    """One run for one member. `event` is the row or the data that set it off, None for a date."""

    brand: Brand
    workflow: Workflow
    customer: Customer
    cause: int | None
    depth: int
    action: str = ""
    data: Mapping[str, Any] = {}
    at: datetime | None = None
    row: Row | None = None
    variables: dict[str, Any] = {}

    def value_of(self, path: str) -> Any:
        """`customer.score`, `event.items`, `variable.bonus`: the value, or None."""
        room, _, rest = path.partition(".")
        found: Any
        if room == "customer":
            found = views.loyalty_fields(self.brand, self.customer)
        elif room == "event":
            found = {"action": self.action, "points": self.row.points if self.row else 0, **self.data}
        else:
            found = self.variables
        return walked(found, rest)

    def filled(self, template: Any) -> Any:
        """A template with its placeholders replaced; one that is the whole text keeps the value's type."""
        if isinstance(template, str):
            whole = _PLACEHOLDER.fullmatch(template)
            if whole:
                return self.value_of(whole[1])
            return _PLACEHOLDER.sub(lambda match: _text(self.value_of(match[1])), template)
        if isinstance(template, dict):
            return {name: self.filled(value) for name, value in template.items()}
        return [self.filled(item) for item in template] if isinstance(template, list | tuple) else template

    def filled_path(self, template: str) -> str:
        """A path whose placeholders stand for one segment each, percent-encoded."""
        return _PLACEHOLDER.sub(lambda match: quote(_text(self.value_of(match[1])), safe=""), template)

    def holds(self, conditions: tuple[Condition, ...], match: str, room: str) -> bool:
        """Whether all (or any) of the conditions on the event, the member or the variables hold."""
        results = [_holds(self.value_of(f"{room}.{one.attribute}"), one, self.filled(one.value)) for one in conditions]
        return any(results) if match == "any" else all(results)


def in_segments(brand: Brand, names: Iterable[str], customer: Customer) -> bool:
    """Whether a member is in one of the segments; with none named everybody is."""
    wanted = list(names)
    run = Run(brand, Workflow("segment", Trigger("event"), ()), customer, None, 0)
    return not wanted or any(
        run.holds(brand.segments[name], "all", "customer") for name in wanted if name in brand.segments
    )


def walked(found: Any, path: str) -> Any:
    """The value at a dotted path in objects and lists, or None."""
    if isinstance(found, Mapping) and path in found:
        return found[path]
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return "" if value is None else str(value)


def _holds(value: Any, one: Condition, wanted: Any) -> bool:
    if one.operator in ("exists", "does not exist"):
        return (value is not None) is (one.operator == "exists")
    if one.operator in ("equals", "does not equal"):
        return _same(value, wanted) is (one.operator == "equals")
    if one.operator in ("in", "not in"):
        options = wanted if isinstance(wanted, list) else [wanted]
        return any(_same(value, item) for item in options) is (one.operator == "in")
    if one.operator == "contains":
        return wanted in value if isinstance(value, list) else isinstance(value, str) and str(wanted) in value
    return _ordered(value, one.operator, wanted)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    numbers = number(one), number(other)
    return numbers[0] == numbers[1] if None not in numbers else bool(one == other)


def _ordered(value: Any, operator: str, wanted: Any) -> bool:
    one, other = number(value), number(wanted)
    if one is None or other is None:
        if not isinstance(value, str) or not isinstance(wanted, str):
            return False
        one, other = value, wanted  # type: ignore[assignment]
    return {
        "greater than": one > other,  # type: ignore[operator]
        "greater than or equal": one >= other,  # type: ignore[operator]
        "less than": one < other,  # type: ignore[operator]
        "less than or equal": one <= other,  # type: ignore[operator]
    }[operator]


def bonus_left(campaign: Campaign | None, points: float) -> float:
    """How much of a bonus a campaign still gives."""
    if campaign is None or campaign.maximum_bonus_points is None:
        return points
    return tidy(max(0, min(points, campaign.maximum_bonus_points - campaign.given)))
