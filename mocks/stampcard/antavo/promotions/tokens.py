"""The promotion engine's bearer tokens: any JWT signed with the workspace's HS256 secret (issuing is not public)."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from typing import Any

import msgspec

from stampcard.antavo.state import Brand
from stampcard.core import codec
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Caller
from stampcard.core.errors import ApiError
from stampcard.core.http import Request


class PromotionToken(msgspec.Struct):
    """A token whose signature is right; nothing else is checked yet."""

    claims: dict[str, Any]


def find_token(text: str, brands: Iterable[Brand]) -> tuple[Brand, PromotionToken] | None:
    """The workspace whose secret signed a token."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims, signature = (_decoded(part) for part in parts)
        algorithm, body = codec.decode(header), codec.decode(claims)
    except ValueError:
        return None
    if not isinstance(body, dict) or not isinstance(algorithm, dict) or algorithm.get("alg") != "HS256":
        return None
    signed = f"{parts[0]}.{parts[1]}".encode()
    for brand in brands:
        secret = brand.settings.promotion.jwt_secret
        if secret and hmac.compare_digest(hmac.new(secret.encode(), signed, hashlib.sha256).digest(), signature):
            return brand, PromotionToken(body)
    return None


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))


def check(caller: Caller[Brand] | None, request: Request, operation: Operation) -> Caller[Brand]:
    """Codes 673, 676, 674 and 677, in this order (assumed; the texts are published)."""
    if request.bearer is None:
        raise refused(operation, 673, "JWT Token is required")
    token = caller.key if caller else None
    if caller is None or not isinstance(token, PromotionToken):
        error = refused(operation, 676, "Token validation failed.")
        error.headers = (
            ("X-Stampcard-Hint", "no workspace has a promotion.jwt_secret that signed this token (HS256)"),
        )
        raise error
    expires = token.claims.get("exp")
    if isinstance(expires, int | float) and expires <= caller.world.clock.epoch:
        raise refused(operation, 674, "Token has expired.")
    workspace = token.claims.get("workspaceId")
    if workspace is not None and str(workspace) != caller.state.settings.promotion.workspace_id:
        raise refused(operation, 677, "Access denied.")
    return caller


def refused(operation: Operation, code: int, message: str) -> ApiError:
    """403, flat but on the cart routes, which have the envelope of the newer APIs."""
    detail = {"type": "AuthorizationException", "code": code, "message": message}
    return ApiError(403, {"status": "error", "error": detail} if operation.id.startswith("promotion_cart") else detail)
