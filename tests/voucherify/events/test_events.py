"""Custom events."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import made


async def test_an_event_is_answered_and_kept(world: WorldClient) -> None:
    body = {"event": "cart_abandoned", "customer": {"source_id": "ann", "name": "Ann"}, "metadata": {"value": 7}}

    event = await made(world, "POST", "/v1/events", body)

    assert (event["object"], event["type"], event["referral"], event["loyalty"]) == (
        "event",
        "cart_abandoned",
        None,
        None,
    )
    assert event["customer"]["source_id"] == "ann"
    kept = (await made(world, "GET", "/v1/customers/ann/activity?type=customer.custom_event"))["data"]
    assert kept[0]["data"]["event"] == {"type": "cart_abandoned", "metadata": {"value": 7}}
