"""The Braze module: Connect, Sync Fields, and the one-way sync to Braze.

A change of any mapped field sends every mapped field in one request, after the whole event and outside the call that
sent it (docs.antavo.com and the partner page at braze.com; the bodies are assumed, the endpoint follows from the
permission `users.track` that the key needs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from stampcard.antavo import views
from stampcard.antavo.fields import find_field
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import GONE
from stampcard.core import codec
from stampcard.core.delivery import Delivery, ladder
from stampcard.core.errors import ConnectError, WireError
from stampcard.core.http import Response

_POINTER = "/antavo/braze"
_LOG_SIZE = 1000


# Connect


async def connect(brand: Brand) -> None:
    """Press Connect. Raises ConnectError with the pointer to the field that is wrong; then nothing is synced."""
    module, how = brand.braze, brand.settings.braze.verify_on_connect
    module.state = "refused"
    if how != "none":
        await _probe(brand, how)
    module.state = "connected"
    if brand.settings.braze.initial_sync:
        sync_all(brand)
    else:
        take_baseline(brand)


async def _probe(brand: Brand, how: str) -> None:
    """A call that changes nothing: an empty POST /users/track is refused as empty only when the key is good."""
    method, path, body = ("GET", "/events/list", b"") if how == "events_list" else ("POST", "/users/track", b"{}")
    cause = brand.world.record("antavo", "braze_connect", f"Connect to {brand.braze.instance_url}")
    try:
        response = await brand.world.wire.send(
            method, address(brand) + path, caller="antavo", cause=cause, headers=_headers(brand), body=body
        )
    except WireError as error:
        raise ConnectError(f"{_POINTER}/instance_url", f"Braze cannot be reached: {error}") from error
    if response.status in (401, 403):
        raise ConnectError(f"{_POINTER}/api_token", f"Braze refuses the API Token: {_message(response)}")
    if response.status == 429 or response.status >= 500:
        raise ConnectError(f"{_POINTER}/instance_url", f"Braze could not be asked: {_message(response)}")
    if response.status != 400 and not response.ok:
        raise ConnectError(f"{_POINTER}/instance_url", f"no Braze REST endpoint answers here: {_message(response)}")


def _message(response: Response) -> str:
    try:
        found = response.json
    except codec.BadJson:
        found = None
    text = found.get("message") if isinstance(found, dict) else None
    return f"{response.status} {text or ''}".strip()


def address(brand: Brand) -> str:
    url = brand.braze.instance_url.rstrip("/")
    return url if "://" in url else f"https://{url}"


def _headers(brand: Brand) -> dict[str, str]:
    return {"Authorization": f"Bearer {brand.braze.api_token}", "Content-Type": "application/json"}


# Sync Fields


def take_baseline(brand: Brand) -> None:
    """After Save: what members have now counts as known; the next change is sent."""
    for customer in brand.customers.values():
        customer.mapped = mapped_values(brand, customer)


def sync_all(brand: Brand) -> None:
    for customer in brand.customers.values():
        if customer.status not in GONE:
            customer.mapped = {}
            tell_changes(brand, customer, None)


@contextmanager
def whole_event(brand: Brand, customer: Customer, cause: int | None) -> Iterator[None]:
    """An event with all that follows from it: at the end of the outermost one Braze hears of every change, once."""
    brand.busy += 1
    brand.touched[customer.id] = customer
    try:
        yield
    finally:
        brand.busy -= 1
        if not brand.busy:
            touched, brand.touched = brand.touched, {}
            for one in touched.values():
                tell_changes(brand, one, cause)


def tell_changes(brand: Brand, customer: Customer, cause: int | None) -> None:
    """Send all mapped fields of a member if one of them changed since Braze was last told."""
    module = brand.braze
    if module.state != "connected" or not module.fields:
        return
    before, now = customer.mapped, mapped_values(brand, customer)
    if same(before, now) or (customer.status in GONE and brand.settings.braze.on_optout == "nothing"):
        return
    customer.mapped = now
    attributes: dict[str, Any] = {"external_id": customer.id, **now}
    cleared = [row.remote_field for row in module.fields if row.remote_field not in now]
    for name in cleared:
        if name in before or brand.settings.braze.null_policy == "send":
            attributes[name] = None
    track(brand, {"attributes": [attributes]}, f"sync fields of {customer.id}", cause)


def same(one: Any, other: Any) -> bool:
    """Equal and of the same type: 1, 1.0 and true are three values to Braze."""
    return bool(codec.encode(one) == codec.encode(other))


def mapped_values(brand: Brand, customer: Customer) -> dict[str, Any]:
    """Remote field -> value, for every mapped field that is set."""
    if not brand.braze.fields:
        return {}
    found = views.loyalty_fields(brand, customer)
    values = {row.remote_field: _value(brand, row.loyalty_field, found) for row in brand.braze.fields}
    return {name: value for name, value in values.items() if value is not None}


def _value(brand: Brand, path: str, found: Mapping[str, Any]) -> Any:
    value: Any = found
    for part in [path] if path in found else path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    field = find_field(brand, path.removeprefix("properties."))
    if field is not None and field.type == "datetime" and brand.settings.braze.date_format == "iso":
        return f"{value.replace(' ', 'T')}Z" if isinstance(value, str) else value
    return plain(value)


def plain(value: Any) -> Any:
    """A value as JSON: instants as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


# Sending


def track(
    brand: Brand,
    body: Mapping[str, Any],
    name: str,
    cause: int | None,
    then: Callable[[bool], None] = lambda delivered: None,
) -> Delivery:
    """Owe Braze one POST /users/track; its outcome is in the module's log and in the journal, and told to `then`."""
    settings, world = brand.settings.braze, brand.world

    def done(delivery: Delivery, response: Response | None) -> None:
        if delivery.state == "failed":
            last = delivery.attempts[-1]
            reason = last.error or f"Braze answered {last.status}"
            world.record("antavo", "braze_sync", f"{name} failed: {reason}", cause=last.entry or cause, error=reason)
        then(delivery.state == "delivered")

    delivery = Delivery(
        world=world,
        vendor="antavo",
        name=name,
        method="POST",
        url=f"{address(brand)}/users/track",
        headers=_headers(brand),
        body=codec.encode(body),
        cause=cause,
        retry=ladder(*[settings.retry_seconds] * settings.retries),
        done=done,
        event="braze_users_track",
    )
    brand.braze.log.append(delivery)
    del brand.braze.log[:-_LOG_SIZE]
    delivery.schedule(settings.delay_ms / 1000)
    return delivery


async def deliver_now(brand: Brand, cause: int) -> None:
    """With the switch sync_mode on sync: make the field syncs a call set off before it is answered."""
    if brand.settings.braze.sync_mode != "sync":
        return
    for delivery in list(brand.braze.log):
        if delivery.cause == cause and delivery.state == "waiting" and not delivery.attempts and delivery.job:
            delivery.job.cancel()
            await delivery.attempt()
