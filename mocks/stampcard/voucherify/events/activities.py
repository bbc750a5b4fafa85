"""What happened to a customer, told with the records it happened with.

https://docs.voucherify.io/api-reference/customers/list-customer-activity
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, happenings, lists, views
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Customer, Segment
from stampcard.voucherify.distributions.records import Publication
from stampcard.voucherify.events.records import Activity, CustomEvent
from stampcard.voucherify.loyalty import tiers
from stampcard.voucherify.orders import orders
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.points import balances, cards, pending_points
from stampcard.voucherify.points.records import Expired, Pending, PendingChange, TierChange, Transaction
from stampcard.voucherify.redemptions import redemptions, rollbacks
from stampcard.voucherify.redemptions.records import Redemption, Rollback
from stampcard.voucherify.referrals.records import Rewarded
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def view(project: Project, customer: Customer, record: Activity) -> Json:
    return {
        "id": happenings.id_of(project, record),
        "type": record.type,
        "data": data(project, customer, record),
        "created_at": record.created_at,
        "group_id": record.group_id,
    }


def data(project: Project, customer: Customer | None, record: Activity) -> Json:
    """The keys of `data` by what it is about; the customer is always there, in short."""
    body: Json = {"customer": views.short_customer(customer) if customer is not None else None}
    subject = record.subject
    if isinstance(subject, Publication):
        body["publication"] = views.listed_publication(subject)
        body["campaign"] = views.short_campaign(subject.campaign)
        body["voucher"] = views.voucher(subject.vouchers[0]) if subject.vouchers else None
    elif isinstance(subject, Redemption):
        body |= {"redemption": redemptions.view(project, subject), "order": subject.order_view}
        body["voucher"] = views.voucher(subject.voucher) if subject.voucher else None
    elif isinstance(subject, Rollback):
        body["redemption_rollback"] = rollbacks.view(project, subject)
        body["redemption"] = redemptions.view(project, subject.redemption)
    elif isinstance(subject, Order):
        body |= {"order": orders.view(subject), "referrer": None, "redemption": None}
    elif isinstance(subject, Segment):
        body["segment"] = {"id": subject.id, "name": subject.name, "object": "segment"}
    elif isinstance(subject, Transaction):
        body |= {"transaction": balances.view(subject), "balance": subject.details["balance"]}
        body["voucher"] = views.voucher(subject.voucher)
        body["campaign"] = views.short_campaign(subject.voucher.campaign)
    elif isinstance(subject, Rewarded):
        body |= reward_data(project, subject)
    elif isinstance(subject, TierChange):
        body |= tier_data(subject)
    elif isinstance(subject, PendingChange | Expired | tuple):
        body |= points_data(subject)
    elif isinstance(subject, CustomEvent):
        body |= {"event": {"type": subject.name, "metadata": subject.metadata}, **told_with(subject)}
    return body


def reward_data(project: Project, subject: Rewarded) -> Json:
    """What referring brought to a card."""
    event = subject.event
    return {
        "holder": views.short_customer(subject.code.holder) if subject.code.holder else None,
        "voucher": views.voucher(subject.voucher),
        "campaign": views.short_campaign(subject.code.campaign),
        "redemption": redemptions.view(project, subject.redemption) if subject.redemption else None,
        "reward": None,
        "referral_tier": {name: subject.tier[name] for name in ("id", "name")} if subject.tier else None,
        "balance": subject.transaction.details["balance"],
        "custom_event": {"type": event.name, "metadata": event.metadata} if event else None,
        "customer_event": None,
    }


def told_with(event: CustomEvent) -> Json:
    """The referral code and the loyalty card of a custom event."""
    found = {"referral": event.referral, "loyalty": event.loyalty}
    return {name: {"code": record.code} if record is not None else None for name, record in found.items()}


def tier_data(change: TierChange) -> Json:
    """Up and down name both tiers, the rest the one it is about."""
    body: Json = {"campaign": views.short_campaign(change.voucher.campaign), "created_at": change.created_at}
    before = tiers.view(change.before) if change.before is not None else None
    after = tiers.view(change.after) if change.after is not None else None
    if before is not None and after is not None and change.before is not change.after:
        return {**body, "loyalty_tier_from": before, "loyalty_tier_to": after}
    return {**body, "loyalty_tier": after or before}


def points_data(subject: PendingChange | Expired | tuple[Pending, Transaction]) -> Json:
    """Pending points, with the balance they came to where they are active now; or points that expired."""
    card = subject[0].voucher if isinstance(subject, tuple) else subject.voucher
    body: Json = {"voucher": views.voucher(card), "campaign": views.short_campaign(card.campaign)}
    if isinstance(subject, Expired):
        return {**body, "points": subject.points, "buckets": subject.buckets, "transaction": subject.transaction}
    if isinstance(subject, PendingChange):
        body |= {"order": orders.view(subject.order), "pending_points": subject.entry}
        waiting = {**pending_points.balance(subject), "type": "loyalty_card"}
        return {**body, "voucher_pending_points_balance": waiting}
    pending, transaction = subject
    body |= {"order": orders.view(pending.order), "pending_points": pending_points.view(pending)}
    return {**body, "balance": transaction.details["balance"], "transaction": balances.view(transaction)}


async def browse(call: Call[Project]) -> Reply:
    """Newest first, by cursor; filtered by type and time."""
    project, query = call.state, call.query
    customer = customers.find(call, call.path["customerId"])
    start, end = dates.normal(query.get("start_date")), dates.normal(query.get("end_date"))
    found = [
        item
        for item in reversed(customer.activity)
        if ("type" not in query or item.type == query["type"])
        and (start is None or item.created_at >= start)
        and (end is None or item.created_at <= end)
    ]
    return lists.cursor(
        call, found, lambda item: view(project, customer, item), lambda item: str(view(project, customer, item)["id"])
    )


async def of_member(call: Call[Project]) -> Reply:
    """What happened with a loyalty card, newest first, by cursor."""
    project, card = call.state, cards.find_card(call)
    if card.holder is None:
        return lists.cursor(call, [], lambda item: item, lambda item: item)
    customer = card.holder
    found = [item for item in reversed(customer.activity) if is_about(item.subject, card)]
    return lists.cursor(
        call, found, lambda item: view(project, customer, item), lambda item: happenings.id_of(project, item)
    )


def is_about(subject: object, card: Voucher) -> bool:
    if isinstance(subject, tuple):
        subject = subject[0]
    if isinstance(subject, Publication):
        return card in subject.vouchers
    if isinstance(subject, Rollback):
        subject = subject.redemption
    return getattr(subject, "voucher", None) is card
