"""When Punchh tries again: the published ladders, by the kind of failure."""

from __future__ import annotations

from stampcard.core.delivery import Attempt, Delivery

BUSY = (15.0, 45.0, 180.0)
"""Seconds to wait after 429, 408 and timeouts; and after a broken connection (assumed)."""

BROKEN = (60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0)
"""Seconds to wait after 5xx."""


def ladder_of(attempt: Attempt) -> tuple[float, ...]:
    """The ladder of an attempt's outcome; empty for what is not tried again (3xx, other 4xx)."""
    if attempt.status in (0, 408, 429):
        return BUSY
    return BROKEN if attempt.status >= 500 else ()


def wait_after(delivery: Delivery) -> float | None:
    """Seconds until the next attempt: each kind of failure climbs its own ladder. None: give up."""
    ladder = ladder_of(delivery.attempts[-1])
    tries = sum(1 for attempt in delivery.attempts if ladder_of(attempt) is ladder)
    return ladder[tries - 1] if tries <= len(ladder) else None


def wait_after_any(delivery: Delivery) -> float | None:
    """The same, with other 4xx on the ladder of 5xx (`webhooks.retry_4xx`)."""
    if 400 <= delivery.attempts[-1].status < 500 and not ladder_of(delivery.attempts[-1]):
        tries = len(delivery.attempts)
        return BROKEN[tries - 1] if tries <= len(BROKEN) else None
    return wait_after(delivery)


def never(delivery: Delivery) -> float | None:
    """No second attempt."""
    return None
