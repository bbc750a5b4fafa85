"""The rest of the own account: family, messages, transfers, deals, expiry, sessions."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_what_lapses_when(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    path = "/api2/mobile/users/points_expiry_timeline"
    off = await api.send("GET", path, None, token)
    assert (off.status_code, list(off.json()["errors"])) == (422, ["disabled_feature"])
    await world.setup({"punchh": {"program": {"rolling_expiry_days": 30}}})
    await api.buy("ada@example.com", 12, "t1")
    rows = (await api.send("GET", path, None, token)).json()["points_expiry"]
    assert rows == [{"expiring_points": 12, "expiring_at": "2026-02-15"}]


async def test_a_code_verifies_once(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    await api.send("POST", "/api2/mobile/verify_token", None, token)
    code = (await world.journal(operation="verification code"))[0]["summary"].split()[-1]
    body = {"token": code, "verification_mode": "email"}
    assert (await api.send("PUT", "/api2/mobile/verify_token", body, token)).status_code == 200
    assert (await api.send("PUT", "/api2/mobile/verify_token", body, token)).status_code == 422


async def test_a_request_to_come_back_is_made_once(api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("DELETE", f"/api2/dashboard/users/deactivate?user_id={number}")
    path, body = "/api2/mobile/users/request_reactivation", {"email": "ada@example.com"}
    assert (await api.send("POST", path, body)).status_code == 200
    again = await api.send("POST", path, body)
    assert (again.status_code, again.json()) == (422, {"error": "There is already an ongoing request"})
