"""Rewards for points: the card pays, the holder gets a code, credits, points or a product.

https://docs.voucherify.io/api-reference/loyalties/redeem-reward
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, views
from stampcard.voucherify.campaigns import campaigns
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.loyalty import rewards
from stampcard.voucherify.loyalty.records import RewardAssignment
from stampcard.voucherify.orders import orders
from stampcard.voucherify.points import balances, buckets, cards
from stampcard.voucherify.points.cards import card_of
from stampcard.voucherify.redemptions import paying, redeemables, redemptions, sessions
from stampcard.voucherify.redemptions.records import Redemption
from stampcard.voucherify.redemptions.validations import tracking
from stampcard.voucherify.rules import judging
from stampcard.voucherify.state import Project


async def redeem(call: Call[Project]) -> Reply:
    """Check all, then pay and hand over."""
    project, wanted = call.state, call.body["reward"]
    card = cards.find_card(call)
    assignment = find_assignment(call, card, wanted)
    if assignment.reward.type == "COIN":
        return pay(call, card)
    points = paying.price(project, card, assignment)
    holder = check(call, card, assignment, points)
    check_rules(call, card, assignment, holder)
    group = errors.request_id(call)
    given = hand_over(call, assignment, holder)
    redemption = Redemption(
        project.serial_id("r_"),
        project.now,
        holder,
        tracking(project, holder.source_id, None),
        call.body.get("metadata"),
        call.key.id,
        voucher=card,
        amount=points,
        reward=rewards.redeemed_view(call, assignment, holder, given),
        key=call.key.id,
    )
    card.redeemed_quantity += 1
    assignment.reward.redeemed += 1
    redemptions.count(holder, total_redeemed=1, total_succeeded=1)
    redemptions.spend(project, redemption, points, group)
    redemptions.keep(project, redemption, card.id)
    for kind in ("customer.redemption.succeeded", "customer.reward_redemptions.completed"):
        happenings.tell(project, group, kind, holder, redemption)
    call.summary = f"reward {assignment.reward.name} for {points} points of {card.code}"
    return Reply(200, redemptions.view(project, redemption))


def pay(call: Call[Project], card: Voucher) -> Reply:
    """An order paid with points, as a redemption of the card."""
    body = call.body
    if card.holder is None:
        message = "Customer must be a holder of a loyalty card."
        raise errors.refusal(call, 400, "invalid_customer", message, card.code)
    if body.get("order") is None:
        details = "An order is required when redeeming a LOYALTY_CARD"
        raise errors.refusal(call, 400, "missing_order", "Missing order", details)
    row = {"object": "voucher", "id": card.code, "reward": body["reward"]}
    asked = {"order": body["order"], "customer": {"id": card.holder.id}, "metadata": body.get("metadata")}
    _, made = redemptions.perform(call, asked, redeemables.read_items(call, [row]), names_failure=True)
    return Reply(200, redemptions.view(call.state, made[0]))


def find_assignment(call: Call[Project], card: Voucher, wanted: Any) -> RewardAssignment:
    """The reward as it is assigned to the card's campaign. Raises 404."""
    reward = rewards.find(call, wanted["id"])
    for item in call.state.reward_assignments.values():
        if item.reward is reward and item.campaign is card.campaign:
            return item
    raise errors.not_found(call, "reward_assignment", wanted["id"])


def check(call: Call[Project], card: Voucher, assignment: RewardAssignment, points: int) -> Customer:
    """The holder, when the card may pay. Raises ApiError."""
    project, reward = call.state, assignment.reward
    if card.holder is None or card.holder.id not in project.customers:
        message = "Customer must be a holder of a loyalty card."
        raise errors.refusal(call, 400, "invalid_customer", message, card.code)
    if not card.active or (card.campaign is not None and not card.campaign.active):
        raise errors.refusal(call, 400, "voucher_disabled", "voucher is disabled", card.code)
    if card.expiration_date is not None and card.expiration_date <= project.now:
        raise errors.refusal(call, 400, "voucher_expired", "voucher expired", card.code)
    if reward.stock is not None and reward.redeemed >= reward.stock:
        raise errors.refusal(call, 400, "quantity_exceeded", "quantity exceeded", card.code)
    reserved = sum(lock.amount for lock in sessions.held(project, card.id, None))
    if points > card.value["balance"] - reserved:
        key = "loyalty_card_points_exceeded"
        raise errors.refusal(call, 400, key, "loyalty card points exceeded", card.code)
    return card.holder


def check_rules(call: Call[Project], card: Voucher, assignment: RewardAssignment, holder: Customer) -> None:
    """Raises the error of the first of the reward's rules that does not hold, in the words of redemptions (assumed).

    What the rules ask of an order is asked of the one in the body, which is not kept.
    """
    rules = [one.rule for one in call.state.assignments_of(assignment.id)]
    if not rules:
        return
    order = orders.read_draft(call, call.body.get("order")).priced()
    case = judging.Case(call.state, holder, order, call.body.get("metadata") or {}, call.key.id)
    case.voucher, case.profile_metadata = card, holder.metadata or {}
    redeemables.check_case(call, rules, case, redeemables.KINDS["LOYALTY_CARD"])


def hand_over(call: Call[Project], assignment: RewardAssignment, holder: Customer) -> Voucher | None:
    """A code of the reward's campaign, or credits or points on the holder's card of it. Raises when there is none."""
    project, reward = call.state, assignment.reward
    if reward.type != "CAMPAIGN":
        return None
    block = reward.parameters["campaign"]
    campaign = campaigns.find(call, block["id"])
    card = card_of(campaign, holder) if "balance" in block else None
    if card is None:
        body = {"campaign": campaign.id, "customer": holder.id, "channel": "API"}
        card = publications.publish(call, publications.Order(body, False)).vouchers[0]
    if "balance" in block and card.type != "DISCOUNT_VOUCHER":
        about = {"reward": {"id": reward.id}}
        end = buckets.program_end(project, card) if card.type == "LOYALTY_CARD" else None
        group = errors.request_id(call)
        balances.move(
            project,
            card,
            block["balance"],
            "ADDITION",
            group=group,
            operation="AUTOMATIC",
            granted=True,
            about=about,
            end=end,
        )
    return card


async def browse(call: Call[Project]) -> Reply:
    """Rewards of the card's campaign; `affordable_only` those the balance suffices for."""
    card = cards.find_card(call)
    found = [item for item in call.state.reward_assignments.values() if item.campaign is card.campaign]
    if call.query.get("affordable_only"):
        found = [item for item in found if paying.price(call.state, card, item) <= card.value["balance"]]
    shown = [
        {
            "reward": rewards.view(item.reward),
            "assignment": rewards.assignment_view(item),
            "object": "loyalty_reward",
        }
        for item in found
    ]
    call.summary = f"{len(shown)} rewards open to {card.code}"
    return Reply(200, views.listing("data", shown, len(shown)))
