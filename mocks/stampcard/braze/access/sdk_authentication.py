"""Keys of SDK authentication: https://www.braze.com/docs/api/endpoints/sdk_authentication (texts of errors assumed)"""

from __future__ import annotations

from typing import Any

import msgspec

from stampcard.braze.errors import refused
from stampcard.braze.state import Workspace
from stampcard.core.endpoint import Call, Reply

MAX_KEYS = 3


class SdkKey(msgspec.Struct):
    """One public key of an app."""

    id: str
    public_key: str
    description: str
    primary: bool = False


def _keys(call: Call[Workspace], app_id: str) -> dict[str, SdkKey]:
    """Raises ApiError for an app that is not there."""
    if app_id not in call.state.apps:
        raise refused("Invalid app_id")
    keys: dict[str, SdkKey] = call.state.sdk_keys.setdefault(app_id, {})
    return keys


def _find(keys: dict[str, SdkKey], key_id: str) -> SdkKey:
    if key_id not in keys:
        raise refused("Invalid key_id")
    return keys[key_id]


def _answer(keys: dict[str, SdkKey]) -> Reply:
    rows: list[dict[str, Any]] = [
        {"id": key.id, "rsa_public_key": key.public_key, "description": key.description, "is_primary": key.primary}
        for key in keys.values()
    ]
    return Reply(200, {"keys": rows})


async def create_key(call: Call[Workspace]) -> Reply:
    """Up to three keys an app."""
    body = call.body
    keys = _keys(call, body["app_id"])
    if len(keys) >= MAX_KEYS:
        raise refused("An app may have up to 3 SDK authentication keys")
    key = SdkKey(call.world.chance.uuid(), body["rsa_public_key_str"], body["description"])
    keys[key.id] = key
    if body.get("make_primary"):
        _make_primary(keys, key)
    call.summary = f"key {key.description!r}, {'primary' if key.primary else 'one of ' + str(len(keys))}"
    return Reply(201, {"id": key.id})


def _make_primary(keys: dict[str, SdkKey], chosen: SdkKey) -> None:
    for key in keys.values():
        key.primary = key is chosen


async def list_keys(call: Call[Workspace]) -> Reply:
    return _answer(_keys(call, call.query["app_id"]))


async def set_primary(call: Call[Workspace]) -> Reply:
    keys = _keys(call, call.body["app_id"])
    _make_primary(keys, _find(keys, call.body["key_id"]))
    return _answer(keys)


async def delete_key(call: Call[Workspace]) -> Reply:
    """Any but the primary key."""
    keys = _keys(call, call.body["app_id"])
    key = _find(keys, call.body["key_id"])
    if key.primary:
        raise refused("The primary key can not be deleted")
    del keys[key.id]
    return _answer(keys)
