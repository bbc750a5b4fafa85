"""Operations of this room: apps, SDK authentication, dashboard users."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.access import apps, scim, sdk_authentication
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "app_group_apps": apps.list_apps,
    "sdk_authentication_create": sdk_authentication.create_key,
    "sdk_authentication_keys": sdk_authentication.list_keys,
    "sdk_authentication_primary": sdk_authentication.set_primary,
    "sdk_authentication_delete": sdk_authentication.delete_key,
    "scim_users_search": scim.search,
    "scim_users_create": scim.create_user,
    "scim_users_get": scim.get_user,
    "scim_users_update": scim.update_user,
    "scim_users_delete": scim.delete_user,
}
