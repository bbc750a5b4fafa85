"""Operations of this room: custom events, their schemas, and activities."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.events import activities, events, schemas

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "track-custom-event": events.track,
    "list-customer-activity": activities.browse,
    "list-member-activity-1": activities.of_member,
    "list-member-activity": activities.of_member,
    "list-custom-event-schemas": schemas.browse,
    "create-custom-event-schema": schemas.create,
    "get-custom-event-schema": schemas.read,
    "update-custom-event-schema": schemas.update,
    "delete-custom-event-schema": schemas.delete,
}
