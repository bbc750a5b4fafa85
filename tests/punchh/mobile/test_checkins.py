"""Earning in the app."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted


async def upload(api: Api, key: str = "123456", amount: float = 20) -> None:
    body = {"transaction_no": 1, "punchh_key": key, "receipt_amount": amount, "subtotal_amount": amount}
    response = await api.send("POST", "/receipt_details", {**body, "receipt_datetime": "2026-01-15T09:00:00Z"})
    assert (response.status_code, response.content) == (200, b"")


async def test_an_uploaded_receipt_is_claimed_once(api: Api) -> None:
    _, token = await api.sign_up()
    _, other = await api.sign_up("bob@example.com")
    await upload(api)
    body = {"bar_code": "1234567"}
    claimed = await api.send("POST", "/api2/mobile/checkins/barcode", body, token)
    assert (claimed.status_code, claimed.json()["points_earned"], claimed.json()["first_checkin"]) == (200, 20, True)
    again = await api.send("POST", "/api2/mobile/checkins/barcode", body, other)
    text = "You cannot use the same receipt more than once."
    assert (again.status_code, again.json()) == (422, {"errors": {"base": [text]}})


async def test_what_no_register_uploaded_is_no_bar_code(api: Api) -> None:
    _, token = await api.sign_up()
    response = await api.send("POST", "/api2/mobile/checkins/barcode", {"bar_code": "99"}, token)
    assert (response.status_code, response.json()) == (422, {"errors": {"base": ["This bar code is not valid."]}})
    response = await api.send("POST", "/api2/mobile/checkins/qrcode", {"qr_decoded": "99"}, token)
    assert (response.status_code, response.json()) == (422, {"errors": {"base": ["Invalid QR Code."]}})


async def test_a_receipt_without_money_earns_nothing(api: Api) -> None:
    _, token = await api.sign_up()
    await upload(api, amount=0)
    response = await api.send("POST", "/api2/mobile/checkins/barcode", {"bar_code": "123456"}, token)
    assert response.json() == {"errors": {"base": ["The minimum checkin amount is $0.01."]}}


async def test_old_receipts_and_quick_scans_are_refused(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"program": {"receipt_age_days": 2, "scan_interval_minutes": 60}}})
    _, token = await api.sign_up()
    for key in ("111", "222"):
        await upload(api, key)
    path = "/api2/mobile/checkins/barcode"
    assert (await api.send("POST", path, {"bar_code": "111"}, token)).status_code == 200
    quick = await api.send("POST", path, {"bar_code": "222"}, token)
    assert "multiple receipts in one visit" in quick.json()["errors"]["base"][0]
    await world.advance("3d")
    old = await api.send("POST", path, {"bar_code": "222"}, token)
    assert old.json() == {"errors": {"base": ["This receipt is too old to be accepted."]}}


async def test_a_photo_waits_for_an_admin(world: WorldClient, api: Api) -> None:
    await submitted(world)
    _, token = await api.sign_up(**PAIR)
    body = {"location_id": 301, "receipt_url": "https://example.com/r.jpg"}
    sent = (await api.send("POST", "/api2/mobile/checkins/receipt_image", body, token)).json()
    assert (sent["points_earned"], sent["pending_refresh"]) == (0, True)
    await world.setup({"punchh": {"approvals": [{"checkin_id": sent["checkin_id"], "receipt_amount": 25}]}})
    events = [event for body in await calls(world) for event in body.get("events", [])]
    approved = [event["properties"]["approved"] for event in events if event["name"] == "checkins_loyalty"]
    assert approved == [False, True]
    balance = await api.send("GET", "/api2/mobile/users/balance", None, token)
    assert balance.json()["account_balance"]["redeemable_points"] == 25


async def test_a_photo_from_nowhere(api: Api) -> None:
    _, token = await api.sign_up()
    response = await api.send("POST", "/api2/mobile/checkins/receipt_image", {}, token)
    assert (response.status_code, response.json()) == (422, {"errors": {"base": ["Location could not be determined"]}})


async def test_the_list_and_one_transaction(api: Api) -> None:
    _, token = await api.sign_up()
    await api.buy("ada@example.com", 12, "t1")
    (row,) = (await api.send("GET", "/api2/mobile/checkins", None, token)).json()
    assert (row["status"], row["store_number"]) == ("loyalty", "1")
    one = await api.send("GET", "/api2/mobile/checkins/transactions", {"transaction_id": "t1"}, token)
    assert (one.status_code, one.json()["checkin"]["points_earned"]) == (200, 12)


async def test_what_waits_for_an_admin_waits_in_every_view(api: Api) -> None:
    _, token = await api.sign_up()
    await api.send("POST", "/api2/mobile/checkins/receipt_image", {"location_id": 301}, token)
    (row,) = (await api.send("GET", "/api2/mobile/checkins", None, token)).json()
    (line,) = (await api.send("GET", "/api2/mobile/users/account_history", None, token)).json()
    assert (row["pending_refresh"], line["pending_refresh"], line["disapproved"]) == (True, True, False)
