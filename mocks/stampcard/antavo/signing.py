"""Escher request signing as Antavo configures it: prefix ANTAVO, headers Authorization and Date, scope by stack.

The order of checks and their texts are those of the PHP library the vendor bundles (github emartech/escher-php); the
canonical query follows the vendor's own rule for clients in other languages (developers.antavo.com/docs/api-signing).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, unquote_to_bytes

import msgspec

from stampcard.core.http import Request

PREFIX = "ANTAVO"
VENDOR_KEY = "Antavo"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_HASHES = {"SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
_HEADER = re.compile(
    rf"({PREFIX}-HMAC-(?P<hash>[A-Z0-9,]+)).*?Credential=(?P<credential>[A-Za-z0-9/_-]+),.*?"
    r"SignedHeaders=(?P<signed>[A-Za-z;-]+),.*?Signature=(?P<signature>[0-9a-f]+)"
)
_DOTS = re.compile(r"[^/]+/\.\./?|/\./|//|/\.$|/\.\.$")
_LONG = re.compile(r"\d{8}T\d{6}Z")


class SignatureRefused(Exception):
    """The signature does not hold: `row` numbers the check that failed, `hint` says what we saw."""

    def __init__(self, row: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.row = row
        self.message = message
        self.hint = hint


class Keys(msgspec.Struct, frozen=True):
    """What a signature is checked against; `now` is None when the key names no world and so no clock."""

    secret: Callable[[str], str | None]
    stack: str
    now: datetime | None
    skew: timedelta = timedelta(seconds=300)
    hosts: Sequence[str] = ()


class Message(msgspec.Struct, frozen=True):
    """The parts of a request that are signed; `headers` holds the signed ones only."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes


def long_date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def scope(stack: str) -> str:
    return f"{stack}/api/antavo_request"


def credential(header: str) -> str | None:
    """The key a header names, its signature not looked at."""
    match = _HEADER.search(header) or re.search(r"Credential=(?P<credential>[A-Za-z0-9/_-]+)", header)
    return match["credential"].split("/", 1)[0] if match else None


def authorization(message: Message, *, key: str, secret: str, stack: str, at: datetime, digest: str = "SHA256") -> str:
    """The Authorization header of a request whose `headers` (Date and Host among them) are all signed."""
    names = ";".join(sorted(name.lower() for name, _ in message.headers))
    signed = signature(message, secret, stack, at, digest)
    place = f"{at.astimezone(UTC):%Y%m%d}/{scope(stack)}"
    return f"{PREFIX}-HMAC-{digest} Credential={key}/{place}, SignedHeaders={names}, Signature={signed}"


def signature(message: Message, secret: str, stack: str, at: datetime, digest: str = "SHA256") -> str:
    """The lower-case hexadecimal signature."""
    make = _HASHES[digest]
    place = f"{at.astimezone(UTC):%Y%m%d}/{scope(stack)}"
    request = canonical_request(message, digest)
    text = "\n".join([f"{PREFIX}-HMAC-{digest}", long_date(at), place, make(request.encode()).hexdigest()])
    key = (PREFIX + secret).encode()
    for part in (*place.split("/"), text):
        key = hmac.new(key, part.encode(), make).digest()
    return key.hex()


def canonical_request(message: Message, digest: str = "SHA256") -> str:
    """Method, path, query, signed headers, an empty line, their names, and the hash of the body."""
    path, _, query = message.target.partition("?")
    names = sorted({name.lower() for name, _ in message.headers})
    lines = [message.method.upper(), canonical_path(path), canonical_query(query)]
    for name in names:
        values = [_trimmed(value) for field, value in message.headers if field.lower() == name]
        lines.append(f"{name}:{','.join(values)}")
    return "\n".join([*lines, "", ";".join(names), _HASHES[digest](message.body).hexdigest()])


def canonical_path(path: str) -> str:
    changes = 1
    while changes:
        path, changes = _DOTS.subn("/", path, 1)
    return path or "/"


def canonical_query(query: str) -> str:
    """Pairs decoded (`+` and `%2B` both become a space), encoded again by RFC 3986, sorted as text."""
    pairs = []
    for pair in filter(None, query.split("&")):
        name, value = [*pair.split("=")[:2], ""][:2]
        if name != f"X-{VENDOR_KEY}-Signature":
            pairs.append(f"{_encoded(name)}={_encoded(value)}")
    return "&".join(sorted(pairs))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text.replace("+", " ")).replace(b"+", b" "), safe="")


def _trimmed(value: str) -> str:
    """White space collapsed outside double quotes."""
    parts = value.split('"')
    return '"'.join(re.sub(r"\s+", " ", part) if i % 2 == 0 else part for i, part in enumerate(parts)).strip()


def parse_date(value: str) -> datetime | None:
    """The three forms in the wild: 20260115T093045Z, Thu, 15 Jan 2026 09:30:45 GMT, 2026-01-15T09:30:45+00:00."""
    try:
        if _LONG.fullmatch(value):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if value.endswith(" GMT"):
            return datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def http_date(at: datetime) -> str:
    """The form Escher for JavaScript and for Python send when the header is called Date."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def verify(request: Request, keys: Keys) -> str:
    """The key of a request whose signature holds. Raises SignatureRefused for the first check that fails."""
    header = request.headers.get("authorization")
    if not header:
        raise SignatureRefused(1, "Escher authentication is missing")
    match = _HEADER.fullmatch(header.strip())
    if match is None:
        raise SignatureRefused(2, "Auth header format is invalid")
    at = _checked_headers(request, match["signed"].lower().split(";"))
    if match["hash"] not in _HASHES:
        raise SignatureRefused(6, "Hash algorithm is invalid. Only SHA256 and SHA512 are allowed")
    key, _, place = match["credential"].partition("/")
    day, _, place = place.partition("/")
    if day != f"{at:%Y%m%d}":
        text = "Date in the authorization header is invalid. It must be the same as the date header"
        raise SignatureRefused(7, text)
    if keys.now is not None and abs(at - keys.now) > keys.skew:
        hint = f"the world's clock stands at {keys.now:%Y-%m-%dT%H:%M:%SZ}"
        raise SignatureRefused(8, "The request date is not within the accepted time range", hint)
    if keys.now is not None and place != scope(keys.stack):
        raise SignatureRefused(9, "Credential scope is invalid", f"this workspace signs for {scope(keys.stack)}")
    secret = keys.secret(key)
    if secret is None:
        raise SignatureRefused(10, "Invalid Escher key")
    _check_signature(request, match, secret, at, keys)
    return key


def _checked_headers(request: Request, signed: Sequence[str]) -> datetime:
    if not request.host:
        raise SignatureRefused(3, "The host header is missing")
    if "date" not in request.headers:
        raise SignatureRefused(4, "The date header is missing")
    at = parse_date(request.headers.get("date").strip())
    if at is None:
        text = "Date header is invalid, the expected format is Wed, 04 Nov 2015 09:20:22 GMT"
        raise SignatureRefused(4, text)
    for name in ("host", "date"):
        if name not in signed:
            raise SignatureRefused(5, f"The {name} header is not signed")
    return at


def _check_signature(request: Request, match: re.Match[str], secret: str, at: datetime, keys: Keys) -> None:
    names = set(match["signed"].lower().split(";"))
    others = [(name, value) for name, value in request.headers.items if name.lower() in names - {"host"}]
    texts = []
    for host in _hosts(request, keys.hosts):
        message = Message(request.method, request.target, [("host", host), *others], request.body)
        # The scope is ours, not the caller's: an unknown key never gets here, a wrong stack was refused before.
        if hmac.compare_digest(signature(message, secret, keys.stack, at, match["hash"]), match["signature"]):
            return
        texts.append(canonical_request(message, match["hash"]))
    digest = hashlib.sha256(texts[0].encode()).hexdigest()
    raise SignatureRefused(11, "The signatures do not match", f"SHA-256 of the canonical request here: {digest}")


def _hosts(request: Request, accepted: Iterable[str]) -> list[str]:
    """Host names a client may have signed: as received, without the scheme's default port, and configured ones."""
    port = ":443" if request.scheme == "https" else ":80"
    return list(dict.fromkeys([request.host, request.host.removesuffix(port), *accepted]))
