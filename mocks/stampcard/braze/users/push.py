"""Push tokens: a token belongs to one profile; imported ones may belong to nobody known yet."""

from __future__ import annotations

from typing import Any

from stampcard.braze.state import PushToken, User, Workspace
from stampcard.braze.users import identity


def add_token(workspace: Workspace, user: User, row: Any) -> bool:
    """Give a profile a `{app_id, token, device_id?}`, taking it from whoever had it; False when it names no app."""
    token = _read(workspace, row)
    if token is None:
        return False
    if (owner := workspace.by_token.get(token.token)) is not None:
        drop_tokens(workspace, owner, {token.token})
    user.push_tokens = (*user.push_tokens, token)
    workspace.by_token[token.token] = user
    workspace.by_device[token.device_id] = user
    return True


def import_tokens(workspace: Workspace, rows: Any) -> int:
    """`push_token_import`: an anonymous profile for every token nobody has yet; returns how many were made."""
    made = 0
    for row in rows:
        token = _read(workspace, row)
        if token is not None and token.token not in workspace.by_token:
            user = identity.add_user(workspace)
            user.anonymous_push = True
            made += add_token(workspace, user, row)
    return made


def drop_tokens(workspace: Workspace, user: User, tokens: set[str]) -> None:
    """Take tokens away from a profile."""
    for token in user.push_tokens:
        if token.token in tokens:
            del workspace.by_token[token.token]
            workspace.by_device.pop(token.device_id, None)
    user.push_tokens = tuple(token for token in user.push_tokens if token.token not in tokens)


def _read(workspace: Workspace, row: Any) -> PushToken | None:
    if not isinstance(row, dict):
        return None
    app, token, device = row.get("app_id"), row.get("token"), row.get("device_id")
    if not isinstance(app, str) or app not in workspace.apps or not isinstance(token, str) or not token:
        return None
    return PushToken(app, token, device if isinstance(device, str) else workspace.world.chance.uuid())
