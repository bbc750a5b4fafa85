"""The older shop plugin's way in: a browser redirect, a code for a token, a token for the API key, settings both ways.

Known from the plugin's own code only (github antavo/loyaltyapps); refusals are assumed.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from stampcard.antavo.errors import BAD_REQUEST, UNAUTHORIZED, plain
from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call, Caller, Reply
from stampcard.core.errors import ApiError
from stampcard.core.http import Request

LIFETIME = timedelta(minutes=10)
"""How long a code or an access token of the connect flow is good (assumed)."""


class Grant(msgspec.Struct):
    """A code or an access token of the connect flow, with its end."""

    text: str
    expires_at: datetime


def find_brand(request: Request, brands: list[Brand]) -> Brand | None:
    """The workspace a client id or an access token of the connect flow names."""
    client, token = _one(request, "client_id"), _one(request, "access_token")
    for brand in brands:
        known = brand.settings.plugin.client_id
        if (client and known and client == known) or (token and token in brand.plugin_tokens):
            return brand
    return None


def is_connecting(request: Request) -> bool:
    return request.raw_path.startswith(("/oauth/", "/plugin/connect"))


def check(caller: Caller[Brand] | None, request: Request) -> Caller[Brand]:
    """Raises ApiError for a client id or an access token that is nobody's."""
    if caller is None:
        raise _refuse("Invalid client")
    token = _one(request, "access_token")
    if request.raw_path.startswith("/plugin/connect"):
        grant = caller.state.plugin_tokens.get(token or "")
        if grant is None or grant.expires_at <= caller.world.clock.now:
            raise _refuse("Invalid access token")
    return caller


def _one(request: Request, name: str) -> str | None:
    values = request.query.get(name)
    return values[-1] if values else None


def _refuse(message: str) -> ApiError:
    return plain(401, UNAUTHORIZED, 0, message)


# The connect flow


async def authorize(call: Call[Brand]) -> Reply:
    """Send the browser back with a code; whoever sits before the real page would log in first."""
    target = call.query["redirect_uri"]
    parts = urlsplit(target) if target.isascii() and target.isprintable() else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise plain(400, BAD_REQUEST, 0, "Invalid value for parameter 'redirect_uri'")
    code = Grant(call.world.secrets.alnum(f"plugin code {len(call.state.plugin_codes)}", 40), _until(call))
    call.state.plugin_codes[code.text] = code
    head, hash_mark, tail = target.partition("#")
    joined = f"{head}{'&' if parts.query else '?'}code={code.text}{hash_mark}{tail}"
    return Reply(302, None, [("Location", joined)])


async def access_token(call: Call[Brand]) -> Reply:
    """A token for a code, once. The redirect_uri is not compared: the plugin sends a path here, a URL before."""
    brand = call.state
    if not hmac.compare_digest(brand.settings.plugin.client_secret.encode(), call.query["client_secret"].encode()):
        raise _refuse("Invalid client")
    code = brand.plugin_codes.pop(call.query["code"], None)
    if code is None or code.expires_at <= call.world.clock.now:
        raise plain(400, BAD_REQUEST, 0, "Invalid code")
    # Not from chance: a token names its world, so no two worlds may hand out the same.
    token = Grant(call.world.secrets.alnum(f"plugin token {len(brand.plugin_tokens)}", 40), _until(call))
    brand.plugin_tokens[token.text] = token
    return Reply(200, {"access_token": token.text})


async def connect(call: Call[Brand]) -> Reply:
    """The workspace's API key and secret, for a shop's domain."""
    brand = call.state
    domain = (call.body or {}).get("domain")
    if not domain:
        raise plain(400, BAD_REQUEST, 113401, "Missing required parameter 'domain'")
    call.summary = f"shop plugin of {domain} connected"
    return Reply(200, {"api_key": brand.key.key, "api_secret": brand.key.secret})


def _until(call: Call[Brand]) -> datetime:
    return call.world.clock.now + LIFETIME


# Settings


async def save(call: Call[Brand]) -> Reply:
    """Keep what the shop tells of itself."""
    sent: dict[str, Any] = {name: value for name, value in call.body.items() if name != "api_key"}
    call.state.plugin_settings |= sent
    return Reply(200, {})


async def get(call: Call[Brand]) -> Reply:
    """What the shop must know; the loyalty central's address is the shop's own once it was told."""
    known, told = call.state.settings.plugin, call.state.plugin_settings
    body = {
        "exchange_rate": known.exchange_rate,
        "loyalty_central_url": told.get("loyalty_central_url") or known.loyalty_central_url,
        "loyalty_platform_url": known.loyalty_platform_url,
        "extensions": known.extensions,
    }
    return Reply(200, body)
