"""How calls are authenticated, as OpenAPI tells it, agrees with what the emulator asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from stampcard import Emulator, WorldClient
from stampcard.check.running import UNAUTHORIZED, operations
from stampcard.check.signing import signature
from stampcard.core.clock import wall_now
from stampcard.core.contract import Operation, load
from stampcard.core.export import openapi

VENDORS = ("braze", "punchh", "voucherify", "antavo")
NOTHING_TO_PROVE = {
    "stampcard_export_download": "the address is the secret",
    "stampcard_asset_download": "the address is the secret",
    "oauth_authorize__get": "a page for browsers",
    "oauth_token__post": "client_id and client_secret stand in the body",
    "segment_webhook": "api_key stands in the body",
    "oauth_authorize": "a page for browsers",
}
"""Operations whose `security` is empty, and why."""

PROVED_OTHERWISE = {
    "oauth-v2-token": "HTTP Basic",
    "download-export": "the token of the address",
    "braze-customer-webhook": "headers that Braze sends",
    "oauth_access_token": "the plugin's secret",
    "plugin_connect": "the plugin's token",
}
"""Operations that `stampcard check` has no proof for, and what it would be."""


def documented(vendor: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The schemes of an exported document, and its operations."""
    document = openapi(load(vendor))
    schemes: dict[str, Any] = document["components"]["securitySchemes"]
    return schemes, [operation for item in document["paths"].values() for operation in item.values()]


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_operation_has_security_and_every_scheme_is_used(vendor: str) -> None:
    schemes, told = documented(vendor)
    assert len(told) == sum(operation.emulation != "none" for operation in load(vendor))
    named = {name for operation in told for way in operation["security"] for name in way}
    assert named == schemes.keys()
    for name, scheme in schemes.items():
        assert scheme["type"] in ("http", "apiKey"), name
        assert " Source: " in scheme["description"], name
        assert "/work/" not in scheme["description"], name


def test_security_is_empty_only_where_no_header_and_no_query_proves_anything() -> None:
    told = [operation for vendor in VENDORS for operation in documented(vendor)[1]]
    assert {operation["operationId"] for operation in told if not operation["security"]} == NOTHING_TO_PROVE.keys()


@pytest.mark.parametrize(
    ("vendor", "operation", "security"),
    [
        ("braze", "users_track", [{"ApiKey": []}]),
        ("braze", "scim_users_get", [{"ScimToken": []}]),
        ("punchh", "mobile_users__post", [{"MobileDigest": []}]),
        ("punchh", "mobile_checkins__get", [{"MobileDigest": [], "GuestToken": []}]),
        (
            "punchh",
            "sso_checkins_balance__get",
            [{"OrderingDigest": [], "OrderingToken": []}, {"OrderingDigest": [], "OrderingTokenInQuery": []}],
        ),
        ("voucherify", "get-voucher", [{"AppId": [], "AppToken": []}, {"AccessToken": []}]),
        ("voucherify", "generate-oauth-token", [{"AppId": [], "AppToken": []}]),
        ("voucherify", "client-create-customer", [{"ClientId": [], "ClientToken": []}, {"AccessToken": []}]),
        ("voucherify", "create-webhook", [{"ManagementId": [], "ManagementToken": []}]),
        ("antavo", "customer_get", [{"Signature": []}, {"ApiKeyInQuery": []}]),
        ("antavo", "read_customer_get", [{"Signature": []}]),
        ("antavo", "auth_token", [{"AuthClient": []}]),
    ],
)
def test_alternatives_stand_side_by_side_and_what_is_needed_at_once_together(
    vendor: str, operation: str, security: list[dict[str, list[str]]]
) -> None:
    [found] = [one for one in documented(vendor)[1] if one["operationId"] == operation]
    assert found["security"] == security


def hosts_of(emulator: Emulator, vendor: str) -> dict[str, str]:
    """A host for each part of a vendor."""
    return {service: pattern.replace("*", "st2") for pattern, service in emulator.vendors[vendor].hosts.items()}


def unproved(operation: Operation, host: str, client: Mapping[str, str]) -> httpx.Request:
    """A call that names who calls where the body is the place for it, and proves nothing."""
    path = operation.path.replace("{", "").replace("}", "")
    return httpx.Request(operation.method, f"https://{host}{path}", json=client or None)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_whatever_has_security_is_refused_without(
    vendor: str, world: WorldClient, control: httpx.AsyncClient, stampcard_emulator: Emulator
) -> None:
    hosts = {"api": stampcard_emulator.vendors[vendor].public_host, **hosts_of(stampcard_emulator, vendor)}
    client = {"client": world.punchh["client"]} if vendor == "punchh" else {}
    let_in = {}
    for operation in stampcard_emulator.vendors[vendor].contract:
        if operation.emulation == "none" or operation.id in NOTHING_TO_PROVE:
            continue
        sent = unproved(operation, hosts[operation.service], client)
        answer = await control.send(sent)
        if answer.status_code not in (*UNAUTHORIZED, *operation.extra.get("unauthorized", ())):
            let_in[operation.id] = answer.status_code
    assert let_in == {}


def header(scheme: Mapping[str, Any]) -> str:
    """The header a scheme puts its proof into; empty for none."""
    if scheme["type"] == "http":
        return "authorization"
    return str(scheme["name"]).lower() if scheme["in"] == "header" else ""


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_client_that_signs_proves_one_of_the_ways(vendor: str, stampcard_emulator: Emulator) -> None:
    """`stampcard check` knows the vendors' proofs from another place; those it sends are in the contract."""
    world = stampcard_emulator.add_world()
    facts = {**stampcard_emulator.describe(world)[vendor], "token": "of a guest", "scim_token": "of the company"}
    stampcard_emulator.remove_world(world.name)
    schemes, told = documented(vendor)
    strange = []
    for operation in operations(load(vendor)):
        name = operation.definition.raw["operationId"]
        request = httpx.Request(operation.method.upper(), "https://vendor" + operation.path.replace("{", "%7B"))
        sent = {header.lower() for header in signature(vendor, facts, request, wall_now())}
        [ways] = [one["security"] for one in told if one["operationId"] == name]
        proved = any({header(schemes[one]) for one in way} <= sent for way in ways)
        if ways and not proved and name not in PROVED_OTHERWISE:
            strange.append(name)
    assert strange == []
