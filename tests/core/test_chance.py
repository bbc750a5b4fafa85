"""Seeded chance and derived credentials."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from stampcard.core.chance import Chance, Secrets

DRAWS: dict[str, Callable[[Chance], Any]] = {
    "hex": lambda chance: chance.hex(24),
    "digits": lambda chance: chance.digits(8),
    "alnum": lambda chance: chance.alnum(12),
    "uuid": lambda chance: chance.uuid(),
    "integer": lambda chance: chance.integer(1, 10**9),
    "choice": lambda chance: chance.choice(range(10**6)),
    "shuffled": lambda chance: chance.shuffled(range(20)),
    "happens": lambda chance: [chance.happens(0.5) for _ in range(40)],
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS.keys())
def test_the_same_seed_gives_the_same_and_another_seed_another(draw: Callable[[Chance], Any]) -> None:
    assert draw(Chance(1)) == draw(Chance(1)) != draw(Chance(2))


def test_a_restart_is_a_new_beginning() -> None:
    chance = Chance("seed")
    first = [chance.uuid(), chance.uuid()]
    chance.restart("seed")
    assert [chance.uuid(), chance.uuid()] == first


def test_values_have_the_length_asked_for() -> None:
    chance = Chance(0)
    assert all(len(chance.hex(3)) == len(chance.digits(3)) == len(chance.alnum(3)) == 3 for _ in range(200))
    assert UUID(chance.uuid()).version == 4
    assert set(chance.alnum(50, "ab")) == {"a", "b"}


def test_bounds_are_included_and_certainty_is_certain() -> None:
    chance = Chance(0)
    assert {chance.integer(1, 3) for _ in range(100)} == {1, 2, 3}
    assert not any(chance.happens(0) for _ in range(100))
    assert all(chance.happens(1) for _ in range(100))
    values = [1, 2, 3]
    assert sorted(chance.shuffled(values)) == values


def test_secrets_depend_on_world_and_label_alone() -> None:
    one, same, other = Secrets("a"), Secrets("a"), Secrets("b")
    for made, again, foreign in zip(
        *([s.hex("k", 32), s.alnum("k", 20), s.uuid("k")] for s in (one, same, other)), strict=True
    ):
        assert made == again != foreign
    assert one.hex("k", 32) != one.hex("l", 32)


@pytest.mark.parametrize("length", [1, 32, 128])
def test_secret_digits_come_as_many_as_asked(length: int) -> None:
    assert len(Secrets("a").hex("k", length)) == length


def test_more_than_there_is_is_refused() -> None:
    with pytest.raises(ValueError, match="128"):
        Secrets("a").hex("k", 129)
    with pytest.raises(ValueError, match="80"):
        Secrets("a").alnum("k", 81)


def test_uuids_are_written_as_the_standard_library_writes_them() -> None:
    for seed in range(50):
        bits = random.Random(seed).getrandbits(128)
        assert Chance(seed).uuid() == str(UUID(int=bits, version=4))
