"""The errors Voucherify answers with, and how it words a request off contract."""

from __future__ import annotations

import re
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError, ContractError, Violation

Body = dict[str, Any]


def request_id(call: Call[Any]) -> str:
    """`v-` and 18 hexadecimal digits, later calls sort higher; the same for all that one call makes."""
    return f"v-{int(call.world.clock.epoch * 1000):012x}{call.id & 0xFFFFFF:06x}"


def refusal(call: Call[Any], status: int, key: str, message: str, details: str | None = None, **more: Any) -> ApiError:
    """The error object; `more` are its optional members (resource_id, resource_type ...)."""
    body: Body = {"code": status, "key": key, "message": message}
    if details is not None:
        body["details"] = details
    return ApiError(status, {**body, "request_id": request_id(call), **more})


def not_found(call: Call[Any], kind: str, wanted: str) -> ApiError:
    """404 for a resource of a kind (`campaign`, `voucher` ...), named as the caller named it."""
    details = f"Cannot find {kind} with id {wanted}"
    return refusal(call, 404, "not_found", "Resource not found", details, resource_id=wanted, resource_type=kind)


def duplicate(call: Call[Any], kind: str, by: str, value: str) -> ApiError:
    """409 for a unique name, code or pair that is taken; `by` is the vendor's phrase (`with name`, `with id`)."""
    details = f"Duplicated {kind} exists {by} {value}"
    return refusal(
        call, 409, "duplicate_found", "Duplicated resource found", details, resource_id=value, resource_type=kind
    )


def invalid_payload(call: Call[Any], details: str) -> ApiError:
    details = managed(details) if call.operation.path.startswith("/management/") else details
    return refusal(call, 400, "invalid_payload", "Invalid payload", details)


def not_a_date(call: Call[Any], place: str) -> ApiError:
    return invalid_payload(call, f"Property {place} cannot be recognized as a ISO-8601 compliant date")


def invalid_campaign(call: Call[Any], details: str) -> ApiError:
    return refusal(call, 400, "invalid_campaign", "Invalid Campaign", details)


def invalid_voucher(call: Call[Any], details: str) -> ApiError:
    return refusal(call, 400, "invalid_voucher", "Invalid Voucher", details)


# Refusals without a request id

UNAUTHORIZED: Body = {"code": 401, "key": "unauthorized", "message": "Unauthorized"}
WRONG_REGION: Body = {"code": 403, "key": "wrong_api_endpoint", "message": "Wrong API endpoint"}
INTEGRATION_KEY: Body = {"code": 403, "message": "Forbidden", "key": "integration_api_key_required"}
NOT_IN_PLAN: Body = {
    "code": 402,
    "message": "Payment required",
    "details": "Your current plan does not include a feature required to perform this operation.",
    "key": "missing_required_feature",
}
MISSING_VOUCHERS: Body = {
    "code": 400,
    "key": "missing_vouchers",
    "message": "Missing vouchers",
    "details": "Either Campaign or Voucher is required",
}
BAD_JSON: Body = {"statusCode": 400, "error": "Bad Request", "message": "Invalid request payload JSON format"}
UNKNOWN_PATH: Body = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
MEDIA_TYPE: Body = {"code": 415, "message": "Unsupported Media Type"}
NOT_ACCEPTABLE: Body = {"code": 406, "message": "Not Acceptable"}
TOO_MANY: Body = {"code": 429, "message": "Too many requests hit the API too quickly."}


def management_not_found(kind: str, wanted: str) -> ApiError:
    """The management API's 404."""
    return ApiError(
        404, {"code": 404, "message": "Resource not found", "details": f"Cannot find {kind} with id {wanted}"}
    )


def too_large(limit: int) -> ApiError:
    message = f"Payload content length greater than maximum allowed: {limit}"
    return ApiError(413, {"statusCode": 413, "error": "Request Entity Too Large", "message": message})


def wrong_method(method: str, allowed: tuple[str, ...]) -> ApiError:
    details = f"{method} is not supported by this endpoint. Did you mean {' or '.join(allowed)}?"
    body = {"code": 405, "message": "HTTP Method Not Allowed", "details": details}
    return ApiError(405, body, [("Allow", ", ".join(allowed))])


# A request off contract


def off_contract(call: Call[Any], error: ContractError) -> ApiError:
    """The first violation in the vendor's words."""
    first = error.first
    if first.where == "json":
        return ApiError(400, BAD_JSON)
    if first.where == "media":
        return ApiError(415, MEDIA_TYPE)
    if first.where == "body":
        return invalid_payload(call, worded(first, "Payload"))
    page = first.path == ("page",) and str(first.value).isdecimal() and int(first.value) > 1000
    if page:
        message = "Listing resource above 1000 page is not supported"
        return refusal(call, 400, "page_over_limit", message, "Property .page cannot be higher than 1000")
    return refusal(call, 400, "invalid_query_params", "Invalid query params", worded(first, "Query"))


def managed(details: str) -> str:
    """As the management API says it: `must` for `should`, and `.eq.0` for `.eq[0]`."""
    return re.sub(r"\[(\d+)\]", r".\1", details.replace(" should ", " must ", 1))


def worded(violation: Violation, top: str) -> str:
    """`Property .redemption.quantity should be number,null`, `Payload should have required property 'name'`."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in violation.path)
    subject = f"Property {place}" if place else top
    if violation.keyword == "format":
        return f"{subject} cannot be recognized as a ISO-8601 compliant date"
    return f"{subject} {_complaint(violation)}"


def _complaint(violation: Violation) -> str:
    limit = violation.limit
    match violation.keyword:
        case "required":
            return f"should have required property '{limit}'"
        case "type":
            kinds = sorted(limit, key="null".__eq__) if isinstance(limit, list) else [limit]
            return f"should be {','.join(kinds)}"
        case "enum":
            values = ", ".join(str(value) for value in limit if value is not None)
            return f"should be equal to one of the allowed values [ {values} ]"
        case "minimum":
            return f"should be >= {limit}"
        case "exclusiveMinimum":
            return f"should be > {limit}"
        case "maximum":
            return f"should be <= {limit}"
        case "multipleOf":
            return f"should be multiple of {limit}"
        case "minLength":
            return f"should NOT be shorter than {limit} characters"
        case "maxLength":
            return f"should NOT be longer than {limit} characters"
        case "minItems":
            return f"should NOT have fewer than {limit} items"
        case "maxItems":
            return f"should NOT have more than {limit} items"
        case "pattern":
            return f'should match pattern "{limit}"'
        case _:
            return f"should pass {violation.keyword} validation"


def not_yet(call: Call[Any], what: str) -> ApiError:
    """Ours: a part of an emulated operation that we do not do."""
    return ApiError(501, {"message": f"stampcard does not emulate {what} yet", "operation": call.operation.id})
