"""Loyalty cards among redeemables: paying an order with points (a COIN reward), or points for another reward.

https://docs.voucherify.io/api-reference/loyalties/redeem-loyalty-card (Pay with Points); redemptions of rewards with an
order: https://docs.voucherify.io/api-reference/redemptions/get-redemption (examples Loyalty Card - Digital Reward)
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from stampcard.core.errors import ApiError
from stampcard.voucherify import errors
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.loyalty import rewards
from stampcard.voucherify.loyalty.records import RewardAssignment
from stampcard.voucherify.orders import cart
from stampcard.voucherify.points import tier_moves
from stampcard.voucherify.redemptions import discounts, sessions
from stampcard.voucherify.state import Project
from stampcard.voucherify.values import given

if TYPE_CHECKING:
    from stampcard.voucherify.redemptions.redeemables import Basket, Item


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
    """The reward an item names, as the card's program has it. Raises missing_reward, 404."""
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
    return found


def check_holder(basket: Basket, item: Item, card: Voucher) -> Customer:
    """The card's holder, who is the customer where one is named. Raises invalid_customer."""
    named = basket.customer
    if card.holder is None or (named is not None and named is not card.holder):
        raise refused(basket, "invalid_customer", "Customer must be a holder of a loyalty card.", item.reference)
    return card.holder


def take_points(basket: Basket, item: Item) -> None:
    """The points asked for, or as many as the order still costs and the card has; for other rewards their price.

    Raises ApiError.
    """
    card, order = item.voucher, basket.order
    assert card is not None
    assignment = find_assignment(basket, item, card)
    holder = check_holder(basket, item, card)
    item.assignment = assignment
    if assignment.reward.type != "COIN":
        take_price(basket, item, card, holder)
        return
    if order.amount is None:
        raise refused(basket, "missing_order", "Missing order", "An order is required when redeeming a LOYALTY_CARD")
    held = sessions.held(basket.project, card.id, basket.session_key)
    balance = card.value["balance"] - sum(lock.amount for lock in held)
    worth = rate(basket.project, card, assignment)
    payable = cart.left_of(order)
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
    item.reward = rewards.redeemed_view(basket.call, assignment, holder, None)
    item.result = {"loyalty_card": {"points": points}}


def take_price(basket: Basket, item: Item, card: Voucher, holder: Customer) -> None:
    """What a reward costs that is handed over: the order stays as it is (documented), and there need be none (assumed).

    More than one code of a campaign in a request is refused: were the second one not to be had, the first would be
    gone. Raises quantity_exceeded, loyalty_card_points_exceeded, 501.
    """

    assert item.assignment is not None
    reward = item.assignment.reward
    others = [one.assignment.reward for one in basket.applicable if one.assignment is not None]
    if reward.type == "CAMPAIGN" and any(one.type == "CAMPAIGN" for one in others):
        raise errors.not_yet(basket.call, "several CAMPAIGN rewards in one request")
    if reward.stock is not None and reward.redeemed + others.count(reward) >= reward.stock:
        raise refused(basket, "quantity_exceeded", "quantity exceeded", item.reference)
    points = price(basket.project, card, item.assignment)
    held = sessions.held(basket.project, card.id, basket.session_key)
    if points > card.value["balance"] - sum(lock.amount for lock in held):
        key = "loyalty_card_points_exceeded"
        raise refused(basket, key, "loyalty card points exceeded", item.reference)
    if given(item.row.get("reward")).get("points") is not None:
        basket.call.diagnose("ignored-field", "points are for paying with points; this reward has a price")
    discounts.forget_applied(basket.order)
    item.credits = points
    item.reward = rewards.redeemed_view(basket.call, item.assignment, holder, None)
    item.result = {"loyalty_card": {"points": points}}


def refused(basket: Basket, key: str, message: str, details: str) -> ApiError:
    return errors.refusal(basket.call, 400, key, message, details)
