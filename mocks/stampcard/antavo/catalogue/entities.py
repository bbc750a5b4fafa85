"""Entities: records of the workspace by module and type, such as rewards/reward; PUT creates, POST updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stampcard.antavo.catalogue.records import Entity
from stampcard.antavo.errors import BAD_REQUEST, plain, refused
from stampcard.antavo.fields import number
from stampcard.antavo.filters import instant
from stampcard.antavo.paging import links, page
from stampcard.antavo.state import Brand
from stampcard.core.clock import parse_duration
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError, ClockError

REWARDS = "rewards/reward"
LISTS = "core/customer-list"

REQUIRED: Mapping[str, tuple[str, ...]] = {REWARDS: ("name", "description", "price", "type")}

TYPES = (REWARDS, LISTS, "challenges/challenge", "stores/store", "products/product")
"""Types every workspace has; custom/<id> are set up."""

REWARD_TYPES = (
    "bidding",
    "bundle",
    "content",
    "coupon",
    "custom",
    "download",
    "dynamic",
    "dynamic_coupon",
    "physical",
    "promotion",
    "virtual",
)

_OWN = ("id", "status", "api_key")
_STATUSES = ("active", "inactive", "draft")


async def list_all(call: Call[Brand]) -> Reply:
    """Records of a type; a query parameter that names an attribute filters by it."""
    return _list(call, _type(call))


async def list_rewards(call: Call[Brand]) -> Reply:
    """The catalogue, whoever asks; `stores` keeps rewards of a store, and those of every store."""
    return _list(call, REWARDS)


def _list(call: Call[Brand], kind: str) -> Reply:
    found = [record for record in records(call.state, kind).values() if record.status != "archived"]
    for name, values in call.request.query.items():
        if name in ("limit", "offset", "api_key"):
            continue
        if kind == REWARDS and name == "stores":
            found = [r for r in found if not r.data.get("stores") or values[-1] in r.data["stores"]]
        else:
            found = [r for r in found if str(view(r).get(name)) == values[-1]]
        call.diagnostics[:] = [d for d in call.diagnostics if d.pointer != f"/{name}"]
    return Reply(200, {"data": [view(record) for record in page(call, found)], **links(call, len(found))})


async def get(call: Call[Brand]) -> Reply:
    return Reply(200, view(find(call.state, _type(call), call.path["entity_id"])))


async def get_reward(call: Call[Brand]) -> Reply:
    return Reply(200, view(find(call.state, REWARDS, call.path["entity_id"])))


async def create(call: Call[Brand]) -> Reply:
    """A record with a generated id; it starts inactive."""
    return Reply(200, view(add(call.state, _type(call), None, call.body)))


async def create_with_id(call: Call[Brand]) -> Reply:
    return Reply(200, view(add(call.state, _type(call), call.path["entity_id"], call.body)))


async def create_reward(call: Call[Brand]) -> Reply:
    return Reply(200, view(add(call.state, REWARDS, None, call.body)))


async def update(call: Call[Brand]) -> Reply:
    """The attributes given; the others stay."""
    return Reply(200, view(change(call.state, _type(call), call.path["entity_id"], call.body)))


async def update_reward(call: Call[Brand]) -> Reply:
    return Reply(200, view(change(call.state, REWARDS, call.path["entity_id"], call.body)))


async def archive(call: Call[Brand]) -> Reply:
    """Hide an inactive record for good."""
    remove(call.state, _type(call), call.path["entity_id"], missing=404)
    return Reply(200, ["OK"])


async def archive_reward(call: Call[Brand]) -> Reply:
    remove(call.state, REWARDS, call.path["entity_id"])
    return Reply(200, ["OK"])


async def bulk(call: Call[Brand]) -> Reply:
    """Several calls at once: `skip` passes over bad rows, `pre-check` only checks, `fail` stops at the first."""
    handling = call.body.get("error_handling", "skip")
    results: list[dict[str, Any]] = []
    errors = 0
    for row in call.body["entities"]:
        result: dict[str, Any] = {"method": row["method"], "type": row["type"], "id": row.get("id")}
        try:
            record = _one(call.state, row, dry=handling == "pre-check")
            result["id"] = record.id if record else result["id"]
            if record is not None and row["method"] == "GET":
                result["entity"] = view(record)
        except ApiError as error:
            errors += 1
            result["error"] = error.body
        results.append({name: value for name, value in result.items() if value is not None})
        if errors and handling == "fail":
            break
    call.summary = f"{len(results) - errors} of {len(call.body['entities'])} entity calls done"
    return Reply(200, {"results": results, "total": len(call.body["entities"]), "errors": errors})


def _one(brand: Brand, row: Mapping[str, Any], *, dry: bool) -> Entity | None:
    kind, name, data = known(brand, row["type"]), row.get("id"), row.get("data") or {}
    if row["method"] == "PUT":
        return add(brand, kind, name, data, dry=dry)
    if name is None:
        raise plain(400, BAD_REQUEST, 0, "The ID is required and needs to be unique")
    if row["method"] == "GET":
        return find(brand, kind, name)
    if row["method"] == "POST":
        return change(brand, kind, name, data, dry=dry)
    remove(brand, kind, name, dry=dry)
    return None


# Records


def _type(call: Call[Brand]) -> str:
    return known(call.state, f"{call.path['module']}/{call.path['entity']}")


def known(brand: Brand, kind: str) -> str:
    """The type in the case it has here. Raises 350300."""
    found = {name.lower(): name for name in (*TYPES, *brand.entity_types)}.get(kind.lower())
    if found is None:
        raise refused(brand.settings, 350300)
    return found


def records(brand: Brand, kind: str) -> dict[str, Entity]:
    return brand.entities.setdefault(kind, {})


def find(brand: Brand, kind: str, name: str, missing: int = 400) -> Entity:
    """Raises "Entity not found", which is HTTP 400 on most routes."""
    found = records(brand, kind).get(name)
    if found is None or found.status == "archived":
        raise plain(missing, BAD_REQUEST, 0, "Entity not found")
    return found


def add(brand: Brand, kind: str, name: str | None, data: Mapping[str, Any], *, dry: bool = False) -> Entity | None:
    """A new record, inactive (a customer list: draft). Raises ApiError."""
    if name is not None and (not name or name in records(brand, kind)):
        raise plain(400, BAD_REQUEST, 0, "The ID is required and needs to be unique")
    for attribute in REQUIRED.get(kind, ()):
        if data.get(attribute) in (None, ""):
            raise plain(400, BAD_REQUEST, 0, f"'{attribute}' property is required")
    _CHECKS.get(kind, _anything)(data)
    if dry:
        return None
    status = "draft" if kind == LISTS else "inactive"
    record = Entity(name or brand.world.chance.hex(24), status, brand.world.clock.now, _data(data))
    records(brand, kind)[record.id] = record
    return record


def change(brand: Brand, kind: str, name: str, data: Mapping[str, Any], *, dry: bool = False) -> Entity | None:
    found = find(brand, kind, name)
    for attribute in REQUIRED.get(kind, ()):
        if attribute in data and data[attribute] in (None, ""):
            raise plain(400, BAD_REQUEST, 0, f"'{attribute}' property is required")
    _CHECKS.get(kind, _anything)(data)
    status = data.get("status", found.status)
    if status not in _STATUSES:
        raise plain(400, BAD_REQUEST, 0, "Invalid value for property 'status'")
    if dry:
        return None
    found.data |= _data(data)
    found.status = status
    return found


def remove(brand: Brand, kind: str, name: str, *, missing: int = 400, dry: bool = False) -> None:
    found = find(brand, kind, name, missing)
    if found.status == "active":
        raise plain(400, BAD_REQUEST, 0, "Active records cannot be archived")
    if not dry:
        found.status = "archived"


def view(record: Entity | None) -> dict[str, Any]:
    """A record as the Entities API shows it."""
    assert record is not None
    return {"id": record.id, "status": record.status, **record.data}


def _data(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _OWN}


def _anything(data: Mapping[str, Any]) -> None:
    """Nothing is published that this type checks."""


def check_reward(data: Mapping[str, Any]) -> None:
    """What a claim will read has to be readable. Raises ApiError (texts assumed)."""
    if "type" in data and data["type"] not in REWARD_TYPES:
        raise _invalid("type")
    for name in ("price", "stock", "max_claims"):
        value = data.get(name)
        if value is not None and (number(value) is None or (number(value) or 0) < 0):
            raise _invalid(name)
    if data.get("repeat_interval"):
        try:
            parse_duration(data["repeat_interval"])
        except ClockError as error:
            raise _invalid("repeat_interval") from error
    for name in ("starts_at", "ends_at"):
        value = data.get(name)
        if value is not None and (not isinstance(value, str) or instant(value) is None):
            raise _invalid(name)


def _invalid(name: str) -> ApiError:
    return plain(400, BAD_REQUEST, 0, f"Invalid value for property '{name}'")


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {REWARDS: check_reward}
