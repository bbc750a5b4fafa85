"""Virtual time."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stampcard.core.clock import FROZEN_START, Clock, Job, iso, parse_duration, parse_instant
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


async def nothing() -> None:
    pass


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-01T10:00:00Z", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("2026-02-01T10:00:00+02:00", datetime(2026, 2, 1, 8, tzinfo=UTC)),
        ("2026-02-01T10:00:00", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_instants_are_utc_unless_they_say_otherwise(text: str, instant: datetime) -> None:
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    "text", ["", "now", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", None, 5]
)
def test_other_instants_are_refused(text: object) -> None:
    with pytest.raises(ClockError):
        parse_instant(text)  # type: ignore[arg-type]


def test_instants_are_written_with_milliseconds() -> None:
    assert iso(datetime(2026, 1, 2, 3, 4, 5, 999_999, UTC)) == "2026-01-02T03:04:05.999Z"


async def test_beyond_the_calendar_is_refused() -> None:
    clock = frozen()
    with pytest.raises(ClockError, match="calendar"):
        await clock.advance(parse_duration("99999999d"))
    assert clock.now == FROZEN_START


async def test_what_was_cancelled_does_not_run() -> None:
    clock, ran = frozen(), []

    async def run() -> None:
        ran.append(1)

    clock.after(timedelta(seconds=1), run, name="kept")
    clock.after(timedelta(seconds=1), run, name="cancelled").cancel()
    assert [job.name for job in clock.due] == ["kept"]
    assert [job.name for job in await clock.advance(timedelta(seconds=1))] == ["kept"]
    assert (ran, clock.next_due()) == ([1], None)


async def test_settle_runs_what_is_due_and_what_that_makes_due_and_stands_still() -> None:
    clock, ran = frozen(), []

    async def again() -> None:
        ran.append(clock.now)
        if len(ran) < 3:
            clock.after(timedelta(), again, name="again")

    clock.after(timedelta(), again, name="again")
    clock.after(timedelta(seconds=1), again, name="later")
    assert [job.name for job in await clock.settle()] == ["again"] * 3
    assert ran == [FROZEN_START] * 3


async def test_a_job_added_for_the_past_runs_at_the_next_settle_and_time_does_not_go_back() -> None:
    clock = frozen()
    await clock.advance(timedelta(hours=1))
    clock.at(FROZEN_START, nothing, name="late")
    assert len(await clock.settle()) == 1
    assert clock.now == FROZEN_START + timedelta(hours=1)


async def test_a_job_that_fails_is_told_and_later_ones_still_run() -> None:
    failures: list[tuple[str, Exception]] = []
    clock = Clock(frozen=True, failed=lambda job, error: failures.append((job.name, error)))

    async def fail() -> None:
        raise RuntimeError("no")

    clock.after(timedelta(seconds=1), fail, name="fails")
    clock.after(timedelta(seconds=2), nothing, name="runs")
    assert [job.name for job in await clock.advance(timedelta(seconds=3))] == ["fails", "runs"]
    assert [(name, str(error)) for name, error in failures] == [("fails", "no")]


async def test_set_moves_to_an_instant_and_refuses_the_past() -> None:
    clock = frozen()
    await clock.set(FROZEN_START + timedelta(days=1))
    assert clock.now == FROZEN_START + timedelta(days=1)
    with pytest.raises(ClockError, match="back"):
        await clock.set(FROZEN_START)


async def test_two_moves_at_once_are_refused() -> None:
    clock, gate = frozen(), asyncio.Event()
    clock.after(timedelta(), gate.wait, name="waits")  # type: ignore[arg-type]
    first = asyncio.create_task(clock.settle())
    await asyncio.sleep(0)
    with pytest.raises(ClockError, match="being moved"):
        await clock.advance(timedelta(seconds=1))
    gate.set()
    assert len(await first) == 1


async def test_a_reset_during_a_move_ends_the_move_at_the_start() -> None:
    clock, gate = frozen(), asyncio.Event()
    clock.after(timedelta(days=1), gate.wait, name="waits")  # type: ignore[arg-type]
    clock.after(timedelta(days=2), nothing, name="never")
    move = asyncio.create_task(clock.advance(timedelta(days=9)))
    await asyncio.sleep(0)
    clock.reset()
    clock.after(timedelta(days=1), nothing, name="new")
    gate.set()
    assert [job.name for job in await move] == ["waits"]
    assert (clock.now, [job.name for job in clock.due]) == (FROZEN_START, ["new"])


async def test_a_clock_can_be_frozen_and_set_going() -> None:
    clock = Clock(frozen=False, failed=no_failure)
    clock.freeze()
    stood = clock.now
    await asyncio.sleep(0.002)
    assert (clock.now, clock.mode) == (stood, "frozen")
    clock.tick()
    await asyncio.sleep(0.002)
    assert (clock.now > stood, clock.mode) == (True, "ticking")


async def test_whoever_serves_clocks_hears_of_new_work() -> None:
    heard: list[int] = []
    clock = Clock(frozen=False, failed=no_failure, changed=lambda: heard.append(1))
    clock.after(timedelta(seconds=5), nothing, name="later")
    clock.freeze()
    clock.tick()
    assert len(heard) == 3


async def test_run_due_runs_what_is_due_and_leaves_a_moving_clock_alone() -> None:
    clock, gate, ran = Clock(frozen=False, failed=no_failure), asyncio.Event(), []

    async def run() -> None:
        ran.append(1)

    clock.after(timedelta(), gate.wait, name="waits")  # type: ignore[arg-type]
    clock.after(timedelta(), run, name="runs")
    move = asyncio.create_task(clock.settle())
    await asyncio.sleep(0.001)
    await clock.run_due()
    assert ran == []
    gate.set()
    await move
    assert ran == [1]


async def test_other_work_gets_its_turn_while_many_jobs_run() -> None:
    clock, turns = frozen(), 0

    async def job() -> None:
        """Waits for nothing."""

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    for _ in range(100):
        clock.after(timedelta(), job, name="job")
    task = asyncio.create_task(other())
    await clock.settle()
    task.cancel()

    assert turns >= 10


async def test_a_job_due_in_another_zone_runs_at_an_instant_in_utc() -> None:
    """Over a change of the clocks in Berlin a day of 24 hours and a day of the wall are not the same."""
    clock = Clock(frozen=True, failed=no_failure)
    seen: list[datetime] = []

    async def run() -> None:
        seen.extend([clock.now, clock.now + timedelta(days=1)])

    clock.at(datetime(2026, 3, 28, 12, 0, tzinfo=ZoneInfo("Europe/Berlin")), run, name="noon")
    await clock.set(datetime(2026, 4, 1, tzinfo=UTC))
    assert [instant.isoformat() for instant in seen] == ["2026-03-28T11:00:00+00:00", "2026-03-29T11:00:00+00:00"]
