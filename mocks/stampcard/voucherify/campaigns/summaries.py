"""What a campaign came to: redemptions, validations, publications, and the money, credits or points moved.

https://docs.voucherify.io/api-reference/campaigns/get-campaign-summary
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, errors, views
from stampcard.voucherify.campaigns import campaigns, issuing
from stampcard.voucherify.campaigns.records import Campaign
from stampcard.voucherify.points.records import Transaction
from stampcard.voucherify.redemptions.records import Redemption, Rollback
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

if TYPE_CHECKING:
    from stampcard.voucherify.redemptions.redeemables import Item

Inside = Callable[[str | None], bool]
"""Whether an instant lies in the days asked for."""

GIFT = {
    "CREDITS_ADDITION": "amount_added",
    "CREDITS_REMOVAL": "amount_subtracted",
    "CREDITS_REDEMPTION": "amount_redeemed",
    "CREDITS_REFUND": "amount_rolledback",
}
LOYALTY = {
    "POINTS_ADDITION": "points_added",
    "POINTS_REMOVAL": "points_subtracted",
    "POINTS_ACCRUAL": "points_rewarded",
    "PENDING_POINTS_ACTIVATION": "points_rewarded",
    "POINTS_REDEMPTION": "points_redeemed",
    "POINTS_REFUND": "points_rolledback",
    "POINTS_EXPIRATION": "points_expired",
    "POINTS_TRANSFER_OUT": "points_transferred_out",
    "POINTS_TRANSFER_IN": "points_transferred_in",
}


def note_validation(project: Project, items: Iterable[Item]) -> None:
    """A validation counts for the campaign of each redeemable that was found; skipped ones count for neither."""
    for item in items:
        campaign = item.voucher.campaign if item.voucher else item.tier.campaign if item.tier else None
        if campaign is not None and item.status != "SKIPPED":
            project.validated.setdefault(campaign.id, []).append((project.now, item.status == "APPLICABLE"))


async def read(call: Call[Project]) -> Reply:
    """Days count from their first instant to their last, in UTC; without dates all that ever was."""
    campaign = campaigns.find(call, call.path["campaignId"])
    inside = between(call)
    project = call.state
    body: Json = {"object": "campaign_summary", "campaign": views.listed(campaigns.shown(project, campaign))}
    body |= uses(project, campaign, inside)
    kind = campaign.campaign_type
    if kind != "PROMOTION":
        body |= codes(project, campaign, inside)
    if kind in ("PROMOTION", "DISCOUNT_COUPONS"):
        body |= discounts(project, campaign, inside)
    elif kind == "GIFT_VOUCHERS":
        body |= gifts(project, campaign, inside)
    elif kind == "LOYALTY_PROGRAM":
        body |= loyalty(project, campaign, inside)
    elif kind == "REFERRAL_PROGRAM":
        body["referred_customers"] = referred(project, campaign, inside)
    call.summary = f"{campaign.name}: {body['redemptions_succeeded']} redemptions"
    return Reply(200, body)


def between(call: Call[Project]) -> Inside:
    first, last = (read_day(call, name) for name in ("start_date", "end_date"))
    return lambda at: at is not None and (first is None or at[:10] >= first) and (last is None or at[:10] <= last)


def read_day(call: Call[Project], name: str) -> str | None:
    given = call.query.get(name)
    if given is None:
        return None
    day = dates.normal(given)
    if day is None:
        details = f"Property .{name} cannot be recognized as a ISO-8601 compliant date"
        raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
    return day[:10]


def uses(project: Project, campaign: Campaign, inside: Inside) -> Json:
    done = [item for item in project.campaign_redemptions.get(campaign.id, ()) if inside(item.date)]
    good = [item for item in done if item.failure is None]
    back = rollbacks(project, campaign, inside)
    seen = [valid for at, valid in project.validated.get(campaign.id, ()) if inside(at)]
    return {
        "redemptions": len(done),
        "redemptions_succeeded": len(good),
        "redemptions_failed": len(done) - len(good),
        "rollbacks": len(back),
        "rollbacks_succeeded": len(back),
        "rollbacks_failed": 0,
        "validations": len(seen),
        "validations_succeeded": sum(seen),
        "validations_failed": len(seen) - sum(seen),
        "orders_amount": sum(amount(item, "amount") for item in good),
        "orders_rolledback_amount": sum(amount(item.redemption, "amount") for item in back),
    }


def rollbacks(project: Project, campaign: Campaign, inside: Inside) -> list[Rollback]:
    mine = {id(item) for item in project.campaign_redemptions.get(campaign.id, ())}
    found = (item for item in project.redemptions.values() if isinstance(item, Rollback))
    return [item for item in found if id(item.redemption) in mine and inside(item.date)]


def amount(record: Redemption, name: str) -> int:
    return int((record.order_view or {}).get(name) or 0)


def codes(project: Project, campaign: Campaign, inside: Inside) -> Json:
    published = [item for item in project.publications if item.campaign is campaign and inside(item.created_at)]
    good = sum(item.failure is None for item in published)
    return {
        "vouchers_created": sum(inside(item.created_at) for item in campaign.vouchers),
        "vouchers_deleted": sum(item.deleted and inside(item.updated_at) for item in campaign.vouchers),
        "publications": len(published),
        "publications_succeeded": good,
        "publications_failed": len(published) - good,
    }


def discounts(project: Project, campaign: Campaign, inside: Inside) -> Json:
    good = [
        item for item in project.campaign_redemptions.get(campaign.id, ()) if item.failure is None and inside(item.date)
    ]
    back = rollbacks(project, campaign, inside)
    name = "total_applied_discount_amount"
    return {
        "discounted_amount": sum(amount(item, name) for item in good),
        "rolledback_discounted_amount": sum(amount(item.redemption, name) for item in back),
    }


def moved(project: Project, campaign: Campaign, inside: Inside, names: dict[str, str], unit: str) -> Counter[str]:
    """Sums of transactions, all positive, by the summary's words."""
    found: Counter[str] = Counter({name: 0 for name in names.values()})
    for item in project.transactions:
        if item.voucher.campaign is campaign and item.type in names and inside(item.created_at):
            found[names[item.type]] += abs(change(item, unit))
    return found


def change(record: Transaction, unit: str) -> int:
    found: int = record.details["balance"][unit]
    return found


def first_balance(campaign: Campaign, inside: Inside, unit: str) -> int:
    """What new codes were made with, as their campaign has it now."""
    each: int = issuing.fresh_of(campaign.definition)[unit]
    return each * sum(inside(item.created_at) for item in campaign.vouchers)


def gone(campaign: Campaign, inside: Inside) -> int:
    return sum(item.value["balance"] for item in campaign.vouchers if item.deleted and inside(item.updated_at))


def gifts(project: Project, campaign: Campaign, inside: Inside) -> Json:
    created = {"created_vouchers_amount": first_balance(campaign, inside, "amount")}
    return {**created, "amount_deleted": gone(campaign, inside), **moved(project, campaign, inside, GIFT, "amount")}


def loyalty(project: Project, campaign: Campaign, inside: Inside) -> Json:
    body: Json = {
        "created_vouchers_points": first_balance(campaign, inside, "points"),
        "points_deleted": gone(campaign, inside),
        **moved(project, campaign, inside, LOYALTY, "points"),
    }
    mine = [item for item in project.ledger.pending.values() if item.voucher.campaign is campaign]
    body["pending_points_added"] = sum(item.points for item in mine if inside(item.created_at))
    body["pending_points_subtracted"] = 0
    for status in ("ACTIVATED", "CANCELED"):
        ended = (item.points for item in mine if item.status == status and inside(item.updated_at))
        body[f"pending_points_{status.lower()}"] = sum(ended)
    return body


def referred(project: Project, campaign: Campaign, inside: Inside) -> int:
    return sum(
        holder.role == "REFEREE" and holder.voucher.campaign is campaign and inside(holder.created_at)
        for holders in project.holders.values()
        for holder in holders
    )
