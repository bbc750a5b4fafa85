"""Asynchronous events: queued, processed from the clock, their outcome kept by correlation id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.antavo import views
from stampcard.antavo.errors import BAD_REQUEST, in_envelope, plain, refused
from stampcard.antavo.processing import process
from stampcard.antavo.sites import deliver, site_of
from stampcard.antavo.state import Brand
from stampcard.antavo.times import unix
from stampcard.antavo.work import Incoming, Work, check_account
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

ACTIONS = frozenset(
    """point_add checkout checkout_item checkout_update checkout_update_item checkout_accept checkout_accept_item
    checkout_reject partial_refund refund_item refund opt_in opt_out profile""".split()
)


async def submit(call: Call[Brand]) -> Reply:
    """Queue an event; what comes of it is read by its correlation id, or sent to the callback."""
    brand, body = call.state, call.body
    for name in ("customer", "action", "data"):
        if body.get(name) in (None, ""):
            raise in_envelope("/v1/", refused(brand.settings, 203401, name))
    if body["action"] not in ACTIONS:
        raise in_envelope("/v1/", refused(brand.settings, 203404, body["action"]))
    check_account(brand, body.get("account"))
    callback = body.get("callback_url") or body["data"].get("callback_url")
    if callback and site_of(brand, callback) is None:
        # Documented: the callback must match a trusted site. The refusal's text is assumed.
        raise in_envelope("/v1/", plain(400, BAD_REQUEST, 0, "callback_url does not match a trusted site"))
    name = body.get("correlation_id") or call.world.chance.uuid()
    if name in brand.queued:
        raise in_envelope("/v1/", plain(400, BAD_REQUEST, 0, "correlation_id has already been used"))
    # Assumed: of the published states, the one for an event that is on its way.
    brand.queued[name] = {"status": "exported", "response": {"success": [], "error": []}}
    data = {key: value for key, value in body["data"].items() if key != "callback_url"}
    event = Incoming(body["customer"], body["action"], data, body.get("external_id") or "", source="Async Events API")

    async def run() -> None:
        brand.queued[name] = _outcome(brand, event, call.id)
        if callback:
            deliver(brand, "async_event_callback", callback, brand.queued[name], call.id)

    call.world.clock.after(timedelta(), run, name=f"async {event.action}", vendor="antavo", cause=call.id)
    call.summary = f"{event.action} of {event.customer} queued"
    payload = {"correlation_id": name, "status": "queued"}
    return Reply(200, {"status": "success", "metadata": [], "payload": payload})


async def status(call: Call[Brand]) -> Reply:
    """HTTP 200 whatever came of the event; look at payload.status."""
    found = call.state.queued.get(call.path["correlation_id"])
    if found is None:
        raise in_envelope("/v1/", refused(call.state.settings, 203408))
    return Reply(200, {"status": "success", "metadata": [], "payload": found})


def _outcome(brand: Brand, event: Incoming, cause: int) -> dict[str, Any]:
    try:
        work = process(brand, event, cause=cause)
    except ApiError as error:
        detail = error.body["error"]
        summary = f"{event.action} of {event.customer}: {detail['message']}"
        brand.world.record("antavo", "async_event", summary, cause=cause, error=detail["message"])
        return {"status": "error", "response": {"success": [], "error": detail}}
    return {"status": "processed", "response": {"success": _summary(brand, work), "error": []}}


def _summary(brand: Brand, work: Work) -> dict[str, Any]:
    """The member after the event; here created_at is a Unix integer and there are more fields."""
    customer = work.customer
    full = views.profile(brand, customer)
    more = {name: full[name] for name in ("expired", "mobile_phone", "image_url", "spendable")}
    created = {"created_at": unix(customer.created_at), "level": None}
    return {**views.summary(brand, customer, work.rows), **created, **more}
