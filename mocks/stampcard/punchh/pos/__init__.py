"""Points of sale: what registers call with location key and business key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.pos import registers, users

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "pos_users__post": users.sign_up,
    "pos_users_search__get": users.search,
    "pos_users_find__get": users.find,
    "pos_users_balance__get": users.balance,
    "pos_checkins__post": registers.check_in,
    "pos_transactions__post": registers.transaction,
    "receipt_details__post": registers.receipt_details,
    "pos_meta__get": registers.meta,
    "pos_locations_configuration__get": registers.configuration,
}
