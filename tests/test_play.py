"""`stampcard play` as a user runs it: timeline, exit status, words for what went wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stampcard.play import NoSuchStory, Stage, load_story, play_all

GOOD = '''
"""A key is refused.

Told in one call.
"""

async def play(world):
    await world.say("Somebody calls Braze without a key.")
    response = await world.braze.post("/users/track", json={"attributes": [{"external_id": "ada"}]})
    await world.expect_equal(response.status_code, 401, "Braze refuses it")
'''


def story(folder: Path, text: str) -> str:
    path = folder / "a_story.py"
    path.write_text(text.lstrip(), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("live", [False, True])
def test_a_story_that_holds_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str], live: bool) -> None:
    assert play_all([story(tmp_path, GOOD)], Stage(live=live)) == 0
    out = capsys.readouterr().out
    assert "a_story: A key is refused." in out
    assert "✓ Braze refuses it" in out
    assert "1 of 1 stories held" in out


def test_a_failed_expectation_ends_with_1_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert play_all([story(tmp_path, GOOD.replace("401", "200"))], Stage()) == 1
    out = capsys.readouterr().out
    assert "✗ Braze refuses it" in out
    assert "expected: 200" in out
    assert "got:      401" in out
    assert "not: a_story" in out


def test_a_story_nobody_wrote_is_named_with_those_there_are() -> None:
    with pytest.raises(NoSuchStory, match="there are "):
        load_story("nobody_wrote_this")


def test_a_file_without_play_is_no_story(tmp_path: Path) -> None:
    with pytest.raises(NoSuchStory, match="has no `async def play"):
        load_story(story(tmp_path, '"""Nothing."""'))


def test_the_command_says_what_it_cannot_begin() -> None:
    command = [sys.executable, "-m", "stampcard", "play", "nobody_wrote_this"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no story 'nobody_wrote_this'" in done.stderr
