"""The basket at the register."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_baskets import bill
from tests.punchh.test_redemptions import ready


async def test_line_items_are_looked_at(world: WorldClient, api: Api) -> None:
    number, _, _ = await ready(world, api)
    nameless = {"line_items": [{"item_name": "x"}]}
    broken: list[dict[str, Any]] = [{"line_items": []}, nameless, {"receipt_amount": "much"}, {}]
    told = [
        (await api.send("POST", "/api/pos/batch_redemptions", {**bill(number), **wrong})).json()["error"]
        for wrong in broken
    ]
    prefix = "Required parameter missing or the value is empty: "
    assert told == [f"{prefix}line_items", f"{prefix}item_qty_0", "Invalid Receipt Amount", "No Basket found"]
