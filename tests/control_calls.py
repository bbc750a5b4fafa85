"""Calls of the control API, and what its refusals look like."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from stampcard import World

READY = {
    "braze": {"url", "api_key", "app_id"},
    "punchh": {"url", "client", "secret", "admin_key", "location_key", "business_key"},
    "voucherify": {
        "url",
        "app_id",
        "app_token",
        "client_app_id",
        "client_token",
        "management_id",
        "management_token",
    },
    "antavo": {"url", "stack", "api_key", "api_secret"},
}


async def created(control: httpx.AsyncClient, **body: Any) -> str:
    response = await control.post("/worlds", json=body)
    assert response.status_code == 201, response.text
    name: str = response.json()["world"]
    return name


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and title of a problem, with its shape checked."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body.keys() - {"pointer"} == {"type", "title", "status", "detail"}
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:stampcard:{body['title']}"
    assert body["detail"]
    return response.status_code, body["title"]


async def nothing() -> None:
    pass


def plan(world: World, name: str, minutes: float, run: Any = nothing, cause: int | None = None) -> None:
    world.clock.after(timedelta(minutes=minutes), run, name=name, vendor="braze", cause=cause)
