"""Clients that others wrote for Braze work against a live world, unchanged."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import types
from collections.abc import Iterator
from pathlib import Path
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


def test_braze_client_deletes_and_schedules(braze_client: Any, live_world: LiveWorld) -> None:
    live_world.setup({"braze": {**DASHBOARD, "users": [{"external_id": "ann", "email": "ann@example.com"}]}})
    (user,) = braze_client.user_export(email="ann@example.com", fields_to_export=["external_id"])["users"]
    scheduled = braze_client.campaign_trigger_schedule_create(
        campaign_id=DASHBOARD["campaigns"][0]["id"],
        schedule={"time": "2026-01-16T09:00:00Z"},
        recipients=[{"external_user_id": user["external_id"]}],
    )
    assert scheduled["success"]
    assert braze_client.user_delete(external_ids=["ann"])["deleted"] == 1
    assert braze_client.user_export(external_ids=["ann"])["invalid_user_ids"] == ["ann"]


CUPS: dict[str, Any] = {
    "name": "cups",
    "fields": [{"name": "id", "type": "string"}],
    "items": [{"id": f"i{n:02d}"} for n in range(60)],
}
EMAIL = {"from": "A <a@example.com>", "subject": "Hi", "body": "Hello"}
DASHBOARD: dict[str, Any] = {
    "segments": [{"name": "All", "id": "00000000-0000-4000-8000-0000000000e1", "analytics_tracking": True}],
    "subscription_groups": [{"name": "News", "id": "00000000-0000-4000-8000-0000000000a1", "channel": "email"}],
    "campaigns": [
        {
            "name": "Welcome",
            "id": "00000000-0000-4000-8000-0000000000c1",
            "delivery": "api_triggered",
            "messages": {"email": EMAIL},
        }
    ],
    "catalogs": [CUPS],
}
SEEN = {
    "track": {"attributes_processed": 1, "events_processed": 1, "message": "success"},
    "alias new": {"aliases_processed": 1, "message": "success"},
    "identify": {"aliases_processed": 1, "message": "success"},
    "delete": {"deleted": 1, "message": "success"},
    "remove": {"removed_ids": ["bob"], "removal_errors": [], "message": "success"},
    "catalog items": {"ids": [f"i{n:02d}" for n in range(60)]},
    "status get": {"status": {"ann": "Subscribed", "bob": "unknown"}, "message": "success"},
}
"""What some methods of braze-api must bring, in full; all of them must be free of errors."""


@pytest.fixture
def node_package() -> str:
    """The folder npm's braze-api is installed in: NODE_PATH, as after `npm install --prefix X braze-api`."""
    path = os.environ.get("NODE_PATH", "")
    if not shutil.which("node") or not (Path(path) / "braze-api").is_dir() or not path:
        pytest.skip("needs node, and npm's braze-api in the folder NODE_PATH names")
    return path


def test_every_method_of_the_node_client_works(live_world: LiveWorld, node_package: str) -> None:
    live_world.setup({"braze": DASHBOARD})
    braze = live_world["braze"]
    script = str(Path(__file__).with_name("braze_api.cjs"))
    command = ["node", script, braze["url"], braze["api_key"], braze["app_id"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert {name: answer for name, answer in answers.items() if "error" in answer} == {}
    assert {name: answers[name] for name in SEEN} == SEEN
