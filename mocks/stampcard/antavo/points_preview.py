"""What a checkout would earn, base and campaign bonus, without registering it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stampcard.antavo.amounts import total
from stampcard.antavo.earning import lines, read_items
from stampcard.antavo.errors import BAD_REQUEST, plain, unsuitable
from stampcard.antavo.fields import number
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import find_customer
from stampcard.antavo.workflows import nodes, runs
from stampcard.antavo.workflows.records import Run, Step, Workflow, bonus_left
from stampcard.core.endpoint import Call, Reply

_LOOKS = ("event_attribute", "customer_attribute", "variable", "assign")


async def preview(call: Call[Brand]) -> Reply:
    """Base and bonus of a checkout; only campaigns that give something are named."""
    brand, body = call.state, call.body
    for name in ("customer", "action", "data"):
        _check_there(body, name)
    for name in ("transaction_id", "total"):
        _check_there(body["data"], name)
    if body["action"] != "checkout":
        raise unsuitable("Only the action checkout can be previewed")
    customer = find_customer(brand, body["customer"])
    data = body["data"]
    found = lines(brand.settings, data, read_items(data), "accepted")
    base = total(line.earn for line in found)

    campaigns = []
    for workflow in runs.started_by(brand, "checkout", "after"):
        run = Run(brand, workflow, customer, None, 1, "checkout", data, call.world.clock.now)
        points = _bonus(run, workflow.steps)
        if points:
            campaigns.append(_campaign(brand, customer, workflow, points))
    bonus = total(row["points"] for row in campaigns)
    purchase = {"base": base, "bonus": bonus, "points": total((base, bonus))}
    return Reply(200, {"data": {"campaigns": campaigns, "purchase": purchase}})


def _check_there(body: dict[str, Any], name: str) -> None:
    if body.get(name) in (None, ""):
        raise plain(400, BAD_REQUEST, 0, f"Property {name} cannot be empty")


def _bonus(run: Run, steps: Sequence[Step]) -> float:
    """The bonus a walk through the nodes would give before it waits; other actions count as done."""
    points: float = 0
    campaign = run.brand.campaigns.get(run.workflow.campaign)
    for step in steps:
        if step.node == "wait":
            break
        if step.node == "campaign_bonus":
            points += bonus_left(campaign, number(run.filled(step.points)) or 0)
        elif step.node in _LOOKS and not nodes.NODES[step.node](run, step, lambda success: None):
            return points + _bonus(run, step.failure)
    return points


def _campaign(brand: Brand, customer: Customer, workflow: Workflow, points: float) -> dict[str, Any]:
    """`issued_points` are what the campaign gave to everybody, `customer_points` what this member had of it."""
    names = {one.name for one in brand.workflows.values() if one.campaign == workflow.campaign}
    campaign = brand.campaigns.get(workflow.campaign)
    mine = [r for r in customer.events if r.action == "campaign_bonus" and r.data.get("workflow") in names]
    name = workflow.campaign or workflow.name
    numbers = {"issued_points": campaign.given if campaign else 0, "customer_points": total(r.points for r in mine)}
    return {"automation": workflow.name, "points": points, "campaign": {"id": name, "name": name, **numbers}}
