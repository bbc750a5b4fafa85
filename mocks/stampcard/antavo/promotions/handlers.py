"""Operations of this room: promotions and carts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.antavo.promotions import engine
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "promotions_list": engine.list_all,
    "promotion_get": engine.get,
    "promotion_status": engine.set_status,
    "promotion_cart": engine.simulate,
    "promotion_cart_finalize": engine.finalize,
}
