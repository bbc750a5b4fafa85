"""What has been assigned to a customer: codes published to it, and referral codes it was referred by.

https://docs.voucherify.io/api-reference/customers/list-customers-redeemables
"""

from __future__ import annotations

import hashlib

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, lists, views
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions.records import Publication
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


class Held:
    """A code a customer holds: since when, and as what."""

    def __init__(self, voucher: Voucher, since: str, role: str, number: str | None = None) -> None:
        self.voucher = voucher
        self.since = since
        self.role = role
        self.id = number or id_of(voucher, since)


def id_of(voucher: Voucher, since: str) -> str:
    """Ids of holders grow with time, and stay the same for the same code."""
    instant = dates.read_instant(since)
    moment = int(instant.timestamp() * 1000) if instant is not None else 0
    return f"rh_{moment:012x}{hashlib.sha256(voucher.id.encode()).hexdigest()[:6]}"


def wallet(project: Project, customer: Customer) -> list[Held]:
    """Oldest first."""
    published = {
        voucher.id: item.created_at
        for item in customer.activity
        if item.type == "customer.publication.succeeded" and isinstance(item.subject, Publication)
        for voucher in item.subject.vouchers
    }
    found = [
        Held(voucher, published.get(voucher.id, voucher.created_at), role(project, voucher, customer))
        for voucher in customer.vouchers
        if not voucher.deleted
    ]
    for holders in project.holders.values():
        for one in holders:
            if one.customer is customer and one.role == "REFEREE" and not one.voucher.deleted:
                found.append(Held(one.voucher, one.created_at, one.role, one.id))
    return sorted(found, key=lambda held: held.id)


def status(project: Project, voucher: Voucher) -> str:
    """ACTIVE, or the first reason why it cannot be used (their order is assumed)."""
    now, campaign = project.now, voucher.campaign
    if not voucher.active or (campaign is not None and not campaign.active):
        return "DISABLED"
    if voucher.expiration_date is not None and voucher.expiration_date <= now:
        return "EXPIRED"
    if voucher.start_date is not None and voucher.start_date > now:
        return "NOT_ACTIVE_YET"
    if voucher.quantity is not None and voucher.redeemed_quantity >= voucher.quantity:
        return "USED"
    if voucher.type != "DISCOUNT_VOUCHER" and not voucher.value["balance"]:
        return "NO_BALANCE"
    return "ACTIVE"


def view(project: Project, customer: Customer, held: Held) -> Json:
    voucher = held.voucher
    campaign = voucher.campaign
    return {
        "id": held.id,
        "created_at": held.since,
        "redeemable_id": voucher.id,
        "redeemable_object": "voucher",
        "customer_id": customer.id,
        "holder_role": held.role,
        "campaign_id": campaign.id if campaign else None,
        "campaign_type": campaign.campaign_type if campaign else None,
        "voucher_type": voucher.type,
        "redeemable": {
            "type": "voucher",
            "voucher": views.listed(views.voucher(voucher)),
            "status": status(project, voucher),
        },
    }


def for_filters(body: Json) -> Json:
    """The entry with the names filters use."""
    voucher = body["redeemable"]["voucher"]
    return {**body, "voucher_code": voucher["code"], "code": voucher["code"], "voucher": voucher}


def role(project: Project, voucher: Voucher, customer: Customer) -> str:
    """OWNER, or what the customer is to a referral code."""
    found = [item.role for item in project.holders.get(voucher.id, []) if item.customer is customer]
    return found[0] if found else "OWNER"


async def browse(call: Call[Project]) -> Reply:
    """Newest first unless `order` is `id`; the way on by starting_after_id."""
    project = call.state
    customer = customers.find(call, call.path["customerId"])
    found = wallet(project, customer)
    if call.query.get("order", "-id") == "-id":
        found.reverse()
    found = lists.filtered(call, found, lambda held: for_filters(view(project, customer, held)))
    total, start = len(found), call.query.get("starting_after_id")
    if start is not None:
        places = [place for place, held in enumerate(found) if held.id == start]
        found = found[places[0] + 1 :] if places else []
    shown = found[: call.query.get("limit", lists.DEFAULT_LIMIT)]
    body = views.listing("data", [view(project, customer, held) for held in shown], total)
    body["has_more"] = len(found) > len(shown)
    if body["has_more"]:
        body["more_starting_after"] = shown[-1].id
    call.summary = f"{len(shown)} of {total} redeemables of {customer.source_id or customer.id}"
    return Reply(200, body)
