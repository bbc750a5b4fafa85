"""The flow vectors: what a live workspace (5 % rounded up, pending until accepted) made of these steps.

Source: the outcomes the flow programs of github torkilvatne/antavo-cli-test declare, and the effects of events on
developers.antavo.com/docs/actions-events.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, event, profile
from tests.contracts.test_index import CATALOGUE

OBSERVED = {"points": {"earn": {"percentage": 5, "rounding": "ceil"}, "pending": {"type": "manual"}}}

# Steps -> score, spent, reserved, pending, spendable
FLOWS = [
    ("checkout A 1000", (0, 0, 0, 50, 0)),
    ("checkout A 1000, accept A", (50, 0, 0, 0, 50)),
    ("checkout A 1000, reject A", (0, 0, 0, 0, 0)),
    ("add 1000, spend 300, unspend 100, fix 200, fix -100, sub 200", (900, 200, 0, 0, 700)),
    ("add 1000, checkout A 2000 400, accept A", (1100, 400, 0, 0, 700)),
    ("add 1000, reserve T1 600, reserve T2 200", (1000, 0, 800, 0, 200)),
    ("add 1000, reserve T1 600, reserve T2 200, release T1, release T2", (1000, 0, 0, 0, 1000)),
    ("add 1000, reserve T1 800, checkout T2 2000 300", (1000, 300, 800, 100, 0)),
    ("add 1000, reserve T1 800, checkout T1 2000 800, accept T1", (1100, 800, 0, 0, 300)),
    ("add 1000, checkout A 2000 300, accept A, refund A", (1000, 0, 0, 0, 1000)),
    ("add 500, checkout A 2000, accept A, partial A 1000", (550, 0, 0, 0, 550)),
    ("add 500, checkout A 2000, accept A, partial A 1000, partial A 1000", (500, 0, 0, 0, 500)),
    ("add 1000, checkout A 2000 400, add 200, spend 100, reject A", (1200, 100, 0, 0, 1100)),
    ("add 1000, checkout A 2000 100, update A 200, accept A", (1100, 200, 0, 0, 900)),
    ("add 1000, checkout A 2000 400, update A 150, accept A", (1100, 150, 0, 0, 950)),
    ("add 500, checkout A 1000 300, update A 0, reject A", (500, 0, 0, 0, 500)),
]

STEPS: dict[str, Callable[[re.Match[str]], tuple[str, dict[str, Any]]]] = {
    r"(add|sub|fix|spend|unspend) (-?\d+)": lambda m: (f"point_{m[1]}", {"points": int(m[2])}),
    r"reserve (\w+) (\d+)": lambda m: ("reserve_points", {"transaction_id": m[1], "points": int(m[2])}),
    r"release (\w+)": lambda m: ("release_points", {"transaction_id": m[1]}),
    r"checkout (\w+) (\d+)": lambda m: ("checkout", {"transaction_id": m[1], "total": int(m[2])}),
    r"checkout (\w+) (\d+) (\d+)": lambda m: (
        "checkout",
        {"transaction_id": m[1], "total": int(m[2]), "points_burned": int(m[3])},
    ),
    r"update (\w+) (\d+)": lambda m: ("checkout_update", {"transaction_id": m[1], "points_burned": int(m[2])}),
    r"(accept|reject) (\w+)": lambda m: (f"checkout_{m[1]}", {"transaction_id": m[2]}),
    r"refund (\w+)": lambda m: ("refund", {"transaction_id": m[1]}),
    r"partial (\w+) (\d+)": lambda m: ("partial_refund", {"transaction_id": m[1], "amount": int(m[2])}),
}


async def play(world: WorldClient, steps: str) -> None:
    for step in steps.split(", "):
        action, data = next(make(m) for text, make in STEPS.items() if (m := re.fullmatch(text, step)))
        response = await event(world.antavo, action, data)
        assert response.status_code == 200, f"{step}: {response.text}"


def test_every_published_flow_is_here() -> None:
    """By its outcomes, in the order of the reference; the row with two outcomes counts as two."""
    file = CATALOGUE / "antavo" / "behaviour.md"
    if not file.is_file():
        pytest.skip("no reference of the vendor's behaviour on this machine")
    table = file.read_text(encoding="utf-8").partition("### 5.6")[2].partition("### 5.7")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")]
    published = [
        tuple(cell.split(" (")[0] for cell in row[1:])
        for row in rows[1:]
        if row[1] not in ("---", "HTTP 400, no change")
    ]
    assert len(published) == 15
    twice = published.index(("550 then 500", "0", "0", "0", "500"))
    published[twice : twice + 1] = [("550", "0", "0", "0", "550"), ("500", "0", "0", "0", "500")]

    assert published == [tuple(map(str, wanted)) for _, wanted in FLOWS]


@pytest.mark.parametrize(("steps", "wanted"), FLOWS)
async def test_flow(world: WorldClient, steps: str, wanted: tuple[int, ...]) -> None:
    await world.setup({"antavo": {**OBSERVED, "members": [{"id": "ann"}]}})

    await play(world, steps)

    found = await profile(world.antavo)
    assert tuple(found[name] for name in ("score", "spent", "reserved", "pending", "spendable")) == wanted


async def test_the_balance_may_go_below_zero_and_spendable_does_not(world: WorldClient) -> None:
    await world.setup({"antavo": {**OBSERVED, "members": [{"id": "ann"}]}})

    await play(world, "add 1000, reserve T1 800, checkout T2 2000 300")

    found = await profile(world.antavo)
    assert (found["point_balance"], found["spendable"]) == (-100, 0)


async def test_an_accepted_purchase_is_not_updated(world: WorldClient) -> None:
    await world.setup({"antavo": {**OBSERVED, "members": [{"id": "ann"}]}})
    await play(world, "checkout A 1000, accept A")

    response = await event(world.antavo, "checkout_update", {"transaction_id": "A", "total": 5000})

    assert response.status_code == 400
    found = (await call(world.antavo, "GET", "/customers/ann/transactions/A")).json()
    assert (found["status"], found["total"], found["earned"]) == ("accepted", 1000, 50)
