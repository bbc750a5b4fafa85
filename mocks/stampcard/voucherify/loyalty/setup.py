"""The setup document's `loyalty_v2`: definitions that programs are made of, as the dashboard has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.errors import SetupError
from stampcard.voucherify.campaigns import codes
from stampcard.voucherify.loyalty.program_records import CardDefinition, PointsRule, ProgramReward
from stampcard.voucherify.state import Project

ROOT = "/voucherify/loyalty_v2"

Row = Mapping[str, Any]


def check(project: Project, section: Row) -> None:
    """Rules and rewards name card definitions of this document or set up before. Raises SetupError."""
    whole = section.get("loyalty_v2", {})
    known = {row["id"] for row in whole.get("card_definitions", ())} | project.programs.definitions.keys()
    for name in ("earning_rules", "rewards"):
        for index, row in enumerate(whole.get(name, ())):
            if row.get("card_definition") not in (None, *known):
                place = f"{ROOT}/{name}/{index}/card_definition"
                raise SetupError(place, f"there is no card definition {row['card_definition']!r}")
    for index, row in enumerate(whole.get("rewards", ())):
        if ("product" in row) is ("campaign" in row):
            raise SetupError(f"{ROOT}/rewards/{index}", "a reward is a product or a campaign's code")


def apply(project: Project, section: Row) -> None:
    whole, known = section.get("loyalty_v2", {}), project.programs
    for row in whole.get("card_definitions", ()):
        config = codes.read_config({"pattern": row.get("pattern", "##########")})
        assert config is not None
        ratio = row.get("exchange_ratio")
        known.definitions[row["id"]] = CardDefinition(row["id"], row["name"], config, row.get("points_last"), ratio)
    for row in whole.get("earning_rules", ()):
        known.rules[row["id"]] = PointsRule(**row)
    for row in whole.get("rewards", ()):
        known.rewards[row["id"]] = ProgramReward(**row)
