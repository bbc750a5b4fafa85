"""The vendors over HTTPS, for clients that insist on it; control stays as it is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from stampcard import Emulator
from stampcard.cli import main
from stampcard.client import connect
from stampcard.server import Certificate, listen, serving
from tests.test_server import HOSTS, PATHS, VENDORS


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Certificate:
    made = authority.issue_cert("127.0.0.1", *HOSTS.values())
    made.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    return Certificate(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))


@pytest.fixture
async def facts(certificate: Certificate) -> AsyncIterator[dict[str, Any]]:
    """The ready line of a server with TLS."""
    emulator = Emulator()
    async with serving(emulator, listen(emulator), certificate=certificate):
        yield emulator.describe(emulator.add_world("w"))


@pytest.fixture
async def client(authority: trustme.CA) -> AsyncIterator[httpx.AsyncClient]:
    """A client that trusts the authority and nobody else."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    async with httpx.AsyncClient(verify=trust, trust_env=False) as opened:
        yield opened


async def test_each_vendor_answers_over_tls(facts: dict[str, Any], client: httpx.AsyncClient) -> None:
    for vendor in VENDORS:
        path, method = PATHS[vendor]
        url = facts[vendor]["url"]
        assert url.startswith("https://127.0.0.1:")
        response = await client.request(method, url + path)
        assert "x-stampcard-operation" in response.headers, vendor


async def test_control_stays_plain(facts: dict[str, Any], client: httpx.AsyncClient) -> None:
    url = facts["control"]["url"]
    assert url.startswith("http://")
    assert (await client.get(f"{url}/_stampcard/health")).status_code == 200


async def test_a_stranger_does_not_trust_it_and_plain_http_gets_nothing(facts: dict[str, Any]) -> None:
    url = facts["braze"]["url"]
    async with httpx.AsyncClient(trust_env=False) as stranger:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await stranger.get(f"{url}/campaigns/list")
        with pytest.raises(httpx.TransportError):
            await stranger.get(f"{url.replace('https', 'http')}/campaigns/list")


async def test_many_callers_and_a_dropped_one(facts: dict[str, Any], client: httpx.AsyncClient) -> None:
    url, key = facts["braze"]["url"], {"Authorization": f"Bearer {facts['braze']['api_key']}"}
    found = await asyncio.gather(*(client.get(f"{url}/campaigns/list", headers=key) for _ in range(60)))
    assert [response.json() for response in found] == [{"campaigns": [], "message": "success"}] * 60

    faults = f"{facts['control']['url']}/_stampcard/worlds/w/faults"
    assert (await client.put(faults, json=[{"drop": True, "times": 1}])).status_code == 200
    with pytest.raises(httpx.TransportError):
        await client.get(f"{url}/campaigns/list", headers=key)
    assert (await client.get(f"{url}/campaigns/list", headers=key)).status_code == 200


async def test_stampcard_s_own_client_trusts_what_it_is_told_to(
    facts: dict[str, Any], authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    for named, trusting in (("", False), (str(tmp_path / "ca.pem"), True)):
        monkeypatch.setenv("SSL_CERT_FILE", named)
        world = await connect(facts["control"]["url"], "w")
        key = {"Authorization": f"Bearer {world.braze['api_key']}"}
        if trusting:
            assert (await world.braze.get("/campaigns/list", headers=key)).status_code == 200
        else:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await world.braze.get("/campaigns/list", headers=key)
        await world.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--ssl-certfile", "nowhere.pem"], "no certificate and key can be read from nowhere.pem"),
        (["--ssl-certfile", "{cert}"], "no certificate and key can be read from"),
        (["--ssl-keyfile", "{key}"], "--ssl-keyfile is of no use without --ssl-certfile"),
    ],
)
def test_what_is_no_certificate_is_told(
    certificate: Certificate, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [option.format(cert=certificate.certfile, key=certificate.keyfile) for option in options]
    assert main(["up", "--port", "0", *named]) != 0
    assert words in capsys.readouterr().err
