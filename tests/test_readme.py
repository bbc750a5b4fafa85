"""What the README shows works as shown, and it stays short."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from stampcard.client import WorldClient

README = Path(__file__).parents[1] / "README.md"


def block(language: str, word: str) -> str:
    """The fenced block of a language that holds a word."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return next(text for text in blocks if word in text)


async def test_the_pytest_example_passes_with_the_setup_example(world: WorldClient) -> None:
    names: dict[str, Any] = {"SETUP": yaml.safe_load(block("yaml", "braze:"))}
    exec(block("python", "test_welcome_mail"), names)
    await names["test_welcome_mail"](world)


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < 150
