"""Clients that others wrote for Braze work against a live world, unchanged."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Iterator
from typing import Any

import pytest

from stampcard.blocking import LiveWorld


@pytest.fixture
def braze_client(live_world: LiveWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """PyPI's braze-client; its retry library, pinned to an old version, still asks for a name that Python 3.11 lost."""
    monkeypatch.setattr(asyncio, "coroutine", types.coroutine, raising=False)
    from braze.client import BrazeClient

    client = BrazeClient(api_key=live_world["braze"]["api_key"], api_url=live_world["braze"]["url"])
    client.session.trust_env = False
    yield client
    client.session.close()


def test_braze_client_tracks_and_exports_a_user(braze_client: Any) -> None:
    tracked = braze_client.user_track(
        attributes=[{"external_id": "ann", "first_name": "Ann", "status": "Active"}],
        events=[{"external_id": "ann", "name": "came", "time": "2026-01-10T10:00:00Z"}],
    )
    assert (tracked["success"], tracked["events_processed"]) == (True, 1)
    (user,) = braze_client.user_export(external_ids=["ann"])["users"]
    assert (user["first_name"], user["custom_attributes"]) == ("Ann", {"status": "Active"})


def test_braze_client_hears_of_a_minor_error(braze_client: Any) -> None:
    answer = braze_client.user_track(attributes=[{"external_id": "ann"}, {"external_id": "bob", "email": "bob@"}])
    assert not answer["success"]
    assert [error["index"] for error in answer["errors"]] == [1]


def test_braze_client_hears_of_a_refusal(braze_client: Any) -> None:
    from braze.client import BrazeClientError

    braze_client.api_key = "nobodys"
    with pytest.raises(BrazeClientError, match="Invalid API key: nobodys"):
        braze_client.user_track(attributes=[{"external_id": "ann"}])
