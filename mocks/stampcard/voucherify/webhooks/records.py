"""Project webhooks."""

from __future__ import annotations

import msgspec


class Webhook(msgspec.Struct):
    id: str
    target_url: str
    events: list[str]
    created_at: str
    active: bool = True
