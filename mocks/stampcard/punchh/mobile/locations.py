"""Which store is meant: the one place an app is at, or that is called so."""

from __future__ import annotations

import math
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import errors, params
from stampcard.punchh.state import Business

EARTH_KM = 6371.0


async def search(call: Call[Business]) -> Reply:
    """The nearest store to `latitude` and `longitude`, of those called like `name_like`; else the first of these.

    Published is the shape of one store alone; the order and the 404 for none are assumed.
    """
    values = params.given(call)
    name = params.text(values.get("name_like")).lower()
    found = [one for one in call.state.locations.values() if name in one.name.lower()]
    here = _place(values)
    for other in ("gps_accuracy", "max"):
        if params.text(values.get(other)):
            call.diagnose("ignored", f"{other} has no effect here", f"/{other}")
    if here is not None:
        found.sort(key=lambda one: _distance(here, _place(one.facts)))
    if not found:
        raise errors.by_name(404, "not_found", "Location not found.")
    nearest = found[0]
    call.summary = f"location {nearest.id} {nearest.name!r}"
    kind = nearest.facts.get("pos_scanner_type") or "barcode"
    return Reply(200, {"location_id": nearest.id, "pos_scanner_type": kind})


def _place(values: dict[str, Any]) -> tuple[float, float] | None:
    latitude, longitude = params.number(values.get("latitude")), params.number(values.get("longitude"))
    return (latitude, longitude) if latitude is not None and longitude is not None else None


def _distance(one: tuple[float, float], other: tuple[float, float] | None) -> float:
    """Kilometres on the sphere; a place that is not known is farthest."""
    if other is None:
        return math.inf
    (north, east), (there_north, there_east) = (tuple(map(math.radians, place)) for place in (one, other))
    half = (
        math.sin((there_north - north) / 2) ** 2
        + math.cos(north) * math.cos(there_north) * math.sin((there_east - east) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, max(0.0, half))))
