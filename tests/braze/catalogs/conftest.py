"""What the tests of catalogs share."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.braze.catalogs.cups import FIELDS, call, fields


@pytest.fixture
async def cups(world: WorldClient) -> WorldClient:
    """A world with a catalog that has a field of every type."""
    catalog = {"name": "cups", "description": "", "fields": fields(**FIELDS)}
    response = await call(world, "POST", "/catalogs", {"catalogs": [catalog]})
    assert response.status_code == 201
    return world
