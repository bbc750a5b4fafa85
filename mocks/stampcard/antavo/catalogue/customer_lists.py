"""Customer lists, entities with an error code of their own."""

from __future__ import annotations

from stampcard.antavo.catalogue.entities import LISTS, add, records, view
from stampcard.antavo.catalogue.records import Entity
from stampcard.antavo.errors import BAD_REQUEST, plain, refused
from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call, Reply


async def list_all(call: Call[Brand]) -> Reply:
    found = [record for record in records(call.state, LISTS).values() if record.status != "archived"]
    return Reply(200, {"data": [_view(record) for record in found]})


async def create(call: Call[Brand]) -> Reply:
    """A new list, a draft."""
    record = add(call.state, LISTS, None, {"name": (call.body or {}).get("name", "")})
    return Reply(200, {"status": "draft", "id": view(record)["id"]})


async def get(call: Call[Brand]) -> Reply:
    return Reply(200, _view(find(call.state, call.path["entity_id"])))


async def update(call: Call[Brand]) -> Reply:
    """A new name, or a new status: active, inactive or draft."""
    record = find(call.state, call.path["entity_id"])
    record.data |= {"name": call.body["name"]} if "name" in call.body else {}
    record.status = call.body.get("status", record.status)
    return Reply(200, _view(record))


async def archive(call: Call[Brand]) -> Reply:
    """Hide an inactive list for good, and forget its members."""
    record = find(call.state, call.path["entity_id"])
    if record.status == "active":
        raise plain(400, BAD_REQUEST, 0, "Active records cannot be archived")
    record.status = "archived"
    call.state.list_members.pop(record.id, None)
    return Reply(200, ["ok"])


def find(brand: Brand, name: str) -> Entity:
    """Raises 300400, which is HTTP 400."""
    found = records(brand, LISTS).get(name)
    if found is None or found.status == "archived":
        raise refused(brand.settings, 300400)
    return found


def _view(record: Entity) -> dict[str, str]:
    return {"name": record.data.get("name") or "", "id": record.id, "status": record.status}
