"""Messages to people."""

from typing import Any

import pytest

from stampcard.core.clock import FROZEN_START
from stampcard.core.outbox import Message, Outbox


def message(number: int, **more: Any) -> Message:
    values: dict[str, Any] = {
        "vendor": "shop",
        "channel": "email",
        "user": "ann",
        "campaign": None,
        "status": "sent",
        "parts": {},
    }
    return Message(id=f"m{number}", at=FROZEN_START, **{**values, **more})


def filled(size: int, *messages: Message) -> Outbox:
    box = Outbox(size)
    for one in messages:
        box.add(one)
    return box


def test_only_the_newest_messages_are_kept() -> None:
    box = filled(2, message(1), message(2), message(3))
    assert ([one.id for one in box], len(box)) == (["m2", "m3"], 2)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, ["m1", "m2", "m3"]),
        ({"channel": "email"}, ["m1", "m3"]),
        ({"user": "bob"}, ["m3"]),
        ({"campaign": "c"}, ["m2", "m3"]),
        ({"campaign": "c", "channel": "email", "user": "bob"}, ["m3"]),
        ({"user": "eve"}, []),
    ],
)
def test_filters_narrow_together(filters: dict[str, str], ids: list[str]) -> None:
    box = filled(9, message(1), message(2, channel="webhook", campaign="c"), message(3, user="bob", campaign="c"))
    assert [one.id for one in box.select(**filters)] == ids


def test_a_reset_empties_it() -> None:
    box = filled(9, message(1))
    box.reset()
    assert len(box) == 0


def test_a_view_shows_instants_as_text_and_no_reason_as_null() -> None:
    view = message(1, parts={"subject": "Hi"}).view()
    assert (view["at"], view["reason"], view["parts"]) == ("2026-01-15T09:00:00.000Z", None, {"subject": "Hi"})
