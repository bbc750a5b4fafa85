"""The mobile family: what the brand's app calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.mobile import checkins, discounts, offers, redemptions, sessions, users

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "mobile_users__post": users.sign_up,
    "mobile_users__put": users.update,
    "mobile_users__delete": users.delete,
    "mobile_async_users__patch": users.update_later,
    "mobile_users_profile__get": users.profile,
    "mobile_users_balance__get": users.balance,
    "mobile_users_account_history__get": users.account_history,
    "mobile_users_login__post": sessions.login,
    "mobile_users_logout__delete": sessions.logout,
    "mobile_checkins__get": checkins.listing,
    "mobile_checkins_account_balance__get": checkins.account_balance,
    "mobile_checkins_barcode__post": checkins.barcode,
    "mobile_checkins_qrcode__post": checkins.qrcode,
    "mobile_checkins_receipt_image__post": checkins.receipt_image,
    "mobile_checkins_transactions__get": checkins.transactions,
    "mobile_offers__get": offers.listing,
    "mobile_offers_mark_read__put": offers.mark_read,
    "mobile_redemptions_reward__post": redemptions.reward,
    "mobile_redemptions_redeemable__post": redemptions.redeemable,
    "mobile_redemptions_banked_currency__post": redemptions.banked_currency,
    "mobile_redemptions_visits__post": redemptions.visits,
    "mobile_redemptions_redemption_id__delete": redemptions.cancel,
    "mobile_redemptions_applicable_offers__get": redemptions.applicable_offers,
    "mobile_discounts_active__get": discounts.active,
    "mobile_discounts_select__post": discounts.select,
    "mobile_discounts_unselect__delete": discounts.unselect,
}
