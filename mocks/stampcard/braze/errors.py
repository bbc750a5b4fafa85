"""The errors Braze answers with: most are `{"message": text}`, a few groups have an envelope of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from stampcard.braze.state import NOTHING
from stampcard.core.errors import ApiError, ContractError, Violation

NOT_JSON = (
    "\nProblem:\n  message body does not match declared format\nResolution:\n  when specifying application/json as "
    "content-type, you must pass valid application/json in the request's 'body' "
)
"""The text for a body that does not parse, under the key `error`; the blank at its end is Braze's."""

NO_RATE_HEADERS = (("X-RateLimit-Limit", ""), ("X-RateLimit-Remaining", ""), ("X-RateLimit-Reset", ""))
"""What a refused key gets: the headers are there and empty."""


def refused(message: str, status: int = 400, errors: Sequence[Any] = ()) -> ApiError:
    """The usual envelope: a message, and a list of errors where there are any."""
    body: dict[str, Any] = {"message": message}
    if errors:
        body["errors"] = list(errors)
    return ApiError(status, body)


def not_json() -> ApiError:
    return ApiError(400, {"error": NOT_JSON})


def invalid_key(key: str) -> ApiError:
    """Unknown, of another instance, or in quotes: the key is named as it was sent."""
    return ApiError(401, {"message": f"Invalid API key: {key}"}, NO_RATE_HEADERS)


def no_permission(status: int) -> ApiError:
    return refused("You do not have permission to access this resource", status)


def catalog_error(error_id: str, message: str, about: Mapping[str, Any] = NOTHING, status: int = 400) -> ApiError:
    """The envelope of catalogs; `about` is the parameters with their values. Most texts are not published."""
    row = {"id": error_id, "message": message, "parameters": list(about), "parameter_values": list(about.values())}
    return ApiError(status, {"errors": [row], "message": "Invalid Request"})


def scim_error(detail: str, status: int) -> ApiError:
    """The envelope of SCIM."""
    schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
    return ApiError(status, {"schemas": schemas, "detail": detail, "status": status})


def translation_error(message: str, status: int = 400) -> ApiError:
    """The envelope of translations."""
    return ApiError(status, {"errors": [{"message": message}]})


def pointer(violation: Violation) -> str:
    """Where a violation is (RFC 6901)."""
    return "".join(f"/{part}" for part in violation.path)


def off_contract(refusals: Sequence[Mapping[str, str]], error: ContractError) -> ApiError:
    """The answer to a request off its contract: `Bad Request`, unless the operation's `x-refusals` words the breach.

    A row has the `message` and says which breach it is for: `at`, a pattern of the pointer, and `keyword`.
    """
    for violation in error.violations:
        for row in refusals:
            at, keyword = row.get("at", "*"), row.get("keyword", violation.keyword)
            if keyword == violation.keyword and fnmatchcase(pointer(violation), at):
                return refused(row["message"])
    return refused("Bad Request")


def rate_limited() -> ApiError:
    return refused("Rate limited", 429)
