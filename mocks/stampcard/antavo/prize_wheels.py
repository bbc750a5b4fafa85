"""Prize wheels: a spin costs points and lands on a slice by chance; docs.antavo.com/docs/prize-wheels."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from stampcard.antavo import rewards
from stampcard.antavo.amounts import tidy, total
from stampcard.antavo.entities import REWARDS, records
from stampcard.antavo.errors import BAD_REQUEST, RUNTIME, plain
from stampcard.antavo.games import action_of, bad, find_player, may_see, not_found, phase, present, register
from stampcard.antavo.module_records import Slice, Wheel
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import Work, balance
from stampcard.core.clock import parse_duration
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError


async def list_all(call: Call[Brand]) -> Reply:
    """Wheels the member can spin; id and status only."""
    brand = call.state
    customer = find_player(brand, call.path["customer_id"])
    shown = spinnable(brand, customer)
    start, size = call.query.get("offset", 0), call.query.get("limit", 100)
    rows = [{"id": one.id, "status": one.status} for one in shown[start : start + size]]
    return Reply(200, {"data": rows, "total": len(shown)})


def spinnable(brand: Brand, customer: Customer) -> list[Wheel]:
    shown = [one for one in brand.modules.wheels.values() if _is_for(brand, one, customer)]
    return [one for one in shown if phase(brand, one.starts_at, one.ends_at) == "active"]


async def get(call: Call[Brand]) -> Reply:
    """The wheel with its slices; `fields=options.reward` adds what a slice of type reward wins."""
    brand = call.state
    customer = find_player(brand, call.path["customer_id"])
    wheel = _find(brand, call.path["pw_id"], customer)
    with_rewards = "options.reward" in call.query.get("fields", "").split(",")
    options = []
    for one in wheel.options:
        reward = records(brand, REWARDS).get(one.reward) if with_rewards else None
        more = {"reward": rewards.view(call, reward, customer)} if reward is not None else {}
        options.append({**_slice_view(one), "bgcolor": one.bgcolor, "color": one.color, **more})
    looks = {
        "center_logo": wheel.center_logo,
        "main_logo": wheel.main_logo,
        "background_color": wheel.background_color,
        "button_color": wheel.button_color,
        "button_text_color": wheel.button_text_color,
        "font_color": wheel.font_color,
    }
    body = {
        "_actions": {"enter": _enter(wheel, customer)},
        **present(looks),
        "options": options,
        "name": wheel.name,
        "center_rotation": wheel.center_rotation,
        "points": wheel.points,
    }
    return Reply(200, body)


async def spin(call: Call[Brand]) -> Reply:
    """Pay, and land on a slice; a reward is claimed afterwards at `_actions.claim`.

    A reward that the member may not claim, or whose coupons ran out, is told with HTTP 200, and nothing is paid.
    """
    brand = call.state
    customer = find_player(brand, call.path["customer_id"])
    wheel = _find(brand, call.path["pw_id"], customer)
    _check_spin(brand, wheel, customer)
    won = _land(brand, wheel)
    if won.type == "reward" and (error := _locked(brand, won, customer)) is not None:
        return Reply(200, {"error": error})
    customer.played.spins[wheel.id] = call.world.clock.now

    def win(work: Work) -> None:
        if won.type == "points":
            customer.score = total((customer.score, won.points))
            action, data = action_of(brand, "wheel_win"), {"wheel": wheel.id, "slice": won.id, "points": won.points}
            work.register(won.points, action=action, data=data, parent=work.rows[0].id)

    data = {"wheel": wheel.id, "slice": won.id, "points": wheel.points}
    register(brand, customer, "wheel_spin", data, call.id, spent=wheel.points, more=win)
    call.summary = f"{customer.id} spun {wheel.name}: {won.label}"
    actions = {"enter": _enter(wheel, customer)}
    if won.type == "reward":
        url = f"/customers/{customer.id}/activities/rewards/{won.reward}/claim"
        actions = {"claim": {"method": "POST", "url": url}, **actions}
    return Reply(200, {"_actions": actions, **_slice_view(won)})


def _check_spin(brand: Brand, wheel: Wheel, customer: Customer) -> None:
    if phase(brand, wheel.starts_at, wheel.ends_at) == "expired":
        raise plain(400, BAD_REQUEST, 160907, "The prize wheel already ended")
    last = customer.played.spins.get(wheel.id)
    interval = parse_duration(wheel.repeat_interval) if wheel.repeat_interval else timedelta()
    if last is not None and (left := last + interval - brand.world.clock.now) > timedelta():
        # The two spaces are the vendor's.
        raise bad(f"You can't spin, try again in:  {ceil(left / timedelta(minutes=1))} minutes")
    if customer.status == "suspended" or wheel.points > balance(brand, customer):
        raise bad("You don't have enough points")
    if not any(one.weight > 0 for one in wheel.options):
        raise bad("Not found any slice")


def _land(brand: Brand, wheel: Wheel) -> Slice:
    """A slice by its weight, a percentage; weights that do not add up to 100 count in proportion (assumed)."""
    parts = [round(one.weight * 10_000) for one in wheel.options]
    drawn = brand.world.chance.integer(1, max(1, sum(parts)))
    for part, one in zip(parts, wheel.options, strict=True):
        drawn -= part
        if drawn <= 0 < part:
            return one
    return next(one for one in reversed(wheel.options) if one.weight > 0)


def _locked(brand: Brand, won: Slice, customer: Customer) -> dict[str, Any] | None:
    """Why the reward cannot be won now, or None."""
    try:
        rewards.check(brand, rewards.find_reward(brand, won.reward), customer, 0)
    except ApiError as error:
        if error.body["error"]["code"] == 123771:
            return {"type": RUNTIME, "code": 123771, "message": "Ran out of coupons"}
        return {"type": "LockedException", "code": 120219, "message": "Claim temporally locked"}
    return None


def _is_for(brand: Brand, wheel: Wheel, customer: Customer) -> bool:
    return wheel.status == "active" and may_see(brand, wheel.segments, customer)


def _find(brand: Brand, name: str, customer: Customer) -> Wheel:
    found = brand.modules.wheels.get(name)
    if found is None or not _is_for(brand, found, customer):
        raise not_found("Prize wheel not Found")
    if phase(brand, found.starts_at, found.ends_at) == "scheduled":
        raise not_found("Prize wheel not Found")
    return found


def _enter(wheel: Wheel, customer: Customer) -> dict[str, str]:
    return {"method": "POST", "url": f"/customers/{customer.id}/prize-wheels/{wheel.id}"}


def _slice_view(one: Slice) -> dict[str, Any]:
    return {"win_text": one.win_text, "weight": tidy(one.weight), "label": one.label, "id": one.id, "type": one.type}
