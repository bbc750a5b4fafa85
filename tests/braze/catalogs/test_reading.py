"""Catalogs in messages: rows by id, selections, cells with Liquid."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer

GAMES = {
    "name": "games",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "title", "type": "string"},
        {"name": "price", "type": "number"},
        {"name": "genre", "type": "string"},
    ],
    "items": [
        {"id": "g1", "title": "Chess", "price": 5, "genre": "board"},
        {"id": "g2", "title": "Go for {{${user_id}}}", "price": 7, "genre": "board"},
        {"id": "g3", "title": "Tag", "price": 0, "genre": "{{custom}}"},
    ],
    "selections": [
        {
            "name": "mine",
            "filters": [{"field": "genre", "operator": "equals", "value": "{{custom_attribute.${likes}}}"}],
            "sort_field": "price",
            "sort_order": "desc",
        },
        {"name": "cheap", "filters": [{"field": "price", "operator": "less than", "value": 6}], "results_limit": 1},
    ],
}
CASES = [
    ("{% catalog_items games g1 %}{{items[0].title}}", "Chess"),
    ("{% catalog_items games g3 g1 %}{{items | map: 'title' | join: ','}}", "Tag,Chess"),
    ("{% assign i = 'g1' %}{% catalog_items games {{ i }} %}{{ items[0].price | plus: 1 }}", "6"),
    ("{% catalog_items games nope %}{{items.size}}[{{items[0].title}}]", "0[]"),
    ("{{${user_id}}}{% catalog_items games g2 %}{{items[0].title}}", "annGo for {{${user_id}}}"),
    ("{{${user_id}}}{% catalog_items games g2 :rerender %}{{items[0].title}}", "annGo for ann"),
    ("{% catalog_items games g2 :rerender %}{{items[0].title}}", "Go for "),
    ("{% catalog_selection_items games mine %}{{items | map: 'price' | join: ','}}", "7,5"),
    ("{% catalog_selection_items games cheap %}{{items.size}}{{items[0].title}}", "1Chess"),
    ("{% catalog_selection_items games none %}{{items.size}}", "0"),
    ("{% catalog_items nothing g1 %}{{items.size}}", "0"),
]


@pytest.mark.parametrize(("body", "expected"), CASES)
async def test_case(world: WorldClient, body: str, expected: str) -> None:
    users: list[dict[str, Any]] = [
        {"external_id": "ann", "email": "ann@example.com", "custom_attributes": {"likes": "board"}}
    ]
    await world.setup({"braze": {"users": users, "catalogs": [GAMES]}})
    email = {"app_id": world.braze["app_id"], "from": "A <a@b.ch>", "body": body}
    asked = {"external_user_ids": ["ann"], "messages": {"email": email}}
    await world.braze.post("/messages/send", json=asked, headers=bearer(world.braze))
    await world.settle()

    (message,) = await world.outbox()
    assert message["parts"]["body"] == expected, message
