"""Invalid phone numbers: pages of a list."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.braze.calls import bearer


async def test_an_offset_skips_and_a_limit_cuts_oldest_first(world: WorldClient) -> None:
    rows = [{"phone": f"+{n}", "invalid_detected_at": f"2026-01-1{n}T10:00:00Z"} for n in (3, 1, 2)]
    await world.setup({"braze": {"invalid_phone_numbers": rows}})
    query = {"start_date": "2026-01-01", "end_date": "2026-01-31", "offset": 1, "limit": 1}
    response = await world.braze.get("/sms/invalid_phone_numbers", params=query, headers=bearer(world.braze))
    assert [row["phone"] for row in response.json()["sms"]] == ["+2"]


async def test_removing_a_number_that_is_not_listed_is_told(world: WorldClient) -> None:
    body = {"phone_numbers": ["+1"]}
    response = await world.braze.post("/sms/invalid_phone_numbers/remove", json=body, headers=bearer(world.braze))
    assert (response.status_code, response.headers["X-Stampcard-Diagnostics"]) == (201, "unknown-number /phone_numbers")
