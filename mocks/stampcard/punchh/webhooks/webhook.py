"""A webhook: the raw event in its envelope, authenticated, with the retry ladders and the breaker."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlsplit

from stampcard.core import codec
from stampcard.core.delivery import Delivery
from stampcard.core.errors import WireError
from stampcard.core.http import Response
from stampcard.punchh.state import Business, Event, Webhook
from stampcard.punchh.webhooks import retries

FAILURE_LIMIT = 1000
PINGS = (300.0, 600.0, *(7200.0,) * 6)
"""Seconds until each ping of a suspended event; after the last one it is deactivated."""

TIMEOUT = 15.0
CHECK_EVERY = timedelta(days=1)


def envelope(business: Business, event: Event) -> bytes:
    """The body of one delivery."""
    scale = 1000 if business.switches.webhooks_timestamp_unit == "milliseconds" else 1
    return codec.encode(
        {
            "content_id": business.world.chance.uuid(),
            "timestamp": int(business.world.clock.epoch * scale),
            "business_id": business.id,
            "business_uuid": business.uuid,
            "business_slug": business.slug,
            "event_name": event.name,
            "event_type": event.kind,
            "action": event.action,
            "payload": event.payload,
        }
    )


def described(event: Event) -> str:
    """The event's name in contracts/punchh/webhooks.yaml."""
    kind = event.payload["coupon_type"] if event.name == "coupons" else event.kind
    return f"{event.name}.{kind}" if kind else event.name


def authentication(business: Business, hook: Webhook, body: bytes) -> dict[str, str]:
    """The headers of the chosen authentication mode."""
    if hook.auth == "basic":
        pair = base64.b64encode(f"{hook.user}:{hook.password}".encode()).decode()
        return {"authorization": f"basic {pair}"}
    if hook.auth == "bearer":
        return {"authorization": f"bearer {hook.token}"}
    if hook.auth in ("hmac_sha1", "hmac_sha256"):
        made = signature(business, hook, body)
        return {"authorization": f"hmac {made}", "x-pch-key": hook.client_name}
    return {}


def signature(business: Business, hook: Webhook, body: bytes) -> str:
    """Digest of URI and body; which part of the URI and which encoding are assumed, and switches."""
    parts = urlsplit(hook.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    uri = hook.url if business.switches.webhooks_hmac_uri == "full" else path
    made = digest(hook.secret, uri, body, hook.auth.removeprefix("hmac_"))
    return base64.b64encode(made).decode() if business.switches.webhooks_hmac_encoding == "base64" else made.hex()


def digest(secret: str, uri: str, body: bytes, algorithm: str) -> bytes:
    """What an HMAC webhook is signed with; `algorithm` is sha1 or sha256."""
    return hmac.new(secret.encode(), uri.encode() + body, getattr(hashlib, algorithm)).digest()


def send(business: Business, hook: Webhook, event: Event) -> None:
    """Make the delivery of one event, unless the breaker holds this kind of event."""
    if event.name in hook.suspended:
        text = f"webhook {hook.name}: {event.name} is suspended, nothing sent"
        business.world.record("punchh", "webhook suspended", text, cause=event.id)
        return
    body = envelope(business, event)
    delivery = Delivery(
        business.world,
        "punchh",
        f"webhook {hook.name}: {event.name}",
        "POST",
        hook.url,
        {"Content-Type": "application/json", **authentication(business, hook, body)},
        body,
        event.id,
        lambda delivery: _retry(business, hook, event.name, delivery),
        succeeded=lambda response: response.status in (200, 202),
        done=lambda delivery, response: _done(business, hook, event.name, delivery, response),
        timeout=TIMEOUT,
        event=described(event),
    )
    hook.deliveries.append(delivery)
    delivery.schedule(business.switches.webhooks_delay_seconds)


def _retry(business: Business, hook: Webhook, name: str, delivery: Delivery) -> float | None:
    hook.failures[name] = hook.failures.get(name, 0) + 1
    if hook.failures[name] > FAILURE_LIMIT and name not in hook.suspended:
        _suspend(business, hook, name, delivery.attempts[-1].entry)
    if business.switches.webhooks_retry_4xx:
        return retries.wait_after_any(delivery)
    return retries.wait_after(delivery)


def _done(business: Business, hook: Webhook, name: str, delivery: Delivery, response: Response | None) -> None:
    last = delivery.attempts[-1]
    if delivery.state == "delivered":
        hook.failures[name] = 0
        return
    what = f"status {last.status}" if last.status else last.error
    text = f"webhook {hook.name}: gave up on {name} after {len(delivery.attempts)} attempts, {what}"
    business.world.record("punchh", "webhook failure", text, cause=last.entry or delivery.cause, error=what)


def _suspend(business: Business, hook: Webhook, name: str, cause: int | None) -> None:
    hook.suspended[name] = 0
    text = f"webhook {hook.name}: {name} failed over {FAILURE_LIMIT} times and is suspended; {hook.admin_email} is told"
    entry = business.world.record("punchh", "webhook breaker", text, cause=cause)
    _plan_ping(business, hook, name, entry)


def _plan_ping(business: Business, hook: Webhook, name: str, cause: int) -> None:
    async def run() -> None:
        await _ping_suspended(business, hook, name, cause)

    wait = timedelta(seconds=PINGS[hook.suspended[name]])
    business.world.clock.after(wait, run, name=f"ping webhook {hook.name}", vendor="punchh", cause=cause)


async def _ping_suspended(business: Business, hook: Webhook, name: str, cause: int) -> None:
    if await ping(business, hook, cause):
        hook.failures[name] = 0
        hook.suspended.pop(name, None)
        business.world.record("punchh", "webhook breaker", f"webhook {hook.name}: {name} resumes", cause=cause)
        return
    hook.suspended[name] += 1
    if hook.suspended[name] < len(PINGS):
        _plan_ping(business, hook, name, cause)
        return
    hook.events = tuple(event for event in hook.events if event != name)
    text = f"webhook {hook.name}: {name} is deactivated; {hook.admin_email} is told"
    business.world.record("punchh", "webhook breaker", text, cause=cause)


async def ping(business: Business, hook: Webhook, cause: int | None) -> bool:
    """The verification call: a GET of the same URL that must be answered 200."""
    headers = authentication(business, hook, b"")
    try:
        answer = await business.world.wire.send(
            "GET", hook.url, caller="punchh", cause=cause, headers=headers, timeout=TIMEOUT
        )
    except WireError:
        return False
    return answer.status == 200


def watch(business: Business, hook: Webhook) -> None:
    """Verify the URL again every day for as long as this webhook is set up."""

    async def run() -> None:
        if business.webhooks.get(hook.name) is not hook:
            return
        if not await ping(business, hook, None):
            text = f"webhook {hook.name}: the daily check was not answered 200; {hook.admin_email} is told"
            business.world.record("punchh", "webhook check", text)
        watch(business, hook)

    business.world.clock.after(CHECK_EVERY, run, name=f"check webhook {hook.name}", vendor="punchh")
