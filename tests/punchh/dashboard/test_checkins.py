"""Check-ins by an admin."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api

BODY: dict[str, Any] = {
    "email": "ada@example.com",
    "store_number": "1",
    "transaction_no": 5,
    "external_uid": "d1",
    "payable": "8",
    "subtotal_amount": "8.99",
    "receipt_amount": "8.99",
    "receipt_datetime": "2026-01-15T09:00:00Z",
}


async def test_the_same_receipt_earns_once(api: Api) -> None:
    await api.sign_up()
    first = await api.send("POST", "/api2/dashboard/checkins", BODY)
    again = await api.send("POST", "/api2/dashboard/checkins", BODY)
    assert first.json() == again.json()
    assert (first.json()["points"], first.json()["checkin"]["external_uid"]) == (8, "d1")


async def test_by_phone_where_phones_are_unique(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"switches": {"phone_unique": True}}})
    await api.sign_up(phone="555-123-4567")
    body = {**BODY, "email": None, "phone": "5551234567"}
    assert (await api.send("POST", "/api2/dashboard/checkins", body)).json()["points"] == 8


async def test_money_that_is_none(api: Api) -> None:
    await api.sign_up()
    refused = await api.send("POST", "/api2/dashboard/checkins", {**BODY, "receipt_amount": "much"})
    assert (refused.status_code, refused.json()) == (422, {"receipt_amount": ["Receipt amount is not a number"]})
