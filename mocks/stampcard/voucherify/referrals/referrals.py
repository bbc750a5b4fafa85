"""Referral codes: the customer a code is published to refers, friends who redeem it or are assigned are referred.

https://docs.voucherify.io/api-reference/referrals
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, values, views
from stampcard.voucherify.campaigns import vouchers
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions.records import Publication
from stampcard.voucherify.events.records import Activity
from stampcard.voucherify.redemptions.records import Redemption
from stampcard.voucherify.referrals.records import Holder
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def find(call: Call[Project]) -> Voucher:
    """The referral code a path names, of the campaign it names. Raises 404."""
    found = vouchers.find(call, call.path["memberId"])
    wanted = call.path.get("campaignId")
    campaign = found.campaign
    if not found.is_referral_code or campaign is None or wanted not in (None, campaign.id, campaign.name):
        raise errors.not_found(call, "voucher", call.path["memberId"])
    return found


def view(record: Holder) -> Json:
    voucher = record.voucher
    return {
        "id": record.id,
        "created_at": record.created_at,
        "redeemable_id": voucher.id,
        "redeemable_object": "voucher",
        "campaign_id": voucher.campaign.id if voucher.campaign else "",
        "campaign_type": "REFERRAL_PROGRAM",
        "voucher_type": voucher.type,
        "customer_id": record.customer.id,
        "holder_role": record.role,
        "metadata": record.metadata,
        "object": "redeemable_holder",
    }


async def browse(call: Call[Project]) -> Reply:
    """The referrer first; `order` is by creation then."""
    voucher = find(call)
    found = call.state.holders.get(voucher.id, [])
    shown = found if "order" in call.query else found[::-1]
    reply = lists.cursor(call, shown[::-1], view, lambda item: item.id)
    return Reply(200, {**reply.body, "total": len(found)})


async def add(call: Call[Project]) -> Reply:
    """All referees or none. Raises not_published, 409 for who holds the code already."""
    project, voucher = call.state, find(call)
    if voucher.holder is None:
        details = "Referral code must be first published to Referrer before assigning it to Referee"
        raise errors.refusal(call, 400, "not_published", "Voucher is not published", details)
    references = [customers.read_reference(call, values.given(row), ".holders") for row in call.body["holders"]]
    held = {item.customer.id for item in project.holders.get(voucher.id, [])}
    known = [reference.known.id for reference in references if reference.known is not None]
    names = [reference.source_id for reference in references if reference.source_id is not None]
    if held & set(known) or len(set(known)) < len(known) or len(set(names)) < len(names):
        message = "Customer is already assigned to given redeemable"
        raise errors.refusal(call, 409, "holder_assignement_duplication", message)
    group = errors.request_id(call)
    made = []
    for reference in references:
        customer = customers.settle(project, reference, group)
        made.append(hold(project, voucher, customer, "REFEREE", call.body.get("metadata") or {}))
        happenings.tell(project, group, "customer.holder.assignment.created", customer, made[-1])
    call.summary = f"{len(made)} referees of {voucher.code}"
    return Reply(200, {"holders": [view(item) for item in made]})


async def remove(call: Call[Project]) -> Reply:
    """The referrer stays."""
    voucher, wanted = find(call), call.path["holderId"]
    found = next((item for item in call.state.holders.get(voucher.id, []) if item.id == wanted), None)
    if found is None:
        raise errors.not_found(call, "redeemable_holder", wanted)
    if found.role == "REFERRER":
        details = "You can not remove Referrer assignment"
        raise errors.refusal(call, 403, "forbidden", "Can not remove assignment", details)
    call.state.holders[voucher.id].remove(found)
    call.summary = f"referee removed from {voucher.code}"
    return Reply(204)


# Who holds what


def hold(project: Project, voucher: Voucher, customer: Customer, role: str, metadata: Json) -> Holder:
    holder = Holder(project.serial_id("rh_"), voucher, customer, role, project.now, metadata)
    project.holders.setdefault(voucher.id, []).append(holder)
    if role == "REFEREE" and voucher.holder is not None:
        note_referred(project, voucher, customer, voucher.holder)
    return holder


def note_referred(project: Project, voucher: Voucher, customer: Customer, referrer: Customer) -> None:
    """The friend's referrals say who referred, the referrer's summary counts the friend."""
    loyalty, campaign = referrer.loyalty or views.NO_LOYALTY, voucher.campaign
    counted = {**loyalty, "referred_customers": loyalty["referred_customers"] + 1}
    if campaign is not None:
        mine = loyalty["campaigns"].get(campaign.name, {"points": 0, "referred_customers": 0})
        mine = {**mine, "referred_customers": mine["referred_customers"] + 1}
        counted["campaigns"] = {**loyalty["campaigns"], campaign.name: mine}
    referrer.loyalty = counted
    referrals = customer.referrals or views.NO_REFERRALS
    entry = {
        "campaign_id": voucher.campaign.id if voucher.campaign else "",
        "referrer_id": referrer.id,
        "related_object_id": voucher.id,
        "related_object_type": "voucher",
        "date": project.now,
    }
    customer.referrals = {"total": referrals["total"] + 1, "campaigns": [*referrals["campaigns"], entry]}


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """Publishing a referral code makes its referrer, a friend's redemption its referee."""
    subject = activity.subject
    if customer is None:
        return
    if activity.type == "customer.publication.succeeded" and isinstance(subject, Publication):
        for voucher in subject.vouchers:
            if voucher.is_referral_code and not project.holders.get(voucher.id):
                hold(project, voucher, customer, "REFERRER", {})
    elif activity.type == "customer.redemption.succeeded" and isinstance(subject, Redemption):
        if subject.voucher is not None and subject.voucher.is_referral_code:
            refer(project, subject.voucher, customer, activity.group_id)


def refer(project: Project, code: Voucher, friend: Customer, group: str) -> None:
    """The friend was referred by the code, unless it is known already."""
    if code.holder is None or any(item.customer is friend for item in project.holders.get(code.id, [])):
        return
    holder = hold(project, code, friend, "REFEREE", {})
    happenings.tell(project, group, "customer.holder.assignment.created", friend, holder)
