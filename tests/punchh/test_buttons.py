"""The button that says why a guest has a campaign's gift, or has not."""

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.punchh.calls import Api

DAILY = {"type": "recurring_mass_offer", "settings": {"at": "12:00"}}
CASES: list[tuple[dict[str, Any], str]] = [
    (
        {"type": "sign_up"},
        "nothing has set it off: the guest signed up before it was there, or its run delay is not over",
    ),
    ({"type": "sign_up", "status": "draft"}, "the campaign is not active"),
    ({"type": "sign_up", "segment": "VIP"}, "not in segment VIP"),
    ({"type": "sign_up", "end": "2026-01-15T08:00:00Z"}, "the campaign ended at 2026-01-15T08:00:00Z"),
    ({"type": "mass_offer", "start": "2026-01-16T12:00:00Z"}, "the campaign starts at 2026-01-16T12:00:00Z"),
    (DAILY, "it runs at 2026-01-15T12:00:00Z"),
    ({"type": "birthday"}, "the birthday is 03-10"),
    ({"type": "birthday", "settings": {"reference": "anniversary"}}, "the guest has no anniversary"),
    ({"type": "recall"}, "the guest has been away for 0 of 30 days"),
    ({"type": "referral"}, "nobody has brought the guest"),
    ({"type": "post_checkin_offer"}, "nothing has set it off: the guest has not bought"),
    ({"type": "challenge"}, "challenges are not enabled"),
    ({"type": "profile_update"}, "nothing has set it off: the guest has not changed the profile"),
]


async def why(world: WorldClient, **asked: Any) -> Any:
    return await world.press("punchh", "why", **{"campaign": "Gift", "guest": "ada@example.com", **asked})


@pytest.mark.parametrize(("row", "reason"), CASES)
async def test_why_not(world: WorldClient, api: Api, row: dict[str, Any], reason: str) -> None:
    number, _ = await api.sign_up(birthday="1990-03-10")
    await world.setup({"punchh": {"segments": [{"name": "VIP"}]}})
    await world.setup({"punchh": {"campaigns": [{"name": "Gift", "points": 5, **row}]}})
    told = await why(world)
    assert (told["guest"], told["gifts"], told["conclusion"]) == (number, 0, f"not given: {reason}")


async def test_what_was_decided(world: WorldClient, api: Api) -> None:
    row = {"name": "Gift", "type": "post_checkin_offer", "points": 5, "settings": {"minimum_amount": 20}}
    await world.setup({"punchh": {"campaigns": [row]}})
    number, _ = await api.sign_up()
    for amount in (10, 30):
        await api.buy("ada@example.com", amount, f"t{amount}")
        await world.settle()
    told = await why(world, guest=number)
    assert told["conclusion"] == "given 1 time(s)"
    assert [row["text"] for row in told["decisions"]] == [
        f"Gift: no gift for guest {number}, the receipt of 10.0 is under 20",
        f"Gift: guest {number} gets 5 points",
    ]


async def test_a_mass_offer_that_ran_without_the_guest(world: WorldClient, api: Api) -> None:
    row = {"name": "Gift", "type": "mass_offer", "points": 5, "start": "2026-01-15T10:00:00Z"}
    await world.setup({"punchh": {"campaigns": [row]}})
    await world.advance("2h")
    await api.sign_up()
    assert (await why(world))["conclusion"] == "not given: it ran when the guest was not in its audience"


async def test_who_and_what_must_be_there(world: WorldClient, api: Api) -> None:
    with pytest.raises(ControlRefused, match="no campaign 'Gift'"):
        await why(world)
    await world.setup({"punchh": {"campaigns": [{"name": "Gift", "type": "sign_up"}]}})
    with pytest.raises(ControlRefused, match="no guest 'ada@example.com'"):
        await why(world)
