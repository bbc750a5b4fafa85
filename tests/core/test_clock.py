"""Virtual time."""

from datetime import timedelta

import pytest

from stampcard.core.clock import FROZEN_START, Clock, Job, parse_duration
from stampcard.core.errors import ClockError


def no_failure(job: Job, error: Exception) -> None:
    raise AssertionError(job) from error


def frozen() -> Clock:
    return Clock(frozen=True, failed=no_failure)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10m", 600), ("3d", 259200), ("1h30m", 5400), ("90", 90), (1.5, 1.5), ("250ms", 0.25)]
)
def test_durations_read_as_people_write_them(text: str | float, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "10 m x", True, None, "1e999"])
def test_other_durations_are_refused(text: object) -> None:
    with pytest.raises(ClockError):
        parse_duration(text)  # type: ignore[arg-type]


async def test_jobs_run_in_order_of_time_and_then_of_adding() -> None:
    clock, ran = frozen(), []

    def add(name: str, minutes: int) -> None:
        async def run() -> None:
            ran.append((name, clock.now - FROZEN_START))

        clock.after(timedelta(minutes=minutes), run, name=name)

    add("late", 9)
    add("first", 1)
    add("second", 1)
    fired = await clock.advance(timedelta(minutes=5))
    assert ran == [("first", timedelta(minutes=1)), ("second", timedelta(minutes=1))]
    assert [job.name for job in fired] == ["first", "second"]
    assert clock.now == FROZEN_START + timedelta(minutes=5)


async def test_work_that_a_job_adds_runs_in_the_same_move() -> None:
    clock, ran = frozen(), []

    async def outer() -> None:
        clock.after(timedelta(minutes=1), inner, name="inner")

    async def inner() -> None:
        ran.append(clock.now)

    clock.after(timedelta(minutes=1), outer, name="outer")
    await clock.advance(timedelta(minutes=2))
    assert ran == [FROZEN_START + timedelta(minutes=2)]


async def test_a_job_cannot_move_the_clock_that_waits_for_it() -> None:
    failures = []
    clock = Clock(frozen=True, failed=lambda job, error: failures.append(error))

    async def move() -> None:
        await clock.advance(timedelta(minutes=1))

    clock.after(timedelta(), move, name="move")
    await clock.settle()
    assert isinstance(failures[0], ClockError)


async def test_the_clock_does_not_go_back() -> None:
    with pytest.raises(ClockError):
        await frozen().advance(timedelta(seconds=-1))


async def test_a_ticking_clock_moves_by_itself_and_keeps_an_advance() -> None:
    clock = Clock(frozen=False, failed=no_failure)
    before = clock.now
    await clock.advance(timedelta(days=3))
    assert clock.mode == "ticking"
    assert clock.now >= before + timedelta(days=3)
