"""Buttons of the dashboards that no operation offers, pressed over control."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient

MAIL = {
    "name": "Hello",
    "delivery": "api_triggered",
    "messages": {"email": {"from": "Stamps <hello@example.com>", "subject": "Hi {{${first_name}}}", "body": "Hello"}},
}


async def test_a_preview_shows_the_mail_and_sends_nothing(world: WorldClient) -> None:
    user = {"external_id": "ada", "email": "ada@example.com", "first_name": "Ada"}
    await world.setup({"braze": {"campaigns": [MAIL], "users": [user]}})
    [mail] = await world.press("braze", "preview", campaign="Hello", user="ada")
    assert (mail["channel"], mail["status"], mail["parts"]["subject"]) == ("email", "rendered", "Hi Ada")
    assert await world.outbox() == []


@pytest.mark.parametrize(
    ("vendor", "button", "settings", "status"),
    [
        ("braze", "preview", {"campaign": "Nobody's", "user": "ada"}, 422),
        ("braze", "preview", {"campaign": "Hello", "user": "nobody"}, 422),
        ("braze", "preview", {}, 422),
        ("braze", "launch_the_moon", {}, 404),
        ("moon", "preview", {}, 404),
    ],
)
async def test_a_press_that_makes_no_sense_is_refused(
    world: WorldClient, vendor: str, button: str, settings: dict[str, Any], status: int
) -> None:
    await world.setup({"braze": {"campaigns": [MAIL], "users": [{"external_id": "ada"}]}})
    with pytest.raises(ControlRefused) as refused:
        await world.press(vendor, button, **settings)
    assert refused.value.status == status
