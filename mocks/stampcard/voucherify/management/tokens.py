"""Bearer tokens: which calls they open, and until when.

https://docs.voucherify.io/guides/authentication (OAuth 2.0)
"""

from __future__ import annotations

from stampcard.core.contract import Operation
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors
from stampcard.voucherify.settings import Token

GROUPS = frozenset(
    "vouchers promotions campaigns exports publications validations qualifications redemptions customers orders"
    " products skus validation-rules validation-rules-assignments segments events rewards assets task-results"
    " loyalties consents async-actions product-collections categories metadata-schemas locations referrals trash-bin"
    " templates".split()
)
"""First words of server paths that have a scope of their own."""
CLIENT_GROUPS = frozenset(
    "vouchers promotions publish validate validations qualifications redeem redemptions customers events"
    " consents".split()
)
SCOPES = GROUPS | {"api", "client_api"} | {f"client_{name}" for name in CLIENT_GROUPS}
"""Every scope of the vendor's OpenAPI document."""

MISSING_PERMISSION = {
    "code": 403,
    "key": "missing_required_permission",
    "message": "Missing permission",
    "details": "User does not have a required permission to perform this operation.",
}


def check(token: Token, operation: Operation, now: float) -> None:
    """Raises 401 for a token that is over or for an API it never opens, 403 for a scope it lacks.

    That a lacking scope is 403 with this key is assumed: the vendor publishes neither.
    """
    words = operation.path[1:].split("/")
    if now >= token.expires_at or words[0] in ("management", "braze") or "oauth" in words:
        raise ApiError(401, errors.UNAUTHORIZED)
    wanted = service_codes(operation) if token.is_service else scopes(words)
    if not wanted & set(token.scopes):
        raise ApiError(403, MISSING_PERMISSION)


def scopes(words: list[str]) -> set[str]:
    """The scopes of which one opens a path."""
    if words[0] == "client":
        return {"client_api", f"client_{words[2]}"}
    return {"api", words[1]}


def service_codes(operation: Operation) -> set[str]:
    """Permissions of which one opens an operation.

    The vendor names a few (`vouchers.read`, `vouchers.delete`, `areas.manage`); that `read` opens GET, `delete`
    DELETE and `manage` all is assumed.
    """
    words = operation.path[1:].split("/")
    group = words[2] if words[0] == "client" else words[1]
    verb = {"GET": "read", "DELETE": "delete"}.get(operation.method, "manage")
    return {f"{group}.{verb}", f"{group}.manage"}
