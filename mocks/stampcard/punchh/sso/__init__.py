"""Online ordering and single sign-on: what ordering sites call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.sso import (
    balances,
    checkins,
    conversions,
    deals,
    discounts,
    enrollments,
    meta,
    oauth,
    redemptions,
    social,
    users,
)

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "sso_customers__post": users.sign_up,
    "sso_customers_sign_in__post": users.sign_in,
    "sso_users__get": users.show,
    "sso_users__put": users.update,
    "sso_users_change_password__patch": users.change_password,
    "sso_users_forgot_password__post": users.forgot_password,
    "sso_users_reset_password_token__post": users.reset_password_token,
    "sso_checkins__get": checkins.show,
    "sso_checkins__post": checkins.visit,
    "sso_checkins__delete": checkins.void,
    "sso_checkins_online_order__post": checkins.online_order,
    "sso_checkins_online_order__put": checkins.update,
    "sso_checkins_balance__get": balances.checkins_balance,
    "sso_rewards__get": balances.list_rewards,
    "sso_users_balance__get": balances.users_balance,
    "sso_offers__get": balances.offers,
    "sso_accounts__get": balances.accounts_history,
    "sso_estimate_points__get": balances.estimate_points,
    "sso_loyalty_points_estimator__get": balances.estimate_points,
    "sso_redemptions__post": redemptions.create,
    "sso_redemptions__delete": redemptions.void,
    "sso_redemptions_online_order__post": redemptions.online_order,
    "sso_redemptions_applicable_offers__get": redemptions.applicable_offers,
    "sso_discounts_active__get": discounts.active,
    "sso_discounts_select__post": discounts.select,
    "sso_discounts_unselect__delete": discounts.unselect,
    "sso_discounts_auto_select__post": discounts.auto_select,
    "sso_discounts_unlock__put": discounts.unlock,
    "sso_batch_redemptions__post": discounts.batch,
    "sso_batch_redemptions_redemption_ref__delete": discounts.void,
    "sso_deals__get": deals.listing,
    "sso_deals__post": deals.save,
    "sso_deals_redeemable_uuid__get": deals.show,
    "sso_users_connect_with_google__post": social.google,
    "sso_users_connect_with_facebook__post": social.facebook,
    "sso_users_connect_with_apple__post": social.apple,
    "sso_sso__post": social.session,
    "sso_balance_timelines__get": balances.balance_timelines,
    "sso_conversions__post": conversions.create,
    "sso_ordering_meta__get": meta.ordering,
    "sso_user_enrollments__post": enrollments.enroll,
    "sso_user_enrollments__delete": enrollments.leave,
    "oauth_authorize__get": oauth.authorize,
    "oauth_token__post": oauth.token,
}
