"""How a client of each vendor proves who it is: the headers of a call, from the credentials of the ready line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx

Facts = Mapping[str, str]
"""A vendor's section of the ready line: `url` and credentials; for Punchh also a guest's `token`, once there is one."""

Headers = dict[str, str]

NAMES = frozenset({"url", "stack", "client", "app_id", "client_app_id", "management_id"})
"""Facts that name somebody and are no secret."""


def signature(vendor: str, facts: Facts, request: httpx.Request, at: datetime) -> Headers:
    """The vendor's authentication for a request's path, query and body."""
    return _SIGNERS[vendor](facts, request, at)


def secrets_of(vendor: str, facts: Facts) -> list[str]:
    """The facts that prove something. Antavo's key only names the secret it is signed with."""
    names = NAMES | ({"api_key"} if vendor == "antavo" else set())
    return [name for name in facts if name not in names]


OPEN = frozenset({"none", "url", "api_key_body", "oauth_client_credentials_in_body"})
"""`x-auth` of operations that no header opens: anyone may call them, or the body says who calls."""

GUEST = frozenset({"user_bearer", "sso_user_token"})
"""`x-auth` of Punchh's operations that a guest's token opens; the others take no notice of it."""


def needed(facts: Facts, auth: Sequence[str]) -> Facts | None:
    """Of the credentials, those that an operation of this `x-auth` demands; None when no header opens it."""
    if OPEN & set(auth):
        return None
    guest = not auth or GUEST & set(auth)
    return facts if guest else {name: value for name, value in facts.items() if name != "token"}


def falsified(vendor: str, facts: Facts, request: httpx.Request, at: datetime) -> Iterator[tuple[str, Headers]]:
    """Every way to prove less than a request must: what is left out or wrong, and the headers that are sent then."""
    right = signature(vendor, facts, request, at)
    yield "left out", {}
    proofs = [name for name in right if name not in ("Date", "Host")]
    if len(proofs) > 1:
        for name in proofs:
            yield f"without {name}", {key: value for key, value in right.items() if key != name}
    for name in secrets_of(vendor, facts):
        wrong = signature(vendor, {**facts, name: facts[name][::-1]}, request, at)
        if wrong != right:
            yield f"with a wrong {name}", wrong
    other = httpx.Request(request.method, f"{request.url}{'&' if request.url.query else '?'}other=1")
    if (copied := signature(vendor, facts, other, at)) != right:
        yield "signed for another call", copied
    if (old := signature(vendor, facts, request, at - timedelta(hours=1))) != right:
        yield "signed an hour ago", old


def _target(request: httpx.Request) -> str:
    return request.url.raw_path.decode("ascii")


def _braze(facts: Facts, request: httpx.Request, at: datetime) -> Headers:
    if _target(request).startswith("/scim/") and "scim_token" in facts:
        return {"Authorization": f"Bearer {facts['scim_token']}"}
    return {"Authorization": f"Bearer {facts['api_key']}"}


def _voucherify(facts: Facts, request: httpx.Request, at: datetime) -> Headers:
    target = _target(request)
    if target.startswith("/client/"):
        return {"X-Client-Application-Id": facts["client_app_id"], "X-Client-Token": facts["client_token"]}
    if target.startswith("/management/"):
        return {"X-Management-Id": facts["management_id"], "X-Management-Token": facts["management_token"]}
    return {"X-App-Id": facts["app_id"], "X-App-Token": facts["app_token"]}


def _punchh(facts: Facts, request: httpx.Request, at: datetime) -> Headers:
    from stampcard.punchh.signing import SHA1, SHA256, digest

    target = _target(request)
    if target.startswith("/api2/dashboard"):
        return {"Authorization": f"Bearer {facts['admin_key']}"}
    if target.startswith(("/api/pos", "/receipt_details")):
        return {"Authorization": f"Token token={facts['location_key']}, btoken={facts['business_key']}"}
    algorithm = SHA1 if target.startswith("/api/auth") else SHA256
    headers = {"x-pch-digest": digest(facts["secret"], target, request.content, algorithm)}
    return headers | ({"Authorization": f"Bearer {facts['token']}"} if "token" in facts else {})


def _antavo(facts: Facts, request: httpx.Request, at: datetime) -> Headers:
    from stampcard.antavo.signing import Message, authorization, long_date

    signed = {"Date": long_date(at), "Host": urlsplit(str(request.url)).netloc}
    message = Message(request.method, _target(request), list(signed.items()), request.content)
    key = authorization(message, key=facts["api_key"], secret=facts["api_secret"], stack=facts["stack"], at=at)
    return {**signed, "Authorization": key}


_SIGNERS: Mapping[str, Callable[[Facts, httpx.Request, datetime], Headers]] = {
    "braze": _braze,
    "punchh": _punchh,
    "voucherify": _voucherify,
    "antavo": _antavo,
}
