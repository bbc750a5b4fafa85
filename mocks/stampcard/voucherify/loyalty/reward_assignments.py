"""Rewards seen from their loyalty program: the same assignments by another path.

https://docs.voucherify.io/api-reference/loyalties/create-loyalty-program-reward-assignment
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, lists, values
from stampcard.voucherify.loyalty import rewards
from stampcard.voucherify.loyalty.records import RewardAssignment
from stampcard.voucherify.points import cards
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def find(call: Call[Project]) -> RewardAssignment:
    campaign = cards.find(call, call.path["campaignId"])
    wanted = call.path["assignmentId"]
    found = call.state.reward_assignments.get(wanted)
    if found is None or found.campaign is not campaign:
        raise errors.not_found(call, "reward_assignment", wanted)
    return found


def with_reward(record: RewardAssignment) -> Json:
    return {**rewards.assignment_view(record), "reward": rewards.view(record.reward)}


async def browse(call: Call[Project]) -> Reply:
    campaign = cards.find(call, call.path["campaignId"])
    found = [item for item in reversed(call.state.reward_assignments.values()) if item.campaign is campaign]
    if "assignment_id" in call.query:
        found = [item for item in found if item.id == call.query["assignment_id"]]
    return lists.page(call, "data", found, with_reward)


async def browse_assignments(call: Call[Project]) -> Reply:
    """Newest first; `assignmentId` is the one with that id."""
    campaign = cards.find(call, call.path["campaignId"])
    found = [item for item in reversed(call.state.reward_assignments.values()) if item.campaign is campaign]
    if "assignmentId" in call.query:
        found = [item for item in found if item.id == call.query["assignmentId"]]
    return lists.page(call, "data", found, rewards.assignment_view)


async def read_reward(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"reward {record.reward.name}"
    return Reply(200, rewards.view(record.reward))


async def create(call: Call[Project]) -> Reply:
    """All of the array or none."""
    project = call.state
    campaign = cards.find(call, call.path["campaignId"])
    taken = {item.reward.id: item.id for item in project.reward_assignments.values() if item.campaign is campaign}
    made: list[tuple[RewardAssignment, list[Rule]]] = []
    for row in call.body:
        body = values.given(row)
        reward = rewards.find(call, body["reward"])
        points = rewards.read_points(call, reward, body)
        rules = rewards.read_rules(call, reward, body)
        if reward.id in taken:
            raise errors.duplicate(call, "reward_assignment", "with id", taken[reward.id])
        record = RewardAssignment(project.random_id("rewa_"), reward, campaign, points, project.now)
        made.append((record, rules))
        taken[reward.id] = record.id
    for record, rules in made:
        rewards.keep(project, record, rules)
    call.summary = f"{len(made)} rewards assigned to {campaign.name}"
    return Reply(200, [rewards.assignment_view(record) for record, _ in made])


async def read(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"assignment of reward {record.reward.name}"
    return Reply(200, rewards.assignment_view(record))


async def update(call: Call[Project]) -> Reply:
    record = find(call)
    record.points = rewards.read_points(call, record.reward, values.given(call.body))
    record.updated_at = call.state.now
    call.summary = f"reward {record.reward.name} now costs {record.points} points"
    return Reply(200, rewards.assignment_view(record))


async def delete(call: Call[Project]) -> Reply:
    record = find(call)
    rewards.forget(call.state, record)
    call.summary = f"reward {record.reward.name} is no longer assigned to {record.campaign.name}"
    return Reply(204)
