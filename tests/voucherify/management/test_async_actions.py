"""Background jobs."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.voucherify.calls import discount_campaign, made, send


async def test_a_job_is_followed_to_its_end(world: WorldClient) -> None:
    await discount_campaign(world)
    job = (await made(world, "POST", "/v1/campaigns/Spring/vouchers?vouchers_count=2"))["async_action_id"]

    begun = await made(world, "GET", f"/v1/async-actions/{job}")
    await world.settle()
    done = await made(world, "GET", f"/v1/async-actions/{job}")

    assert (begun["status"], begun["progress"]) == ("IN_PROGRESS", 0)
    assert (done["status"], done["operation_status"], done["progress"]) == ("DONE", "SUCCESS", 100)
    assert done["result"] == {"message": "Generated 2 vouchers.", "done_count": 2}


async def test_the_list_has_no_results(world: WorldClient) -> None:
    await discount_campaign(world)
    await made(world, "PUT", "/v1/campaigns/Spring", {"description": "x"})
    await world.settle()

    page = await made(world, "GET", "/v1/async-actions")

    assert [item["type"] for item in page["async_actions"]] == ["CAMPAIGN.VOUCHERS_UPDATE"]
    assert "result" not in page["async_actions"][0] and "total" not in page


async def test_an_unknown_job_is_not_found(world: WorldClient) -> None:
    response = await send(world, "GET", "/v1/async-actions/aa_0aeb82bd55d5beffb")

    assert response.json()["details"] == "Cannot find async_action with id aa_0aeb82bd55d5beffb"
