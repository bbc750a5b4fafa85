"""REST API keys: finding the one a request carries, and whether it may do what it asks."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from stampcard.braze import errors
from stampcard.braze.state import ApiKey, Switches
from stampcard.core import codec
from stampcard.core.contract import Operation
from stampcard.core.http import Request

LOOPBACK = "127.0.0.1"


def sent_key(request: Request) -> str:
    """The key as sent: the bearer token, else the legacy `api_key` of the query or the JSON body; empty for none."""
    scheme, _, token = request.headers.get("authorization").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    if request.raw_query and "api_key" in request.query:
        return request.query["api_key"][-1]
    return _key_in_body(request) or token or scheme


def _key_in_body(request: Request) -> str:
    if b"api_key" not in request.body:
        return ""
    try:
        body = request.json
    except codec.BadJson:
        return ""
    key = body.get("api_key") if isinstance(body, dict) else None
    return key if isinstance(key, str) else ""


def check_allowed(key: ApiKey, request: Request, operation: Operation, switches: Switches) -> None:
    """The allowlist of networks, the account's plan, then the permission the contract names. Raises ApiError."""
    if key.allowlist and not any(_within(_address(request), network) for network in key.allowlist):
        raise errors.refused("Invalid whitelisted IPs", 401)
    if switches.account == "inactive":
        raise errors.refused("Forbidden", 403)
    permission = operation.extra.get("permission")
    if permission is not None and key.permissions is not None and permission not in key.permissions:
        raise errors.no_permission(switches.missing_permission)


def _address(request: Request) -> str:
    """The caller's address: what a proxy says it is, else this machine's own (assumed: callers are local)."""
    return request.headers.get("x-forwarded-for").partition(",")[0].strip() or LOOPBACK


def _within(address: str, network: str) -> bool:
    try:
        return ip_address(address) in ip_network(network, strict=False)
    except ValueError:
        return False
