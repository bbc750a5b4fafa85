"""The errors Antavo answers with: codes are the stable key, the envelope depends on the API generation."""

from __future__ import annotations

from typing import Any

from stampcard.antavo.settings import Settings
from stampcard.core.errors import ApiError

RUNTIME = "RuntimeException"
BAD_REQUEST = "BadRequestException"
NOT_FOUND = "NotFoundException"
UNAUTHORIZED = "UnauthorizedException"

# The vendor's table leaves the status of many codes blank; public clients show that they are refusals, so 400.
CODES: dict[int, tuple[int, str, str]] = {
    1601: (400, RUNTIME, "Coupon not found"),
    1606: (400, RUNTIME, "The coupon balance is lower than the amount"),
    5003: (400, RUNTIME, "The transaction ID has already been used"),
    10001: (400, BAD_REQUEST, 'Action "{}" cannot be repeated'),
    103902: (400, RUNTIME, "Customer does not match transaction owner"),
    110003: (400, RUNTIME, "Customer is not allowed to spend points"),
    112101: (400, RUNTIME, "Customer has already been opted-in."),
    112201: (400, RUNTIME, "Only accepted transactions can be refunded"),
    112202: (400, RUNTIME, "Amount should be a positive number"),
    112203: (400, RUNTIME, "Amount for refund is greater than transaction total"),
    112204: (400, RUNTIME, "Amount for refund is greater the purchase total of the customer"),
    112900: (400, RUNTIME, "Cannot unspend more than the customer current spent points"),
    113401: (400, BAD_REQUEST, "Missing required parameter '{}'"),
    114400: (400, RUNTIME, "Only active customers can be suspended"),
    114600: (400, RUNTIME, "Only suspended customers can be unsuspended"),
    120030: (400, RUNTIME, "Suspended target customers cannot be merged"),
    120211: (400, BAD_REQUEST, "Customer can't claim this reward more times"),
    120212: (400, BAD_REQUEST, "Reward stock ran out"),
    120213: (400, BAD_REQUEST, "Customer is not in the segment of this reward"),
    120241: (400, RUNTIME, "Customer does not have enough points"),
    123771: (200, RUNTIME, "Ran out of coupons"),
    127201: (200, "InterruptException", "Workflow interruption"),
    160211: (400, BAD_REQUEST, "Empty search criteria"),
    160212: (404, NOT_FOUND, "Customer not found"),
    160216: (400, BAD_REQUEST, "Customer is not active"),
    160311: (400, BAD_REQUEST, "Empty search criteria"),
    160321: (400, BAD_REQUEST, "Reward is not active"),
    160340: (400, BAD_REQUEST, "Event not found"),
    160344: (400, BAD_REQUEST, "Claim event already revoked"),
    203401: (400, BAD_REQUEST, "Property '{}' cannot be empty"),
    203408: (400, BAD_REQUEST, "Correlation ID not found."),
    203404: (400, BAD_REQUEST, "Invalid action: {}"),
    300400: (400, BAD_REQUEST, "Customer List not found"),
    350300: (400, BAD_REQUEST, "Entity type does not exist"),
}


def refused(settings: Settings, code: int, *details: Any) -> ApiError:
    """A documented error by its code; `errors.status_by_code` may set its status."""
    status, kind, message = CODES[code]
    status = settings.errors.status_by_code.get(str(code), status)
    return plain(status, kind, code, message.format(*details))


def plain(status: int, kind: str, code: int, message: str) -> ApiError:
    """An error in the standard envelope."""
    return ApiError(status, {"error": {"type": kind, "code": code, "message": message}})


def missing(name: str) -> ApiError:
    """A required attribute of `data` is absent or empty; the vendor quotes every name but transaction_id."""
    shown = name if name == "transaction_id" else f'"{name}"'
    return plain(404, NOT_FOUND, 0, f"Property {shown} cannot be empty")


def unsuitable(message: str) -> ApiError:
    """A refusal whose code and text the vendor does not publish (assumed)."""
    return plain(400, RUNTIME, 0, message)


def transaction_not_found() -> ApiError:
    return plain(404, NOT_FOUND, 0, "Transaction not found")


def in_envelope(path: str, error: ApiError) -> ApiError:
    """An error as the API generation of `path` wraps it: /v1 and /v2 put `status` beside it."""
    if path.startswith(("/v1/", "/v2/")) and isinstance(error.body, dict) and "error" in error.body:
        return ApiError(error.status, {"status": "error", **error.body}, error.headers)
    return error
