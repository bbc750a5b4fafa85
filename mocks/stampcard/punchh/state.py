"""What a Punchh business holds."""

from __future__ import annotations

from dataclasses import dataclass

from stampcard.core.world import World


@dataclass(slots=True)
class Business:
    """One Punchh business."""

    world: World
