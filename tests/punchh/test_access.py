"""The table of refusals by family: which conditions are told first, with which status, in which envelope.

A row of the reference each: the condition, then what mobile, SSO, dashboard and POS answer.
"""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.punchh.calls import Api

MOBILE, SSO, DASHBOARD, POS = (
    "/api2/mobile/users",
    "/api/auth/users",
    "/api2/dashboard/users/info",
    "/api/pos/users/find",
)
SIGN_IN = "You need to sign in or sign up before continuing."
NEWEST = "Signature doesn't match. For information about generating the x-pch-digest header, see https://developers.punchh.com."
ADA = {"email": "ada@example.com", "password": "Passw0rd!"}
MISSING = "Required parameter missing or the value is empty"
BAD_JSON = (400, {"status": 400, "error": "data was not valid JSON"})
UNKNOWN_CLIENT = {"errors": {"unknown_client": ["Client ID is incorrect. Please check client param or contact us"]}}
WRONG_DIGEST = {"errors": {"invalid_signature": [NEWEST]}}
UNAUTHORIZED = {
    "errors": {"unauthorized": ["An active access token must be used to query information about the current user."]}
}

Row = tuple[str, str, dict[str, Any], int, Any]


def signed(method: str, target: str, body: dict[str, Any], status: int, told: Any, **headers: str) -> Any:
    return pytest.param(method, target, body, headers, status, told, id=f"{target} {status} {list(body)} {headers}")


ROWS = [
    # Unknown client: told before the digest on mobile, and as a wrong digest on SSO
    signed("GET", f"{MOBILE}/profile", {"client": "nobody"}, 401, UNKNOWN_CLIENT),
    signed("GET", f"{MOBILE}/profile", {"client": "nobody"}, 401, UNKNOWN_CLIENT, x_pch_digest="00"),
    signed("GET", SSO, {"client": "nobody"}, 412, ["Invalid Signature"]),
    # Missing client
    signed(
        "GET",
        f"{MOBILE}/profile",
        {"client": None},
        400,
        {"errors": {"missing_required_param": [f"{MISSING}: client"]}},
    ),
    signed("GET", SSO, {"client": None}, 412, ["Invalid Signature"]),
    # Digest: told before the token
    signed("GET", f"{MOBILE}/profile", {}, 412, WRONG_DIGEST, x_pch_digest="00"),
    signed("GET", SSO, {}, 412, ["Invalid Signature"], x_pch_digest="00"),
    # Token of a guest
    signed("GET", f"{MOBILE}/profile", {}, 401, UNAUTHORIZED),
    signed("GET", f"{MOBILE}/profile", {}, 401, UNAUTHORIZED, authorization="Bearer nobody"),
    signed("GET", SSO, {}, 401, {"error": SIGN_IN}),
    signed("GET", SSO, {"authentication_token": "nobody"}, 401, {"error": SIGN_IN}),
    signed(
        "DELETE", f"{MOBILE}/logout", {}, 422, {"errors": {"access_token": "Invalid access_token or cannot be blank"}}
    ),
    # Keys
    signed("GET", DASHBOARD, {}, 401, {"error": SIGN_IN}, authorization="Bearer nobody"),
    signed("GET", POS, {}, 401, {"error": "Invalid Location Key"}, authorization="Token token=nobody, btoken=nobody"),
    # Wrong password
    signed(
        "POST",
        f"{MOBILE}/login",
        {"user": {**ADA, "password": "wrong"}},
        422,
        {"errors": {"invalid_email_password": ["Sorry, Invalid Email/Password."]}},
    ),
    signed(
        "POST",
        "/api/auth/customers/sign_in",
        {"user": {**ADA, "password": "wrong"}},
        401,
        {"error": "Incorrect information submitted. Please retry."},
    ),
    # Missing parameter, in the four forms
    signed("POST", f"{MOBILE}/login", {"user": {}}, 400, {"errors": {"missing_required_param": [f"{MISSING}: email"]}}),
    signed("POST", f"{MOBILE}/forgot_password", {"user": {}}, 400, {"errors": {"email": f"{MISSING}."}}),
    signed("POST", "/api/auth/customers/sign_in", {"user": {}}, 400, {"errors": {"email": f"{MISSING}."}}),
    signed("GET", DASHBOARD, {}, 400, {"error": f"{MISSING}: user_id"}),
    signed("GET", POS, {}, 400, {"error": f"{MISSING}: lookup_field"}),
    # Validation: the name repeated, not repeated, without a wrapper, in an array
    signed(
        "POST",
        MOBILE,
        {"user": {**ADA, "first_name": "A", "last_name": "B"}},
        422,
        {"errors": {"email": ["Email has already been taken"]}},
    ),
    signed(
        "POST",
        "/api/auth/customers.json",
        {"user": {**ADA, "first_name": "A", "last_name": "B"}},
        422,
        {"errors": {"email": ["has already been taken"]}},
    ),
    signed("POST", "/api2/dashboard/custom_segments", {"name": "VIP"}, 422, {"name": ["Name has already been taken"]}),
    signed(
        "PATCH",
        "/api2/dashboard/users",
        {
            "id": 8,
            "email": "bob@example.com",
            "user": {"external_source": "customer_id", "external_source_id": "ext-1"},
        },
        422,
        {"errors": "Incorrect information submitted"},
    ),
    signed("POST", "/api/pos/users", {"email": "ada@example.com"}, 422, ["Email has already been taken"]),
    # Not found
    signed("GET", DASHBOARD, {"user_id": 9}, 404, {"errors": {"user_not_found": "User Not Found"}}),
    signed(
        "DELETE",
        "/api2/dashboard/custom_segments",
        {"custom_segment_id": 9},
        404,
        {"errors": {"not_found": "Custom Segment not found."}},
    ),
    signed("GET", f"{POS}?lookup_field=email&lookup_value=no@example.com", {}, 404, {"error": "User not found"}),
]


@pytest.mark.parametrize(("method", "target", "body", "headers", "status", "told"), ROWS)
async def test_the_table_row_by_row(
    world: WorldClient,
    api: Api,
    method: str,
    target: str,
    body: dict[str, Any],
    headers: dict[str, str],
    status: int,
    told: Any,
) -> None:
    pair = {"external_source": "customer_id", "external_source_id": "ext-1"}
    guests = [{"id": 7, **ADA, **pair}, {"id": 8, "email": "bob@example.com"}]
    await world.setup({"punchh": {"guests": guests, "segments": [{"id": 5, "name": "VIP"}]}})
    if target.startswith("/api/pos") and method == "GET":
        response = await api.send(method, target, None, **headers)
    else:
        response = await api.send(method, target, body, **headers)
    assert (response.status_code, response.json()) == (status, told)


@pytest.mark.parametrize("target", [f"{MOBILE}/login", "/api/auth/customers/sign_in", "/api/pos/checkins", MOBILE])
async def test_a_body_that_is_no_json(api: Api, target: str) -> None:
    """The dashboard's answer, everywhere; a signed family finds its client in the body, and so tells this first."""
    response = await api.raw("POST", target, b'{"client":')
    assert (response.status_code, response.json()) == BAD_JSON


async def test_a_token_of_the_other_family(api: Api) -> None:
    """The ordering site takes a token of the app; the app takes none of the ordering site."""
    _, mobile = await api.sign_up()
    _, sso = await api.sso_sign_up()
    assert (await api.send("GET", SSO, {}, mobile)).status_code == 200
    assert (await api.send("GET", f"{MOBILE}/profile", {}, sso)).json() == UNAUTHORIZED


async def test_who_is_banned_has_no_token(api: Api) -> None:
    number, token = await api.sign_up()
    assert (await api.send("POST", "/api2/dashboard/users/ban", {"user_id": number, "reason": "x"})).status_code == 202
    assert (await api.send("GET", f"{MOBILE}/profile", {}, token)).json() == UNAUTHORIZED


async def test_only_a_phone_asks_for_deletion_where_agents_are_looked_at(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"switches": {"transport": {"require_user_agent": True}}}})
    _, token = await api.sign_up()
    path = "/api2/mobile/users"
    refused = await api.send("DELETE", path, None, token, User_Agent="curl/8")
    assert (refused.status_code, refused.json()) == (400, {"errors": {"missing_header": ["User-Agent"]}})
    assert (await api.send("DELETE", path, None, token, User_Agent="Acme/1 (iPhone; iOS 18)")).status_code == 200


async def test_every_answer_has_a_request_id_of_its_own(api: Api) -> None:
    paths = ("/api/pos/meta", "/nothing/here", "/api/pos/meta", "/api2/dashboard/nothing", "/api/pos/meta")
    found = [(await api.send("GET", path)).headers["x-request-id"] for path in paths]
    assert len(set(found)) == len(paths)
