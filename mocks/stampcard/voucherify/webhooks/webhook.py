"""Project webhooks: events of the project sent to an address, signed, tried again for a day.

https://docs.voucherify.io/api-reference/introduction-to-webhooks
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from stampcard.core import codec
from stampcard.core.delivery import Delivery, ladder
from stampcard.core.endpoint import Call, Reply
from stampcard.core.http import Response
from stampcard.voucherify import errors, happenings, values, views
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions.distributions import RETRIES
from stampcard.voucherify.events.records import Activity
from stampcard.voucherify.management.paths import of_path, project_id
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project
from stampcard.voucherify.webhooks import payloads
from stampcard.voucherify.webhooks.records import Webhook

EVENTS: dict[str, tuple[str, ...]] = {
    "customer.created": ("customer.created",),
    "customer.updated": ("customer.updated",),
    "customer.deleted": ("customer.deleted",),
    "customer.redemption.succeeded": ("redemption.succeeded",),
    "customer.redemption.failed": ("redemption.failed",),
    "customer.redemption.rollback.succeeded": ("redemption.rollback.succeeded",),
    "customer.publication.succeeded": ("publication.succeeded", "voucher.published"),
    "customer.rewarded": ("customer.rewarded",),
    "customer.rewarded.loyalty_points": ("customer.rewarded.loyalty_points",),
    **{
        f"customer.{kind}": (kind,)
        for kind in (
            "voucher.gift.balance_added",
            "voucher.loyalty_card.points_added",
            "voucher.loyalty_card.points_expired",
            "voucher.loyalty_card.pending_points.added",
            "voucher.loyalty_card.pending_points.updated",
            "voucher.loyalty_card.pending_points.activated",
            "voucher.loyalty_card.pending_points.canceled",
        )
    },
}
"""The project events for what happens to a customer."""
PROJECT_EVENTS = frozenset(
    """voucher.created voucher.updated voucher.enabled voucher.disabled voucher.deleted voucher.gift.transaction.created
    voucher.loyalty_card.transaction.created campaign.created campaign.updated campaign.enabled campaign.disabled
    campaign.deleted campaign.vouchers.generation.completed campaign.promotion_tier.created
    campaign.promotion_tier.updated campaign.promotion_tier.enabled campaign.promotion_tier.disabled
    campaign.promotion_tier.deleted campaign.loyalty_tier.created business_validation_rule.created
    business_validation_rule.updated business_validation_rule.deleted business_validation_rule.assignment.created
    business_validation_rule.assignment.deleted""".split()
)
"""The project events that no customer caused. Others that the vendor has are not sent; who asks for one is told."""
SENT = PROJECT_EVENTS | {kind for kinds in EVENTS.values() for kind in kinds}
WRONG_SPELLINGS = {
    "voucher.gift.balance_aded",
    "voucher.loyalty_card.points_aded",
    "voucher.loyalty_card.pending_points.aded",
    "campaign.vouchers.aded",
}


def secret(project: Project) -> str:
    """What signs: shown in the project settings only."""
    return project.settings.webhook_secret or project.world.secrets.alnum("voucherify webhook secret", 32)


def find(call: Call[Project]) -> Webhook:
    found = of_path(call).webhooks.get(call.path["webhookId"])
    if found is None:
        raise errors.management_not_found("webhook", call.path["webhookId"])
    return found


def view(record: Webhook) -> Json:
    return {
        "id": record.id,
        "object": "webhook",
        "created_at": record.created_at,
        "target_url": record.target_url,
        "events": record.events,
        "active": record.active,
    }


async def browse(call: Call[Project]) -> Reply:
    found = [view(item) for item in of_path(call).webhooks.values()]
    call.summary = f"{len(found)} webhooks"
    return Reply(200, views.listing("data", found, len(found)))


async def create(call: Call[Project]) -> Reply:
    project, body = of_path(call), call.body
    check_url(call, body["target_url"])
    record = Webhook(project.random_id("wh_"), body["target_url"], read_events(call, body["events"]), project.now)
    record.active = body.get("active") is not False
    project.webhooks[record.id] = record
    call.summary = f"webhook to {record.target_url} created"
    return Reply(200, view(record))


def check_url(call: Call[Project], url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise errors.invalid_payload(call, 'Property .target_url should match format "uri"')


def read_events(call: Call[Project], wanted: list[str]) -> list[str]:
    """The vendor's schema spells some names wrongly; both spellings are taken."""
    found = list(dict.fromkeys(name.replace("aded", "added") if name in WRONG_SPELLINGS else name for name in wanted))
    for name in found:
        if name not in SENT:
            call.diagnose("event-not-sent", f"stampcard sends no {name}", "/events", severity="error")
    return found


async def read(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"webhook to {record.target_url}"
    return Reply(200, view(record))


async def update(call: Call[Project]) -> Reply:
    record, body = find(call), values.given(call.body)
    if "target_url" in body:
        check_url(call, body["target_url"])
    record.target_url = body.get("target_url", record.target_url)
    record.events = read_events(call, body["events"]) if "events" in body else record.events
    record.active = body.get("active", record.active)
    call.summary = f"webhook to {record.target_url} updated"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    record = find(call)
    del of_path(call).webhooks[record.id]
    call.summary = f"webhook to {record.target_url} deleted"
    return Reply(204)


# Sending


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """Something happened: webhooks that listen for it are owed a call."""
    if not project.webhooks:
        return
    kinds = EVENTS.get(activity.type) or (activity.type,)
    for kind in kinds:
        for webhook in list(project.webhooks.values()):
            if webhook.active and kind in webhook.events:
                send(project, webhook, kind, activity, customer)


def send(project: Project, webhook: Webhook, kind: str, activity: Activity, customer: Customer | None) -> None:
    body = codec.encode(envelope(project, webhook, kind, activity, customer))

    def done(delivery: Delivery, response: Response | None) -> None:
        if delivery.state == "failed":
            webhook.active = False
            said = f"webhook to {webhook.target_url} disabled after {len(delivery.attempts)} attempts"
            project.world.record("voucherify", "webhook.disabled", said, cause=delivery.cause)

    Delivery(
        project.world,
        "voucherify",
        f"webhook {kind} to {webhook.target_url}",
        "POST",
        webhook.target_url,
        {"Content-Type": "application/json", "x-voucherify-signature": signature(secret(project), body)},
        body,
        happenings.cause_of(activity.group_id),
        ladder(*RETRIES),
        done=done,
        timeout=10.0,
        event=kind,
    ).schedule()


def signature(key: str, body: bytes) -> str:
    """Lower-case hexadecimal HMAC-SHA-256 of the compact JSON."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def envelope(project: Project, webhook: Webhook, kind: str, activity: Activity, customer: Customer | None) -> Json:
    """The body in the form of webhook version v2024-01-01."""
    number = happenings.id_of(project, activity).removeprefix("evcus_")
    if activity.type in EVENTS:
        said = payloads.of_customer(project, kind, activity, customer)
    else:
        said = payloads.of_project(project, kind, activity)
    key = project.keys["server"]
    return {
        "id": project.serial_id("whs_"),
        "project_id": project_id(project),
        "created_at": project.now,
        "type": kind,
        "data": said,
        "source": {"id": webhook.id, "object": "webhook", "target_url": webhook.target_url},
        "event": {
            "id": payloads.prefix(kind) + number,
            "type": kind,
            "created_at": activity.created_at,
            "entity_id": payloads.entity(activity.subject, customer),
            "group_id": activity.group_id,
            "event_source": {"channel": "API", "api_key": {"name": key.name, "app_id": key.id}},
        },
    }
