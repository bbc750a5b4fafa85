"""What referring brings: the friend's reward, and the referrer's by referral tiers of the dashboard.

https://docs.voucherify.io/build/create-referral-campaign
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.errors import ApiError
from stampcard.voucherify import desk, happenings, values
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.events.records import Activity, CustomEvent
from stampcard.voucherify.points import balances, buckets
from stampcard.voucherify.points.cards import card_of
from stampcard.voucherify.redemptions.records import Redemption
from stampcard.voucherify.referrals.records import Rewarded
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def tier(project: Project, row: Mapping[str, Any]) -> Json:
    """A referral tier of the dashboard: `each` friend brings its reward, or the `minimum`th."""
    wanted = row["reward"]
    return {
        "id": project.random_id("rft_"),
        "name": row["name"],
        "each": "minimum" not in row,
        "minimum": row.get("minimum"),
        "reward": {**wanted, "related_object_parent": {"id": wanted["campaign"], "name": wanted["campaign"]}},
    }


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """A friend who redeems the code, or does what the program waits for, converts once."""
    if customer is None:
        return
    subject = activity.subject
    if activity.type == "customer.redemption.succeeded" and isinstance(subject, Redemption):
        code = subject.voucher
        if code is not None and code.is_referral_code and conversion(code) == "redemption":
            convert(project, activity, customer, code, subject)
    elif isinstance(subject, CustomEvent):
        for code in codes_of(project, customer, subject):
            convert(project, activity, customer, code, subject)


def conversion(code: Voucher) -> str:
    program = (code.campaign.referral_program if code.campaign is not None else None) or {}
    return str(program.get("conversion_event_type", "redemption"))


def codes_of(project: Project, customer: Customer, event: CustomEvent) -> list[Voucher]:
    """The code an event names, or those the customer was referred by, where the program waits for this event."""
    named = [event.referral] if event.referral is not None else []
    held = [
        holder.voucher
        for holders in (project.holders.values() if not named else ())
        for holder in holders
        if holder.customer is customer and holder.role == "REFEREE"
    ]
    found = [code for code in named + held if conversion(code) == "custom_event" and code.campaign is not None]
    return [
        code
        for code in found
        if code.campaign is not None
        and values.given((code.campaign.referral_program or {}).get("custom_event")).get("name") == event.name
    ]


def convert(project: Project, activity: Activity, friend: Customer, code: Voucher, subject: Any) -> None:
    from stampcard.voucherify.referrals import referrals

    campaign, key = code.campaign, f"{code.id} {friend.id}"
    if campaign is None or code.holder is None or code.holder is friend or key in project.converted:
        return
    project.converted.add(key)
    referrals.refer(project, code, friend, activity.group_id)
    program = campaign.referral_program or {}
    if program.get("referee_reward"):
        reward(project, activity, friend, code, program["referee_reward"], subject, None)
    count = sum(item.startswith(f"{code.id} ") for item in project.converted)
    for tier in campaign.referral_tiers:
        if count == tier["minimum"] or tier["each"]:
            reward(project, activity, code.holder, code, tier["reward"], subject, tier)


def reward(
    project: Project,
    activity: Activity,
    customer: Customer,
    code: Voucher,
    wanted: Json,
    subject: Any,
    tier: Json | None,
) -> None:
    """Credits or points on the customer's card, which is published first where there is none."""
    reference = wanted["related_object_parent"]["id"]
    source = project.campaigns.get(reference) or project.campaign_names.get(reference)
    card = card_for(project, activity, customer, source) if source is not None else None
    cause = happenings.cause_of(activity.group_id)
    if card is None:
        said = (
            f"{customer.source_id or customer.id} gets no reward: {wanted['related_object_parent']['name']} has no card"
        )
        project.world.record("voucherify", "referral.reward.failed", said, cause=cause)
        return
    amount = int(wanted["amount"])
    end = buckets.program_end(project, card) if card.type == "LOYALTY_CARD" else None
    transaction = balances.move(
        project, card, amount, "ADDITION", group=activity.group_id, operation="AUTOMATIC", granted=True, end=end
    )
    redemption = subject if isinstance(subject, Redemption) else None
    event = subject if isinstance(subject, CustomEvent) else None
    told = Rewarded(card, code, transaction, redemption, event, tier)
    happenings.tell(project, activity.group_id, "customer.rewarded", customer, told)


def card_for(project: Project, activity: Activity, customer: Customer, source: Campaign) -> Voucher | None:
    card = card_of(source, customer)
    if card is not None:
        return card
    call = desk.by_hand(project.world, project, {}, happenings.cause_of(activity.group_id) or 0)
    body = {"campaign": source.id, "customer": customer.id, "channel": "Automation"}
    try:
        return publications.publish(call, publications.Order(body, False)).vouchers[0]
    except ApiError:
        return None
