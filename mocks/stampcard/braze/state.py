"""What a Braze workspace holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from stampcard.core.world import World


class Tally(msgspec.Struct):
    """How often a custom event or a product's purchase happened to one user; instants of the first and last."""

    first: datetime
    last: datetime
    count: int = 0


class Receipt(msgspec.Struct):
    """That a user received a campaign: when last, and which variation."""

    last_received: datetime
    variation_id: str | None = None
    converted: bool = False


class User(msgspec.Struct):
    """One profile.

    `profile` holds the reserved fields that are set (first_name, email, time_zone ...), `custom` the custom
    attributes; `aliases` maps alias label to alias name. Instants are UTC.
    """

    braze_id: str
    created_at: datetime
    updated_at: datetime
    random_bucket: int
    external_id: str | None = None
    aliases: dict[str, str] = {}
    profile: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    events: dict[str, Tally] = {}
    purchases: dict[str, Tally] = {}
    total_revenue: float = 0.0
    campaigns: dict[str, Receipt] = {}


@dataclass(slots=True)
class ApiKey:
    """A REST API key: a set of permissions, or None for all of them."""

    key: str
    name: str
    permissions: frozenset[str] | None


@dataclass(slots=True)
class Workspace:
    """One Braze workspace: all that one API key can see.

    Profiles are found by five identifiers; only `external_id`, `braze_id` and an alias are unique.
    """

    world: World
    keys: dict[str, ApiKey] = field(default_factory=dict)
    apps: dict[str, str] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    by_external_id: dict[str, User] = field(default_factory=dict)
    by_alias: dict[tuple[str, str], User] = field(default_factory=dict)
    campaigns: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[User]:
        return iter(self.users.values())
