"""What the tests of this vendor share."""

import pytest

from stampcard.client import WorldClient
from tests.punchh.calls import Api


@pytest.fixture
def api(world: WorldClient) -> Api:
    return Api(world)
