"""Stores."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, params, payloads
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.payloads import PLACE_TEXTS
from stampcard.punchh.state import Business, Location
from stampcard.punchh.times import zone_named


def _find(call: Call[Business]) -> Location:
    """By `location_id`, else `store_number`. Raises ApiError (the text is that of another operation)."""
    values = params.given(call)
    number, store = params.text(values.get("location_id")), params.text(values.get("store_number"))
    if not number and not store:
        raise DASHBOARD.missing("location_id")
    for one in call.state.locations.values():
        if number == str(one.id) or (not number and store == one.store_number):
            return one
    raise unknown("location_id" if number else "store_number", number or store)


def unknown(name: str, value: str) -> ApiError:
    text = f"Cannot find corresponding location with {name}: {value}"
    return errors.by_name(404, "location_not_found", text)


def _checked(business: Business, values: dict[str, Any], old: Location | None) -> dict[str, Any]:
    """Raises ApiError; the texts but the first are assumed."""
    wrong = []
    store = params.text(values.get("store_number"))
    if not params.text(values.get("name")) and (old is None or "name" in values):
        wrong.append(("name", "can't be blank"))
    if store and any(one.store_number == store and one is not old for one in business.locations.values()):
        wrong.append(("store_number", "has already been taken"))
    _check_addresses(values)
    zone = params.text(values.get("time_zone"))
    if zone and zone_named(zone) is None:
        wrong.append(("time_zone", "is not included in the list"))
    if wrong:
        raise DASHBOARD.invalid_all(wrong)
    return {name: params.text(values[name]) for name in (*PLACE_TEXTS, "name", "store_number") if name in values}


def _check_addresses(values: dict[str, Any]) -> None:
    """Raises ApiError. No label of additional URLs is configured here, so every one is refused."""
    reservation = params.text(values.get("reservation_url"))
    if reservation and not reservation.startswith(("http://", "https://")):
        raise ApiError(422, {"base": ["Reservation URL is an invalid URL"]})
    rows = values.get("additional_url")
    rows = rows if isinstance(rows, list) else []
    for index, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not params.text(row.get("label")) or not params.text(row.get("url")):
            raise DASHBOARD.missing(f"additional_url_{index}")
    if rows:
        text = "Given additional URL label is not present in the business configuration."
        raise errors.by_name(422, "additional_url", text)


def _given(call: Call[Business]) -> dict[str, Any]:
    found = params.given(call).get("location")
    if not isinstance(found, dict) or not found:
        raise DASHBOARD.missing("location")
    return found


async def create(call: Call[Business]) -> Reply:
    """A store; its registers sign in with a key of its own, which the dashboard shows."""
    business, values = call.state, _given(call)
    facts = _checked(business, values, None)
    number = business.next_id("locations")
    key = business.world.secrets.hex(f"punchh location {number}", 32)
    name, store = facts.pop("name"), facts.pop("store_number", "") or str(number)
    made = Location(number, name, store, key, business.now, business.now, facts)
    business.locations[number] = made
    call.summary = f"location {number} {name!r} is created"
    return Reply(200, payloads.location(business, made))


async def show(call: Call[Business]) -> Reply:
    found = _find(call)
    call.summary = f"location {found.id} {found.name!r}"
    return Reply(200, payloads.location(call.state, found))


async def update(call: Call[Business]) -> Reply:
    business, found, values = call.state, _find(call), _given(call)
    facts = _checked(business, values, found)
    found.name = facts.pop("name", found.name)
    found.store_number = facts.pop("store_number", "") or found.store_number
    found.facts = {**found.facts, **facts}
    found.updated_at = business.now
    call.summary = f"location {found.id} {found.name!r} is changed"
    return Reply(200, payloads.location(business, found))


async def delete(call: Call[Business]) -> Reply:
    found = _find(call)
    del call.state.locations[found.id]
    call.summary = f"location {found.id} {found.name!r} is deleted"
    return Reply(204)
