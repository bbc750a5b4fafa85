"""What a Voucherify project holds."""

from __future__ import annotations

from dataclasses import dataclass

from stampcard.core.world import World


@dataclass(slots=True)
class Project:
    """One Voucherify project."""

    world: World
