"""Operations of this room: project webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.webhooks import webhook

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "create-webhook": webhook.create,
    "list-webhooks": webhook.browse,
    "get-webhook": webhook.read,
    "update-webhook": webhook.update,
    "delete-webhook": webhook.delete,
}
