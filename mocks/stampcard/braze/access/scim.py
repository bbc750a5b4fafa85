"""Dashboard users by SCIM: https://www.braze.com/docs/scim/automated_user_provisioning"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from stampcard.braze.errors import scim_error
from stampcard.braze.state import Workspace
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
NEVER = "Thursday, January 1, 1970 12:00:00 AM"
_FILTER = re.compile(r'\s*userName\s+eq\s+"([^"]*)"\s*', re.IGNORECASE)


class DashboardUser(msgspec.Struct):
    """One person who may use the dashboard; `permissions` as sent."""

    id: str
    user_name: str
    name: dict[str, Any]
    department: str
    permissions: dict[str, Any]
    created_at: datetime


def _check_origin(call: Call[Workspace]) -> None:
    """Raises ApiError without the header that says where the call comes from."""
    if not call.request.headers.get("x-request-origin"):
        raise scim_error("X-Request-Origin is required", 400)


def _find(call: Call[Workspace]) -> DashboardUser:
    user: DashboardUser | None = call.state.dashboard_users.get(call.path["id"])
    if user is None:
        raise scim_error("User not found", 404)
    return user


def _view(user: DashboardUser) -> dict[str, Any]:
    return {
        "schemas": [USER],
        "id": user.id,
        "userName": user.user_name,
        "name": user.name,
        "department": user.department,
        "lastSignInAt": NEVER,
        "permissions": user.permissions,
    }


async def search(call: Call[Workspace]) -> Reply:
    """Only `userName eq "address"`."""
    _check_origin(call)
    match = _FILTER.fullmatch(call.query["filter"])
    if match is None:
        raise scim_error('filter takes userName eq "user@example.com"', 400)
    wanted = match[1].lower()
    found = [_view(user) for user in call.state.dashboard_users.values() if user.user_name.lower() == wanted]
    return Reply(200, {"schemas": [LIST], "totalResults": len(found), "Resources": found})


async def create_user(call: Call[Workspace]) -> Reply:
    _check_origin(call)
    body = call.body
    if any(user.user_name.lower() == body["userName"].lower() for user in call.state.dashboard_users.values()):
        raise scim_error("User already exists in the database.", 409)
    key = "-".join(call.world.chance.hex(8) for _ in range(4))
    user = DashboardUser(
        key, body["userName"], body["name"], body["department"], body.get("permissions", {}), call.world.clock.now
    )
    call.state.dashboard_users[key] = user
    call.summary = f"dashboard user {user.user_name}"
    return Reply(201, _view(user))


async def get_user(call: Call[Workspace]) -> Reply:
    _check_origin(call)
    user = _find(call)
    return Reply(200, _view(user) | {"createdAt": iso(user.created_at)})


async def update_user(call: Call[Workspace]) -> Reply:
    """All but the address; permissions are replaced as a whole."""
    _check_origin(call)
    user = _find(call)
    user.name, user.department = call.body["name"], call.body["department"]
    user.permissions = call.body["permissions"]
    return Reply(200, _view(user))


async def delete_user(call: Call[Workspace]) -> Reply:
    _check_origin(call)
    user = _find(call)
    del call.state.dashboard_users[user.id]
    return Reply(204)
