"""Apps of the workspace (private beta)."""

from __future__ import annotations

from stampcard.braze.state import Workspace
from stampcard.core.endpoint import Call, Reply


async def list_apps(call: Call[Workspace]) -> Reply:
    rows = [{"name": name, "api_key": app_id} for app_id, name in call.state.apps.items()]
    return Reply(200, {"apps": rows, "message": "success"})
