"""Who is calling: the Escher signature, the plain api_key where a workspace lets it pass, a client or its token."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from stampcard.antavo import read_api, signing
from stampcard.antavo.access import auth, plugin
from stampcard.antavo.errors import UNAUTHORIZED, in_envelope, plain
from stampcard.antavo.forms import read_form
from stampcard.antavo.promotions import tokens as promotion_tokens
from stampcard.antavo.state import ApiKey, AuthClient, Brand, Token
from stampcard.core import codec
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Caller
from stampcard.core.errors import ApiError
from stampcard.core.http import Request

FORM = "application/x-www-form-urlencoded"


def find_caller(request: Request, brands: Mapping[str, Brand]) -> Caller[Brand] | None:
    """Whose workspace a credential names, nothing checked: `brands` maps API keys, client ids and tokens' brands."""
    if plugin.is_connecting(request):
        brand = plugin.find_brand(request, set_of(brands))
        return Caller(brand.world, brand, None) if brand else None
    basic, bearer = auth.basic_credentials(request), request.bearer
    if basic is not None:
        brand = brands.get(basic[0])
        client = brand.clients.get(basic[0]) if brand else None
        return Caller(brand.world, brand, client) if brand and client else None
    if bearer is not None:
        brand = next((brand for brand in set_of(brands) if bearer in brand.tokens), None)
        if brand is not None:
            return Caller(brand.world, brand, brand.tokens[bearer])
        found = promotion_tokens.find_token(bearer, set_of(brands))
        return Caller(found[0].world, *found) if found else None
    name = named_key(request)
    brand = brands.get(name) if name else None
    return Caller(brand.world, brand, brand.key) if brand and brand.key.key == name else None


def set_of(brands: Mapping[str, Brand]) -> list[Brand]:
    return list({id(brand): brand for brand in brands.values()}.values())


def named_key(request: Request) -> str | None:
    """The API key a request names, by signature, query or body; nothing is checked."""
    header = request.headers.get("authorization")
    if header:
        return signing.credential(header)
    values = request.query.get("api_key")
    return values[-1] if values else _key_in_body(request)


def _key_in_body(request: Request) -> str | None:
    if b"api_key" not in request.body:
        return None
    try:
        body = read_form(request.body) if request.media_type == FORM else request.json
    except (codec.BadJson, ValueError):
        return None
    key = body.get("api_key") if isinstance(body, Mapping) else None
    return key if isinstance(key, str) else None


def check(caller: Caller[Brand] | None, request: Request, operation: Operation) -> Caller[Brand]:
    """The caller, its signature checked. Raises ApiError in the envelope of the operation's API."""
    kind = operation.extra.get("auth", "escher")
    if kind == "basic":
        return _check_client(caller, request)
    if kind == "bearer":
        return _check_token(caller)
    if kind.startswith("plugin_"):
        return plugin.check(caller, request)
    if kind == "promotion_jwt":
        return promotion_tokens.check(caller, request, operation)
    if kind == "api_key_body":
        if caller is None or _key_in_body(request) != caller.state.key.key:
            raise in_envelope(operation.path, plain(401, UNAUTHORIZED, 0, "No api_key provided"))
        return caller
    try:
        if kind == "signature" and not request.headers.get("authorization"):
            raise read_api.unauthorized()
        return _check(caller, request, operation)
    except signing.SignatureRefused as error:
        raise _enveloped(operation, _refusal(caller, error)) from error


def _enveloped(operation: Operation, error: ApiError) -> ApiError:
    """The Read API says no more than Unauthorized; the hint stays on our own header."""
    if operation.service == "read":
        found = read_api.unauthorized()
        found.headers = error.headers
        return found
    return in_envelope(operation.path, error)


def _check_client(caller: Caller[Brand] | None, request: Request) -> Caller[Brand]:
    sent = auth.basic_credentials(request)
    key = caller.key if caller else None
    if caller is None or sent is None or not isinstance(key, AuthClient):
        raise auth.client_refused()
    if not hmac.compare_digest(key.secret.encode(), sent[1].encode()) or not auth.is_valid(caller.state, key):
        raise auth.client_refused()
    return caller


def _check_token(caller: Caller[Brand] | None) -> Caller[Brand]:
    key = caller.key if caller else None
    if caller is None or not isinstance(key, Token) or key.expires_at <= caller.world.clock.now:
        raise auth.bearer_refused()
    client = caller.state.clients.get(key.client)
    if client is None or not auth.is_valid(caller.state, client):
        raise auth.bearer_refused()
    return caller


def _check(caller: Caller[Brand] | None, request: Request, operation: Operation) -> Caller[Brand]:
    if not request.headers.get("authorization"):
        if named_key(request) is None:
            error = plain(401, UNAUTHORIZED, 0, "No api_key provided")
            raise in_envelope(operation.path, error)
        if caller is not None and not _enforced(caller.state, operation.group):
            return caller
    signing.verify(request, _keys(caller))
    if caller is None:
        raise signing.SignatureRefused(10, "Invalid Escher key")
    if caller.state.settings.auth.reject_replay:
        _check_replay(caller, request)
    return caller


def _enforced(brand: Brand, group: str) -> bool:
    auth = brand.settings.auth
    return auth.signature_enforcement.get(group, not auth.allow_unsigned)


def _keys(caller: Caller[Brand] | None) -> signing.Keys:
    if caller is None or not isinstance(caller.key, ApiKey):
        return signing.Keys(secret=lambda key: None, stack="", now=None)
    key = caller.key
    settings = caller.state.settings
    return signing.Keys(
        secret=lambda name: key.secret if name == key.key else None,
        stack=settings.stack,
        # The Date header has whole seconds; ours must not make a fresh request look 300.4 s old.
        now=caller.world.clock.now.replace(microsecond=0),
        skew=timedelta(seconds=settings.auth.clock_skew_seconds),
        hosts=settings.auth.accepted_hosts,
    )


def _check_replay(caller: Caller[Brand], request: Request) -> None:
    """A signature is accepted once in its time window (off by default: no public verifier keeps state)."""
    seen, now = caller.state.signatures, caller.world.clock.now
    limit = timedelta(seconds=2 * caller.state.settings.auth.clock_skew_seconds)
    for old in [name for name, at in seen.items() if now - at > limit]:
        del seen[old]
    name = request.headers.get("authorization")
    if name in seen:
        raise signing.SignatureRefused(12, "The request has already been processed")
    seen[name] = now


def _refusal(caller: Caller[Brand] | None, error: signing.SignatureRefused) -> ApiError:
    """HTTP 401; only the code of row 2 is published, the others are placeholders that a switch may replace."""
    codes: Mapping[str, Any] = caller.state.settings.errors.signature_codes if caller else {}
    code = codes.get(str(error.row), 101021 if error.row == 2 else 101000 + error.row)
    body = plain(401, UNAUTHORIZED, code, error.message).body
    return ApiError(401, body, [("X-Stampcard-Hint", error.hint)] if error.hint else ())
