"""The leaderboard: active customers by score, the limit clamped."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call


@pytest.mark.parametrize(
    ("query", "wanted"), [("", "cba"), ("?limit=2", "cb"), ("?limit=0", "c"), ("?limit=500", "cba")]
)
async def test_the_top(world: WorldClient, query: str, wanted: str) -> None:
    members = [{"id": name, "points": points} for name, points in (("a", 1), ("b", 2), ("c", 3))]
    await world.setup({"antavo": {"members": [*members, {"id": "d", "points": 9, "status": "banned"}]}})

    rows = (await call(world.antavo, "GET", f"/customers/leaderboard{query}")).json()["data"]

    assert "".join(row["id"] for row in rows) == wanted
