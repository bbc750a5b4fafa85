"""The Braze adapter: events as calls of /users/track, with the guest's external id.

What is sent is in the adapter pages of the vendor's portal (overview, guest, check-ins, redemptions, rewards,
coupons, pending check-in); the path and the header are Braze's own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.core import codec
from stampcard.core.delivery import Delivery
from stampcard.core.http import Response
from stampcard.punchh import payloads
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Adapter, Business, Event
from stampcard.punchh.times import utc
from stampcard.punchh.webhooks import retries

FAMILIES = {
    "users": "Guest",
    "checkins.loyalty": "Loyalty Check-in",
    "checkins.gift": "Gift Check-in",
    "redemptions": "Redemption",
    "rewards": "Rewards",
    "transactional_notifications": "Transactional Notifications",
    "marketing_notifications": "Marketing Notifications",
    "coupons": "Coupons",
    "user_coupon_redemptions": "Coupons",
}
"""Which entry of the event selection an event belongs to; absent: the adapter has no entry for it."""

PUBLISHED_NOTIFICATIONS = {
    "transactional_notifications_pending_checkin",
    "marketing_notifications_post_checkin_campaign",
}
"""The notifications the adapter pages describe; others leave only with `adapter.generic_notifications`."""

ALWAYS = ("apple_loyalty_pass_url", "android_loyalty_pass_url")
"""Besides the balances, what accompanies a Guest update even with default attributes off."""

RENAMED = {
    "marketing_email_subscription": "email_subscribe",
    "marketing_pn_subscription": "push_subscribe",
    "favourite_location_ids": "favourite_store_numbers",
    "status": "user_status",
    "external_source_id": "punchh_user_id",
}
"""Changed members of a profile whose attribute has another name. A guest that only now became known to Braze is told
by its Punchh id."""


def family(event: Event) -> str | None:
    """The entry of the event selection an event belongs to."""
    return FAMILIES.get(f"{event.name}.{event.kind}") or FAMILIES.get(event.name)


def send(business: Business, adapter: Adapter, event: Event) -> None:
    """Make the delivery of one event, or say in the journal why there is none."""
    name = f"{event.name}_{event.kind}" if event.kind else event.name
    guest = event.guest
    switches = business.switches
    if guest is None:
        return
    if event.name.endswith("_notifications") and name not in PUBLISHED_NOTIFICATIONS:
        if not switches.adapter_generic_notifications:
            _skip(business, adapter, event, f"the Braze adapter does not carry {name}")
            return
    if event.name == "coupons" and event.payload["coupon_type"] != "unlock":
        _skip(business, adapter, event, "the Braze adapter carries unlock coupons only")
        return
    if (who := _identity(business, guest)) is None:
        _skip(business, adapter, event, f"guest {guest.id} has no external_source_id")
        return
    body: dict[str, Any] = {"partner": "punchh"}
    if event.name == "users" or not adapter.disable_default_user_attributes:
        body["attributes"] = [{**who, **attributes(business, guest, event, adapter)}]
    if event.name != "users" or switches.adapter_emit_users_event:
        properties = flattened(event.payload, keep_nulls=switches.adapter_keep_nulls)
        sent = business.now + timedelta(seconds=switches.webhooks_delay_seconds)
        body["events"] = [{**who, "name": name, "time": utc(sent), "properties": properties}]
    _deliver(business, adapter, event, name, codec.encode(body))


def _identity(business: Business, guest: Guest) -> dict[str, Any] | None:
    if guest.external_source_id:
        return {"external_id": guest.external_source_id}
    mode = business.switches.adapter_on_missing_external_id
    if mode == "send_user_alias":
        return {"user_alias": {"alias_name": str(guest.id), "alias_label": "punchh_user_id"}}
    return {"email": guest.email} if mode == "send_email" else None


def _skip(business: Business, adapter: Adapter, event: Event, why: str) -> None:
    business.world.record("punchh", "adapter skip", f"{adapter.name}: nothing sent, {why}", cause=event.id)


def attributes(business: Business, guest: Guest, event: Event, adapter: Adapter) -> dict[str, Any]:
    """The user attributes: all that are not empty, or what changed when default attributes are off."""
    found = {name: value for name, value in _all_attributes(business, guest).items() if value not in (None, "")}
    if event.name == "users" and event.action == "update":
        found["previous_changes"] = list(event.changed)
    if not adapter.disable_default_user_attributes or event.action != "update":
        return found
    wanted = {RENAMED.get(name, name) for name in event.changed}
    return {
        name: value
        for name, value in found.items()
        if name in wanted or name in ALWAYS or name.startswith("account_balance_")
    }


def _all_attributes(business: Business, guest: Guest) -> dict[str, Any]:
    payload = payloads.guest(business, guest)
    balance = payload["account_balance"]
    same = """business_uuid email first_name last_name phone gender birthday anniversary signup_channel guest_type
        user_status referral_code favourite_store_numbers sms_subscription city state zip_code"""
    counted = """current_membership_level_name net_balance net_debits total_lifetime_points total_point_credits"""
    return {
        "punchh_user_id": guest.id,
        **{name: payload[name] for name in same.split()},
        "terms_and_conditions": guest.profile.get("terms_and_conditions", False),
        "email_subscribe": _subscription(payload["marketing_email_subscription"]),
        "push_subscribe": _subscription(payload["marketing_pn_subscription"]),
        "time_zone": business.time_zone,
        "date_of_first_session": utc(guest.created_at),
        "date_of_last_session": utc(guest.last_activity_at),
        **{f"account_balance_{name}": balance[name] for name in counted.split()},
        "apple_loyalty_pass_url": payloads.pass_url(guest, "apple"),
        "android_loyalty_pass_url": payloads.pass_url(guest, "android"),
    }


def _subscription(wanted: bool) -> str:
    return "subscribed" if wanted else "unsubscribed"


def flattened(payload: dict[str, Any], *, keep_nulls: bool) -> dict[str, Any]:
    """A payload as event properties: nested code members get its name in front, the user and the business id go."""
    found: dict[str, Any] = {}
    for name, value in payload.items():
        if name == "redemption_code" and isinstance(value, dict):
            for part, item in value.items():
                if part == "redeemed_menu_items":
                    found[part] = item
                elif part not in ("business_id", "business_uuid"):
                    found[part if part.startswith(name) else f"{name}_{part}"] = item
        elif name == "store_numbers" and isinstance(value, list):
            found[name] = ",".join(map(str, value))
        elif name not in ("user", "business_id"):
            found[name] = value
    return found if keep_nulls else {name: value for name, value in found.items() if value is not None}


def _deliver(business: Business, adapter: Adapter, event: Event, name: str, body: bytes) -> None:
    delivery = Delivery(
        business.world,
        "punchh",
        f"adapter {adapter.name}: {name}",
        "POST",
        f"{adapter.endpoint}/users/track",
        {"Content-Type": "application/json", "Authorization": f"Bearer {adapter.api_key}"},
        body,
        event.id,
        retries.wait_after if business.switches.adapter_retry else retries.never,
        done=lambda delivery, response: _done(business, adapter, delivery, response),
        event="braze_adapter",
    )
    adapter.deliveries.append(delivery)
    delivery.schedule(business.switches.webhooks_delay_seconds)


def _done(business: Business, adapter: Adapter, delivery: Delivery, response: Response | None) -> None:
    """Make a failure visible, and what Braze refused of a call it took."""
    last = delivery.attempts[-1]
    record = business.world.record
    if delivery.state == "failed":
        what = f"status {last.status}" if last.status else last.error
        text = f"{adapter.name}: gave up on {delivery.name} after {len(delivery.attempts)} attempts, {what}"
        record("punchh", "adapter failure", text, cause=last.entry or delivery.cause, error=what)
        return
    try:
        answer = response.json if response is not None else None
    except codec.BadJson:
        answer = None
    if isinstance(answer, dict) and answer.get("errors"):
        text = f"{adapter.name}: Braze took {delivery.name} and refused parts of it"
        record("punchh", "adapter failure", text, cause=last.entry, error=str(answer["errors"]))
