"""Operations of this room: calls from other platforms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.antavo.integrations import segment
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "segment_webhook": segment.segment,
}
