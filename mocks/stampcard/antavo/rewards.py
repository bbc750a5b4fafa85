"""Rewards a member can see, claim and give back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from stampcard.antavo import coupons, processing, views
from stampcard.antavo.amounts import Number, total
from stampcard.antavo.catalogue import Claims, Entity
from stampcard.antavo.entities import REWARDS, records
from stampcard.antavo.errors import NOT_FOUND, missing, plain, refused, unsuitable
from stampcard.antavo.fields import number
from stampcard.antavo.filters import instant
from stampcard.antavo.paging import links, page
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso
from stampcard.antavo.work import Incoming, Work, balance, find_customer, not_emulated
from stampcard.antavo.workflow import in_segments
from stampcard.core.clock import parse_duration
from stampcard.core.endpoint import Call, Reply

_OPTIONAL = ("claims", "custom_data", "gallery", "instructions", "terms")


async def available(call: Call[Brand]) -> Reply:
    """Rewards the member may see: active or scheduled, not hidden, of the member's segment if others are hidden."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    found = shown(brand, customer, records(brand, REWARDS).values())
    if (sort := call.query.get("sort")) in ("starts_at", "ends_at", "order"):
        found.sort(key=lambda r: str(r.data.get(sort) or ""), reverse=call.query.get("order") == "desc")
    data = [view(call, reward, customer) for reward in page(call, found)]
    return Reply(200, {"data": data, **links(call, len(found))})


def shown(brand: Brand, customer: Customer, rewards: Iterable[Entity]) -> list[Entity]:
    """Of these rewards, those the member may see."""
    return [
        reward
        for reward in rewards
        if status_of(brand, reward) in ("active", "scheduled")
        and not reward.data.get("hidden")
        and (in_segment(brand, reward, customer) or not reward.data.get("hide_restricted"))
    ]


async def get(call: Call[Brand]) -> Reply:
    """One reward, as the member sees it; an inactive one is refused."""
    customer = find_customer(call.state, call.path["customer_id"])
    reward = find_reward(call.state, call.path["reward_id"])
    if status_of(call.state, reward) == "inactive":
        raise refused(call.state.settings, 160321)
    return Reply(200, view(call, reward, customer))


async def claimed(call: Call[Brand]) -> Reply:
    """Rewards the member has claimed, with counters and coupons."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    names = [name for name, claims in customer.claims.items() if claims.count]
    data = []
    for name in page(call, names):
        reward = records(brand, REWARDS)[name]
        data.append({**view(call, reward, customer), **_claims_view(brand, reward, customer)})
    return Reply(200, {"data": data, "total": len(names)})


async def claim(call: Call[Brand]) -> Reply:
    """Spend the price, register the claim and, for coupon types, hand out a code."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    reward = find_reward(brand, call.path["reward_id"])
    body = call.body or {}
    times = number(body.get("count", 1))
    if not isinstance(times, int) or not 1 <= times <= 100:
        raise unsuitable("Invalid value for parameter 'count'")
    price = price_of(brand, reward, body.get("points"))
    check(brand, reward, customer, price, times)

    for _ in range(times):
        event = Incoming(customer.id, claim_action(brand), {"reward": reward.id, "points": price}, source="Platform")
        work = processing.perform(brand, customer, event, lambda work: take(work, reward, price), cause=call.id)
    call.summary = f"{customer.id} claimed {name_of(reward)} for {price} points"
    view = claim_view(call, reward, customer, work, total((price,) * times))
    return Reply(200, view)


async def revoke(call: Call[Brand]) -> Reply:
    """Undo a claim: the one named by `event`, or the latest of this reward."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    claims = customer.claims.get(call.path["reward_id"])
    wanted = (call.body or {}).get("event")
    open_ones = [name for name, price in claims.events.items() if price is not None] if claims else []
    if wanted is None and open_ones:
        wanted = open_ones[-1]
    if claims is None or wanted not in claims.events:
        raise refused(brand.settings, 160340)
    price = claims.events[wanted]
    if price is None:
        raise refused(brand.settings, 160344)
    found = claims
    reward = records(brand, REWARDS)[call.path["reward_id"]]
    action = brand.settings.events.names.get("reward_revoke", "reward_revoke")
    event = Incoming(customer.id, action, {"reward": reward.id, "event": wanted}, source="Platform")

    def give_back(work: Work) -> None:
        found.events[str(wanted)] = None
        found.count -= 1
        found.spent = total((found.spent, -price))
        customer.spent = total((customer.spent, -price))
        if reward.data.get("stock") is not None:
            reward.data["stock"] = total((number(reward.data["stock"]) or 0, 1))
        for coupon in brand.coupons.values():
            if coupon.claim == wanted:
                coupon.status = "invalid"
        work.register(price)

    processing.perform(brand, customer, event, give_back, cause=call.id)
    call.summary = f"{customer.id} gave back {name_of(reward)}"
    return Reply(200, {})


# Claiming


def check(
    brand: Brand, reward: Entity, customer: Customer, price: Number, times: int = 1, *, rules: bool = True
) -> None:
    """What stands against a claim, in order (assumed); without `rules` only what is there to give. Raises ApiError."""
    settings, data = brand.settings, reward.data
    if rules:
        _check_rules(brand, reward, customer, times)
    if data.get("stock") is not None and (number(data["stock"]) or 0) < times:
        raise refused(settings, 120212)
    if rules and total((price,) * times) > balance(brand, customer):
        raise refused(settings, 120241)
    pool = brand.pools.get(str(data.get("coupon_pool")))
    if pool is not None and pool.source == "uploaded" and len(coupons.free_codes(pool, times)) < times:
        raise refused(settings, 123771)


def _check_rules(brand: Brand, reward: Entity, customer: Customer, times: int) -> None:
    settings, data, now = brand.settings, reward.data, brand.world.clock.now
    if customer.status == "suspended":
        raise refused(settings, 110003)
    if status_of(brand, reward) != "active":
        raise refused(settings, 160321)
    if not in_segment(brand, reward, customer):
        raise refused(settings, 120213)
    claims = customer.claims.get(reward.id)
    count = claims.count if claims else 0
    limit = number(data.get("max_claims"))
    if limit and count + times > limit:
        raise refused(settings, 120211)
    interval = parse_duration(data["repeat_interval"]) if data.get("repeat_interval") else timedelta()
    if interval and (times > 1 or (claims is not None and claims.count and now - claims.last < interval)):
        raise refused(settings, 120211)


def take(work: Work, reward: Entity, price: Number) -> None:
    """The effects of one claim that was checked."""
    brand, customer, now = work.brand, work.customer, work.now
    customer.spent = total((customer.spent, price))
    row = work.register(-price)
    claims = customer.claims.setdefault(reward.id, Claims(now, now))
    claims.last = now
    claims.count += 1
    claims.spent = total((claims.spent, price))
    claims.events[row.id] = price
    if reward.data.get("stock") is not None:
        reward.data["stock"] = total((number(reward.data["stock"]) or 0, -1))
    pool = brand.pools.get(str(reward.data.get("coupon_pool")))
    if pool is not None:
        free = coupons.free_codes(pool)
        coupon = brand.coupons[free[0]] if free else coupons.add_code(brand, pool, brand.world.chance.alnum(10))
        coupons.assign(brand, coupon, customer, row.id)
        row.data["coupon"] = coupon.code


def claim_action(brand: Brand) -> str:
    return brand.settings.events.names.get("reward", "reward")


def price_of(brand: Brand, reward: Entity, given: Any = None) -> Number:
    """The point price; a dynamic reward costs what the claim says. Raises ApiError."""
    kind = reward.data.get("type")
    if kind == "bidding":
        raise not_emulated("claims of bidding rewards")
    if kind in ("dynamic", "dynamic_coupon"):
        if given in (None, ""):
            raise missing("points")
        points = number(given)
        if points is None or points <= 0:
            raise unsuitable("Invalid value for parameter 'points'")
        return points
    return number(reward.data.get("price")) or 0


def find_reward(brand: Brand, name: str) -> Entity:
    found = records(brand, REWARDS).get(name)
    if found is None or found.status == "archived":
        raise plain(404, NOT_FOUND, 0, "Reward not found")
    return found


def status_of(brand: Brand, reward: Entity) -> str:
    """active, scheduled, expired or inactive, from the record and the clock."""
    if reward.status != "active":
        return "inactive"
    now, starts, ends = brand.world.clock.now, reward.data.get("starts_at"), reward.data.get("ends_at")
    begin, end = instant(starts) if starts else None, instant(ends) if ends else None
    if begin is not None and now < begin:
        return "scheduled"
    return "expired" if end is not None and end <= now else "active"


def in_segment(brand: Brand, reward: Entity, customer: Customer) -> bool:
    """Whether the member is in one of the reward's segments, if it has any."""
    names = [row.get("id") for row in reward.data.get("segments") or () if isinstance(row, dict)]
    return in_segments(brand, [str(name) for name in names], customer)


# Views


def name_of(reward: Entity) -> str:
    return str(reward.data.get("name") or reward.id)


def view(call: Call[Brand], reward: Entity, customer: Customer) -> dict[str, Any]:
    """A reward in the member's eyes; `_actions.complete` only when it can be claimed now."""
    brand, data = call.state, reward.data
    status = status_of(brand, reward)
    found: dict[str, Any] = {
        "id": reward.id,
        "title": data.get("name"),
        "description": data.get("description"),
        "status": status,
        "type": data.get("type"),
        "points": number(data.get("price")) or 0,
        "starts_at": data.get("starts_at"),
        "ends_at": data.get("ends_at"),
        "stock": number(data.get("stock")),
        "max_claims": number(data.get("max_claims")),
        "coupon_pool": data.get("coupon_pool"),
        "category": data.get("category"),
    }
    wanted = set(call.query.get("fields", "").split(","))
    found |= {name: data.get(name) for name in _OPTIONAL[1:] if name in wanted}
    if "claims" in wanted:
        found["claims"] = _claims_view(brand, reward, customer)
    if status == "active":
        url = f"/customers/{customer.id}/activities/rewards/{reward.id}/claim"
        found["_actions"] = {"complete": {"method": "POST", "url": url}}
    return {name: value for name, value in found.items() if value is not None}


def _claims_view(brand: Brand, reward: Entity, customer: Customer) -> dict[str, Any]:
    claims = customer.claims.get(reward.id)
    if claims is None:
        return {"claims": 0, "spent": 0, "coupons": []}
    mine = [c for c in brand.coupons.values() if c.claim in claims.events and c.customer == customer.id]
    return {
        "created_at": iso(claims.first),
        "first_claimed_at": iso(claims.first),
        "last_claimed_at": iso(claims.last),
        "claims": claims.count,
        "spent": claims.spent,
        "coupons": [coupons.view(brand, coupon) for coupon in mine],
    }


def claim_view(call: Call[Brand], reward: Entity, customer: Customer, work: Work, spent: Number) -> dict[str, Any]:
    """The answer to a claim; `id` is the claim event that a revoke names."""
    brand, row = call.state, work.rows[0]
    found: dict[str, Any] = {"spent": spent, "id": row.id, "last_claimed_at": iso(row.at)}
    if "coupon" in row.data:
        found["coupon"] = coupons.view(brand, brand.coupons[row.data["coupon"]])
    wanted = call.query.get("fields", "").split(",")
    if "customer" in wanted:
        found["customer"] = views.profile(brand, customer)
    if "reward" in wanted:
        found["reward"] = view(call, reward, customer)
    return found
