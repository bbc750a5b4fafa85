"""Clients that others wrote for Braze work against a live world, unchanged."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stampcard.blocking import LiveWorld

NODE_CLIENTS = Path(__file__).with_name("public_clients")


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


def test_braze_client_may_send_its_key_in_the_body_as_of_old(braze_client: Any) -> None:
    braze_client.use_auth_header = False
    assert braze_client.user_track(attributes=[{"external_id": "ann"}])["success"]


def test_braze_client_has_no_other_method(braze_client: Any) -> None:
    tested = {"user_track", "user_export", "user_delete", "campaign_trigger_schedule_create"}
    assert {name for name in vars(type(braze_client)) if not name.startswith("_")} == tested


CUPS: dict[str, Any] = {
    "name": "cups",
    "fields": [{"name": "id", "type": "string"}],
    "items": [{"id": f"i{n:02d}"} for n in range(60)],
}
EMAIL = {"from": "A <a@example.com>", "subject": "Hi", "body": "Hello"}
STEP = {"name": "Greet", "type": "message", "messages": {"email": EMAIL}}


def numbered(end: str) -> str:
    """The ids that run.mjs knows, too."""
    return f"00000000-0000-4000-8000-0000000000{end}"


DASHBOARD: dict[str, Any] = {
    "segments": [{"name": "All", "id": numbered("e1"), "analytics_tracking": True}],
    "subscription_groups": [{"name": "News", "id": numbered("a1"), "channel": "email"}],
    "campaigns": [
        {"name": "Welcome", "id": numbered("c1"), "delivery": "api_triggered", "messages": {"email": EMAIL}},
        {"name": "Receipt", "id": numbered("c2"), "delivery": "transactional", "messages": {"email": EMAIL}},
        {"name": "Newsletter", "id": numbered("c3"), "delivery": "api", "messages": {"email": EMAIL}},
    ],
    "canvases": [
        {
            "name": "Tour",
            "id": numbered("d1"),
            "entry": {"delivery": "api_triggered"},
            "variants": [{"name": "V", "percentage": 100, "steps": [STEP]}],
        }
    ],
    "catalogs": [CUPS],
    "users": [
        {"external_id": "bad", "email": "bad@example.com"},
        {"external_id": "gone"},
    ],
    "email_addresses": [
        {"email": "bounced@example.com", "hard_bounced_at": "2026-01-01T00:00:00Z"},
        {"email": "spam@example.com", "marked_as_spam_at": "2026-01-01T00:00:00Z"},
    ],
}
BROUGHT: dict[str, Any] = {
    "users.track": {"attributes_processed": 1, "events_processed": 1, "purchases_processed": 1, "message": "success"},
    "users.alias.new": {"aliases_processed": 1},
    "users.identify": {"aliases_processed": 1},
    "users.external_ids.remove": {"removed_ids": ["bob"], "removal_errors": []},
    "users.delete": {"deleted": 1},
    "segments.analytics": {"data": [{"time": "2026-01-15", "size": 2}]},
    "catalogs.synchronous.items": [{"id": f"i{n:02d}"} for n in range(60)],
    "subscription.status.get": {"status": {"ann": "Subscribed", "bad": "Subscribed", "nobody": "unknown"}},
    "subscription.user.status": {"total_count": 1},
    "templates.content_blocks.get": {"name": "head", "content": "Hello"},
    "templates.email_templates.get": {"template_name": "t", "subject": "S"},
    "sends.id.create": {"send_id": "spring"},
    "transactional.v1.campaigns.send": {"status": "sent"},
}
"""What some methods of braze-api must bring; all must succeed."""


@pytest.fixture
def node() -> str:
    """Node, where `make test` could use npm to install tests/braze/public_clients/package.json."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("needs node")
    if not (NODE_CLIENTS / "node_modules" / "braze-api").is_dir():
        pytest.skip("needs npm's braze-api: npm install --prefix tests/braze/public_clients")
    return path


@pytest.fixture
def answers(live_world: LiveWorld, node: str) -> dict[str, dict[str, Any]]:
    """What every method of npm's braze-api brought, called once each by run.mjs."""
    live_world.setup({"braze": DASHBOARD})
    braze = live_world["braze"]
    command = [node, str(NODE_CLIENTS / "run.mjs"), braze["url"], braze["api_key"], braze["app_id"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


def test_every_method_of_the_node_client_works(live_world: LiveWorld, answers: dict[str, dict[str, Any]]) -> None:
    """The methods are those of the client object: one that run.mjs does not call comes with `ok: false`."""
    assert [line for line in answers.values() if not line["ok"]] == []
    for name, wanted in BROUGHT.items():
        got = answers[name]["answer"]
        assert (got if isinstance(wanted, list) else {key: got[key] for key in wanted}) == wanted, name
    assert [call["operation"] for call in live_world.journal(vendor="braze") if call["status"] == 501] == []


def test_what_the_node_client_wrote_is_there(
    live_world: LiveWorld, answers: dict[str, dict[str, Any]], braze_client: Any
) -> None:
    exported = braze_client.user_export(external_ids=["ann", "rob", "gone", "bad"])
    users = {user["external_id"]: user for user in exported["users"]}
    assert (set(users), exported["invalid_user_ids"]) == ({"ann", "bad"}, ["rob", "gone"])
    assert [event["name"] for event in users["ann"]["custom_events"]] == ["came"]
    assert users["bad"]["email_subscribe"] == "unsubscribed"
    (line,) = answers["users.export.ids"]["answer"]["users"]
    assert (line["email"], line["purchases"][0]["count"]) == ("ann@example.com", 1)


def test_what_the_node_client_sent_arrives_and_what_it_took_back_does_not(
    live_world: LiveWorld, answers: dict[str, dict[str, Any]]
) -> None:
    live_world.advance("3d")
    sent = {message["detail"]["why"] for message in live_world.outbox(user="ann") if message["status"] == "sent"}
    assert sent == {"/campaigns/trigger/send", "/messages/send", "transactional send", "Canvas 'Tour', step 'Greet'"}
