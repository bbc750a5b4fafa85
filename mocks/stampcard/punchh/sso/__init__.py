"""Online ordering and single sign-on: what ordering sites call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.sso import users

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "sso_customers__post": users.sign_up,
    "sso_customers_sign_in__post": users.sign_in,
    "sso_users__get": users.show,
    "sso_users__put": users.update,
    "sso_users_change_password__patch": users.change_password,
    "sso_users_forgot_password__post": users.forgot_password,
    "sso_users_reset_password_token__post": users.reset_password_token,
}
