"""Look-ups."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import ready, receipt


async def test_the_redemption_of_a_transaction(world: WorldClient, api: Api) -> None:
    await ready(world, api)
    body = receipt(discount_type="reward", reward_id=900001, email="ada@example.com")
    await api.send("POST", "/api/pos/redemptions", body)
    found = (await api.send("GET", "/api2/dashboard/users/redemption", {"transaction_no": 77})).json()
    applied = found["discounts_applied"]
    assert (applied["discount_type"], applied["discount_value"]) == ("reward", "3")
    assert applied["discount_details"]["table"]["name"] == "Fries"
    assert (await api.send("GET", "/api2/dashboard/users/redemption", {"transaction_no": 1})).status_code == 404


async def test_an_export_is_a_mail(world: WorldClient, api: Api) -> None:
    number, _ = await api.sign_up()
    body = {"user_id": number, "email_admin_only": True}
    assert (await api.send("POST", "/api2/dashboard/users/send_user_details_export", body)).status_code == 200
    (mail,) = await world.journal(operation="export mail")
    assert "admin@example.com" in mail["summary"] and "ada@" not in mail["summary"]
