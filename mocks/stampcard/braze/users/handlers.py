"""Operations of this room: who users are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.users import ids
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "users_identify": ids.identify,
    "users_alias_new": ids.new_aliases,
    "users_alias_update": ids.update_aliases,
    "users_merge": ids.merge_users,
    "users_delete": ids.delete,
    "users_external_ids_rename": ids.rename_external_ids,
    "users_external_ids_remove": ids.remove_external_ids,
}
