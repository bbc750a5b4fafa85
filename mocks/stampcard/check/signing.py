"""How a client of each vendor proves who it is: the headers of a call, from the credentials of the ready line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

import httpx

Facts = Mapping[str, str]
"""A vendor's section of the ready line: `url` and credentials; for Punchh also a guest's `token`, once there is one."""

Headers = dict[str, str]


def signed(vendor: str, facts: Facts, request: httpx.Request, at: datetime) -> httpx.Request:
    """The request with the vendor's authentication for its path; headers that are there already stay."""
    for name, value in _SIGNERS[vendor](facts, request, at).items():
        request.headers[name] = value
    return request


def wrong(facts: Facts) -> Facts:
    """Credentials whose names are right and whose secrets are not: their characters are turned round."""
    names = {"url", "stack", "client", "app_id", "client_app_id", "management_id"}
    if "api_secret" in facts:
        names.add("api_key")
    return {name: value if name in names else value[::-1] for name, value in facts.items()}


def _target(request: httpx.Request) -> str:
    return request.url.raw_path.decode("ascii")


def _braze(facts: Facts, request: httpx.Request, at: datetime) -> Headers:
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
