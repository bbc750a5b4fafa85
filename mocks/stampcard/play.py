"""Playing stories: in this process, against servers of our own, or against a server somebody else started."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import re
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from stampcard.client import ControlRefused, Listener, WorldClient, connect, in_process
from stampcard.core.clock import FROZEN_START, iso
from stampcard.core.errors import ExpectationFailed, StampcardError
from stampcard.emulator import Emulator
from stampcard.server import listen, run, serving
from stampcard.storyboard.mermaid import mermaid
from stampcard.storyboard.page import page
from stampcard.storyboard.recording import Recording
from stampcard.timeline import Timeline, line

Play = Callable[[WorldClient], Coroutine[Any, Any, None]]
OpenWorld = Callable[[Listener], Awaitable[WorldClient]]


class NoSuchStory(StampcardError):
    """No story of that name, or a file without `async def play(world)`."""


class WorldInUse(StampcardError):
    """A world that a story would not find as it expects it."""


@dataclass(frozen=True, slots=True)
class Story:
    """One file of scenarios/: its name, what it tells (the file's docstring) and its `play`."""

    name: str
    text: str
    play: Play

    @property
    def title(self) -> str:
        return self.text.strip().partition("\n")[0]

    @property
    def rows(self) -> list[str]:
        """The flows it plays, as its title names them in brackets."""
        found = re.search(r"\[([A-Z0-9 ]+)\]$", self.title)
        return found[1].split() if found else []


@dataclass(frozen=True, slots=True)
class Stage:
    """Where stories are played: `control` is the URL of a server, or None for this process.

    `pace` is the seconds to wait before each step; `html` and `mermaid` are files to keep a storyboard in (with
    several stories each gets its own, named after it); `guests` is the size of audiences, `seed` and `locale` (as Faker
    names them) decide who the invented people are; `world` names a world that is there on the server, else each story
    gets a fresh one, and with `reuse` it may have been used; `secrets` are shown or masked.
    """

    live: bool = False
    control: str | None = None
    pace: float = 0.0
    html: Path | None = None
    mermaid: Path | None = None
    guests: int | None = None
    world: str | None = None
    reuse: bool = False
    secrets: bool = False
    seed: int = 0
    locale: str = "en_US"


def scenarios_folder() -> Path:
    """The installed stories, or those of the checkout."""
    packaged = Path(__file__).parent / "scenarios"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "scenarios"


def story_names() -> list[str]:
    """Every story that is there, in the order of the folder."""
    return sorted(path.stem for path in scenarios_folder().glob("*.py") if not path.stem.startswith("_"))


def load_story(name: str) -> Story:
    """A story by name, or by the path of its file. Raises NoSuchStory."""
    path = Path(name) if name.endswith(".py") else scenarios_folder() / f"{name}.py"
    if not path.is_file():
        raise NoSuchStory(f"no story {name!r}; there are {', '.join(story_names())}")
    spec = importlib.util.spec_from_file_location(f"stampcard_story_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise NoSuchStory(f"{path} cannot be read as a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    play = getattr(module, "play", None)
    if not asyncio.iscoroutinefunction(play):
        raise NoSuchStory(f"{path} has no `async def play(world)`")
    return Story(path.stem, module.__doc__ or path.stem, play)


def play_all(names: Sequence[str], stage: Stage) -> int:
    """Play stories one after the other, print their timelines; 0 when all held, 1 when one did not.

    Raises WorldInUse before the first of them when they would not find a world as they expect it.
    """
    stories = [load_story(name) for name in names]
    return run(_play_all(stories, stage))


async def _play_all(stories: Sequence[Story], stage: Stage) -> int:
    held: dict[str, bool] = {}
    if stage.control is not None and stage.world is not None and not stage.reuse:
        await _check_unused(stage.control, stage.world, stories)
    async with _opened(stage) as open_world:
        for story in stories:
            held[story.name] = await _play(story, open_world, stage, alone=len(stories) == 1)
    print()
    if len(stories) > 1:
        for story in stories:
            print(f"{'held' if held[story.name] else 'FAILED':<7} {story.name:<32} {' '.join(story.rows)}")
    failed = [name for name, good in held.items() if not good]
    print(f"{len(stories) - len(failed)} of {len(stories)} stories held", end="")
    print(f"; not: {', '.join(failed)}" if failed else ".")
    return 1 if failed else 0


async def _play(story: Story, open_world: OpenWorld, stage: Stage, *, alone: bool) -> bool:
    print(f"\n━━ {story.name}: {story.title}")
    timeline = Timeline(print, colour=sys.stdout.isatty())
    recording = Recording(story.name, story.text)
    world = await open_world(_Audience(timeline, recording, stage.pace))
    world.guests, world.show_secrets, world.locale = stage.guests, stage.secrets, stage.locale
    if stage.world is not None:
        await _warn_of_ticking(world)
    try:
        await story.play(world)
        await world.look()
    except (ExpectationFailed, AssertionError) as error:
        recording.failure = str(error)
    except (ControlRefused, httpx.HTTPError) as error:
        recording.failure = f"the story broke off: {error}"
    except Exception as error:
        # A line of the story's own that does not hold, such as `[mail] = ...` when there is none.
        recording.failure = f"the story broke off{_place(error, story)}: {type(error).__name__}: {error}"
    finally:
        timeline.flush()
        if stage.html or stage.mermaid:
            recording.messages = await world.outbox()
            recording.urls = {door.name: door.url for door in world.doors}
        if stage.world is None:
            await world.delete()
        await world.close()
    if recording.failure:
        print(f"    ✗ {recording.failure}")
        _explain(recording)
    _keep(stage, recording, alone=alone)
    return not recording.failure


def _place(error: Exception, story: Story) -> str:
    """The last line of the story that was running."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).stem == story.name]
    return f" in line {lines[-1]}" if lines else ""


async def _check_unused(control: str, name: str, stories: Sequence[Story]) -> None:
    """A story counts what it finds; what others left there would read as a fault of the emulator's."""
    if len(stories) > 1:
        what = f"{len(stories)} stories in one world: each expects a fresh one"
        raise WorldInUse(f"{what}; leave out --world, or say --reuse to play them in {name!r} all the same")
    world = await connect(control, name)
    try:
        found = await world.traces()
    finally:
        await world.close()
    if not any(found.values()):
        return
    told = ", ".join(f"{what}: {count}" for what, count in found.items() if count)
    ways = "leave out --world or name one that was just made"
    if not found["setup documents"]:
        ways += f", reset it (POST {control.rstrip('/')}/_stampcard/worlds/{name}/reset)"
    what = f"world {name!r} has been used ({told}) and a story expects a fresh one"
    raise WorldInUse(f"{what}; {ways}, or say --reuse to play in it all the same")


async def _warn_of_ticking(world: WorldClient) -> None:
    clock = await world.clock()
    if clock["mode"] != "frozen":
        print(
            f"    ! the clock of world {world.name!r} ticks (it is {clock['now']}): stories with dates are written for"
        )
        print(f'      a world made with {{"frozen": true}}, which starts at {iso(FROZEN_START)}')


def _explain(recording: Recording) -> None:
    """The last calls before an expectation failed, with what was refused or ignored in them."""
    entries = [entry for scene in recording.scenes for entry in scene.entries][-8:]
    if entries:
        print("  what led there:")
    for entry in entries:
        print(f"    {line(entry)}")
        for diagnostic in entry["diagnostics"]:
            print(f"        {diagnostic['code']} {diagnostic['pointer']}: {diagnostic['message']}")


def _keep(stage: Stage, recording: Recording, *, alone: bool) -> None:
    for path, draw in ((stage.html, page), (stage.mermaid, mermaid)):
        if path is not None:
            target = path if alone else path.with_name(f"{path.stem}-{recording.name}{path.suffix}")
            target.write_text(draw(recording), encoding="utf-8")
            print(f"    kept in {target}")


class _Audience:
    """The listener of a played story: prints it, remembers it, and leaves a presenter time before each step."""

    def __init__(self, timeline: Timeline, recording: Recording, pace: float) -> None:
        self._timeline = timeline
        self._recording = recording
        self._pace = pace

    def __call__(self, what: str, detail: object) -> None:
        if self._pace and what == "say":
            import time  # noqa: TID251 - a pause for people, nothing a vendor sees

            time.sleep(self._pace)
        self._timeline(what, detail)
        self._recording(what, detail)


@contextlib.asynccontextmanager
async def _opened(stage: Stage) -> AsyncIterator[OpenWorld]:
    """A way to open a fresh, frozen world on the stage."""
    if stage.control is not None:
        control = stage.control
        yield lambda listener: connect(control, stage.world, listener, seed=stage.seed)
        return
    emulator = Emulator()
    if not stage.live:

        async def open_inside(listener: Listener) -> WorldClient:
            world = emulator.add_world(seed=stage.seed)
            return in_process(emulator, world, listener)

        yield open_inside
        return
    async with serving(emulator, listen(emulator), frozen=True):
        port = next(port for port, name in emulator.ports.items() if name == "control")
        yield lambda listener: connect(f"http://127.0.0.1:{port}", listener=listener, seed=stage.seed)
