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
PER_DAY = {"dashboard_redemptions_force_redeem__post": 100_000}


def check(business: Business, operation: Operation) -> None:
    """Count a call in its minute and day (of UTC: assumed). Raises ApiError over a limit (body, header: assumed)."""
    if operation.id not in PER_MINUTE or not business.switches.rate_limits_enabled:
        return
    now = int(business.world.clock.epoch)
    for limits, length in ((PER_MINUTE, 60), (PER_DAY, 86400)):
        key = f"{operation.id} {length}"
        window, count = business.calls.get(key, (0, 0))
        count = count + 1 if window == now // length else 1
        business.calls[key] = (now // length, count)
        if count > limits.get(operation.id, count):
            raise ApiError(429, {"error": "Too many requests"}, [("Retry-After", str(length - now % length))])
