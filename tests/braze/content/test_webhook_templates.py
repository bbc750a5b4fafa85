"""Webhook templates are copied into the messages that name them."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient

TEMPLATE = {"name": "Call", "url": "https://rest.iad-01.braze.com/x", "key_value_pairs": {"a": "1"}}


def campaign(**webhook: Any) -> dict[str, Any]:
    return {
        "name": "Hook",
        "delivery": "scheduled",
        "schedule": {"at": "now"},
        "messages": {"webhook": {"template": "Call", **webhook}},
    }


async def sent(world: WorldClient) -> list[dict[str, Any]]:
    await world.settle()
    return [message["parts"] for message in await world.outbox(campaign="Hook")]


async def test_a_message_gets_a_copy_and_its_own_words_win(world: WorldClient) -> None:
    rows = {"webhook_templates": [TEMPLATE], "users": [{"external_id": "ada"}]}
    await world.setup({"braze": {**rows, "campaigns": [campaign(key_value_pairs={"a": "2"})]}})

    [parts] = await sent(world)
    assert (parts["url"], parts["key_value_pairs"]) == (TEMPLATE["url"], {"a": "2"})


async def test_a_template_may_come_from_an_earlier_document(world: WorldClient) -> None:
    await world.setup({"braze": {"webhook_templates": [TEMPLATE], "users": [{"external_id": "ada"}]}})
    await world.setup({"braze": {"campaigns": [campaign()]}})

    assert len(await sent(world)) == 1


async def test_an_unknown_template_names_its_place_and_nothing_is_applied(world: WorldClient) -> None:
    with pytest.raises(ControlRefused) as refused:
        await world.setup({"braze": {"users": [{"external_id": "ada"}], "campaigns": [campaign()]}})

    assert refused.value.problem["pointer"] == "/braze/campaigns/0/messages/webhook/template"
    assert world.inside is not None and list(world.inside.tenants["braze"]) == []


async def test_an_edit_of_a_template_leaves_messages_made_from_it(world: WorldClient) -> None:
    rows = {"webhook_templates": [TEMPLATE], "users": [{"external_id": "ada"}]}
    await world.setup({"braze": {**rows, "campaigns": [campaign()]}})
    await world.setup({"braze": {"webhook_templates": [TEMPLATE | {"url": "https://rest.iad-01.braze.com/y"}]}})

    [parts] = await sent(world)
    assert parts["url"] == TEMPLATE["url"]
