"""Preference centers: https://www.braze.com/docs/api/endpoints/preference_center"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from stampcard.braze.errors import refused
from stampcard.braze.state import Workspace
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

HOST = "https://preference-center.invalid"
"""Braze's own address of the pages is not published, and nothing answers here."""


class PreferenceCenter(msgspec.Struct):
    """One preference center; its pages are HTML with Liquid."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    page_html: str
    confirmation_html: str
    title: str = "Preference Center"
    state: str = "active"
    options: dict[str, Any] = {}


def _find(call: Call[Workspace]) -> PreferenceCenter:
    """Raises ApiError."""
    center: PreferenceCenter | None = call.state.preference_centers.get(call.path["preferenceCenterExternalID"])
    if center is None:
        raise refused("Bad Request")
    return center


def _summary(center: PreferenceCenter) -> dict[str, Any]:
    return {
        "name": center.name,
        "preference_center_api_id": center.id,
        "created_at": iso(center.created_at),
        "updated_at": iso(center.updated_at),
    }


async def list_centers(call: Call[Workspace]) -> Reply:
    centers = [_summary(center) for center in call.state.preference_centers.values()]
    call.summary = f"{len(centers)} preference centers"
    return Reply(200, {"preference_centers": centers})


async def get_center(call: Call[Workspace]) -> Reply:
    center = _find(call)
    pages = {
        "preference_center_title": center.title,
        "preference_center_page_html": center.page_html,
        "confirmation_page_html": center.confirmation_html,
        "redirect_page_html": None,
        "preference_center_options": center.options,
        "state": center.state,
    }
    return Reply(200, _summary(center) | pages)


async def user_url(call: Call[Workspace]) -> Reply:
    """The address of a user's own page. It is one at which nothing answers: stampcard does not show pages."""
    center = _find(call)
    user = call.state.by_external_id.get(call.path["userID"])
    if user is None:
        raise refused("Bad Request")
    token = call.world.secrets.hex(f"braze.preference_center.{center.id}.{user.braze_id}", 32)
    call.diagnose("no-page", "nothing answers at this URL: stampcard does not show preference center pages")
    return Reply(200, {"preference_center_url": f"{HOST}/{center.id}/{token}"})


async def create_center(call: Call[Workspace]) -> Reply:
    body, now = call.body, call.world.clock.now
    if any(center.name == body["name"] for center in call.state.preference_centers.values()):
        raise refused("Bad Request")
    center = PreferenceCenter(call.world.chance.uuid(), body["name"], now, now, "", "")
    _write(center, body)
    call.state.preference_centers[center.id] = center
    call.summary = f"preference center {center.name!r}"
    answer = {
        "preference_center_api_id": center.id,
        "liquid_tag": "{{preference_center.${" + center.name + "}}}",
        "created_at": iso(now),
        "message": "success",
    }
    return Reply(201, answer)


async def update_center(call: Call[Workspace]) -> Reply:
    """Everything but the name; what is not sent goes back to its default."""
    center = _find(call)
    _write(center, call.body)
    center.updated_at = call.world.clock.now
    times = {"created_at": iso(center.created_at), "updated_at": iso(center.updated_at)}
    return Reply(200, {"preference_center_api_id": center.id, **times, "message": "success"})


def _write(center: PreferenceCenter, body: dict[str, Any]) -> None:
    center.page_html = body["preference_center_page_html"]
    center.confirmation_html = body["confirmation_page_html"]
    center.title = body.get("preference_center_title", "Preference Center")
    center.state = body.get("state", "active")
    center.options = body.get("options", {})
