"""Gamification modules and wallet passes of the setup document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from stampcard.antavo.entities import REWARDS
from stampcard.antavo.filters import instant
from stampcard.antavo.module_records import Content, Contest, Flow, Pass, Quiz, Share, Treasure, Wheel
from stampcard.antavo.state import Brand
from stampcard.core.errors import SetupError

KEYS = (
    "contests",
    "quizzes",
    "profiling_flows",
    "content_activities",
    "treasure_hunts",
    "prize_wheels",
    "social_share_campaigns",
)
_INSTANTS = ("starts_at", "ends_at", "start_date", "end_date", "display_until", "expires_at")


def check(brand: Brand, section: Mapping[str, Any]) -> None:
    """Raises SetupError for a module that names what is not there, or cannot work."""
    segments = brand.segments.keys() | {row["name"] for row in section.get("segments", ())}
    for row, pointer in _rows(section):
        for name in row.get("segments", ()):
            if name not in segments:
                raise SetupError(f"{pointer}/segments", f"no segment is called {name!r}")
        for name in _INSTANTS:
            if name in row and instant(row[name]) is None:
                raise SetupError(f"{pointer}/{name}", "not an ISO 8601 instant")
    for index, row in enumerate(section.get("quizzes", ())):
        if row["correct"] >= len(row["answers"]):
            raise SetupError(f"/antavo/quizzes/{index}/correct", "there is no answer of this index")
    for index, row in enumerate(section.get("profiling_flows", ())):
        _check_flow(row, f"/antavo/profiling_flows/{index}")
    rewards = brand.entities.get(REWARDS, {}).keys() | {row["id"] for row in section.get("rewards", ())}
    for index, row in enumerate(section.get("prize_wheels", ())):
        for place, option in enumerate(row["options"]):
            if option["type"] == "reward" and option.get("reward") not in rewards:
                pointer = f"/antavo/prize_wheels/{index}/options/{place}/reward"
                raise SetupError(pointer, f"no reward has the id {option.get('reward')!r}")
    members = brand.customers.keys() | {row["id"] for row in section.get("members", ())}
    for index, row in enumerate(section.get("wallet_passes", ())):
        if row["member"] not in members:
            raise SetupError(f"/antavo/wallet_passes/{index}/member", f"no member has the id {row['member']!r}")


def _rows(section: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    for key in (*KEYS, "wallet_passes"):
        for index, row in enumerate(section.get(key, ())):
            yield row, f"/antavo/{key}/{index}"


def _check_flow(row: Mapping[str, Any], pointer: str) -> None:
    for place, question in enumerate(row["questions"]):
        with_options = question.get("type", "text_options").endswith("_options")
        if with_options != bool(question.get("answers")):
            wanted = "needs answers to choose from" if with_options else "has no answers to choose from"
            raise SetupError(f"{pointer}/questions/{place}/answers", f"a question of this type {wanted}")


def apply(brand: Brand, section: Mapping[str, Any]) -> None:
    """Apply checked rows; a row of an id that is there already replaces it, lists without ids are replaced whole."""
    modules = brand.modules
    modules.contests |= {row["id"]: msgspec.convert(row, Contest) for row in section.get("contests", ())}
    modules.quizzes |= {row["id"]: msgspec.convert(row, Quiz) for row in section.get("quizzes", ())}
    modules.flows |= {row["id"]: msgspec.convert(row, Flow) for row in section.get("profiling_flows", ())}
    modules.wheels |= {row["id"]: msgspec.convert(row, Wheel) for row in section.get("prize_wheels", ())}
    modules.shares |= {row["id"]: msgspec.convert(row, Share) for row in section.get("social_share_campaigns", ())}
    if "content_activities" in section:
        modules.contents = [msgspec.convert(row, Content) for row in section["content_activities"]]
    if "treasure_hunts" in section:
        modules.treasures = [msgspec.convert(row, Treasure) for row in section["treasure_hunts"]]
    for row in section.get("wallet_passes", ()):
        modules.passes[row["id"]] = msgspec.convert({**row, "created_at": brand.world.clock.now}, Pass)
