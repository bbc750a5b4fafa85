"""Orders."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted


async def test_the_same_order_again_brings_the_same_check_in(api: Api) -> None:
    _, token = await api.sso_sign_up()
    first = (await api.order(token, 10, "o1")).json()
    again = await api.order(token, 99, "o1")
    assert (again.status_code, again.json()) == (200, first)
    assert again.headers["x-stampcard-diagnostics"] == "same-receipt"


async def test_a_pending_order_counts_when_it_is_committed(world: WorldClient, api: Api) -> None:
    await submitted(world)
    _, token = await api.sso_sign_up(**PAIR)
    pending = (await api.order(token, 10, "o1", state="pending")).json()
    assert (pending["points"], pending["checkin"]["pending_points"]) == (0, 10)
    committed = (await api.order(token, 20, "o1", "PUT")).json()
    assert (committed["points"], committed["checkin"]["points_earned"]) == (20, 20)
    names = [event["name"] for body in await calls(world) for event in body.get("events", [])]
    assert names == ["transactional_notifications_pending_checkin", "checkins_loyalty", "checkins_loyalty"]


async def test_a_pending_order_can_be_voided_and_a_committed_one_not(api: Api) -> None:
    _, token = await api.sso_sign_up()
    await api.order(token, 10, "o1", state="pending")
    void = await api.send("DELETE", "/api/auth/checkins", {"external_uid": "o1"}, token)
    assert (void.status_code, void.content) == (202, b"")
    again = await api.send("DELETE", "/api/auth/checkins", {"external_uid": "o1"}, token)
    text = "Checkin associated with external_uid o1 not found"
    assert (again.status_code, again.json()) == (417, {"error": {"message": text, "code": "not_found"}})


async def test_pending_points_count_by_themselves_after_the_program_s_time(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"program": {"pending": True, "pending_minutes": 60}}})
    _, token = await api.sso_sign_up()
    await api.order(token, 10, "o1")
    await world.advance("1h")
    assert (await api.send("GET", "/api/auth/checkins", {"external_uid": "o1"}, token)).json()["points_earned"] == 10
