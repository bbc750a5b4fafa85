"""What a Antavo brand holds."""

from __future__ import annotations

from dataclasses import dataclass

from stampcard.core.world import World


@dataclass(slots=True)
class Brand:
    """One Antavo brand (workspace)."""

    world: World
