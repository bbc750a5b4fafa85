"""OAuth tokens: made with application keys, good for 15 minutes, looked into and revoked.

https://docs.voucherify.io/api-reference/oauth/generate-oauth-20-token
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors
from stampcard.voucherify.management import paths, tokens
from stampcard.voucherify.settings import Json, Key, Token
from stampcard.voucherify.state import Project

LIFETIME = 900
"""Seconds."""
LIMIT = 1000
"""Tokens a project may have at a time."""


async def generate(call: Call[Project]) -> Reply:
    """Raises invalid_grant_type, invalid_scope."""
    check_grant(call)
    wanted = call.body["scope"].split(" ")
    if not set(wanted) <= tokens.SCOPES:
        raise errors.refusal(call, 400, "invalid_scope", f"Invalid scope: {call.body['scope']}")
    token = issue(call, wanted, call.key)
    return Reply(200, view(token, call.world.clock.epoch))


async def generate_for_service(call: Call[Project]) -> Reply:
    """Scopes must lie within the key's role. Raises invalid_grant_type, invalid_scope."""
    check_grant(call)
    wanted = call.body["scope"].split(" ")
    own = paths.project_id(call.state)
    if call.body["project_id"] != own:
        raise errors.not_found(call, "project", call.body["project_id"])
    if not set(wanted) <= set(call.key.permissions):
        raise errors.refusal(call, 400, "invalid_scope", f"Invalid scope: {call.body['scope']}")
    body = view(issue(call, wanted, call.key), call.world.clock.epoch)
    return Reply(200, {name: body[name] for name in ("access_token", "token_type", "expires_in", "scope")})


def check_grant(call: Call[Project]) -> None:
    if call.body["grant_type"] != "client_credentials":
        raise errors.refusal(call, 400, "invalid_grant_type", "Invalid grant_type")


def issue(call: Call[Project], scopes: list[str], key: Key) -> Token:
    project, now = call.state, call.world.clock.epoch
    for value in [value for value, token in project.tokens.items() if token.expires_at <= now]:
        del project.tokens[value]
    if len(project.tokens) >= LIMIT:
        call.diagnose("over-limit", f"the vendor allows {LIMIT} tokens in a project", severity="error")
    token = Token(call.world.chance.alnum(50), key, tuple(scopes), int(now) + LIFETIME)
    project.tokens[token.value] = token
    call.summary = f"token for {' '.join(scopes)}"
    return token


def view(token: Token, now: float) -> Json:
    return {
        "access_token": token.value,
        "client_id": token.key.id,
        "expires_at": token.expires_at,
        "expires_in": token.expires_at - int(now),
        "scope": " ".join(token.scopes),
        "token_type": "Bearer",
    }


def find(call: Call[Project]) -> Token | None:
    """The token a body names, if it still is good. Raises missing_parameters."""
    wanted = call.body.get("access_token")
    if not wanted:
        raise errors.refusal(call, 400, "missing_parameters", "Missing parameters")
    token = call.state.tokens.get(wanted)
    return token if token is not None and call.world.clock.epoch < token.expires_at else None


async def introspect(call: Call[Project]) -> Reply:
    token = find(call)
    call.summary = "token is good" if token is not None else "no such token"
    body: Json = {"active": False} if token is None else {**view(token, call.world.clock.epoch), "active": True}
    return Reply(200, body)


async def revoke(call: Call[Project]) -> Reply:
    token = find(call)
    if token is None:
        call.summary = "no such token"
        return Reply(404)
    del call.state.tokens[token.value]
    call.summary = "token revoked"
    return Reply(204)
