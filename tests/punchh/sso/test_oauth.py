"""The hosted login."""

from urllib.parse import parse_qs, urlsplit

from stampcard.client import WorldClient
from tests.punchh.calls import Api

BACK = "https://order.example.com/callback"


async def test_a_login_becomes_a_code_a_token_and_a_guest(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"business": {"hosted_login": "ada@example.com"}}})
    number, _ = await api.sign_up()
    query = f"client_id={api.door['client']}&redirect_uri={BACK}&response_type=code"
    redirect = await api.door.get(f"/oauth/authorize?{query}", follow_redirects=False)
    code = parse_qs(urlsplit(redirect.headers["location"]).query)["code"][0]
    body = {"client_id": api.door["client"], "client_secret": api.door["secret"], "redirect_uri": BACK}
    body |= {"grant_type": "authorization_code", "code": code}
    token = (await api.door.post("/oauth/token", json=body)).json()["access_token"]
    guest = await api.send("GET", f"/api/auth/users?client={api.door['client']}&access_token={token}")
    assert guest.json()["user_id"] == number
    again = await api.door.post("/oauth/token", json=body)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_grant")
    wrong = await api.door.post("/oauth/token", json={**body, "client_secret": "x"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


async def test_without_a_guest_who_logs_in_the_site_is_told(api: Api) -> None:
    redirect = await api.door.get(f"/oauth/authorize?client_id={api.door['client']}&redirect_uri={BACK}")
    assert redirect.headers["location"] == f"{BACK}?error=access_denied"
    unknown = await api.door.get(f"/oauth/authorize?client_id=nobody&redirect_uri={BACK}")
    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")
