"""The client-side API: the server's calls for browsers, with keys of their own, an origin rule and switches.

https://docs.voucherify.io/api-reference/introduction/client-side-api
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.core.http import Request
from stampcard.voucherify import errors
from stampcard.voucherify.campaigns import promotions, vouchers
from stampcard.voucherify.customers import customers
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.events import events
from stampcard.voucherify.management import keys
from stampcard.voucherify.redemptions import redemptions, validations
from stampcard.voucherify.state import Project

ALLOWED_HEADERS = "content-type, x-client-application-id, x-client-token, x-voucherify-channel"


def is_client(request: Request) -> bool:
    return request.raw_path.startswith("/client/")


def check_origin(request: Request, project: Project) -> None:
    """Raises 401 for an origin that the project does not list (status assumed; the vendor names 401 and 403)."""
    allowed = project.settings.client_side["allowed_origins"]
    if "*" not in allowed and request.headers.get("origin") not in allowed:
        raise ApiError(401, errors.UNAUTHORIZED)


def cors(origin: str) -> list[tuple[str, str]]:
    return [("Access-Control-Allow-Origin", origin or "*"), ("Vary", "Origin")]


def cors_of(request: Request) -> list[tuple[str, str]]:
    """What lets a browser read the answer; nothing on the other APIs."""
    return cors(request.headers.get("origin")) if is_client(request) else []


def preflight(request: Request, allowed: tuple[str, ...]) -> ApiError:
    """The answer to a browser's OPTIONS."""
    headers = [
        *cors(request.headers.get("origin")),
        ("Access-Control-Allow-Methods", ", ".join((*allowed, "OPTIONS"))),
        ("Access-Control-Allow-Headers", ALLOWED_HEADERS),
    ]
    return ApiError(204, None, headers)


async def validate(call: Call[Project]) -> Reply:
    return await validations.validate(call)


async def redeem(call: Call[Project]) -> Reply:
    keys.check_switch(call, "redeem")
    return await redemptions.redeem(call)


async def publish(call: Call[Project]) -> Reply:
    keys.check_switch(call, "publish")
    return await publications.create(call)


async def track(call: Call[Project]) -> Reply:
    return await events.track(call)


async def browse_tiers(call: Call[Project]) -> Reply:
    return await promotions.browse(call)


async def list_vouchers(call: Call[Project]) -> Reply:
    """Codes of one customer, who must be named: browsers see nobody else's."""
    keys.check_switch(call, "list_vouchers")
    if not call.query.get("customer"):
        details = "Query should have required property 'customer'"
        raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
    return await vouchers.browse(call)


async def create_customer(call: Call[Project]) -> Reply:
    keys.check_switch(call, "create_customer")
    return await customers.create(call)
