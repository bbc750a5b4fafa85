"""The News Feed is discontinued, and says so."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer


@pytest.mark.parametrize(
    ("path", "status"),
    [("/feed/list", 200), ("/feed/details?card_id=x", 400), ("/feed/data_series?card_id=x&length=1", 400)],
)
async def test_the_second_channel_tells_that_it_is_discontinued(world: WorldClient, path: str, status: int) -> None:
    response = await world.braze.get(path, headers=bearer(world.braze))
    assert (response.status_code, response.headers["X-Stampcard-Diagnostics"]) == (status, "discontinued")
