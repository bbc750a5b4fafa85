"""The rate limit: per API key over all endpoints, without headers; off unless a workspace switches it on."""

from __future__ import annotations

from datetime import timedelta

from stampcard.antavo.errors import in_envelope, plain
from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call


def check_rate(call: Call[Brand]) -> None:
    """Count the call. Raises 429 once a minute's allowance is used, and while the key is blocked."""
    limit = call.state.settings.ratelimit
    if not limit.requests_per_minute:
        return
    brand, now = call.state, call.world.clock.now
    minute = timedelta(minutes=1)
    brand.requests = [at for at in brand.requests if now - at < minute]
    if brand.blocked_until is not None and now < brand.blocked_until:
        raise _too_many(call)
    if len(brand.requests) >= limit.requests_per_minute:
        brand.blocked_until = now + timedelta(seconds=limit.block_seconds)
        raise _too_many(call)
    brand.requests.append(now)


def _too_many(call: Call[Brand]) -> Exception:
    error = plain(429, "TooManyRequestsException", 0, "Too Many Requests")
    return in_envelope(call.operation.path, error)
