"""Custom attributes whose data type was set in the dashboard."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, track

NOT = object()


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("Boolean", "T", True),
        ("Boolean", 0, False),
        ("Boolean", "FALSE", False),
        ("Boolean", 2, NOT),
        ("Boolean", "yes", NOT),
        ("Number", "100", 100),
        ("Number", "-1.5", -1.5),
        ("Number", "12 apples", NOT),
        ("Number", True, NOT),
        ("Number", 7, 7),
        ("String", 5, "5"),
        ("String", True, "true"),
        ("String", "2026-01-01", "2026-01-01"),
        ("String", ["a"], NOT),
        ("Time", "2026-01-01", "2026-01-01T00:00:00.000Z"),
        ("Time", "soon", NOT),
        ("Time", 5, NOT),
        ("Array", "a", NOT),
        ("Object", 1, NOT),
    ],
)
async def test_a_value_is_coerced_or_ignored(world: WorldClient, kind: str, sent: Any, kept: Any) -> None:
    await world.setup({"braze": {"custom_attributes": [{"name": "set", "data_type": kind}]}})
    response = await world.braze.post(
        "/users/track", json={"attributes": [{"external_id": "ann", "set": sent}]}, headers=bearer(world.braze)
    )
    found = (await exported(world.braze, "ann")).get("custom_attributes", {})
    assert found == ({} if kept is NOT else {"set": kept})
    assert response.headers.get("X-Stampcard-Diagnostics") == ("not-stored /attributes/0/set" if kept is NOT else None)


async def test_a_type_that_was_detected_coerces_nothing(world: WorldClient) -> None:
    """Braze keeps what comes; its dashboard then shows several types."""
    await track(world.braze, attributes=[{"external_id": "ann", "size": 5}, {"external_id": "bob", "size": "6"}])
    assert (await exported(world.braze, "bob"))["custom_attributes"] == {"size": "6"}
    (entry,) = await world.journal(operation="users_track")
    assert [note["code"] for note in entry["diagnostics"]] == ["type-conflict"]


async def test_a_name_without_a_type_gets_that_of_its_first_value(world: WorldClient) -> None:
    await world.setup({"braze": {"custom_attributes": [{"name": "size"}]}})
    await track(world.braze, attributes=[{"external_id": "ann", "size": 5}])
    (row,) = (await world.braze.get("/custom_attributes", headers=bearer(world.braze))).json()["attributes"]
    assert row["data_type"] == "Number (Automatically Detected)"
    (entry,) = await world.journal(operation="users_track")
    assert entry["diagnostics"] == []
