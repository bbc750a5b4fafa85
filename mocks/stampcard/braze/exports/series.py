"""Data series: what happened in a workspace, per day or hour of UTC; nothing is estimated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from stampcard.braze import errors
from stampcard.braze.state import Workspace
from stampcard.braze.values import read_time
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

HOUR, DAY = 1, 24


def units(call: Call[Workspace]) -> list[int]:
    """The first hour (since 1970) of every unit asked for, oldest first; the last one holds `ending_at` (now)."""
    ending_at = call.world.clock.now
    if "ending_at" in call.query:
        asked = read_time(call.query["ending_at"])
        if asked is None or asked.year < 1971:
            raise errors.refused("Bad Request")
        ending_at = asked
    size = _size(call)
    last = int(ending_at.timestamp()) // 3600 // size * size
    return [last - size * back for back in reversed(range(call.query["length"]))]


def _size(call: Call[Workspace]) -> int:
    return HOUR if call.query.get("unit") == "hour" else DAY


def shown(hour: int, size: int = DAY) -> str:
    """The time of a row: a date for a day, date and time for an hour."""
    start = datetime.fromtimestamp(hour * 3600, UTC)
    return iso(start) if size == HOUR else start.date().isoformat()


def counted(workspace: Workspace, keys: Iterable[tuple[str, str]], hour: int, size: int = DAY) -> float:
    """What was counted under these keys in the hours from `hour` on."""
    rows = [workspace.hourly[key] for key in keys if key in workspace.hourly]
    return sum(row.get(at, 0) for row in rows for at in range(hour, hour + size))


def by_app(call: Call[Workspace], kind: str) -> str:
    """The kind of count to look in: of one app or of all, of one segment or of all users. Raises ApiError.

    Braze counts for segments whose analytics tracking is on; that it refuses others is assumed.
    """
    app_id, segment_id = call.query.get("app_id"), call.query.get("segment_id")
    kind = f"{kind}@{app_id}" if app_id else kind
    if segment_id is None:
        return kind
    segment = call.state.segments.get(segment_id)
    if segment is None or not segment.analytics:
        why = "no segment has this id" if segment is None else "analytics tracking is off for this segment"
        call.diagnose("not-tracked", why, "/segment_id", "error")
        raise errors.refused("Bad Request")
    return f"{kind}~{segment_id}"


def answer(call: Call[Workspace], name: str, count: Callable[[int, int], float | int]) -> Reply:
    """One row per unit, with the count under `name`."""
    size = _size(call)
    rows = [{"time": shown(hour, size), name: count(hour, size)} for hour in units(call)]
    call.summary = f"{name}: {sum(row[name] for row in rows)}"  # type: ignore[misc]
    return Reply(200, {"data": rows, "message": "success"})


async def events(call: Call[Workspace]) -> Reply:
    key = by_app(call, "event"), call.query["event"]
    if call.query["event"] not in call.state.events:
        call.diagnose("unknown-event", "no event of this name ever happened", "/event")
    return answer(call, "count", lambda hour, size: int(counted(call.state, [key], hour, size)))


def _products(call: Call[Workspace], kind: str) -> list[tuple[str, str]]:
    kind = by_app(call, kind)
    product = call.query.get("product")
    return [(kind, product)] if product is not None else [key for key in call.state.hourly if key[0] == kind]


async def purchase_quantity(call: Call[Workspace]) -> Reply:
    keys = _products(call, "purchase")
    return answer(call, "purchase_quantity", lambda hour, size: int(counted(call.state, keys, hour, size)))


async def revenue(call: Call[Workspace]) -> Reply:
    keys = _products(call, "revenue")
    return answer(call, "revenue", lambda hour, size: round(float(counted(call.state, keys, hour, size)), 2))


async def sessions(call: Call[Workspace]) -> Reply:
    """Sessions come from devices, so they are those of the setup document."""
    key = by_app(call, "session"), ""
    return answer(call, "sessions", lambda hour, size: int(counted(call.state, [key], hour, size)))


async def new_users(call: Call[Workspace]) -> Reply:
    """Profiles that came into being, by whatever call. No app made them, so none is counted for an app."""
    key = by_app(call, "new_users"), ""
    return answer(call, "new_users", lambda hour, size: int(counted(call.state, [key], hour, size)))


async def uninstalls(call: Call[Workspace]) -> Reply:
    """Uninstalls are told by devices, so they are those of the setup document."""
    key = by_app(call, "uninstall"), ""
    return answer(call, "uninstalls", lambda hour, size: int(counted(call.state, [key], hour, size)))


async def daily_active(call: Call[Workspace]) -> Reply:
    """Users with a session on the day."""
    return answer(call, "dau", lambda hour, size: len(_active(call, hour, hour + size)))


async def monthly_active(call: Call[Workspace]) -> Reply:
    """Users with a session in the 30 days that end with the day."""
    return answer(call, "mau", lambda hour, size: len(_active(call, hour + size - 30 * DAY, hour + size)))


def _active(call: Call[Workspace], first: int, end: int) -> set[str]:
    app_id = call.query.get("app_id")
    found: Mapping[tuple[str, str], Any] = call.state.sessions
    return {
        braze_id
        for (braze_id, app), instants in found.items()
        if app_id in (None, app) and any(first <= at // 3600 < end for at in instants)
    }
