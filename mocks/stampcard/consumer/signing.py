"""How each vendor proves to a consumer that an event is its own, and the ways in which a forger would not manage."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from stampcard.core.errors import StampcardError

HMAC, BASIC, BEARER, JWT, HEADER, NONE = "hmac", "basic", "bearer", "jwt", "header", "none"

MODES: Mapping[str, tuple[str, ...]] = {
    "punchh": ("hmac_sha256", "hmac_sha1", BASIC, BEARER, NONE),
    "voucherify": ("hmac_sha256",),
    "antavo": (BASIC, JWT, NONE),
    "braze": (HEADER, NONE),
}
"""The ways a vendor authenticates, the usual one first; Braze sends what headers the webhook is given."""

FORGERIES: Mapping[str, tuple[str, ...]] = {
    "hmac_sha256": ("wrong secret", "no signature", "changed body"),
    "hmac_sha1": ("wrong secret", "no signature", "changed body"),
    BASIC: ("wrong secret", "no signature"),
    BEARER: ("wrong secret", "no signature"),
    HEADER: ("wrong secret", "no signature"),
    JWT: ("wrong secret", "no signature", "expired"),
    NONE: (),
}
"""What a consumer must refuse, by mode: only an HMAC covers the body."""


class BadMode(StampcardError):
    """A way of authentication the vendor does not have, or that lacks what it needs."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What both sides know: `secret` is the key of an HMAC or JWT, a bearer token, or `user:password`; `client` goes
    into x-pch-key; `headers` are those a Braze webhook is given. Of Punchh's HMAC neither the part of the URI that is
    signed (`uri` path or full) nor how it is written (`encoding` hex or base64) is published."""

    mode: str
    secret: str = ""
    client: str = "stampcard"
    headers: Mapping[str, str] = field(default_factory=dict)
    uri: str = "path"
    encoding: str = "hex"


def check(vendor: str, keys: Keys) -> None:
    """Raises BadMode."""
    if keys.mode not in MODES[vendor]:
        raise BadMode(f"{vendor} signs with {', '.join(MODES[vendor])}, not {keys.mode}")
    if keys.mode not in (NONE, HEADER) and not keys.secret:
        raise BadMode(f"{keys.mode} needs the secret that {vendor} and your consumer share")
    if keys.mode == BASIC and ":" not in keys.secret:
        raise BadMode("basic needs user:password as the secret")
    if keys.mode == HEADER and not keys.headers:
        raise BadMode("header needs a header with the secret: --header 'X-Key: value' (or --auth none)")


def signed(vendor: str, keys: Keys, url: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers with which the vendor would send a body to a URL."""
    mode = keys.mode
    if mode == BASIC:
        word = "basic" if vendor == "punchh" else "Basic"
        return {"Authorization": f"{word} {b64encode(keys.secret.encode()).decode()}"}
    if mode == BEARER:
        return {"Authorization": f"bearer {keys.secret}"}
    if mode == HEADER:
        return dict(keys.headers)
    if mode == JWT:
        from stampcard.antavo.integrations.sites import jwt

        return {"Authorization": f"Bearer {jwt(keys.secret, int(at.timestamp()))}"}
    return _hmac(vendor, keys, url, body) if mode.startswith(HMAC) else {}


def _hmac(vendor: str, keys: Keys, url: str, body: bytes) -> dict[str, str]:
    if vendor == "voucherify":
        from stampcard.voucherify.webhooks.webhook import signature

        return {"x-voucherify-signature": signature(keys.secret, body)}
    from stampcard.punchh.webhooks.webhook import digest

    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    made = digest(keys.secret, url if keys.uri == "full" else path, body, keys.mode.removeprefix("hmac_"))
    text = b64encode(made).decode() if keys.encoding == "base64" else made.hex()
    return {"Authorization": f"hmac {text}", "x-pch-key": keys.client}


def forged(vendor: str, keys: Keys, how: str, url: str, body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    """Headers and body of an event that is not the vendor's; `how` is one of FORGERIES."""
    if how == "no signature":
        return {}, body
    if how == "changed body":
        return signed(vendor, keys, url, body, at), body.replace(b"{", b'{"forged":true,', 1)
    if how == "expired":
        return signed(vendor, keys, url, body, at - timedelta(days=1)), body
    wrong = {name: value[::-1] + "x" for name, value in keys.headers.items()}
    secret = f"{keys.secret}x" if keys.mode == BASIC else keys.secret[::-1] + "x"
    return signed(vendor, replace(keys, secret=secret, headers=wrong), url, body, at), body
