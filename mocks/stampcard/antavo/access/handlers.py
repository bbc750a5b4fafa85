"""Operations of this room: tokens, logins of members, the shop plugin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.antavo.access import auth, logins, plugin
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "auth_token": auth.token,
    "customer_optin_credentials": logins.opt_in,
    "customer_login": logins.login,
    "customer_verify": logins.verify,
    "customer_password_request": logins.request_reset,
    "customer_password_reset": logins.reset,
    "oauth_authorize": plugin.authorize,
    "oauth_access_token": plugin.access_token,
    "plugin_connect": plugin.connect,
    "plugin_settings_save": plugin.save,
    "plugin_settings_get": plugin.get,
}
