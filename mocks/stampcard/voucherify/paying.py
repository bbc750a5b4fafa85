"""Paying an order with points: a loyalty card redeemed for a COIN reward, alone or stacked with other redeemables.

https://docs.voucherify.io/api-reference/loyalties/redeem-loyalty-card (Pay with Points)
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from stampcard.core.errors import ApiError
from stampcard.voucherify import cart, discounts, errors, rewards, sessions, tier_moves
from stampcard.voucherify.records import RewardAssignment
from stampcard.voucherify.state import Customer, Project, Voucher
from stampcard.voucherify.values import given

if TYPE_CHECKING:
    from stampcard.voucherify.redeemables import Basket, Item


def price(project: Project, card: Voucher, assignment: RewardAssignment) -> int:
    """What a reward costs this card: the assignment's points, as the card's tier changes them."""
    tier, points = project.ledger.tier_of(card), assignment.points or 0
    if tier is None:
        return points
    mapping = tier.rewards.get(assignment.id) or tier.rewards.get(assignment.reward.id)
    return tier_moves.mapped(points, mapping)


def rate(project: Project, card: Voucher, assignment: RewardAssignment) -> Decimal:
    """Minor units of money for one point. The exchange ratio is in whole units: 100 points at 20 pay 20.00."""
    coin = assignment.reward.parameters["coin"]
    points = Decimal(str(coin["points_ratio"]))
    tier = project.ledger.tier_of(card)
    mapping = None
    if tier is not None:
        mapping = tier.rewards.get(assignment.id) or tier.rewards.get(assignment.reward.id)
    if mapping and mapping.get("multiplier"):
        points *= Decimal(str(mapping["multiplier"]))
    return Decimal(str(coin["exchange_ratio"])) * 100 / points


def find_assignment(basket: Basket, item: Item, card: Voucher) -> RewardAssignment:
    """The reward an item names, as the card's program has it. Raises missing_reward, 404, 501."""
    from stampcard.voucherify import campaigns

    wanted = given(item.row.get("reward"))
    if not wanted.get("id"):
        raise refused(basket, "missing_reward", "Missing reward", "A reward is required when redeeming a LOYALTY_CARD")
    reward = rewards.find(basket.call, wanted["id"])
    found = next(
        (
            one
            for one in basket.project.reward_assignments.values()
            if one.reward is reward and one.campaign is card.campaign
        ),
        None,
    )
    if found is None:
        raise errors.not_found(basket.call, "reward_assignment", wanted["id"])
    if reward.type != "COIN":
        raise campaigns.not_yet(basket.call, f"{reward.type} rewards among redeemables")
    return found


def check_holder(basket: Basket, item: Item, card: Voucher) -> Customer:
    """The card's holder, who is the customer where one is named. Raises invalid_customer."""
    named = basket.customer
    if card.holder is None or (named is not None and named is not card.holder):
        raise refused(basket, "invalid_customer", "Customer must be a holder of a loyalty card.", item.reference)
    return card.holder


def take_points(basket: Basket, item: Item) -> None:
    """The points asked for, or as many as the order still costs and the card has. Raises ApiError."""
    card, order = item.voucher, basket.order
    assert card is not None
    assignment = find_assignment(basket, item, card)
    holder = check_holder(basket, item, card)
    if order.amount is None:
        raise refused(basket, "missing_order", "Missing order", "An order is required when redeeming a LOYALTY_CARD")
    held = sessions.held(basket.project, card.id, basket.session_key)
    balance = card.value["balance"] - sum(lock.amount for lock in held)
    worth = rate(basket.project, card, assignment)
    payable = discounts.left_of(order)
    needed = int((Decimal(payable) / worth).to_integral_value(ROUND_CEILING))
    asked = cart.number(given(item.row.get("reward")).get("points"))
    if (asked is not None and asked > balance) or (asked is None and needed > 0 and balance <= 0):
        key = "loyalty_card_points_exceeded"
        raise refused(basket, key, "loyalty card points exceeded", item.reference)
    points = asked if asked is not None else min(needed, balance)
    discounts.forget_applied(order)
    order.applied = min(int(points * worth), payable)
    order.discount += order.applied
    item.credits = points
    item.reward_rules = [one.rule for one in basket.project.assignments_of(assignment.id)]
    item.reward = rewards.redeemed_view(basket.call, assignment, holder, None)
    item.result = {"loyalty_card": {"points": points}}


def refused(basket: Basket, key: str, message: str, details: str) -> ApiError:
    return errors.refusal(basket.call, 400, key, message, details)
