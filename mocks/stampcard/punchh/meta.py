"""What a program says of itself. Answers are those of up to 15 minutes ago, as the vendor's documents announce."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.punchh.state import Business, Redeemable

LIFE = timedelta(minutes=15)


def cached(call: Call[Business], family: str, fresh: dict[str, Any]) -> dict[str, Any]:
    """`fresh`, or what the family was told less than 15 minutes ago; a difference is told on the second channel."""
    business = call.state
    kept = business.meta_cache.get(family)
    if kept is None or kept[0] <= business.now:
        kept = business.meta_cache[family] = (business.now + LIFE, fresh)
    if kept[1] != fresh:
        call.diagnose("cached", "Punchh caches this for 15 minutes; something has changed since")
    return kept[1]


def levels(business: Business) -> list[dict[str, Any]]:
    """The membership levels, each from its points up to those of the next."""
    ordered = sorted(business.program.levels, key=lambda level: level.points)
    tops = [*(level.points - 1 for level in ordered[1:]), None][: len(ordered)]
    return [
        {
            "membership_level_id": level.id,
            "name": level.name,
            "description": "",
            "minimum_points": level.points,
            "maximum_points": top,
            "points_multiplier": 1,
            "background_image_url": "",
        }
        for level, top in zip(ordered, tops, strict=True)
    ]


def base_redeemable(business: Business) -> Redeemable | None:
    """What the program itself leads to: what a full card or a conversion becomes (assumed)."""
    program = business.program
    number = program.card_redeemable_id or program.conversion_redeemable_id
    return business.redeemables.get(number or 0)
