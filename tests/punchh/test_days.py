"""Days are those of the business's zone, also where a clock goes forward or back."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_campaigns import FRIES
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted

TIMELINE = "/api2/mobile/users/points_expiry_timeline"


async def lapsing(world: WorldClient, api: Api, zone: str, bought: str) -> tuple[list[Any], Any]:
    """The events about points that lapse after ten days with a reminder three days before, and the timeline."""
    await submitted(world)
    program = {"rolling_expiry_days": 10, "expiry_reminder_days": 3}
    switches = {"adapter": {"generic_notifications": True}}
    await world.setup({"punchh": {"business": {"time_zone": zone}, "program": program, "switches": switches}})
    await world.set_clock(bought)
    _, token = await api.sign_up(**PAIR)
    await api.buy("ada@example.com", 10, "t1")
    timeline = (await api.send("GET", TIMELINE, None, token)).json()["points_expiry"]
    await world.advance("15d")
    events = [event for body in await calls(world) for event in body.get("events", []) if "expiry" in event["name"]]
    names = "remaining_days", "expiring_date", "expiring_points", "post_expiration_balance"
    return [(event["time"], *(event["properties"][name] for name in names)) for event in events], timeline


async def test_the_day_points_lapse_is_one_day_in_every_view(world: WorldClient, api: Api) -> None:
    events, timeline = await lapsing(world, api, "Asia/Tokyo", "2026-01-16T20:00:00Z")
    assert timeline == [{"expiring_points": 10, "expiring_at": "2026-01-28"}]
    day = ("2026-01-28", 10, 0)
    assert events == [("2026-01-24T15:00:00Z", 3, *day), ("2026-01-27T15:00:00Z", 0, *day)]


async def test_midnight_sharp_is_not_a_day_later(world: WorldClient, api: Api) -> None:
    events, timeline = await lapsing(world, api, "Asia/Tokyo", "2026-01-16T15:00:00Z")
    assert timeline == [{"expiring_points": 10, "expiring_at": "2026-01-27"}]
    assert [event[0] for event in events] == ["2026-01-23T15:00:00Z", "2026-01-26T15:00:00Z"]


async def test_one_reminder_over_the_long_day_of_autumn(world: WorldClient, api: Api) -> None:
    events, _ = await lapsing(world, api, "America/New_York", "2026-10-25T04:30:00Z")
    assert [event[:3] for event in events] == [
        ("2026-11-01T04:00:00Z", 3, "2026-11-04"),
        ("2026-11-04T05:00:00Z", 0, "2026-11-04"),
    ]


async def test_one_reminder_over_the_short_day_of_spring(world: WorldClient, api: Api) -> None:
    events, _ = await lapsing(world, api, "America/New_York", "2026-03-01T04:30:00Z")
    assert [event[1] for event in events] == [3, 0]


async def test_a_gift_ends_with_its_last_day(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"business": {"time_zone": "America/New_York"}, "redeemables": [FRIES]}})
    number, token = await api.sign_up()
    gift = {"user_id": number, "redeemable_id": 132, "end_date": "2026-01-20"}
    await api.send("POST", "/api2/dashboard/users/support", gift)
    (reward,) = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["rewards"]
    assert reward["expiring_at"] == "2026-01-20T23:59:59-05:00"
    (row,) = (await api.send("GET", "/api/auth/rewards", None, token)).json()
    assert row["reward"]["end_date"] == "2026-01-20"
    (line,) = (await api.send("GET", "/api2/mobile/users/account_history", None, token)).json()
    assert line["event_expiry"] == reward["expiring_at"]


async def test_an_end_that_is_no_date_is_told(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [FRIES]}})
    number, _ = await api.sign_up()
    gift = {"user_id": number, "redeemable_id": 132, "end_date": "soon"}
    assert (await api.send("POST", "/api2/dashboard/users/support", gift)).status_code == 201
    entry = (await world.journal(operation="dashboard_users_support__post"))[-1]
    assert [note["code"] for note in entry["diagnostics"]] == ["no-date"]


async def runs(world: WorldClient) -> list[str]:
    return [entry["at"][:16] for entry in await world.journal(operation="campaign run")]


def recurring(**more: Any) -> dict[str, Any]:
    settings = {"at": "09:00", "every_days": 7}
    row = {"name": "Weekly", "type": "recurring_mass_offer", "redeemable": "Fries", "settings": settings, **more}
    return {"punchh": {"redeemables": [FRIES], "campaigns": [row]}}


async def test_a_second_setup_keeps_a_recurring_offer_s_days(world: WorldClient, api: Api) -> None:
    await world.setup(recurring())
    await world.settle()
    await world.setup(recurring())
    await world.settle()
    assert await runs(world) == ["2026-01-15T09:00"]
    await world.advance("3d")
    await world.setup(recurring())
    await world.advance("5d")
    assert await runs(world) == ["2026-01-15T09:00", "2026-01-22T09:00"]


async def test_runs_missed_while_it_was_a_draft_are_not_made_up(world: WorldClient, api: Api) -> None:
    await world.setup(recurring())
    await world.settle()
    await world.setup(recurring(status="draft"))
    await world.advance("20d")
    await world.setup(recurring())
    await world.advance("10d")
    assert await runs(world) == ["2026-01-15T09:00", "2026-02-05T09:00", "2026-02-12T09:00"]


async def test_another_pace_begins_anew(world: WorldClient, api: Api) -> None:
    await world.setup(recurring())
    await world.settle()
    await world.setup(recurring(settings={"at": "12:00", "every_days": 7}))
    await world.advance("1d")
    assert await runs(world) == ["2026-01-15T09:00", "2026-01-15T12:00"]


async def test_a_run_at_an_hour_that_is_skipped_or_comes_twice(world: WorldClient, api: Api) -> None:
    document = recurring(settings={"at": "02:30"})
    document["punchh"]["business"] = {"time_zone": "America/New_York"}
    await world.set_clock("2026-03-07T12:00:00Z")
    await world.setup(document)
    await world.advance("2d")
    assert await runs(world) == ["2026-03-08T07:30", "2026-03-09T06:30"]
    document["punchh"]["campaigns"][0]["settings"] = {"at": "01:30"}
    await world.set_clock("2026-10-31T12:00:00Z")
    await world.setup(document)
    await world.advance("2d")
    assert (await runs(world))[-2:] == ["2026-11-01T05:30", "2026-11-02T06:30"]


def stamps(value: Any, at: str = "") -> dict[str, str]:
    """Every instant of a body that is no member in `_tz`, by its place."""
    if isinstance(value, dict):
        return {key: text for name, one in value.items() for key, text in stamps(one, f"{at}/{name}").items()}
    if isinstance(value, list):
        return {key: text for index, one in enumerate(value) for key, text in stamps(one, f"{at}/{index}").items()}
    is_instant = isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T"
    return {at: value} if is_instant and not at.endswith("_tz") else {}


async def test_only_the_app_is_told_the_time_in_a_zone(world: WorldClient, api: Api) -> None:
    campaign = {"name": "Gift", "type": "sign_up", "redeemable": 132}
    offers = [{"id": 132, "name": "Fries", "points": 5, "expiry_days": 3}]
    zone = {"time_zone": "America/New_York"}
    await world.setup({"punchh": {"business": zone, "redeemables": offers, "campaigns": [campaign]}})
    number, token = await api.sign_up()
    await world.settle()
    await api.buy("ada@example.com", 20, "t1")
    await api.send("POST", "/api2/dashboard/users/send_message", {"user_id": number, "message": "Hello"})
    made = await api.send("POST", "/api2/mobile/redemptions/redeemable", {"redeemable_id": 132}, token)
    code = {"redemption_code": made.json()["redemption_tracking_code"]}
    changes = {"id": number, "email": "ada@example.com", "user": {"city": "Rome"}}
    points = {"user_id": number, "redemption": {"requested_punches": 3}}
    app = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    assert {text[19:] for text in stamps(app).values()} == {"-05:00"}
    for method, path, body in [
        ("GET", "/api/auth/users/balance", {}),
        ("GET", "/api/auth/accounts", {}),
        ("GET", "/api/auth/offers", {}),
        ("GET", "/api2/dashboard/redemptions", code),
        ("PATCH", "/api2/dashboard/users", changes),
        ("POST", "/api2/dashboard/redemptions/force_redeem", points),
        ("GET", f"/api2/dashboard/users/extensive_timeline?user_id={number}", None),
        ("GET", "/api/pos/users/search?email=ada@example.com", None),
    ]:
        response = await api.send(method, path, body, token if path.startswith("/api/auth") else "")
        found = stamps(response.json())
        assert response.is_success, response.text
        assert found, path
        assert {text[19:] for text in found.values()} == {"Z"}, path


async def test_a_gift_of_what_is_scheduled_can_be_used_from_its_start_on(world: WorldClient, api: Api) -> None:
    offer = {"id": 132, "name": "Fries", "start_time": "2026-01-20T00:00:00-05:00"}
    await world.setup({"punchh": {"redeemables": [offer]}})
    number, token = await api.sign_up()
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 132})
    for at, count in (("2026-01-20T04:59:59Z", 0), ("2026-01-20T05:00:00Z", 1)):
        await world.set_clock(at)
        found = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["rewards"]
        assert len(found) == count
    assert found[0]["becomes_available_at"] == "2026-01-20T05:00:00Z"
