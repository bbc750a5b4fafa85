"""Signing in on the ordering site with somebody else's word."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_a_session_of_the_app_signs_in_on_the_site_once(world: WorldClient, api: Api) -> None:
    number, token = await api.sign_up()
    session = (await api.send("POST", "/api2/mobile/session_tokens", None, token)).json()["token"]
    first = await api.send("POST", "/api/auth/sso", {"security_token": session})
    assert first.json()["user"]["user_id"] == number
    again = await api.send("POST", "/api/auth/sso", {"security_token": session})
    text = {"message": "Invalid/Expired security token.", "code": "invalid_token"}
    assert (again.status_code, again.json()) == (401, {"error": text})
