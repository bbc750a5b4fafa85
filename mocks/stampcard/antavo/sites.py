"""Trusted sites: the only places Antavo calls, and how it authenticates there; 5 attempts, 10 s apart."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from stampcard.antavo import aws
from stampcard.antavo.state import Brand
from stampcard.antavo.workflow import TrustedSite
from stampcard.core import codec
from stampcard.core.delivery import Delivery, ladder
from stampcard.core.http import Response


def site_of(brand: Brand, url: str) -> TrustedSite | None:
    """The trusted site a URL belongs to, or None."""
    for site in brand.trusted_sites.values():
        base = site.url.rstrip("/")
        if url == base or url.startswith((f"{base}/", f"{base}?")):
            return site
    return None


def authorization(brand: Brand, site: TrustedSite, message: Mapping[str, Any]) -> dict[str, str]:
    """The headers that prove who calls; `message` holds method, url and body."""
    if site.auth == "basic":
        token = b64encode(f"{site.username}:{site.password}".encode()).decode()
        return {"Authorization": f"Basic {token}"}
    if site.auth == "jwt":
        return {"Authorization": f"Bearer {jwt(site.secret, int(brand.world.clock.epoch), site.payload)}"}
    if site.auth == "aws":
        now = brand.world.clock.now
        return aws.headers(site, message.get("method", "POST"), message["url"], message.get("body", b""), now)
    return {}


def jwt(secret: str, now: int, payload: Mapping[str, Any] | None = None) -> str:
    """HS256 over a site's payload, made at Unix time `now`; what Antavo adds is assumed (iat and exp)."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"iat": now, "exp": now + 300, **(payload or {})}]
    text = ".".join(_base64(codec.encode(part)) for part in parts)
    return f"{text}.{_base64(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())}"


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def send(
    brand: Brand,
    site: TrustedSite,
    message: dict[str, Any],
    cause: int | None,
    done: Callable[[Delivery, Response | None], None],
) -> Delivery:
    """Owe a trusted site one call; `message` holds method, url, headers, body and, of a callback, the event."""
    switches = brand.settings.webhooks
    delivery = Delivery(
        world=brand.world,
        vendor="antavo",
        name=f"webhook to {site.name}",
        headers={
            "Content-Type": "application/json",
            **message.pop("headers", {}),
            **authorization(brand, site, message),
        },
        cause=cause,
        retry=ladder(*[switches.retry_seconds] * (switches.retries - 1)),
        done=done,
        **{"event": "workflow_webhook", **message},
    )
    brand.webhooks.append(delivery)
    delivery.schedule()
    return delivery


def deliver(brand: Brand, event: str, url: str, body: Any, cause: int | None) -> None:
    """POST an outcome to the callback its caller named, if it is at a trusted site; `event` is the contract's name."""
    site = site_of(brand, url)
    if site is None:
        return

    def done(delivery: Delivery, response: Response | None) -> None:
        if delivery.state == "failed":
            summary = f"callback to {url} failed after {len(delivery.attempts)} attempts"
            brand.world.record("antavo", "callback", summary, cause=cause, error=summary)

    send(brand, site, {"method": "POST", "url": url, "body": codec.encode(body), "event": event}, cause, done)
