"""Program meta."""

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.punchh.calls import Api

PATH = "/api2/mobile/meta.json"


async def test_the_program_is_told_and_cached_for_a_quarter_of_an_hour(world: WorldClient, api: Api) -> None:
    levels = [{"id": 1, "name": "Gold", "points": 100}]
    redeemables = [{"id": 7, "name": "Tea", "points": 50}, {"id": 8, "name": "Gift"}]
    await world.setup({"punchh": {"program": {"levels": levels}, "redeemables": redeemables}})
    told = (await api.send("GET", PATH)).json()
    assert told["program_type"] == "points_unlock_redeemables"
    assert [(row["name"], row["minimum_points"]) for row in told["membership_levels"]] == [("Gold", 100)]
    assert [(row["redeemable_id"], row["points_required_to_redeem"]) for row in told["redeemables"]] == [(7, 50)]
    assert [row["name"] for row in told["locations"]] == ["Main Street"]

    await world.setup({"punchh": {"business": {"program_meta": {"faq_url": "https://example.com/faq"}}}})
    stale = await api.send("GET", PATH)
    assert stale.json()["faq_url"] == ""
    assert "cached" in stale.headers["x-stampcard-diagnostics"]
    await world.advance("16m")
    assert (await api.send("GET", PATH)).json()["faq_url"] == "https://example.com/faq"


async def test_locations_are_left_out_whatever_the_flag_says(api: Api) -> None:
    assert (await api.send("GET", PATH, {"exclude_locations": False})).json()["locations"] == []
    assert len((await api.send("GET", PATH)).json()["locations"]) == 1


async def test_a_member_of_another_type_is_refused_by_the_setup(world: WorldClient, api: Api) -> None:
    with pytest.raises(ControlRefused) as refused:
        await world.setup({"punchh": {"business": {"program_meta": {"faq_url": 7}}}})
    assert refused.value.problem["pointer"] == "/punchh/business/program_meta"
    assert "/faq_url" in refused.value.problem["detail"]
    assert (await api.send("GET", PATH)).status_code == 200
