"""How webhooks prove where they come from: AWS signatures, tokens with claims of one's own, what is refused."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from escherauth import Escher, EscherException

from stampcard.antavo import aws
from stampcard.antavo.signing import Message
from stampcard.antavo.workflow import TrustedSite
from stampcard.client import ControlRefused, WorldClient
from stampcard.core.clock import FROZEN_START
from tests.antavo.calls import event
from tests.antavo.test_workflows import receiver

AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def test_the_published_vector_of_aws() -> None:
    """get-vanilla of the Signature Version 4 test suite."""
    site = TrustedSite(
        "s",
        "https://example.amazonaws.com",
        "aws",
        region="us-east-1",
        service="service",
        access_key_id="AKIDEXAMPLE",
        access_key_secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    )
    message = Message("GET", "/", [("host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")], b"")

    assert aws.authorization(site, message, AT) == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )
    assert aws.headers(site, "GET", "https://example.amazonaws.com", b"", AT)["X-Amz-Date"] == "20150830T123600Z"


async def sent(world: WorldClient, **site: Any) -> tuple[dict[str, str], str]:
    """The headers and body a trusted site gets with a webhook."""
    step = {"node": "webhook", "site": "shop", "path": "/hook", "payload": {"id": "{customer._id}"}}
    workflow = {"name": "w", "trigger": {"type": "event", "event": "visit"}, "steps": [step]}
    async with receiver() as (found, url):
        sites = [{"name": "shop", "url": url, **site}]
        await world.setup({"antavo": {"members": [{"id": "ann"}], "trusted_sites": sites, "workflows": [workflow]}})
        await event(world.antavo, "visit")
        await world.settle()
    (request,) = found.requests
    head, _, body = request.partition("\r\n\r\n")
    rows = (line.partition(": ") for line in head.splitlines()[1:])
    return {name.lower(): value for name, _, value in rows}, body


async def test_a_webhook_is_signed_with_the_prefix_and_vendor_key_of_the_site(world: WorldClient) -> None:
    keys = {"region": "st2", "service": "api", "access_key_id": "AK", "access_key_secret": "shh"}

    headers, body = await sent(world, auth="aws", algorithm_prefix="ANTAVO", vendor_key="Antavo", **keys)

    assert headers["x-antavo-date"] == "20260115T090000Z"
    start = "ANTAVO-HMAC-SHA256 Credential=AK/20260115/st2/api/antavo_request, SignedHeaders=host;x-antavo-date"
    assert headers["authorization"].startswith(start)
    options = {
        "algo_prefix": "ANTAVO",
        "vendor_key": "Antavo",
        "auth_header_name": "Authorization",
        "date_header_name": "X-Antavo-Date",
        "current_time": FROZEN_START,
    }
    request = {"method": "POST", "url": "/hook", "headers": [list(pair) for pair in headers.items()], "body": body}
    receiver_side = Escher("", "", "st2/api/antavo_request", options)
    assert receiver_side.authenticate(request, {"AK": "shh"}) == "AK"
    with pytest.raises(EscherException):
        receiver_side.authenticate(request, {"AK": "other"})


async def test_a_token_carries_the_sites_payload(world: WorldClient) -> None:
    headers, _ = await sent(world, auth="jwt", secret="shh", payload={"iss": "antavo"})

    part = headers["authorization"].removeprefix("Bearer ").split(".")[1]
    claims = msgspec.json.decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("antavo", 300)


@pytest.mark.parametrize("auth", ["aws-s3", "oauth", "jwt-rs256"])
async def test_what_is_not_emulated_is_refused_by_name(world: WorldClient, auth: str) -> None:
    with pytest.raises(ControlRefused, match=f'"{auth}" is not one of'):
        await world.setup({"antavo": {"trusted_sites": [{"name": "s", "url": "https://x.example", "auth": auth}]}})


@pytest.mark.parametrize(("auth", "name"), [("aws", "region"), ("jwt", "secret"), ("basic", "username")])
async def test_a_site_has_what_its_authentication_needs(world: WorldClient, auth: str, name: str) -> None:
    with pytest.raises(ControlRefused, match=f"a site with {auth} needs it") as refused:
        await world.setup({"antavo": {"trusted_sites": [{"name": "s", "url": "https://x.example", "auth": auth}]}})

    assert refused.value.problem["pointer"] == f"/antavo/trusted_sites/0/{name}"
