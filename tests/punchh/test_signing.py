"""x-pch-digest: six worked examples (secret example-secret-0001), and the modes."""

import pytest
from msgspec import json

from stampcard.client import WorldClient
from stampcard.punchh.signing import SHA1, SHA256, digest
from tests.punchh.calls import Api
from tests.punchh.calls import digest as usual_digest

SECRET = "example-secret-0001"
SIGN_UP = (
    b'{"client":"example-client-0001","user":{"email":"ada@example.com","password":"Passw0rd!","first_name":"Ada",'
    b'"last_name":"Lovelace","external_source":"customer_id","external_source_id":"111111111111111111"}}'
)
EXAMPLES = [
    ("/api2/mobile/users", SIGN_UP, SHA256, "8ed4b4a5c83357888f39d20294f812ac522195e7b2371de71c076ef93c6d9c39"),
    (
        "/api2/mobile/users/profile",
        b'{"client":"example-client-0001"}',
        SHA256,
        "d6da3a460829f6b96626f4a4cb696fb79df72f846b4e3e47fb464720bda0df64",
    ),
    (
        "/api2/mobile/users/balance?client=example-client-0001",
        b"",
        SHA256,
        "7a69f99c455976c70560e0ccc1c6fc3e8055bbc8cdd7c83f2b98e98217e100c4",
    ),
    (
        "/api2/mobile/users/login?client=example-client-0001",
        b'{"user":{"email":"ada@example.com","password":"Passw0rd!"}}',
        SHA256,
        "215783cee87057306b259d0612139ba7dcbe6a2a7abbf17e04f8879525dd3ecc",
    ),
    (
        "/api/auth/checkins/balance",
        b'{"client":"example-client-0001","authentication_token":"tok-1"}',
        SHA1,
        "3cbab19b716443795f68b4fc532e0ba754c079cc",
    ),
    (
        "/api/auth/users?client=example-client-0001&access_token=tok-1",
        b"",
        SHA1,
        "7d091ec8a84b6160dd3ef6e044b43970cf244e6c",
    ),
]


@pytest.mark.parametrize(("target", "body", "algorithm", "expected"), EXAMPLES)
def test_worked_examples(target: str, body: bytes, algorithm: str, expected: str) -> None:
    assert digest(SECRET, target, body, algorithm) == expected


async def login_with(api: Api, signed: bytes, sent: bytes, query: str = "") -> int:
    """Send one body with the digest of another."""
    target = f"/api2/mobile/users/login{query}"
    headers = {"x-pch-digest": usual_digest(api.door, target, signed), "Content-Type": "application/json"}
    return (await api.door.post(target, content=sent, headers=headers)).status_code


async def test_strict_wants_the_digest_of_the_raw_body(api: Api) -> None:
    await api.sign_up()
    body = {"client": api.door["client"], "user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    compact, spaced = json.encode(body), json.format(json.encode(body), indent=2)
    assert await login_with(api, spaced, spaced) == 200
    assert await login_with(api, compact, spaced) == 412


async def test_lenient_also_takes_the_digest_of_the_compact_body(api: Api, world: WorldClient) -> None:
    await api.sign_up()
    await world.setup({"punchh": {"switches": {"signature": {"mode": "lenient"}}}})
    body = {"client": api.door["client"], "user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    compact, spaced = json.encode(body), json.format(json.encode(body), indent=2)
    assert await login_with(api, compact, spaced) == 200
    assert await login_with(api, b"else", spaced) == 412


async def test_off_takes_anything(api: Api, world: WorldClient) -> None:
    await api.sign_up()
    await world.setup({"punchh": {"switches": {"signature": {"mode": "off"}}}})
    body = json.encode({"client": api.door["client"], "user": {"email": "ada@example.com", "password": "Passw0rd!"}})
    assert await login_with(api, b"else", body) == 200


async def test_upper_case_digest_and_client_in_the_query(api: Api) -> None:
    await api.sign_up()
    target = f"/api2/mobile/users/login?client={api.door['client']}"
    body = json.encode({"user": {"email": "ada@example.com", "password": "Passw0rd!"}})
    headers = {"x-pch-digest": usual_digest(api.door, target, body).upper()}
    assert (await api.door.post(target, content=body, headers=headers)).status_code == 200
