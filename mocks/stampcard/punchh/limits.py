"""Rate limits, where Punchh publishes one; off unless the setup switches them on."""

from __future__ import annotations

from stampcard.core.contract import Operation
from stampcard.core.errors import ApiError
from stampcard.punchh.state import Business

PER_MINUTE = {
    "dashboard_users_support__post": 1250,
    "dashboard_users_support_gifting__post": 4000,
    "dashboard_redemptions_force_redeem__post": 500,
}


def check(business: Business, operation: Operation) -> None:
    """Count a call in its minute. Raises ApiError over the limit (body and header are assumed)."""
    limit = PER_MINUTE.get(operation.id)
    if limit is None or not business.switches.rate_limits_enabled:
        return
    seconds = int(business.world.clock.epoch)
    minute, count = business.calls.get(operation.id, (0, 0))
    count = count + 1 if minute == seconds // 60 else 1
    business.calls[operation.id] = (seconds // 60, count)
    if count > limit:
        raise ApiError(429, {"error": "Too many requests"}, [("Retry-After", str(60 - seconds % 60))])
