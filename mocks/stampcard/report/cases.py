"""Parity cases made from recorded calls: rows as tests/parity holds them, to be read by a person before they are kept.

A call that names what an earlier call brought about (an id, a code, a token, a name) gets that call as `before`; what
the earlier call's answer said is saved and named. Of an answer a row keeps what another run would say again: no ids, no
times, no totals. What cannot be repeated (a body that was left out, a masked credential that was refused) is no case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from stampcard.report.exchanges import Exchange

Json = dict[str, Any]

IDENTITY = re.compile(r"(^|_)(id|code|token|name|email|phone|key|uid|uuid|number|campaign|voucher|customer|event)$")
"""Names of members by whose values calls refer to what other calls made."""

VOLATILE = re.compile(
    r"masked[0-9a-f]{16}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|[a-z]+_[0-9A-Za-z]{12,}|[0-9a-f]{16,}"
)
"""What another run says otherwise: pseudonyms, times, UUIDs, ids."""

UNSTABLE = frozenset("id total count timestamp request_id resource_id group_id tracking_id expires_in".split())
CREDENTIALS = frozenset("client api_key app_id business_key".split())
"""Members that name the caller; a row says which credential of a world's ready line it is."""

_CREDENTIAL = re.compile(rf"(?<![^&])({'|'.join(sorted(CREDENTIALS))})=[^&]*")
GUESTED = re.compile(r"(?:Bearer|Token)\s+(\S+)")
MAX_BEFORE = 12
Leaf = tuple[tuple[str | int, ...], Any]


@dataclass(slots=True)
class Step:
    """An exchange with what it refers to and what it made: value -> path in its answer."""

    exchange: Exchange
    used: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    made: dict[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        return self.exchange.method in ("POST", "PUT", "PATCH") and 200 <= self.exchange.status < 300


def cases(exchanges: Iterable[Exchange], source: str) -> Iterator[Json]:
    """A row per call that can be repeated; `source` says where and when it was recorded."""
    earlier: list[Step] = []
    numbers: dict[str, int] = {}
    for exchange in exchanges:
        step = _step(exchange)
        if _repeatable(exchange) and exchange.operation is not None:
            name = f"{exchange.operation.id} answers {exchange.status}"
            numbers[name] = numbers.get(name, 0) + 1
            shown = f"{name}, {numbers[name]}" if numbers[name] > 1 else name
            yield {"name": shown, "source": source, "provenance": "observed", **_row(step, _needed(step, earlier))}
        earlier.append(step)


def _step(exchange: Exchange) -> Step:
    step = Step(exchange)
    path = exchange.target.partition("?")[0]
    step.used |= {unquote(part) for part in path.split("/") if part}
    step.used |= {value for values in exchange.query.values() for value in values}
    for place, value in leaves(exchange.body):
        text = str(value)
        step.used.add(text)
        if _identifies(place, text):
            step.asked.add(text)
    if (found := GUESTED.search(exchange.sent.get("authorization", ""))) is not None:
        step.used.add(found[1])
    for place, value in leaves(exchange.answer):
        if _identifies(place, str(value)):
            step.made.setdefault(str(value), ".".join(map(str, place)))
    return step


def _identifies(place: tuple[str | int, ...], text: str) -> bool:
    names = [part for part in place if isinstance(part, str)]
    return (
        len(text) >= 3
        and bool(names)
        and IDENTITY.search(names[-1].lower()) is not None
        and text not in ("True", "None")
    )


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[Leaf]:
    """Every text and number below a value, with the way to it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*place, index))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield place, value


def _repeatable(exchange: Exchange) -> bool:
    operation = exchange.operation
    if operation is None or operation.emulation == "none" or not exchange.status or exchange.status >= 500:
        return False
    refused = exchange.status in (401, 403, 412) and _has_credentials(exchange)
    unread = exchange.body is None and exchange.sent.get("content-length", "0") not in ("", "0") and not exchange.text
    return not refused and not unread and exchange.status != 429


def _has_credentials(exchange: Exchange) -> bool:
    return bool(exchange.sent.keys() & {"authorization", "x-app-token", "x-client-token", "x-management-token"}) or (
        "x-pch-digest" in exchange.sent
    )


def _needed(step: Step, earlier: list[Step]) -> list[Step]:
    """The earlier calls this one cannot do without, oldest first: those that made what it names, and what they need."""
    needed: list[Step] = []
    wanted = set(step.used)
    for other in reversed(earlier):
        if other.changes and _repeatable(other.exchange) and wanted & (other.asked | other.made.keys()):
            needed.append(other)
            wanted |= other.used
    return needed[:MAX_BEFORE][::-1]


def _row(step: Step, before: list[Step]) -> Json:
    row: Json = {}
    names: dict[str, str] = {}
    calls = []
    for number, other in enumerate(before, 1):
        call = _call(other.exchange, names)
        later = set().union(*(one.used for one in before[number:]), step.used)
        save = {}
        for value, place in other.made.items():
            if value in later and value not in other.used and value not in names:
                names[value] = f"{place.rpartition('.')[2]}_{len(names) + 1}"
                save[names[value]] = place
        calls.append(call | ({"save": save} if save else {}))
    if calls:
        row["before"] = calls
    known = set().union(step.used, *(other.used for other in before))
    row["call"] = _call(step.exchange, names)
    kept = _stable(step.exchange.answer, (), names, known)
    row["reply"] = {"status": step.exchange.status} | ({"contains": kept} if kept else {})
    return row


def _call(exchange: Exchange, names: Mapping[str, str]) -> Json:
    path, _, query = exchange.target.partition("?")
    call: Json = {"method": exchange.method, "path": _renamed_path(path, names)}
    if query:
        call["query"] = _CREDENTIAL.sub(r"\1=<\1>", _renamed(query, names))
    if exchange.text is not None or exchange.body is not None:
        media = exchange.sent.get("content-type", "").partition(";")[0].strip().lower()
        if media == "application/x-www-form-urlencoded" and exchange.text is not None:
            call |= {"text": _renamed(exchange.text, names), "headers": {"Content-Type": media}}
        else:
            call["json"] = _renamed(exchange.body, names)
    found = GUESTED.search(exchange.sent.get("authorization", ""))
    if found is not None and found[1] in names:
        header = _renamed(exchange.sent["authorization"], names)
        call["headers"] = {**call.get("headers", {}), "Authorization": header}
    elif not _has_credentials(exchange) and exchange.status in (401, 403, 412):
        call["auth"] = "none"
    return call


def _renamed_path(path: str, names: Mapping[str, str]) -> str:
    parts = (f"<{names[unquote(part)]}>" if unquote(part) in names else part for part in path.split("/"))
    return "/".join(parts)


def _renamed(value: Any, names: Mapping[str, str], name: str = "") -> Any:
    """Values that earlier answers gave as `<name>`, and credentials as those of the world."""
    if isinstance(value, dict):
        return {key: _renamed(item, names, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names, name) for item in value]
    if name in CREDENTIALS and isinstance(value, str):
        return f"<{name}>"
    if isinstance(value, str):
        if value in names:
            return f"<{names[value]}>"
        for known, label in names.items():
            if len(known) >= 8:
                value = value.replace(known, f"<{label}>")
        return value
    return f"<{names[str(value)]}>" if not isinstance(value, bool) and str(value) in names else value


def _stable(value: Any, place: tuple[str, ...], names: Mapping[str, str], known: set[str]) -> Any:
    """What a second run answers again; None for nothing."""
    if isinstance(value, dict):
        kept = {key: _stable(item, (*place, key), names, known) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value in names:
            return f"<{names[value]}>"
        if value in known and not VOLATILE.search(value):
            return value
        unstable = VOLATILE.search(value) or (place and place[-1] in UNSTABLE)
        return None if unstable or any(len(one) >= 8 and one in value for one in names) else value
    if isinstance(value, int) and place and place[-1] not in UNSTABLE and not place[-1].endswith("_id"):
        return value if abs(value) < 1_000_000 else None
    return None
