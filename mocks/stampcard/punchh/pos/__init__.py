"""Points of sale: what registers call with location key and business key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.pos import discounts, redemptions, registers, users

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
    "pos_redemptions__post": redemptions.redeem,
    "pos_redemptions__delete": redemptions.void,
    "pos_redemptions_possible__post": redemptions.possible,
    "pos_redemptions_multiple_destroy__delete": redemptions.void_many,
    "pos_redemptions_applicable_offers__post": redemptions.applicable_offers,
    "pos_users_active_redemptions__get": redemptions.active,
    "pos_discounts_active__get": discounts.active,
    "pos_discounts_select__post": discounts.select,
    "pos_discounts_unselect__delete": discounts.unselect,
    "pos_discounts_auto_select__post": discounts.auto_select,
    "pos_discounts_unlock__put": discounts.unlock,
    "pos_batch_redemptions__post": discounts.batch,
    "pos_batch_redemptions_redemption_ref__delete": discounts.void,
    "pos_discounts_lookup__post": discounts.lookup,
}
