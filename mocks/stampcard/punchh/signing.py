"""The request signature `x-pch-digest`: an HMAC over the request target, directly followed by the body as sent."""

from __future__ import annotations

import hmac
from functools import lru_cache

from stampcard.core import codec
from stampcard.core.http import Request

SHA1 = "sha1"
SHA256 = "sha256"


def digest(secret: str, target: str, body: bytes, algorithm: str) -> str:
    """Lower-case hexadecimal digest; `target` is path and query as sent, `algorithm` sha1 or sha256."""
    keyed = _keyed(secret, algorithm).copy()
    keyed.update(target.encode("latin-1", "replace") + body)
    return keyed.hexdigest()


@lru_cache(maxsize=256)
def _keyed(secret: str, algorithm: str) -> hmac.HMAC:
    """An HMAC that has read its key, which takes longer than reading a request."""
    return hmac.new(secret.encode(), digestmod=algorithm)


def matches(secret: str, request: Request, algorithm: str, *, lenient: bool, include_query: bool) -> bool:
    """Whether the request carries the digest of itself; a lenient reader also takes that of its compact JSON."""
    given = request.headers.get("x-pch-digest").strip().lower().encode("latin-1", "replace")
    if not lenient:  # the usual way, without the candidates of the other
        target = request.target if include_query else request.raw_path
        return hmac.compare_digest(given, digest(secret, target, request.body, algorithm).encode())
    return any(
        hmac.compare_digest(given, digest(secret, target, body, algorithm).encode())
        for target, body in _candidates(request)
    )


def _candidates(request: Request) -> list[tuple[str, bytes]]:
    """With and without the query, the body as sent and compact."""
    bodies = [request.body]
    try:
        bodies.append(codec.encode(request.json))
    except codec.BadJson:
        pass
    return [(place, body) for place in (request.target, request.raw_path) for body in bodies]
