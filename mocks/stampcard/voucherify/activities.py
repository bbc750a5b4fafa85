"""What happened to a customer, told with the records it happened with.

https://docs.voucherify.io/api-reference/customers/list-customer-activity
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import balances, customers, dates, lists, orders, redemptions, rollbacks, views
from stampcard.voucherify.records import CustomEvent, Json, Order, Redemption, Rollback, Segment, Transaction
from stampcard.voucherify.state import Activity, Customer, Project, Publication


def view(project: Project, customer: Customer, record: Activity) -> Json:
    millis = int((dates.read_instant(record.created_at) or project.world.clock.now).timestamp() * 1000)
    return {
        "id": f"evcus_{millis:012x}{record.number & 0xFFFFFF:06x}",
        "type": record.type,
        "data": data(project, customer, record),
        "created_at": record.created_at,
        "group_id": record.group_id,
    }


def data(project: Project, customer: Customer, record: Activity) -> Json:
    """The keys of `data` by what it is about; the customer is always there, in short."""
    body: Json = {"customer": views.short_customer(customer)}
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
    elif isinstance(subject, CustomEvent):
        body |= {"event": {"type": subject.name, "metadata": subject.metadata}, "referral": None, "loyalty": None}
    return body


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
