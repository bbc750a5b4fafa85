"""What a player may choose: a world that is there, secrets, faults from the command line; and what a failure tells."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from stampcard.blocking import LiveWorld
from stampcard.cli import main
from stampcard.play import Stage, load_story, play_all

STORY = '''"""A call. [P1 X2]"""

async def play(world):
    await world.say("Somebody tracks a user.")
    key = {"Authorization": f"Bearer {world.braze['api_key']}"}
    await world.note("guests", world.guests)
    body = {"attributes": [{"external_id": "ada", "colour": None}], "unknown": 1}
    response = await world.braze.post("/users/track", json=body, headers=key)
    await world.note("guests", 9)
    await world.expect_equal(response.status_code, STATUS, "Braze takes it")
'''


@pytest.fixture
def story(tmp_path: Path) -> str:
    path = tmp_path / "a_call.py"
    path.write_text(STORY.replace("STATUS", "201"), encoding="utf-8")
    return str(path)


def test_a_story_plays_in_a_world_that_is_there_and_stays(live_world: LiveWorld, story: str) -> None:
    stage = Stage(control=live_world.facts["control"]["url"], world=live_world.name)
    assert play_all([story], stage) == 0
    assert [entry["operation"] for entry in live_world.journal(vendor="braze")] == ["users_track"]


def test_a_world_that_has_been_used_is_refused_before_the_first_call(
    live_world: LiveWorld, story: str, capsys: pytest.CaptureFixture[str]
) -> None:
    control, name = live_world.facts["control"]["url"], live_world.name
    command = ["play", story, "--control", control, "--world", name]
    assert main(command) == 0
    capsys.readouterr()
    assert main(command) == 2
    told = capsys.readouterr()
    reset = f"{control}/_stampcard/worlds/{name}/reset"
    assert told.err == (
        f"stampcard: world {name!r} has been used (journal entries: 1) and a story expects a fresh one; leave out "
        f"--world or name one that was just made, reset it (POST {reset}), or say --reuse to play in it all the same\n"
    )
    assert told.out == ""
    assert len(live_world.journal()) == 1
    httpx.post(reset, trust_env=False).raise_for_status()
    assert main(command) == 0
    assert main([*command, "--reuse"]) == 0
    assert len(live_world.journal()) == 2


def test_a_world_that_was_set_up_is_refused_and_a_reset_is_no_way_out(
    live_world: LiveWorld, story: str, capsys: pytest.CaptureFixture[str]
) -> None:
    control, name = live_world.facts["control"]["url"], live_world.name
    command = ["play", story, "--control", control, "--world", name]
    live_world.setup({"braze": {"tags": ["spring"]}})
    assert main(command) == 2
    told = capsys.readouterr().err
    assert "has been used (setup documents: 1)" in told
    assert "reset" not in told
    url = f"{control}/_stampcard/worlds"
    httpx.delete(f"{url}/{name}", trust_env=False).raise_for_status()
    facts = httpx.post(url, json={"name": name, "frozen": True}, trust_env=False).json()
    assert facts["braze"] == live_world.facts["braze"]
    assert main(command) == 0


def test_several_stories_are_not_played_into_one_world(
    live_world: LiveWorld, story: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["play", story, story, "--control", live_world.facts["control"]["url"]]
    assert main([*command, "--world", live_world.name]) == 2
    assert capsys.readouterr().err.startswith("stampcard: 2 stories in one world: each expects a fresh one; ")
    assert live_world.journal() == []
    assert main([*command, "--world", live_world.name, "--reuse"]) == 0
    assert main(command) == 0
    assert len(live_world.journal()) == 2


@pytest.mark.parametrize("options", [["--world", "w"], ["--reuse"]])
def test_an_option_without_the_one_it_goes_with_is_refused(
    story: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", story, *options]) == 2
    assert f"stampcard: {options[0]} goes with --" in capsys.readouterr().err


def test_a_world_that_is_not_there_is_told(
    live_world: LiveWorld, story: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["play", story, "--control", live_world.facts["control"]["url"], "--world", "nobody-made-it"]
    assert main(command) == 2
    assert "nobody-made-it" in capsys.readouterr().err


@pytest.mark.parametrize("world", [[], ["--world", "w"]], ids=" ".join)
def test_a_server_that_is_not_there_is_told(story: str, world: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", story, "--control", "http://127.0.0.1:1", *world]) == 2
    assert capsys.readouterr().err.startswith("stampcard: no control API at http://127.0.0.1:1: ")


def test_a_failure_shows_the_calls_that_led_there(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(story).write_text(STORY.replace("STATUS", "200"), encoding="utf-8")
    assert play_all([story], Stage()) == 1
    told = capsys.readouterr().out.partition("what led there:")[2]
    assert "POST /users/track" in told
    assert "unknown-field /unknown" in told


def test_a_line_of_the_story_that_breaks_is_named(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = STORY.replace("STATUS", "201") + "    [mail] = await world.outbox()\n"
    Path(story).write_text(text, encoding="utf-8")
    assert play_all([story], Stage()) == 1
    told = capsys.readouterr().out
    assert f"broke off in line {len(text.splitlines())}: ValueError: not enough values to unpack" in told
    assert "POST /users/track" in told.partition("what led there:")[2]


@pytest.mark.parametrize("frozen", [True, False])
def test_a_world_that_ticks_is_told(
    live_world: LiveWorld, story: str, capsys: pytest.CaptureFixture[str], frozen: bool
) -> None:
    control = live_world.facts["control"]["url"]
    name = httpx.post(f"{control}/_stampcard/worlds", json={"frozen": frozen}, trust_env=False).json()["world"]
    assert play_all([story], Stage(control=control, world=name)) == 0
    assert ("2026-01-15T09:00:00" in capsys.readouterr().out) != frozen


@pytest.mark.parametrize("secrets", [False, True])
def test_secrets_are_masked_unless_asked_for(story: str, tmp_path: Path, secrets: bool) -> None:
    kept = tmp_path / "board.html"
    assert play_all([story], Stage(html=kept, secrets=secrets)) == 0
    key = kept.read_text(encoding="utf-8").partition("uthorization: Bearer ")[2].partition("\n")[0]
    assert key.endswith("…") != secrets
    assert (len(key) == 36) == secrets


def test_a_storyboard_shows_before_and_after(story: str, tmp_path: Path) -> None:
    kept = tmp_path / "board.html"
    assert play_all([story], Stage(html=kept, guests=7)) == 0
    assert "<th>guests<td>7<td>9" in kept.read_text(encoding="utf-8")


def test_a_summary_names_rows_and_results(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert load_story(story).rows == ["P1", "X2"]
    play_all([story, story], Stage())
    assert "held    a_call                           P1 X2" in capsys.readouterr().out


def test_faults_are_set_from_the_command_line(live_world: LiveWorld, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["faults", "--control", live_world.facts["control"]["url"], "--world", live_world.name]
    assert main([*command, "vendor=braze", "status=503", "times=2"]) == 0
    assert main([*command]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == [{"vendor": "braze", "status": 503, "times": 2}]
    assert main([*command, "--clear"]) == 0
    assert main([*command, "vendor=braze"]) == 1


@pytest.mark.parametrize(("seed", "locale", "same"), [(0, "en_US", True), (1, "en_US", False), (0, "ja_JP", False)])
def test_seed_and_locale_decide_who_the_people_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int, locale: str, same: bool
) -> None:
    text = '"""Two people."""\n\nasync def play(world):\n    faker = await world.invent()\n'
    text += '    await world.note("people", [faker.name(), faker.address()])\n'
    path = tmp_path / "people.py"
    path.write_text(text, encoding="utf-8")
    told = []
    for stage in (Stage(), Stage(live=True, seed=seed, locale=locale)):
        assert play_all([str(path)], stage) == 0
        told.append(capsys.readouterr().out)
    assert (told[0] == told[1]) == same
