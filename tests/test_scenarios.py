"""Every story holds in this process and over real sockets, from the same file, and is on the map of rows."""

from __future__ import annotations

import re

import pytest

from stampcard.blocking import LiveWorld
from stampcard.client import WorldClient, in_process
from stampcard.core.journal import view
from stampcard.emulator import Emulator
from stampcard.play import load_story, scenarios_folder, story_names

MAP = re.compile(r"^\| ([PVAX][0-9][PVAX0-9 ]*) \| `(\w+)` \|", re.MULTILINE)


@pytest.mark.parametrize("name", story_names())
async def test_story_holds_in_process(world: WorldClient, name: str) -> None:
    await load_story(name).play(world)


@pytest.mark.parametrize("name", story_names())
def test_story_holds_over_sockets(live_world: LiveWorld, name: str) -> None:
    live_world.run(load_story(name).play(live_world.world))


@pytest.mark.parametrize("name", ["all_four", "partner_trouble", "punchh_sign_up"])
async def test_the_same_seed_gives_the_same_journal(name: str) -> None:
    journals = []
    for _ in range(2):
        emulator = Emulator()
        inside = emulator.add_world("same")
        await load_story(name).play(in_process(emulator, inside))
        journals.append([view(entry) for entry in inside.journal])
    assert journals[0] == journals[1]


def test_every_story_is_on_the_map_with_the_rows_its_title_names() -> None:
    rows = {story: rows for rows, story in MAP.findall((scenarios_folder() / "README.md").read_text(encoding="utf-8"))}
    titles = {name: re.search(r"\[([A-Z0-9 ]+)\]$", load_story(name).title) for name in story_names()}
    assert {name: match and match[1] for name, match in titles.items()} == rows


def test_every_row_is_played_by_one_story() -> None:
    rows = " ".join(rows for rows, _ in MAP.findall((scenarios_folder() / "README.md").read_text(encoding="utf-8")))
    flows = [f"{page}{n}" for page, last in (("P", 22), ("V", 12), ("A", 6), ("X", 3)) for n in range(1, last + 1)]
    assert sorted(rows.split()) == sorted(flows)
