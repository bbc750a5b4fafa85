"""Distributions: codes and other data sent to Braze as custom attributes, once by hand or whenever a trigger fires.

Dashboard only; the vendor has no API for it. One POST /users/track for each recipient, found in Braze by
external id = the customer's source_id. A send that Braze does not take is tried again like a webhook and stays on the
distribution as failed when that does not help.
https://support.voucherify.io/article/19-how-does-the-distribution-manager-work,
https://www.braze.com/docs/partners/voucherify/custom_attributes/
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from stampcard.core import codec
from stampcard.core.delivery import Delivery, ladder
from stampcard.core.errors import ApiError, ConnectError, WireError
from stampcard.core.http import Response
from stampcard.voucherify import desk, happenings
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers.records import Customer, Segment
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.distributions.records import Distribution, Publication, Send
from stampcard.voucherify.events.records import Activity, CustomEvent
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.points.records import Expired, Pending, PendingChange, TierChange, Transaction
from stampcard.voucherify.redemptions.records import Redemption, Rollback
from stampcard.voucherify.referrals.records import Rewarded
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project
from stampcard.voucherify.views import BLOCKS, asset

MANUAL_DELAY = timedelta(minutes=10)
RETRIES = (60, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 30720, 24960)
"""Seconds between attempts, so that they fall 1, 2, 4 ... minutes and at last 24 hours after the first."""

PENDING = "customer.voucher.loyalty_card.pending_points"
TIER_CHANGES = ("joined", "left", "upgraded", "downgraded", "prolonged")
TRIGGERS = {
    "customer_entered_segment": "customer.segment.entered",
    "customer_left_segment": "customer.segment.left",
    "publication_succeeded": "customer.publication.succeeded",
    "order_created": "customer.order.created",
    "order_updated": "customer.order.updated",
    "order_paid": "customer.order.paid",
    "order_canceled": "customer.order.canceled",
    "gift_credits_added": "customer.voucher.gift.balance_added",
    "loyalty_points_added": "customer.voucher.loyalty_card.points_added",
    "voucher_redeemed": "customer.redemption.succeeded",
    "redemption_rolled_back": "customer.redemption.rollback.succeeded",
    "reward_redeemed": "customer.reward_redemptions.completed",
    "custom_event": "customer.custom_event",
    "loyalty_points_expired": "customer.voucher.loyalty_card.points_expired",
    **{f"pending_points_{what}": f"{PENDING}.{what}" for what in ("added", "updated", "activated", "canceled")},
    **{f"tier_{what}": f"customer.loyalty.tier.{what}" for what in TIER_CHANGES},
    "points_rewarded": "customer.rewarded.loyalty_points",
    "customer_rewarded": "customer.rewarded",
}


# When


def schedule(project: Project, distribution: Distribution) -> None:
    """A manual distribution starts ten minutes after it was saved."""
    world = project.world
    cause = world.record("voucherify", "distribution.saved", f"manual distribution {distribution.name} saved")

    async def run() -> None:
        if project.distributions.get(distribution.id) is not distribution:
            return  # Saved again: that one runs instead.
        for customer in recipients(project, distribution, cause):
            serve(project, distribution, customer, None, cause)

    name = f"distribution {distribution.name}"
    world.clock.after(MANUAL_DELAY, run, name=name, vendor="voucherify", cause=cause)


def recipients(project: Project, distribution: Distribution, cause: int) -> list[Customer]:
    """The segment's members or the one customer; who is not in Voucherify is reported."""
    if distribution.customer is not None:
        found = project.find_customer(distribution.customer)
        if found is None:
            send = Send("", distribution.customer, {}, "failed", "no customer has this id or source_id")
            report(project, distribution, send, cause)
            return []
        return [found]
    segment = project.segments.get(distribution.segment_id or "")
    members = segment.members if segment is not None else set()
    return [item for item in project.customers.values() if item.id in members]


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """Something happened: automatic distributions that wait for it send at once."""
    if customer is None:
        return
    for distribution in list(project.distributions.values()):
        if TRIGGERS.get(distribution.trigger) == activity.type and concerns(distribution, activity.subject):
            cause = happenings.cause_of(activity.group_id)
            said = f"distribution {distribution.name} triggered by {activity.type}"
            entry = project.world.record("voucherify", "distribution.triggered", said, cause=cause)
            serve(project, distribution, customer, activity.subject, entry)


def concerns(distribution: Distribution, subject: Any) -> bool:
    """Whether this is the distribution's own segment, event or campaign."""
    if isinstance(subject, Segment):
        return distribution.segment_id == subject.id
    if isinstance(subject, CustomEvent):
        return distribution.event == subject.name
    if isinstance(subject, Publication):
        own = subject.metadata.get("distribution_id") is not None
        wanted = distribution.campaign_id
        return not own and wanted in (None, subject.campaign.id if subject.campaign else None)
    return True


# What


def serve(project: Project, distribution: Distribution, customer: Customer, subject: Any, cause: int) -> None:
    """Publish a code where the distribution has a source, and send what is mapped."""
    send = Send(customer.id, customer.source_id, {})
    if distribution.consent is not None and not customer.consents.get(distribution.consent):
        send.state, send.error = "failed", f"no consent {distribution.consent}"
        report(project, distribution, send, cause)
        return
    publication = subject if isinstance(subject, Publication) else None
    try:
        if publication is None and distribution.campaign_id is not None:
            publication = publish(project, distribution, customer, cause)
    except ApiError as error:
        send.state, send.error = "failed", f"{error.body.get('key')}: {error.body.get('message')}"
        report(project, distribution, send, cause)
        return
    send.attributes = attributes(project, distribution, customer, subject, publication)
    deliver(project, distribution, send, cause)


def publish(project: Project, distribution: Distribution, customer: Customer, cause: int) -> Publication:
    call = desk.by_hand(project.world, project, {}, cause)
    source = {"distribution_id": distribution.id, "source_type": "distribution", "source_id": distribution.id}
    body = {"campaign": distribution.campaign_id, "customer": customer.id, "channel": "Automation", "metadata": source}
    return publications.publish(call, publications.Order(body, False))


def attributes(
    project: Project, distribution: Distribution, customer: Customer, subject: Any, publication: Publication | None
) -> Json:
    """The mapped fields that are known, by their Braze names."""
    voucher = voucher_of(subject, publication)
    known: dict[str, Callable[[], Any]] = {
        "code": lambda: voucher.code if voucher else None,
        "voucher_type": lambda: voucher.type if voucher else None,
        "value": lambda: value_of(voucher) if voucher else None,
        "balance": lambda: voucher.value.get("balance") if voucher else None,
        "campaign_name": lambda: voucher.campaign.name if voucher and voucher.campaign else None,
        "expiration_date": lambda: voucher.expiration_date if voucher else None,
        "qr_code_url": lambda: asset(voucher, "qr")["url"] if voucher else None,
        "barcode_url": lambda: asset(voucher, "barcode")["url"] if voucher else None,
        "publication_date": lambda: publication.created_at if publication else None,
        "delivery_date": lambda: project.now,
        "cockpit_url": lambda: f"{COCKPIT}/{customer.id}",
        "order_id": lambda: order_of(subject, "source_id") or order_of(subject, "id"),
        "order_status": lambda: order_of(subject, "status"),
        "order_amount": lambda: order_of(subject, "amount"),
        "points_added": lambda: change_of(subject),
        "credits_added": lambda: change_of(subject),
        "segment_name": lambda: subject.name if isinstance(subject, Segment) else None,
        "tier_name": lambda: tier_of(subject),
        "event_name": lambda: subject.name if isinstance(subject, CustomEvent) else None,
    }
    found = {attribute: known[name]() for name, attribute in distribution.fields.items()}
    return {attribute: value for attribute, value in found.items() if value is not None}


COCKPIT = "https://cockpit.voucherify.io/customers"
"""Where a customer's cockpit is (assumed: the vendor's links are signed and differ by project)."""

FIELDS = frozenset(
    """code voucher_type value balance campaign_name expiration_date qr_code_url barcode_url publication_date
    delivery_date cockpit_url order_id order_status order_amount points_added credits_added segment_name
    tier_name event_name""".split()
)


def voucher_of(subject: Any, publication: Publication | None) -> Voucher | None:
    if publication is not None:
        return publication.vouchers[0]
    if isinstance(subject, Redemption):
        return subject.voucher
    if isinstance(subject, Rollback):
        return subject.redemption.voucher
    if isinstance(subject, tuple):
        subject = subject[0]
    known = Transaction | Pending | PendingChange | Expired | TierChange | Rewarded
    return subject.voucher if isinstance(subject, known) else None


def value_of(voucher: Voucher) -> Any:
    """The number a code is worth, in the unit of its type."""
    value = voucher.value
    if voucher.type != "DISCOUNT_VOUCHER":
        return value["points" if BLOCKS[voucher.type] == "loyalty_card" else "amount"]
    names = ("amount_off", "percent_off", "fixed_amount", "unit_off")
    return next((value[name] for name in names if name in value), None)


def order_of(subject: Any, name: str) -> Any:
    order = subject.order if isinstance(subject, Redemption) else subject
    return getattr(order, name) if isinstance(order, Order) else None


def tier_of(subject: Any) -> str | None:
    """The tier a change led to; the one that was left, where it led to none."""
    tier = (subject.after or subject.before) if isinstance(subject, TierChange) else None
    return tier.name if tier is not None else None


def change_of(subject: Any) -> int | None:
    if isinstance(subject, tuple):
        subject = subject[0]
    if isinstance(subject, Pending | PendingChange | Expired):
        return subject.points
    if isinstance(subject, Rewarded):
        subject = subject.transaction
    if not isinstance(subject, Transaction):
        return None
    balance = subject.details["balance"]
    changed: int | None = balance.get("points", balance.get("amount"))
    return changed


# Sending


def deliver(project: Project, distribution: Distribution, send: Send, cause: int) -> None:
    """Owe Braze one call; without a source_id the customer cannot be found there."""
    connection = project.braze
    distribution.sends.append(send)
    if send.source_id is None:
        finish(project, distribution, send, cause, "the customer has no source_id to be found by in Braze")
        return
    if connection is None:
        finish(project, distribution, send, cause, "the Braze integration is not connected")
        return
    body = {"attributes": [{"external_id": send.source_id, **send.attributes}]}

    def done(delivery: Delivery, response: Response | None) -> None:
        finish(project, distribution, send, delivery.attempts[-1].entry or cause, refusal(delivery, response))

    def retry(delivery: Delivery) -> float | None:
        if not send.was_failed:
            send.was_failed = True
            tell_mark(project, send, "failed", cause)
        status = delivery.attempts[-1].status
        return None if 400 <= status < 500 and status != 429 else ladder(*RETRIES)(delivery)

    Delivery(
        project.world,
        "voucherify",
        f"distribution {distribution.name} to {send.source_id}",
        "POST",
        f"{connection.endpoint}/users/track",
        {"Content-Type": "application/json", "Authorization": f"Bearer {connection.api_key}"},
        codec.encode(body),
        cause,
        retry,
        succeeded=is_taken,
        done=done,
        event="braze_custom_attributes",
    ).schedule()


def is_taken(response: Response) -> bool:
    """Braze answers 201 with `errors` for an object it did not take."""
    if not response.ok:
        return False
    try:
        body = response.json
    except codec.BadJson:
        return True
    return not (isinstance(body, dict) and body.get("errors"))


def refusal(delivery: Delivery, response: Response | None) -> str:
    if delivery.state == "delivered":
        return ""
    last = delivery.attempts[-1]
    text = response.body[:200].decode(errors="replace") if response is not None else last.error
    return f"Braze answered {last.status}: {text}" if last.status else text


def finish(project: Project, distribution: Distribution, send: Send, cause: int, error: str) -> None:
    send.state, send.error = ("failed", error) if error else ("sent", "")
    if error and not send.was_failed:
        tell_mark(project, send, "failed", cause)
        send.was_failed = True
    elif not error:
        tell_mark(project, send, "recovered" if send.was_failed else "sent", cause)
    note(project, distribution, send, cause)


def report(project: Project, distribution: Distribution, send: Send, cause: int) -> None:
    """A send that never left."""
    distribution.sends.append(send)
    note(project, distribution, send, cause)


def note(project: Project, distribution: Distribution, send: Send, cause: int) -> None:
    who = send.source_id or send.customer_id
    said = f"distribution {distribution.name} to {who}: {send.error or 'sent'}"
    project.world.record("voucherify", f"distribution.{send.state}", said, cause=cause)


def tell_mark(project: Project, send: Send, mark: str, cause: int) -> None:
    customer = project.customers.get(send.customer_id)
    if customer is not None:
        group = f"w-{int(project.world.clock.epoch * 1000):012x}{cause & 0xFFFFFF:06x}"
        happenings.tell(project, group, f"customer.braze.{mark}", customer)


def retry_failed(project: Project, distribution: Distribution) -> None:
    """Press Retry: what failed is owed again, now."""
    failed = [send for send in distribution.sends if send.state == "failed"]
    cause = project.world.record(
        "voucherify", "distribution.retried", f"distribution {distribution.name}: {len(failed)} sends again"
    )
    for send in failed:
        distribution.sends.remove(send)
        customer = project.find_customer(send.source_id or send.customer_id)
        if customer is None:
            report(project, distribution, send, cause)
        elif send.attributes:
            again = Send(customer.id, customer.source_id, send.attributes, was_failed=True)
            deliver(project, distribution, again, cause)
        else:
            serve(project, distribution, customer, None, cause)


async def connect(project: Project, pointer: str) -> None:
    """Press Connect: the key is tried by a call that changes nothing. Raises ConnectError; then not connected."""
    connection = project.braze
    assert connection is not None
    world = project.world
    cause = world.record("voucherify", "braze.connect", f"connect to {connection.endpoint}")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {connection.api_key}"}
    project.braze = None
    url = f"{connection.endpoint}/users/track"
    try:
        response = await world.wire.send("POST", url, caller="voucherify", cause=cause, headers=headers, body=b"{}")
    except WireError as error:
        raise ConnectError(f"{pointer}/endpoint", f"Braze cannot be reached: {error}") from error
    if response.status in (401, 403):
        raise ConnectError(f"{pointer}/api_key", f"Braze refuses the API key: {response.status}")
    if response.status != 400 and not response.ok:
        raise ConnectError(f"{pointer}/endpoint", f"no Braze REST endpoint answers here: {response.status}")
    project.braze = connection
