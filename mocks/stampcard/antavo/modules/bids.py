"""Bidding rewards: the highest bid is held in `reserved`, and wins when the bidding ends."""

from __future__ import annotations

from typing import Any

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.catalogue import rewards
from stampcard.antavo.catalogue.records import Entity
from stampcard.antavo.errors import missing, plain, refused, unsuitable
from stampcard.antavo.fields import number
from stampcard.antavo.filters import instant
from stampcard.antavo.modules.games import action_of, not_found
from stampcard.antavo.modules.records import Bid
from stampcard.antavo.processing import perform
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import Incoming, Work, balance, find_customer
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError


async def bid(call: Call[Brand]) -> Reply:
    """Bid `amount`, or the highest bid plus the reward's step; who is outbid gets the held points back."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    reward = _find(brand, call.path["reward_id"])
    before = brand.modules.bids.get(reward.id)
    amount = _amount(reward, before, (call.body or {}).get("amount"))
    mine = before.points if before is not None and before.customer == customer.id else 0
    if customer.status == "suspended":
        raise refused(brand.settings, 110003)
    if amount > total((balance(brand, customer), mine)):
        raise refused(brand.settings, 120241)

    if before is not None:
        _hold(brand, brand.customers[before.customer], reward, -before.points, "reward_bid_release", call.id)
    brand.modules.bids[reward.id] = Bid(customer.id, amount)
    _hold(brand, customer, reward, amount, "reward_bid", call.id)
    if before is None:
        _end_later(brand, reward, call.id)
    call.summary = f"{customer.id} bid {amount} for {rewards.name_of(reward)}"
    return Reply(200, view(brand, reward, customer))


def _find(brand: Brand, name: str) -> Entity:
    try:
        reward = rewards.find_reward(brand, name)
    except ApiError as error:
        raise not_found("Not Found") from error
    if reward.data.get("type") != "bidding":
        raise not_found("Not Found")
    if rewards.status_of(brand, reward) != "active":
        raise refused(brand.settings, 160321)
    return reward


def _amount(reward: Entity, before: Bid | None, given: Any) -> Number:
    """What is bid: higher than the highest bid so far. Raises ApiError."""
    highest = before.points if before is not None else 0
    if given is None:
        step = number(reward.data.get("bid_step")) or 0
        if step <= 0:
            raise missing("amount")
        return total((highest, step))
    amount = number(given)
    if amount is None or amount <= 0:
        raise unsuitable("Invalid value for parameter 'amount'")
    if amount <= highest:
        raise plain(400, "BadRequestException", 0, "The bid must be higher than the highest bid")
    return amount


def _hold(brand: Brand, customer: Customer, reward: Entity, points: Number, name: str, cause: int) -> None:
    def act(work: Work) -> None:
        customer.reserved = total((customer.reserved, points))
        work.register(total((-points,)))

    data = {"reward": reward.id, "points": abs(points)}
    event = Incoming(customer.id, action_of(brand, name), data, source="Platform")
    perform(brand, customer, event, act, cause=cause)


def _end_later(brand: Brand, reward: Entity, cause: int) -> None:
    """At the end of the bidding the highest bid becomes a claim; without an end it stays held."""
    ends = instant(str(reward.data["ends_at"])) if reward.data.get("ends_at") else None
    if ends is None:
        return

    async def over() -> None:
        won = brand.modules.bids.get(reward.id)
        customer = brand.customers.get(won.customer) if won else None
        if won is None or customer is None:
            return
        entry = brand.world.record("antavo", "reward_bid", f"{customer.id} wins {reward.id}", cause=cause)
        del brand.modules.bids[reward.id]

        def act(work: Work) -> None:
            customer.reserved = total((customer.reserved, -won.points))
            rewards.take(work, reward, won.points)
            # The points were held: the balance does not move again.
            work.rows[0].points = 0

        data = {"reward": reward.id, "points": won.points}
        event = Incoming(customer.id, rewards.claim_action(brand), data, source="Platform")
        perform(brand, customer, event, act, cause=entry)

    brand.world.clock.at(ends, over, name=f"bidding for {reward.id} ends", vendor="antavo", cause=cause)


def view(brand: Brand, reward: Entity, customer: Customer) -> dict[str, Any]:
    """A bidding reward in the member's eyes, with the highest bid."""
    data, highest = reward.data, brand.modules.bids.get(reward.id)
    found: dict[str, Any] = {
        "id": reward.id,
        "title": data.get("name"),
        "description": data.get("description"),
        "status": rewards.status_of(brand, reward),
        "type": "bidding",
        "points": number(data.get("price")) or 0,
        "bid_step": number(data.get("bid_step")),
        "starts_at": data.get("starts_at"),
        "ends_at": data.get("ends_at"),
        "category": data.get("category"),
        "instructions": data.get("instructions"),
        "terms": data.get("terms"),
    }
    if highest is not None:
        found["highest_bid"] = {"own": highest.customer == customer.id, "points": highest.points}
    url = f"/customers/{customer.id}/activities/rewards/{reward.id}/bid"
    found["_actions"] = {"complete": {"method": "POST", "url": url}}
    return {name: value for name, value in found.items() if value is not None}
