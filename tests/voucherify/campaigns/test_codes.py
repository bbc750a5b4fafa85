"""Codes: pattern, charset, uniqueness, running out."""

from __future__ import annotations

import pytest

from stampcard.core.chance import Chance
from stampcard.voucherify.campaigns.codes import generate, read_config


@pytest.mark.parametrize(
    ("given", "shape", "length"),
    [
        (None, r"[0-9a-zA-Z]{8}", 8),
        ({"length": 5, "charset": "AB"}, r"[AB]{5}", 5),
        ({"pattern": "10OFF-###", "charset": "0123456789"}, r"10OFF-[0-9]{3}", 3),
        ({"length": 4, "prefix": "PRE-", "postfix": "-END"}, r"PRE-[0-9a-zA-Z]{4}-END", 4),
        ({"length": 20, "pattern": "#-#"}, r"[0-9a-zA-Z]-[0-9a-zA-Z]", 2),
    ],
)
def test_a_code_has_the_shape_its_configuration_says(given: dict[str, object] | None, shape: str, length: int) -> None:
    config = read_config(given)
    assert config is not None and config.length == length

    code = generate(config, Chance(1), lambda text: False)

    import re

    assert code is not None and re.fullmatch(shape, code)


def test_every_code_is_found_before_there_are_none_left() -> None:
    config = read_config({"charset": "0011", "length": 3})
    assert config is not None and config.capacity == 8
    chance, made = Chance(1), set[str]()

    while (code := generate(config, chance, made.__contains__)) is not None:
        made.add(code)

    assert len(made) == 8


@pytest.mark.parametrize("given", [{"charset": ""}, {"length": 0}, {"pattern": "FIXED"}])
def test_a_configuration_without_a_random_character_makes_no_codes(given: dict[str, object]) -> None:
    assert read_config(given) is None
