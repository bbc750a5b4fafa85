"""The older rewards API: refusals of a claim come back with HTTP 200 and no type."""

from __future__ import annotations

from typing import Any

from stampcard.antavo import processing
from stampcard.antavo.catalogue import coupons, rewards
from stampcard.antavo.catalogue.entities import REWARDS, records
from stampcard.antavo.catalogue.records import Entity
from stampcard.antavo.errors import CODES, NOT_FOUND, plain, refused
from stampcard.antavo.fields import number
from stampcard.antavo.state import Brand
from stampcard.antavo.work import GONE, Incoming, find_customer
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

_IN_200 = (120211, 120212, 120213, 120241, 123771)


async def list_all(call: Call[Brand]) -> Reply:
    """The active catalogue, by price; pages count from 0."""
    brand, query = call.state, call.query
    found = [r for r in records(brand, REWARDS).values() if rewards.status_of(brand, r) == "active"]
    if query.get("customer"):
        customer = find_customer(brand, query["customer"], query.get("external_id", ""))
        found = rewards.shown(brand, customer, found)
    low, high = query.get("min_price"), query.get("max_price")
    found = [r for r in found if (low is None or _price(r) >= low) and (high is None or _price(r) <= high)]
    size, page = int(query.get("limit", 10)), int(query.get("page", 0))
    return Reply(200, {"data": [_view(reward) for reward in found[page * size : (page + 1) * size]]})


async def get(call: Call[Brand]) -> Reply:
    found = records(call.state, REWARDS).get(call.path["reward_id"])
    if found is None or found.status == "archived":
        raise plain(404, NOT_FOUND, 404, "Not found")
    return Reply(200, _view(found))


async def claim(call: Call[Brand]) -> Reply:
    """Claim a reward; look at `error` in the body, whatever the status says."""
    brand = call.state
    found = records(brand, REWARDS).get(call.path["reward_id"])
    if found is None or found.status == "archived":
        raise plain(404, NOT_FOUND, 0, "Not found")
    reward = found
    customer = brand.customers.get(call.body["customer"])
    if call.body.get("external_id"):
        customer = find_customer(brand, call.body["customer"], call.body["external_id"])
    if customer is None or customer.status in GONE:
        raise refused(brand.settings, 160212)
    if customer.status != "active":
        return _refusal(1606023, "Customer is not active")
    price = rewards.price_of(brand, reward)
    try:
        rewards.check(brand, reward, customer, price)
    except ApiError as error:
        code = error.body["error"]["code"]
        if code in _IN_200:
            return _refusal(code, CODES[code][2])
        raise
    data = {"reward": reward.id, "points": price}
    event = Incoming(customer.id, rewards.claim_action(brand), data, source="Platform")
    work = processing.perform(brand, customer, event, lambda work: rewards.take(work, reward, price), cause=call.id)
    answer: dict[str, Any] = {"spent": price}
    if "coupon" in work.rows[0].data:
        coupon = coupons.view(brand, brand.coupons[work.rows[0].data["coupon"]])
        answer["coupon"] = {"code": coupon["code"], "type": coupon["type"]}
    return Reply(200, answer)


def _refusal(code: int, message: str) -> Reply:
    return Reply(200, {"error": {"code": code, "type": None, "message": message}})


def _price(reward: Entity) -> float:
    return number(reward.data.get("price")) or 0


def _view(reward: Entity) -> dict[str, Any]:
    category = reward.data.get("category")
    return {
        "id": reward.id,
        "name": reward.data.get("name"),
        "category": category.get("name", category.get("id")) if isinstance(category, dict) else category,
        "price": _price(reward),
        "image_url": reward.data.get("image_url"),
        "description": reward.data.get("description"),
    }
