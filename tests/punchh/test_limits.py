"""Published rate limits, once they are switched on."""

from stampcard.client import WorldClient
from stampcard.punchh import limits
from tests.punchh.calls import Api

PATH = "/api2/dashboard/redemptions/force_redeem"


async def test_over_the_limit_until_the_minute_is_over(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"switches": {"rate_limits": {"enabled": True}}}})
    allowed = limits.PER_MINUTE["dashboard_redemptions_force_redeem__post"]
    statuses = [(await api.send("POST", PATH, {"user_id": 1})).status_code for _ in range(allowed + 1)]
    assert statuses == [404] * allowed + [429]
    limited = await api.send("POST", PATH, {"user_id": 1})
    assert (limited.json(), limited.headers["retry-after"]) == ({"error": "Too many requests"}, "60")
    await world.advance("60s")
    assert (await api.send("POST", PATH, {"user_id": 1})).status_code == 404


async def test_off_by_default(api: Api) -> None:
    for _ in range(limits.PER_MINUTE["dashboard_redemptions_force_redeem__post"] + 1):
        assert (await api.send("POST", PATH, {"user_id": 1})).status_code == 404


async def test_over_the_day_s_limit(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"switches": {"rate_limits": {"enabled": True}}}})
    assert (await api.send("POST", PATH, {"user_id": 1})).status_code == 404
    assert world.inside is not None
    calls = world.inside.tenants["punchh"].calls
    day = "dashboard_redemptions_force_redeem__post 86400"
    calls[day] = (calls[day][0], limits.PER_DAY["dashboard_redemptions_force_redeem__post"])
    limited = await api.send("POST", PATH, {"user_id": 1})
    assert (limited.status_code, limited.headers["retry-after"]) == (429, str(15 * 3600))
    await world.advance("15h")
    assert (await api.send("POST", PATH, {"user_id": 1})).status_code == 404
