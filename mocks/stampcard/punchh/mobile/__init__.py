"""The mobile family: what the brand's app calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.mobile import sessions, users

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
}
