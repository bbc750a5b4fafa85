"""What tests of Braze share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.braze.answering import Answering, answering


@pytest.fixture
def outside() -> Iterator[Answering]:
    """A server on this machine for calls and webhooks to go to."""
    with answering() as server:
        yield server
