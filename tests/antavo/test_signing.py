"""Escher as Antavo configures it: the vectors A to J, three date forms, hosts, clock skew, order of refusals."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from stampcard.antavo import signing
from stampcard.client import WorldClient
from stampcard.core.clock import FROZEN_START
from stampcard.core.http import Headers, Request
from tests.antavo.calls import authorize, call, event
from tests.contracts.test_index import CATALOGUE

AT = datetime(2026, 1, 15, 9, 30, 45, tzinfo=UTC)
SECRET, STACK, HOST = "example-secret-0001", "st2", "api.st2.antavo.com"
LONG, HTTP, ISO = "20260115T093045Z", "Thu, 15 Jan 2026 09:30:45 GMT", "2026-01-15T09:30:45+00:00"
BODY = b'{"customer":"cust-0001","action":"point_add","data":{"points":325}}'
HISTORY = "/customers/cust-0001/events?limit=50&action.in=checkout,point_add"
ODD = "/customers/a%20b%2Bc@x.com?fields=groups,purchases.ytd&x=a+b"
JSON = [("content-type", "application/json")]

VECTORS = [
    ("A", "POST", "/events", BODY, LONG, HOST, [], "32226be5c1cf4d37d6b2508a09b5a3856dca67127dc9c654722ba6f4f8960f73"),
    ("B", "GET", HISTORY, b"", LONG, HOST, [], "7c8c441cf514a2fd374378e758a75b24994c10a200daf3033da75602b51ba79f"),
    (
        "C",
        "POST",
        "/events",
        BODY,
        LONG,
        HOST,
        JSON,
        "ac47e227dd6df06e91e254a4dafd6da4c1334c90807462c465fcf0e46c1471fa",
    ),
    (
        "D",
        "POST",
        "/events",
        BODY,
        LONG,
        "localhost:8443",
        [],
        "ca8761b1d17c21ea7e400a0a9ed348d3cc4511f4737afe6138543beccd71bb20",
    ),
    ("E", "POST", "/events", BODY, HTTP, HOST, [], "c00ab3817c77e6fb2d2f61deaa6425fbe90b42629a9a1d430782d1139961a7a5"),
    ("F", "GET", HISTORY, b"", HTTP, HOST, [], "315e90b3d6c72be5c4f5bbfa4df236cc06dd614bc93e66112a73ecc7e4dc5dbf"),
    (
        "G",
        "POST",
        "/events",
        BODY,
        HTTP,
        HOST,
        JSON,
        "6a01348be82f0daedaa431820cb63ed6107dd518ff0dee62deae39b6961bc604",
    ),
    ("H", "POST", "/events", BODY, ISO, HOST, [], "fd70bdd65a2d45b11c108b03e4a0240590850b7707ef1a85232a634b16ef6571"),
    ("I", "GET", ODD, b"", LONG, HOST, [], "57620d2292c4c01216057e5e6dcea162accfdb8f0f28eb5af721263b15c46edf"),
]


@pytest.mark.parametrize(("name", "method", "target", "body", "date", "host", "more", "wanted"), VECTORS)
def test_vector(
    name: str, method: str, target: str, body: bytes, date: str, host: str, more: list[tuple[str, str]], wanted: str
) -> None:
    message = signing.Message(method, target, [("date", date), ("host", host), *more], body)

    assert signing.signature(message, SECRET, STACK, AT) == wanted


@pytest.mark.parametrize(("name", "method", "target", "body", "date", "host", "more", "wanted"), VECTORS)
def test_the_vectors_are_accepted_and_nothing_near_them(
    name: str, method: str, target: str, body: bytes, date: str, host: str, more: list[tuple[str, str]], wanted: str
) -> None:
    """As requests: the verifier takes each as published, and refuses it with another signature, body or secret."""
    names = ";".join(sorted({"date", "host", *(header for header, _ in more)}))
    place = "AKEXAMPLE0001/20260115/st2/api/antavo_request"

    def check(signature: str = wanted, body: bytes = body, secret: str = SECRET) -> None:
        header = f"ANTAVO-HMAC-SHA256 Credential={place}, SignedHeaders={names}, Signature={signature}"
        headers = Headers([("Host", host), ("Date", date), *more, ("Authorization", header)])
        keys = signing.Keys(secret=lambda key: secret if key == "AKEXAMPLE0001" else None, stack=STACK, now=AT)
        signing.verify(Request(method, target, headers, body), keys)

    check()
    for change in ({"signature": wanted[::-1]}, {"body": body + b" "}, {"secret": "another"}):
        with pytest.raises(signing.SignatureRefused, match="do not match"):
            check(**change)


def test_every_published_vector_is_here() -> None:
    file = CATALOGUE / "antavo" / "behaviour.md"
    if not file.is_file():
        pytest.skip("no reference of the vendor's behaviour on this machine")
    table = file.read_text(encoding="utf-8").partition("### 2.5")[2].partition("### 2.6")[0]
    published = re.findall(r"^\| ([A-J]) \|.*`([0-9a-f]{64})` \|$", table, re.MULTILINE)

    known = {vector[0]: vector[-1] for vector in VECTORS}
    assert [name for name, _ in published] == list("ABCDEFGHIJ")
    assert {name: wanted for name, wanted in published if name != "J"} == known
    assert dict(published)["J"] == PRESIGNED


PRESIGNED = "ca5cb34d5f6e1c2c1999c21b90e14fc2780848ecb41eac0dd8f172181409f318"


def test_vector_j_is_a_presigned_url() -> None:
    target = (
        "/customers/cust-0001?X-Antavo-Algorithm=ANTAVO-HMAC-SHA256"
        "&X-Antavo-Credentials=AKEXAMPLE0001%2F20260115%2Fst2%2Fapi%2Fantavo_request"
        "&X-Antavo-Date=20260115T093045Z&X-Antavo-Expires=3600&X-Antavo-SignedHeaders=host"
    )
    message = signing.Message("GET", target, [("host", HOST)], signing.UNSIGNED_PAYLOAD.encode())

    assert signing.signature(message, SECRET, STACK, AT) == PRESIGNED


def test_canonical_request_of_vector_a() -> None:
    message = signing.Message("POST", "/events", [("date", LONG), ("host", HOST)], BODY)

    assert signing.canonical_request(message).split("\n") == [
        "POST",
        "/events",
        "",
        f"date:{LONG}",
        f"host:{HOST}",
        "",
        "date;host",
        "cd21f8611c63d75c664626c6634ecae67f71d467e5332f5c268ff7d116a4302e",
    ]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("limit=50&action.in=checkout,point_add", "action.in=checkout%2Cpoint_add&limit=50"),
        ("a=1+2&b=1%2B2", "a=1%202&b=1%202"),
        ("flag&b=1=2", "b=1&flag="),
        ("", ""),
    ],
)
def test_canonical_query(query: str, wanted: str) -> None:
    assert signing.canonical_query(query) == wanted


@pytest.mark.parametrize(("path", "wanted"), [("", "/"), ("//a/./b/../c", "/a/c"), ("/a%20b", "/a%20b")])
def test_canonical_path(path: str, wanted: str) -> None:
    assert signing.canonical_path(path) == wanted


async def test_a_signed_request_is_answered(world: WorldClient) -> None:
    assert (await event(world.antavo, "opt_in")).status_code == 200


async def signed(world: WorldClient, at: datetime = FROZEN_START, **more: str) -> httpx.Response:
    """A signed POST /events; `more` replaces headers after signing (an empty one takes it away)."""
    body = b'{"customer":"ann","action":"opt_in","data":{}}'
    headers = authorize(world.antavo, "POST", "/events", body, {"Content-Type": "application/json"}, at)
    changed = {name: value for name, value in (headers | more).items() if value}
    return await world.antavo.post("/events", content=body, headers=changed)


def error(response: httpx.Response) -> tuple[int, int, str]:
    found = response.json()["error"]
    assert found["type"] == "UnauthorizedException"
    return response.status_code, found["code"], found["message"]


async def test_no_credentials_at_all(world: WorldClient) -> None:
    response = await signed(world, Authorization="")

    assert error(response) == (401, 0, "No api_key provided")


async def test_an_unsigned_key_is_refused_while_signatures_are_enforced(world: WorldClient) -> None:
    response = await world.antavo.get("/customers/ann", params={"api_key": world.antavo["api_key"]})

    assert error(response) == (401, 101001, "Escher authentication is missing")


async def test_a_header_off_the_pattern(world: WorldClient) -> None:
    response = await signed(world, Authorization="Bearer abc")

    assert error(response) == (401, 101021, "Auth header format is invalid")


async def test_a_missing_date(world: WorldClient) -> None:
    assert error(await signed(world, Date="")) == (401, 101004, "The date header is missing")


async def test_an_unreadable_date(world: WorldClient) -> None:
    status, code, text = error(await signed(world, Date="yesterday"))

    assert (status, code) == (401, 101004)
    assert text == "Date header is invalid, the expected format is Wed, 04 Nov 2015 09:20:22 GMT"


@pytest.mark.parametrize(("name", "other"), [("host", "date"), ("date", "host")])
async def test_host_and_date_must_be_signed(world: WorldClient, name: str, other: str) -> None:
    header = authorize(world.antavo, "POST", "/events", b"", {})["Authorization"]

    response = await signed(world, Authorization=header.replace("date;host", other))

    assert error(response) == (401, 101005, f"The {name} header is not signed")


async def test_the_hash_must_be_sha256_or_sha512(world: WorldClient) -> None:
    header = authorize(world.antavo, "POST", "/events", b"", {})["Authorization"]

    response = await signed(world, Authorization=header.replace("SHA256", "MD5"))

    assert error(response) == (401, 101006, "Hash algorithm is invalid. Only SHA256 and SHA512 are allowed")


async def test_the_day_in_the_credential_must_be_that_of_the_date(world: WorldClient) -> None:
    header = authorize(world.antavo, "POST", "/events", b"", {})["Authorization"]

    response = await signed(world, Authorization=header.replace("/20260115/", "/20260114/"))

    text = "Date in the authorization header is invalid. It must be the same as the date header"
    assert error(response) == (401, 101007, text)


@pytest.mark.parametrize(("seconds", "status"), [(300, 200), (301, 401), (-300, 200), (-301, 401)])
async def test_the_clock_may_differ_by_300_seconds(world: WorldClient, seconds: int, status: int) -> None:
    response = await signed(world, FROZEN_START + timedelta(seconds=seconds))

    assert response.status_code == status
    if status == 401:
        assert error(response)[1:] == (101008, "The request date is not within the accepted time range")


async def test_a_signature_ages_on_the_virtual_clock(world: WorldClient) -> None:
    await world.advance("6m")

    assert (await signed(world)).status_code == 401
    assert (await signed(world, FROZEN_START + timedelta(minutes=6))).status_code == 200


async def test_the_scope_names_the_stack(world: WorldClient) -> None:
    await world.setup({"antavo": {"stack": "eu6"}})

    assert error(await signed(world)) == (401, 101009, "Credential scope is invalid")


async def test_an_unknown_key(world: WorldClient) -> None:
    header = authorize(world.antavo, "POST", "/events", b"", {})["Authorization"]

    response = await signed(world, Authorization=header.replace(world.antavo["api_key"], "AKEXAMPLE0001"))

    assert error(response) == (401, 101010, "Invalid Escher key")


async def test_a_changed_body_breaks_the_signature(world: WorldClient) -> None:
    header = authorize(world.antavo, "POST", "/events", b"another body", {})["Authorization"]

    response = await signed(world, Authorization=header)

    assert error(response) == (401, 101011, "The signatures do not match")


@pytest.mark.parametrize("form", [signing.long_date, signing.http_date, datetime.isoformat])
async def test_three_date_forms_are_accepted(world: WorldClient, form: object) -> None:
    date = form(FROZEN_START)  # type: ignore[operator]
    message = signing.Message("GET", "/customers/ann", [("date", date), ("host", HOST)], b"")
    keys = {"key": world.antavo["api_key"], "secret": world.antavo["api_secret"]}
    header = signing.authorization(message, **keys, stack="st2", at=FROZEN_START)

    response = await world.antavo.get("/customers/ann", headers={"Date": date, "Authorization": header})

    assert response.json()["error"]["code"] == 160212


async def test_sha512_is_accepted(world: WorldClient) -> None:
    date = signing.long_date(FROZEN_START)
    message = signing.Message("GET", "/customers/ann", [("date", date), ("host", HOST)], b"")
    keys = {"key": world.antavo["api_key"], "secret": world.antavo["api_secret"]}
    header = signing.authorization(message, **keys, stack="st2", at=FROZEN_START, digest="SHA512")

    response = await world.antavo.get("/customers/ann", headers={"Date": date, "Authorization": header})

    assert response.status_code == 404


@pytest.mark.parametrize(("host", "status"), [(f"{HOST}:443", 404), ("api.eu6.antavo.com", 404), ("evil.example", 401)])
async def test_hosts_a_client_may_have_signed(world: WorldClient, host: str, status: int) -> None:
    """The client connects to api.st2.antavo.com:443, or signs a host that is accepted beside it."""
    await world.setup({"antavo": {"auth": {"accepted_hosts": ["api.eu6.antavo.com"]}}})
    date = signing.long_date(FROZEN_START)
    message = signing.Message("GET", "/customers/ann", [("date", date), ("host", host.removesuffix(":443"))], b"")
    keys = {"key": world.antavo["api_key"], "secret": world.antavo["api_secret"]}
    header = signing.authorization(message, **keys, stack="st2", at=FROZEN_START)
    sent = {"Date": date, "Authorization": header, "Host": host if ":" in host else HOST}

    response = await world.antavo.get("/customers/ann", headers=sent)

    assert response.status_code == status


async def test_unsigned_keys_pass_where_the_workspace_allows_it(world: WorldClient) -> None:
    await world.setup({"antavo": {"auth": {"allow_unsigned": True}, "members": [{"id": "ann"}]}})
    key = world.antavo["api_key"]

    by_query = await world.antavo.get("/customers/ann", params={"api_key": key})
    body = {"api_key": key, "customer": "ann", "action": "point_add", "data": {"points": 5}}
    by_body = await world.antavo.post("/events", json=body)
    by_form = await world.antavo.post(
        "/events", data={k: v for k, v in body.items() if k != "data"} | {"data[points]": 7}
    )

    assert [r.status_code for r in (by_query, by_body, by_form)] == [200, 200, 200]
    assert by_form.json()["score"] == 12


async def test_enforcement_is_a_switch_per_api(world: WorldClient) -> None:
    await world.setup({"antavo": {"auth": {"signature_enforcement": {"customers": False}}}})
    query = {"api_key": world.antavo["api_key"]}

    assert (await world.antavo.get("/customers/ann", params=query)).status_code == 404
    assert (await world.antavo.get("/customers/ann/transactions", params=query)).status_code == 401


async def test_replays_are_refused_on_request(world: WorldClient) -> None:
    await world.setup({"antavo": {"auth": {"reject_replay": True}, "members": [{"id": "ann"}]}})

    assert (await call(world.antavo, "GET", "/customers/ann")).status_code == 200
    assert (await call(world.antavo, "GET", "/customers/ann")).status_code == 401
