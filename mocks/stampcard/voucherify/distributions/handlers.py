"""Operations of this room: publications, and what Braze tells of its audiences."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.distributions import braze_audiences, publications

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "create-publication": publications.create,
    "create-publication-1": publications.create_by_get,
    "list-publications": publications.browse,
    "braze-customer-webhook": braze_audiences.change,
}
