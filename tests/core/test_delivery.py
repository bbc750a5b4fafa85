"""Deliveries: attempts, outcomes, and when the next one is made."""

from datetime import timedelta
from typing import Any

import pytest

from stampcard.core.delivery import Delivery, ladder
from stampcard.core.http import Response
from tests.core.conftest import Town


def delivery(town: Town, *waits: float, **more: Any) -> Delivery:
    values = {
        "vendor": "bank",
        "name": "webhook",
        "method": "POST",
        "url": "https://api.shop.example/v1/things",
        "headers": {"X-Key": "key-w"},
        "body": b'{"name": "a"}',
        "cause": 3,
        "retry": ladder(*waits),
    }
    return Delivery(world=town.world, **{**values, **more})


def fail(town: Town, times: int, **fault: Any) -> None:
    town.world.faults.replace([{"host": "api.shop.example", "times": times, **(fault or {"status": 500})}])


async def test_nothing_is_sent_before_the_clock_says_so(town: Town) -> None:
    made = delivery(town)
    made.schedule(60)
    await town.world.clock.advance(timedelta(seconds=59))
    assert (made.state, made.attempts, town.store.things) == ("waiting", [], {})
    await town.world.clock.advance(timedelta(seconds=1))
    assert (made.state, list(town.store.things)) == ("delivered", ["a"])


async def test_the_call_and_its_job_name_their_cause(town: Town) -> None:
    made = delivery(town)
    made.schedule()
    assert made.job is not None
    assert (made.job.cause, made.job.name, made.job.vendor) == (3, "webhook", "bank")
    await town.world.clock.settle()
    [entry] = town.world.journal
    assert (entry.cause, entry.caller, entry.id) == (3, "bank", made.attempts[0].entry)


async def test_attempts_climb_the_ladder_and_stop_at_success(town: Town) -> None:
    fail(town, 2)
    made = delivery(town, 10, 100, 1000)
    start = town.world.clock.now
    made.schedule()
    await town.world.clock.advance(timedelta(days=1))
    assert [(a.at - start).total_seconds() for a in made.attempts] == [0, 10, 110]
    assert [a.status for a in made.attempts] == [500, 500, 201]
    assert made.state == "delivered"


async def test_at_the_end_of_the_ladder_it_has_failed(town: Town) -> None:
    fail(town, 9)
    ended: list[tuple[str, int]] = []

    def done(made: Delivery, response: Response | None) -> None:
        ended.append((made.state, response.status if response else 0))

    made = delivery(town, 1, 1, done=done)
    made.schedule()
    await town.world.clock.advance(timedelta(days=1))
    assert (len(made.attempts), ended, town.world.clock.due) == (3, [("failed", 500)], [])


@pytest.mark.parametrize("fault", [{"drop": True}, {"delay": 99}])
async def test_no_answer_is_an_attempt_with_its_error(town: Town, fault: dict[str, Any]) -> None:
    fail(town, 1, **fault)
    made = delivery(town)
    made.schedule()
    await town.world.clock.settle()
    [attempt] = made.attempts
    assert (made.state, attempt.status) == ("failed", 0)
    assert "api.shop.example" in attempt.error
    assert [entry.id for entry in town.world.journal] == [attempt.entry]


async def test_the_vendor_says_what_success_is(town: Town) -> None:
    made = delivery(town, succeeded=lambda response: response.status == 418)
    made.schedule()
    await town.world.clock.settle()
    assert (made.state, made.attempts[0].status) == ("failed", 201)


async def test_a_view_tells_the_attempts_and_not_the_body(town: Town) -> None:
    made = delivery(town)
    made.schedule()
    await town.world.clock.settle()
    view = made.view()
    assert (view["state"], view["attempts"][0]["at"], view["attempts"][0]["status"]) == (
        "delivered",
        "2026-01-15T09:00:00.000Z",
        201,
    )
    assert "body" not in view
