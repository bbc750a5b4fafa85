"""Redemptions: codes and direct ones, from the wish to use an offer to its use, its end or its undoing.

A `Plan` is what a guest wants to use, checked. It becomes a code that a register processes later, or is processed at
once. Points are taken and rewards used when it is processed, so of two that want the same reward one wins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from stampcard.core.errors import ApiError
from stampcard.punchh import accounts, coupons, events, ledger, params, rewards
from stampcard.punchh.records import Guest, Redemption, Reward, Subscription
from stampcard.punchh.state import Business, Campaign, Coupon, Redeemable
from stampcard.punchh.times import utc

REWARD, REDEEMABLE, BANKED, CARD, COUPON, SUBSCRIPTION = (
    "RewardRedemption",
    "RedeemableRedemption",
    "BankedRewardRedemption",
    "CardRedemption",
    "CouponRedemption",
    "SubscriptionRedemption",
)

Refuse = Callable[[str], ApiError]
"""Wraps a text in a family's envelope."""

TEXTS = {
    "reward": "Invalid Reward ID",
    "redeemable": "Invalid Redeemable ID",
    "balance": "Balance is insufficient to process request",
    "value": "Invalid Discount Value",
    "code": "Invalid Code",
    "cards": "Not enough cards",
    "coupon": "Coupon/Promo code is not active",
    "unlock": "Mobile Coupon/Promo cannot be added into basket",
    "subscription": "Invalid Subscription ID",
    "type": "Discount type should be card_completion, discount_amount, redemption_code, reward, fuel_reward, "
    "redeemable, subscription",
    "feature": "Your current loyalty program configuration does not support this feature. Please connect with your "
    "Customer Success representative for resolution of the issue.",
}
"""Published for Redemptions 2.0; for 1.0 only the refusal of a reward is (the others are assumed to be the same)."""

TEXTS_V1 = {**TEXTS, "reward": "Given reward is not accessible for this guest"}


class Plan(msgspec.Struct):
    """What a guest wants to use."""

    type: str
    discount_type: str
    reward: Reward | None = None
    redeemable: Redeemable | None = None
    points: int = 0
    money: float = 0.0
    code: Redemption | None = None
    coupon: Coupon | None = None
    campaign: Campaign | None = None
    subscription: Subscription | None = None

    def discount(self, subtotal: float, items: list[dict[str, Any]]) -> float:
        """What comes off a receipt; an offer without an amount gives the item of its name, if it is there."""
        if self.campaign is not None:
            return coupons.off(self.campaign, subtotal)
        if self.subscription is not None:
            found = self.subscription
            return share(subtotal, found.flat_discount, found.percentage_discount, found.maximum_discount)
        if self.money:
            return min(self.money, subtotal)
        if self.redeemable is None:
            return 0.0
        if self.redeemable.discount_amount is not None:
            return min(self.redeemable.discount_amount, subtotal)
        if "percentage" in self.redeemable.facts:
            return share(subtotal, 0.0, self.redeemable.facts["percentage"], self.redeemable.facts.get("cap"))
        return min(subtotal, float(sum(row["item_amount"] for row in self.qualified(items)[:1])))

    def qualified(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The items the offer is for: those of its name."""
        name = self.redeemable.name.lower() if self.redeemable else ""
        return [row for row in items if row["item_name"].lower() == name]


def share(subtotal: float, flat: float, percentage: float, most: float | None) -> float:
    """A fixed amount and a part of a receipt, together no more than `most` and the receipt."""
    found = flat + subtotal * percentage / 100
    return round(min(found, subtotal, subtotal if most is None else most), 2)


def plan(
    business: Business, guest: Guest, values: Mapping[str, Any], refuse: Refuse, texts: Mapping[str, str] = TEXTS
) -> Plan:
    """Read and check what a call wants to use: `discount_type` and its companion. Raises ApiError."""
    kind = params.text(values.get("discount_type"))
    if kind == "reward":
        return _reward(business, guest, values.get("reward_id"), refuse, texts)
    if kind == "redeemable":
        return _redeemable(business, guest, values.get("redeemable_id"), refuse, texts)
    if kind == "discount_amount":
        return _amount(business, guest, values.get("redeemed_points"), refuse, texts)
    if kind == "card_completion":
        return _card(business, guest, refuse, texts)
    if kind == "redemption_code":
        return _code(business, guest, values.get("redemption_code"), refuse, texts)
    if kind == "subscription":
        return _subscription(business, guest, values.get("subscription_id"), refuse, texts)
    raise refuse(texts["feature" if kind == "fuel_reward" else "type"])


def _reward(business: Business, guest: Guest, value: Any, refuse: Refuse, texts: Mapping[str, str]) -> Plan:
    found = guest.rewards.get(params.integer(value) or 0)
    if found is None or found not in rewards.usable(business, guest):
        raise refuse(texts["reward"])
    return Plan(REWARD, "reward", reward=found, redeemable=business.redeemables[found.redeemable_id])


def _redeemable(business: Business, guest: Guest, value: Any, refuse: Refuse, texts: Mapping[str, str]) -> Plan:
    found = business.redeemables.get(params.integer(value) or 0)
    if found is None or not found.is_open(business.now) or not found.points:
        raise refuse(texts["redeemable"])
    if found.points > available(business, guest):
        raise refuse(texts["balance"])
    return Plan(REDEEMABLE, "redeemable", redeemable=found, points=found.points)


def _amount(business: Business, guest: Guest, value: Any, refuse: Refuse, texts: Mapping[str, str]) -> Plan:
    """Money from the bank where points become money, else points."""
    wanted = params.number(value)
    if wanted is None or round(wanted, 2) <= 0:
        raise refuse(texts["value"])
    if business.program.points_conversion_type == "currency":
        if round(wanted, 2) > spare_money(business, guest):
            raise refuse(texts["balance"])
        return Plan(BANKED, "discount_amount", money=round(wanted, 2))
    if not wanted.is_integer():
        raise refuse(texts["value"])
    if wanted > available(business, guest):
        raise refuse(texts["balance"])
    return Plan(REDEEMABLE, "discount_amount", points=int(wanted))


def _card(business: Business, guest: Guest, refuse: Refuse, texts: Mapping[str, str]) -> Plan:
    if spare_cards(business, guest) < 1:
        raise refuse(texts["cards"])
    return Plan(CARD, "card_completion", redeemable=business.redeemables.get(business.program.card_redeemable_id or 0))


def _subscription(business: Business, guest: Guest, value: Any, refuse: Refuse, texts: Mapping[str, str]) -> Plan:
    """One of the guest's own, until it ends; it is not used up."""
    found = business.subscriptions.get(params.integer(value) or 0)
    if found is None or found not in subscriptions(business, guest):
        raise refuse(texts["subscription"])
    return Plan(SUBSCRIPTION, "subscription", subscription=found)


def subscriptions(business: Business, guest: Guest) -> list[Subscription]:
    """Those of a guest that can be used now."""
    return [
        one
        for one in business.subscriptions.values()
        if one.user_id == guest.id and one.status != "cancelled" and (one.ends_at is None or business.now < one.ends_at)
    ]


def _code(business: Business, guest: Guest, value: Any, refuse: Refuse, texts: Mapping[str, str]) -> Plan:
    coupon = coupons.usable(business, guest, params.text(value), "discount")
    if coupon is not None:
        return Plan(COUPON, "redemption_code", coupon=coupon, campaign=business.campaigns[coupon.campaign_id])
    known = business.coupons.get(params.text(value))
    if known is not None and known.user_id in (None, guest.id) and known.status == "issued":
        raise refuse(texts["unlock" if known.type == "unlock" else "coupon"])
    found = business.codes.get(params.text(value))
    if found is None or found.user_id != guest.id or found.status != "redeemable":
        raise refuse(texts["code"])
    return plan_of(business, guest, found, refuse, texts)


def plan_of(
    business: Business, guest: Guest, found: Redemption, refuse: Refuse, texts: Mapping[str, str] = TEXTS
) -> Plan:
    """What a code stands for. Raises ApiError when the account no longer holds it, because it lapsed meanwhile."""
    have = accounts.balance(business, guest)
    if found.points > have.net or found.amount > have.banked_currency:
        raise refuse(texts["balance"])
    if found.type == CARD and have.cards < 1:
        raise refuse(texts["cards"])
    return Plan(
        found.type,
        "redemption_code",
        reward=guest.rewards.get(found.reward_id or 0),
        redeemable=business.redeemables.get(found.redeemable_id or 0),
        points=found.points,
        money=found.amount,
        code=found,
        subscription=business.subscriptions.get(found.subscription_id or 0),
    )


def available(business: Business, guest: Guest) -> int:
    """Points that no running code has asked for yet."""
    return accounts.balance(business, guest).net - sum(one.points for one in codes_out(guest))


def spare_money(business: Business, guest: Guest) -> float:
    """Money in the bank that no running code has asked for yet."""
    return round(accounts.balance(business, guest).banked_currency - sum(one.amount for one in codes_out(guest)), 2)


def spare_cards(business: Business, guest: Guest) -> int:
    """Full cards that no running code has asked for yet."""
    return accounts.balance(business, guest).cards - sum(one.type == CARD for one in codes_out(guest))


def codes_out(guest: Guest) -> list[Redemption]:
    """Codes that can still be used."""
    return [one for one in guest.redemptions.values() if one.status == "redeemable"]


def conflict(business: Business, guest: Guest, wanted: Plan, held: list[Plan]) -> str | None:
    """Why a plan that is good alone is not after those of `held`, which were not processed: the name of a text."""
    if wanted.reward is not None and any(one.reward is wanted.reward for one in held):
        return "reward" if wanted.code is None else "code"
    if wanted.code is not None:  # what it asks for was set aside when it was issued
        return None
    fresh = [one for one in held if one.code is None]
    if wanted.points and wanted.points > available(business, guest) - sum(one.points for one in fresh):
        return "balance"
    if wanted.money and wanted.money > round(spare_money(business, guest) - sum(one.money for one in fresh), 2):
        return "balance"
    cards = sum(one.type == CARD for one in fresh)
    return "cards" if wanted.type == CARD and spare_cards(business, guest) <= cards else None


# Codes


def issue(business: Business, guest: Guest, wanted: Plan, facts: dict[str, Any], *, cause: int | None) -> Redemption:
    """A code for a plan; a reward that has a running code keeps that one."""
    running = guest.redemptions.get(wanted.reward.redemption_id or 0) if wanted.reward else None
    if running is not None and running.status == "redeemable":
        return running
    made = _new(business, guest, wanted, facts)
    guest.redemptions[made.id] = made
    business.codes[made.code] = made
    business.redemptions[made.id] = made
    if wanted.reward is not None:
        wanted.reward.redemption_id = made.id
    entry = _tell(business, guest, made, "create", cause=cause)
    _expire_later(business, guest, made, cause=entry or cause)
    return made


def _new(business: Business, guest: Guest, wanted: Plan, facts: dict[str, Any]) -> Redemption:
    minutes = (wanted.redeemable.redemption_expiry if wanted.redeemable else None) or (
        business.program.redemption_code_minutes
    )
    now = business.now
    code = business.world.chance.digits(7)
    while code in business.codes:
        code = business.world.chance.digits(7)
    return Redemption(
        id=business.next_id("redemptions"),
        code_id=business.next_id("redemption_codes"),
        user_id=guest.id,
        code=code,
        type=wanted.type,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(minutes=minutes),
        redeemable_id=wanted.redeemable.id if wanted.redeemable else None,
        reward_id=wanted.reward.id if wanted.reward else None,
        subscription_id=wanted.subscription.id if wanted.subscription else None,
        points=wanted.points,
        amount=wanted.money,
        facts=facts,
    )


def _tell(business: Business, guest: Guest, made: Redemption, action: str, *, cause: int | None) -> int | None:
    """Coupons have events of their own."""
    return None if made.type == COUPON else events.redemption(business, guest, made, action, cause=cause)


def _expire_later(business: Business, guest: Guest, made: Redemption, *, cause: int | None) -> None:
    async def run() -> None:
        if made.status == "redeemable":
            _end(business, guest, made, "expired", cause=cause)

    name = f"redemption code {made.id} expires"
    business.world.clock.at(made.expires_at, run, name=name, vendor="punchh", cause=cause)


def cancel(business: Business, guest: Guest, made: Redemption, *, cause: int | None) -> None:
    """Give an unused code up; what it stood for stays in the account."""
    _end(business, guest, made, "cancelled", cause=cause)


def _end(business: Business, guest: Guest, made: Redemption, status: str, *, cause: int | None) -> None:
    made.status, made.updated_at = status, business.now
    if status == "expired":
        made.facts["expired_at"] = utc(business.now)
    _free_reward(guest, made)
    _tell(business, guest, made, "update", cause=cause)


def _free_reward(guest: Guest, made: Redemption) -> None:
    reward = guest.rewards.get(made.reward_id or 0)
    if reward is not None and reward.redemption_id == made.id:
        reward.redemption_id = None


# Use


def use(business: Business, guest: Guest, wanted: Plan, facts: dict[str, Any], *, cause: int | None) -> Redemption:
    """Process a plan at once; the caller has checked it in this very call. `facts` are those of the receipt."""
    made = wanted.code or issue(business, guest, wanted, {}, cause=cause)
    subtotal = facts.get("subtotal_amount") or facts.get("receipt_amount") or 0.0
    made.discount = round(wanted.discount(subtotal, facts.get("menu_items") or []), 2)
    made.facts = {**made.facts, **facts, "processed_at": utc(business.now)}
    made.status, made.updated_at = "processed", business.now
    guest.last_activity_at = business.now
    made.spends = ledger.spend(guest, made.points) if made.points else []
    ledger.unbank(guest, made.amount)
    if made.type == CARD:
        guest.account.redeemed_cards += 1
    if wanted.coupon is not None:
        coupons.honour(business, guest, wanted.coupon, made.facts, made.discount, cause=cause)
        made.facts["coupon"] = wanted.coupon.code
    entry = _tell(business, guest, made, "update", cause=cause)
    if wanted.reward is not None:
        wanted.reward.status, wanted.reward.updated_at = "redeemed", business.now
        wanted.reward.redemption_id = made.id
        events.reward(business, guest, wanted.reward, "update", cause=entry or cause)
    return made


def void(business: Business, guest: Guest, made: Redemption, *, cause: int | None) -> None:
    """Undo a use: points, money, cards and the reward return, the reward within its own time."""
    made.status, made.updated_at = "voided", business.now
    ledger.give_back(guest, made.spends)
    made.spends = []
    ledger.rebank(guest, made.amount)
    if made.type == CARD:
        guest.account.redeemed_cards -= 1
    if "coupon" in made.facts:
        coupons.take_back(business, business.coupons[made.facts["coupon"]])
    entry = _tell(business, guest, made, "update", cause=cause)
    reward = guest.rewards.get(made.reward_id or 0)
    if reward is not None:
        late = reward.expires_at is not None and reward.expires_at <= business.now
        reward.status, reward.updated_at = "expired" if late else "unredeemed", business.now
        reward.redemption_id = None
        events.reward(business, guest, reward, "update", cause=entry or cause)


def can_void(business: Business, made: Redemption) -> bool:
    """What was used can be undone, a coupon within a day; what was not used can be cancelled."""
    if made.type == COUPON and made.status == "processed":
        return business.now <= made.updated_at + timedelta(hours=coupons.VOID_HOURS)
    return made.status in ("processed", "redeemable")


def find(business: Business, values: Mapping[str, Any]) -> tuple[Guest, Redemption] | None:
    """By `redemption_id`, which wins, or `redemption_code`."""
    number, code = params.integer(values.get("redemption_id")), params.text(values.get("redemption_code"))
    found = business.codes.get(code) if number is None else None
    if number is not None:
        found = business.redemptions.get(number)
    return (business.guests[found.user_id], found) if found is not None else None


# Views


def outcome(wanted: Plan, made: Redemption | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a use, or to the question whether one is possible (the status text is assumed)."""
    items = facts.get("menu_items") or []
    subtotal = facts.get("subtotal_amount") or facts.get("receipt_amount") or 0.0
    amount = made.discount if made else round(wanted.discount(subtotal, items), 2)
    origin = wanted.reward.origin if wanted.reward else {}
    return {
        "status": "Please HONOR it.",
        "redemption_amount": accounts.money(amount),
        "category": "redeemable" if wanted.redeemable else "banked_reward",
        "qualified_menu_items": wanted.qualified(items),
        "discount_distribution_items": [],
        "max_applicable_quantity": 1,
        "campaign_name": origin.get("campaign_name") or "",
        "redemption_id": made.id if made else None,
        "redemption_code": made.code if made else "",
    }
