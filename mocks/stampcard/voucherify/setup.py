"""The Voucherify section of a setup document: what people click in its dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.world import World
from stampcard.voucherify.keys import Keys
from stampcard.voucherify.state import Project


def check(world: World, project: Project, section: Mapping[str, Any], known: Keys) -> None:
    pass


def apply(world: World, project: Project, section: Mapping[str, Any], known: Keys) -> None:
    pass
