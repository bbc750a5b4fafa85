"""The Braze part of the setup document."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer, exported, workspace


@pytest.mark.parametrize(
    ("section", "pointer"),
    [
        ({"api_keys": [{"name": "a", "ip_allowlist": ["nowhere"]}]}, "/braze/api_keys/0/ip_allowlist/0"),
        ({"users": [{"external_id": "a", "email": "nonsense"}]}, "/braze/users/0"),
        ({"users": [{"first_name": "Ann"}]}, "/braze/users/0"),
        ({"apps": [{"id": "x", "name": "y"}]}, "/braze/apps/0/id"),
        ({"nonsense": []}, "/braze"),
    ],
)
async def test_a_document_that_does_not_fit_names_the_place(
    world: WorldClient, section: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ControlRefused) as refused:
        await world.setup({"braze": {"custom_events": [{"name": "kept"}], **section}})
    assert refused.value.problem["pointer"] == pointer
    assert not workspace(world).events


async def test_a_replaced_key_names_nothing_any_more(world: WorldClient) -> None:
    await world.setup({"braze": {"api_keys": [{"name": "ci", "key": "first-key"}]}})
    await world.setup({"braze": {"api_keys": [{"name": "ci", "key": "second-key"}]}})
    answers = [
        (await world.braze.get("/events", headers={"Authorization": f"Bearer {key}"})).status_code
        for key in ("first-key", "second-key", world.braze["api_key"])
    ]
    assert answers == [401, 200, 200]


async def test_a_key_of_another_key_is_refused(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="default"):
        await world.setup({"braze": {"api_keys": [{"name": "ci", "key": world.braze["api_key"]}]}})


async def test_a_user_is_set_up_with_everything(world: WorldClient) -> None:
    user = {
        "external_id": "ann",
        "user_aliases": [{"alias_name": "n", "alias_label": "l"}],
        "first_name": "Ann",
        "custom_attributes": {"plan": "gold"},
    }
    await world.setup({"braze": {"users": [user]}})
    found = await exported(world.braze, "ann", *user)
    assert found == user


async def test_setting_a_user_up_again_changes_the_same_profile(world: WorldClient) -> None:
    await world.setup({"braze": {"users": [{"external_id": "ann", "first_name": "Ann"}]}})
    await world.setup({"braze": {"users": [{"external_id": "ann", "last_name": "Lee"}]}})
    assert await exported(world.braze, "ann", "first_name", "last_name") == {"first_name": "Ann", "last_name": "Lee"}


async def test_a_reset_applies_the_setup_anew(world: WorldClient) -> None:
    await world.setup({"braze": {"api_keys": [{"name": "ci", "key": "ci-key-ci"}], "custom_events": [{"name": "e"}]}})
    await world.reset()
    response = await world.braze.get("/events/list", headers={"Authorization": "Bearer ci-key-ci"})
    assert response.json()["events"] == ["e"]
    assert (await world.braze.get("/events/list", headers=bearer(world.braze))).status_code == 200
