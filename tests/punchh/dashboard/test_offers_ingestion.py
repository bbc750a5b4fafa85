"""Redeemables kept by another system."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import receipt

PATH = "/api2/dashboard/offers/redeemable"
ON = {"punchh": {"business": {"offers_ingestion": True}}}


def offer(number: str, **more: Any) -> dict[str, Any]:
    rule = {"qualifier_type": "flat_discount", "discount_amount": 5, "redeeming_criterion": {"external_id": "qc"}}
    return {"name": f"Offer {number}", "external_id": number, "receipt_rule": rule, **more}


async def test_the_feature_must_be_on(api: Api) -> None:
    refused = await api.send("GET", PATH)
    text = "Sorry, this functionality is not available. Please contact support@punchh.com to enable this."
    assert (refused.status_code, refused.json()) == (403, {"error": text})


async def test_what_is_sent_is_a_redeemable_that_guests_use(world: WorldClient, api: Api) -> None:
    await world.setup(ON)
    number, token = await api.sign_up()
    rows = [offer("a", points=10), offer("a"), {"external_id": "b"}]
    results = (await api.send("POST", PATH, {"data": rows})).json()["results"]
    assert [(row["external_id"], row["success"]) for row in results] == [("a", True), ("a", False), ("b", False)]
    assert results[2]["errors"] == [
        "Required parameter missing or the value is empty: name",
        "Required parameter missing or the value is empty: receipt_rule",
    ]
    await api.buy("ada@example.com", 30, "t1")
    code = (await api.send("POST", "/api2/mobile/redemptions/redeemable", {"redeemable_id": 101}, token)).json()
    assert code["redeemable_name"] == "Offer a"
    assert number


async def test_an_update_changes_what_it_names_and_nothing_else(world: WorldClient, api: Api) -> None:
    await world.setup(ON)
    await api.send("POST", PATH, {"data": [offer("a", points=10, template={"short_prompt": "x"}, description="d")]})
    body = {"data": [{"external_id": "a", "points": 20, "template": {"standard_prompt": "y"}}, {"external_id": "z"}]}
    results = (await api.send("PATCH", PATH, body)).json()["results"]
    assert [row["errors"] for row in results] == [[], ["Invalid redeemable uuid"]]
    listed = (await api.send("GET", PATH)).json()
    assert listed["meta"] == {"page": 1, "per_page": 20, "total_records": 1}
    row = listed["data"][0]
    assert (row["name"], row["points"], row["description"]) == ("Offer a", 20, "d")
    assert row["template"] == {"standard_prompt": "y"}
    assert row["receipt_rule"]["discount_amount"] == 5


async def test_what_is_invalid_of_a_criterion_is_left_out_with_a_warning(world: WorldClient, api: Api) -> None:
    await world.setup(ON)
    bad = {"line_item_selector_id": "x", "processing_method": "max", "quantity": 1}
    good = {"line_item_selector_id": "x", "processing_method": "exclude", "quantity": None}
    criterion = {"external_id": "qc", "line_item_filters": [bad, good], "percentage_of_processed_amount": 10}
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion}
    made = (await api.send("POST", PATH, {"data": [offer("a", receipt_rule=rule)]})).json()["results"][0]
    text = "Required parameters missing or invalid: processing_method"
    assert made["warnings"] == {"line_item_filters": [{"message": text, "item": bad}]}
    row = (await api.send("GET", PATH)).json()["data"][0]
    assert row["receipt_rule"]["redeeming_criterion"]["line_item_filters"] == [good]


async def test_only_twenty_are_taken(world: WorldClient, api: Api) -> None:
    await world.setup(ON)
    answer = await api.send("POST", PATH, {"data": [offer(str(number)) for number in range(21)]})
    assert len(answer.json()["results"]) == 20
    assert "too-many" in answer.headers["x-stampcard-diagnostics"]
    missing = await api.send("POST", PATH, {"data": []})
    assert missing.json() == {"error": "Required parameter missing or the value is empty: data"}


async def test_an_update_leaves_what_the_dashboard_set(world: WorldClient, api: Api) -> None:
    made = {"id": 9, "uuid": "u-1", "name": "Tea", "points": 50, "expiry_days": 5, "discount_amount": 2}
    await world.setup(ON)
    await world.setup({"punchh": {"redeemables": [made]}})
    body = {"data": [{"external_id": "u-1", "name": "Green tea"}]}
    assert (await api.send("PATCH", PATH, body)).json()["results"][0]["success"] is True
    (row,) = (await api.send("GET", PATH)).json()["data"]
    assert (row["name"], row["points"], row["expiry_days"]) == ("Green tea", 50, 5)
    assert row["receipt_rule"]["discount_amount"] == 2


async def test_a_part_of_the_receipt_up_to_a_cap(world: WorldClient, api: Api) -> None:
    await world.setup(ON)
    criterion = {"external_id": "qc", "percentage_of_processed_amount": 10, "amount_cap": 3}
    rule = {"qualifier_type": "new", "redeeming_criterion": criterion}
    await api.send("POST", PATH, {"data": [offer("a", points=10, receipt_rule=rule)]})
    await api.sign_up()
    await api.buy("ada@example.com", 30, "t1")
    for amount, off in ((20, 2), (100, 3)):
        wanted = {"discount_type": "redeemable", "redeemable_id": 101, "email": "ada@example.com"}
        body = receipt(receipt_amount=amount, subtotal_amount=amount, **wanted)
        assert (await api.send("POST", "/api/pos/redemptions", body)).json()["redemption_amount"] == off
