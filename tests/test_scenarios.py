"""Every story holds in this process and over real sockets, from the same file."""

from __future__ import annotations

import pytest

from stampcard.blocking import LiveWorld
from stampcard.client import WorldClient
from stampcard.play import load_story, story_names


@pytest.mark.parametrize("name", story_names())
async def test_story_holds_in_process(world: WorldClient, name: str) -> None:
    await load_story(name).play(world)


@pytest.mark.parametrize("name", story_names())
def test_story_holds_over_sockets(live_world: LiveWorld, name: str) -> None:
    live_world.run(load_story(name).play(live_world.world))
