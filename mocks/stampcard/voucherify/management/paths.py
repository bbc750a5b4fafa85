"""Which project a path of the management API names, and whether the plan has that API at all.

https://docs.voucherify.io/api-reference/management
"""

from __future__ import annotations

from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors
from stampcard.voucherify.state import Project


def project_id(project: Project) -> str:
    return project.settings.id or f"proj_{project.world.secrets.alnum('voucherify project', 7)}"


def check_plan(call: Call[Project]) -> None:
    """Raises 402 where the plan has no management API."""
    if not call.state.settings.management_api:
        raise ApiError(402, errors.NOT_IN_PLAN)


def of_path(call: Call[Project]) -> Project:
    """The project a path names: the keys' own or one they created. Raises 402, and the 404 that has no key."""
    check_plan(call)
    wanted = call.path["projectId"]
    if wanted == project_id(call.state):
        return call.state
    found = call.state.siblings.get(wanted)
    if found is None:
        raise errors.management_not_found("project", wanted)
    return found
