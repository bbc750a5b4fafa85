"""Rewards, and the loyalty campaigns they are assigned to for a price in points.

https://docs.voucherify.io/api-reference/rewards
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors, lists, metadata, values, views
from stampcard.voucherify.campaigns import campaigns
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.loyalty.records import Reward, RewardAssignment
from stampcard.voucherify.orders import products, skus
from stampcard.voucherify.points import cards
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def find(call: Call[Project], reference: str) -> Reward:
    found = call.state.rewards.get(reference)
    if found is None:
        raise errors.not_found(call, "reward", reference)
    return found


def view(record: Reward) -> Json:
    return {
        "id": record.id,
        "name": record.name,
        "type": record.type,
        "parameters": record.parameters,
        "stock": record.stock,
        "redeemed": record.redeemed or None,
        "attributes": record.attributes,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "metadata": record.metadata,
        "object": "reward",
    }


async def browse(call: Call[Project]) -> Reply:
    found = list(reversed(call.state.rewards.values()))
    if "assignment_id" in call.query:
        wanted = call.state.reward_assignments.get(call.query["assignment_id"])
        found = [item for item in found if wanted is not None and wanted.reward is item]
    return lists.page(call, "data", found, view)


async def create(call: Call[Project]) -> Reply:
    project, body = call.state, values.given(call.body)
    parameters = read_parameters(call, body["type"], body["parameters"])
    metadata.check(call, "reward", body.get("metadata"))
    record = Reward(project.random_id("rew_"), body["name"], body["type"], parameters, project.now)
    fill(record, body)
    project.rewards[record.id] = record
    call.summary = f"reward {record.name} created"
    return Reply(200, view(record))


def fill(record: Reward, body: Json) -> None:
    record.stock = body.get("stock", record.stock)
    record.attributes = values.given(body.get("attributes")) or record.attributes
    record.metadata = values.merged_metadata(record.metadata, body.get("metadata")) or {}


def read_parameters(call: Call[Project], kind: str, given: Mapping[str, Any]) -> Json:
    """What the reward is, by its type. Raises missing_param, invalid_balance, 404."""
    name = {"CAMPAIGN": "campaign", "COIN": "coin", "MATERIAL": "product"}[kind]
    block = given.get(name)
    if not isinstance(block, dict):
        raise missing(call, f"parameters.{name}")
    block = values.given(block)
    if kind == "CAMPAIGN":
        campaign = campaigns.find(call, str(block.get("id")))
        if campaign.campaign_type in ("GIFT_VOUCHERS", "LOYALTY_PROGRAM") and not positive(block.get("balance")):
            message = "Property 'parameters.campaign.balance' is invalid"
            said = f"{message[:-11]} must be greater than zero for campaign type: {campaign.campaign_type}"
            raise errors.refusal(call, 400, "invalid_balance", message, said)
        return {"campaign": {"id": campaign.id, **({"balance": block["balance"]} if "balance" in block else {})}}
    if kind == "COIN":
        if not positive(block.get("exchange_ratio")):
            raise missing(call, "parameters.coin.exchange_ratio")
        ratio = block.get("points_ratio", 1)
        if not positive(ratio):
            raise errors.invalid_payload(call, "Property .parameters.coin.points_ratio should be > 0")
        return {"coin": {"exchange_ratio": block["exchange_ratio"], "points_ratio": ratio}}
    product = products.find(call, str(block.get("id")))
    sku = skus.find(call, str(block["sku_id"]), product) if "sku_id" in block else None
    return {"product": {"id": product.id, **({"sku_id": sku.id} if sku is not None else {})}}


def positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def missing(call: Call[Project], name: str) -> ApiError:
    return errors.refusal(call, 400, "missing_param", "Missing required parameter", f"Parameter '{name}' is required")


async def read(call: Call[Project]) -> Reply:
    record = find(call, call.path["rewardId"])
    call.summary = f"reward {record.name}"
    return Reply(200, view(record))


async def update(call: Call[Project]) -> Reply:
    """The type stays."""
    record, body = find(call, call.path["rewardId"]), values.given(call.body)
    if body.get("type", record.type) != record.type:
        call.diagnose("ignored-field", "a reward's type cannot change", "/type")
    parameters = record.parameters
    if "parameters" in body:
        parameters = read_parameters(call, record.type, body["parameters"])
    metadata.check(call, "reward", body.get("metadata"), record.metadata)
    fill(record, body)
    record.name, record.parameters, record.updated_at = body.get("name", record.name), parameters, call.state.now
    call.summary = f"reward {record.name} updated"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    """Raises resource_in_use while it is assigned."""
    record = find(call, call.path["rewardId"])
    using = [item.id for item in call.state.reward_assignments.values() if item.reward is record]
    if using:
        details = f"Resource reward with id {record.id} is in use by reward_assignments with ids [{', '.join(using)}]"
        more = {
            "resource_id": record.id,
            "resource_type": "reward",
            "related_object_ids": using,
            "related_object_type": "reward_assignment",
            "related_object_total": len(using),
        }
        raise errors.refusal(call, 400, "resource_in_use", "Resource in use", details, **more)
    del call.state.rewards[record.id]
    call.summary = f"reward {record.name} deleted"
    return Reply(204)


# Assignments


def assignment_view(record: RewardAssignment) -> Json:
    body: Json = {
        "id": record.id,
        "reward_id": record.reward.id,
        "related_object_id": record.campaign.id,
        "related_object_type": "campaign",
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "reward_assignment",
    }
    return body if record.points is None else {**body, "parameters": {"loyalty": {"points": record.points}}}


async def browse_assignments(call: Call[Project]) -> Reply:
    reward = find(call, call.path["rewardId"])
    found = [item for item in reversed(call.state.reward_assignments.values()) if item.reward is reward]
    return lists.page(call, "data", found, assignment_view)


async def assign(call: Call[Project]) -> Reply:
    project, body = call.state, values.given(call.body)
    reward = find(call, call.path["rewardId"])
    wanted = body.get("campaign") or body.get("related_object_id")
    campaign = cards.find(call, "null" if wanted is None else wanted)
    points = read_points(call, reward, body)
    rules = read_rules(call, reward, body)
    for item in project.reward_assignments.values():
        if item.reward is reward and item.campaign is campaign:
            raise errors.duplicate(call, "reward_assignment", "with id", item.id)
    record = RewardAssignment(project.random_id("rewa_"), reward, campaign, points, project.now)
    keep(project, record, rules)
    call.summary = f"reward {reward.name} assigned to {campaign.name}"
    return Reply(200, assignment_view(record))


def keep(project: Project, record: RewardAssignment, rules: list[Rule]) -> None:
    """A new assignment, and the rules that decide who may have the reward."""
    project.reward_assignments[record.id] = record
    for rule in rules:
        project.assign(rule, "reward_assignment", record.id)


def forget(project: Project, record: RewardAssignment) -> None:
    """An assignment is gone, and with it those of its rules."""
    del project.reward_assignments[record.id]
    for assignment in list(project.assignments_of(record.id)):
        project.remove_assignment(assignment)


def read_rules(call: Call[Project], reward: Reward, body: Json) -> list[Rule]:
    """Rules a reward is assigned with, each once; a COIN reward has one at most. Raises invalid_payload, 404."""
    wanted = list(dict.fromkeys(body.get("validation_rules") or ()))
    if reward.type == "COIN" and len(wanted) > 1:
        raise errors.invalid_payload(call, "Property .validation_rules should NOT have more than 1 items")
    for reference in wanted:
        if reference not in call.state.rules:
            raise errors.not_found(call, "validation_rules", reference)
    return [call.state.rules[reference] for reference in wanted]


def read_points(call: Call[Project], reward: Reward, body: Json) -> int | None:
    """The price; paying with points has none. Raises missing_param, invalid_payload."""
    loyalty = values.given(values.given(body.get("parameters")).get("loyalty"))
    if reward.type == "COIN":
        if loyalty:
            raise errors.invalid_payload(call, "Property .parameters.loyalty is not allowed for a COIN reward")
        return None
    if "points" not in loyalty:
        raise missing(call, "parameters.loyalty")
    points: int = loyalty["points"]
    return points


def find_assignment(call: Call[Project]) -> RewardAssignment:
    reward = find(call, call.path["rewardId"])
    wanted = call.path["assignmentId"]
    found = call.state.reward_assignments.get(wanted)
    if found is None or found.reward is not reward:
        raise errors.not_found(call, "reward_assignment", wanted)
    return found


async def read_assignment(call: Call[Project]) -> Reply:
    record = find_assignment(call)
    call.summary = f"assignment of reward {record.reward.name}"
    return Reply(200, assignment_view(record))


async def update_assignment(call: Call[Project]) -> Reply:
    record = find_assignment(call)
    points = read_points(call, record.reward, values.given(call.body))
    record.points, record.updated_at = points, call.state.now
    call.summary = f"reward {record.reward.name} now costs {points} points"
    return Reply(200, assignment_view(record))


async def delete_assignment(call: Call[Project]) -> Reply:
    record = find_assignment(call)
    forget(call.state, record)
    call.summary = f"reward {record.reward.name} is no longer assigned to {record.campaign.name}"
    return Reply(204)


def redeemed_view(call: Call[Project], assignment: RewardAssignment, holder: Customer, given: Voucher | None) -> Json:
    """A reward as the redemption of it shows it, with what was handed over."""
    reward = assignment.reward
    block = reward.parameters.get("product", {})
    product = products.find(call, block["id"]) if block else None
    sku = skus.find(call, block["sku_id"]) if "sku_id" in block else None
    return {
        "customer": views.short_customer(holder),
        "assignment_id": assignment.id,
        "voucher": views.voucher(given) if given is not None else None,
        "product": products.view(product) if product is not None else None,
        "sku": skus.view(sku) if sku is not None else None,
        "loyalty_tier_id": None,
        "id": reward.id,
        "name": reward.name,
        "object": "reward",
        "created_at": reward.created_at,
        "updated_at": reward.updated_at,
        "parameters": reward.parameters,
        "metadata": reward.metadata,
        "type": reward.type,
    }
