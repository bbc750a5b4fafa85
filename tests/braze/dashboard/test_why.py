"""`stampcard why`: each reason a user did not get a campaign, told on the command line of a live server."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from stampcard.blocking import LiveWorld
from stampcard.cli import main
from tests.braze.dashboard.test_explaining import CASES, NOW, campaign


def ask(live: LiveWorld, *words: str) -> int:
    return main(["why", *words, "--control", live.facts["control"]["url"], "--world", live.name])


def let_it_happen(live: LiveWorld, setup: dict[str, Any], user: dict[str, Any], times: int) -> None:
    """The event `e` of Ann, so many times, a minute apart."""
    live.setup({"braze": {"users": [{"external_id": "ann", "email": "ann@example.com", **user}], **setup}})
    door = live["braze"]
    headers = {"Authorization": f"Bearer {door['api_key']}"}
    body = {"events": [{"external_id": "ann", "name": "e", "time": NOW}]}
    for _ in range(times):
        assert httpx.post(f"{door['url']}/users/track", json=body, headers=headers, trust_env=False).is_success
        live.advance("1m")


@pytest.mark.parametrize(("name", "setup", "user", "times", "expected"), CASES, ids=[case[0] for case in CASES])
def test_each_reason_is_told(
    live_world: LiveWorld,
    capsys: pytest.CaptureFixture[str],
    name: str,
    setup: dict[str, Any],
    user: dict[str, Any],
    times: int,
    expected: str,
) -> None:
    let_it_happen(live_world, setup, user, times)

    assert ask(live_world, "ann", "C") == 0

    first, *rules = capsys.readouterr().out.splitlines()
    assert first.startswith("ann and the campaign 'C': ")
    assert expected in first
    assert any("target audience" in rule for rule in rules)


def test_already_received(live_world: LiveWorld, capsys: pytest.CaptureFixture[str]) -> None:
    once = campaign()
    del once["re_eligibility"]
    let_it_happen(live_world, {"campaigns": [once]}, {}, 2)

    ask(live_world, "ann", "C")

    told = capsys.readouterr().out
    assert "received already" in told.splitlines()[0]
    assert "  stops   re-eligibility" in told
    assert "email sent" in told


def test_the_answer_as_json(live_world: LiveWorld, capsys: pytest.CaptureFixture[str]) -> None:
    let_it_happen(live_world, {"campaigns": [campaign()]}, {}, 1)

    assert ask(live_world, "ann", "C", "--json") == 0

    assert json.loads(capsys.readouterr().out)["conclusion"].startswith("sent by email")


def test_a_question_nobody_can_answer(live_world: LiveWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(live_world, "ann", "C") == 1
    assert "no campaign 'C'" in capsys.readouterr().err
    assert main(["why", "ann", "C", "--control", live_world.facts["control"]["url"], "--world", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert main(["why", "ann", "C", "--control", "http://127.0.0.1:9"]) == 2
    assert "no control API" in capsys.readouterr().err
