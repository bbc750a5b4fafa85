"""E-mail templates: what one call writes, the others read."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer


async def post(world: WorldClient, path: str, body: Any) -> Any:
    response = await world.braze.post(path, json=body, headers=bearer(world.braze))
    assert response.status_code == 201, response.text
    return response.json()


async def test_only_what_is_sent_changes(world: WorldClient) -> None:
    new = {"template_name": "t", "subject": "s", "body": "b", "preheader": "p", "should_inline_css": True}
    made = await post(world, "/templates/email/create", new)
    await world.advance("1h")
    changed = {"email_template_id": made["email_template_id"], "subject": "S"}
    await post(world, "/templates/email/update", changed)
    query = {"email_template_id": made["email_template_id"]}
    found = (await world.braze.get("/templates/email/info", params=query, headers=bearer(world.braze))).json()
    assert {name: found[name] for name in new} == new | {"subject": "S"}
    assert found["updated_at"] == "2026-01-15T10:00:00.000Z"


async def test_a_list_is_cut_by_offset_and_limit(world: WorldClient) -> None:
    for name in "abc":
        await post(world, "/templates/email/create", {"template_name": name, "subject": "s", "body": "b"})
    query = {"offset": 1, "limit": 1}
    response = await world.braze.get("/templates/email/list", params=query, headers=bearer(world.braze))
    assert [template["template_name"] for template in response.json()["templates"]] == ["b"]


async def test_a_template_may_name_a_block_of_the_same_document(world: WorldClient) -> None:
    template = {"template_name": "t", "subject": "s", "body": "{{content_blocks.${head}}}"}
    with pytest.raises(ControlRefused, match="Content Block names"):
        await world.setup({"braze": {"templates": [template]}})
    await world.setup({"braze": {"templates": [template], "content_blocks": [{"name": "head", "content": "Hi"}]}})
    response = await world.braze.get("/templates/email/list", headers=bearer(world.braze))
    assert response.json()["count"] == 1
