"""Small modules around the programme: questions and answers, share intents."""

from __future__ import annotations

from stampcard.antavo.errors import NOT_FOUND, plain
from stampcard.antavo.games import is_open, may_see, register
from stampcard.antavo.state import Brand
from stampcard.antavo.work import GONE
from stampcard.core.endpoint import Call, Reply


async def faq(call: Call[Brand]) -> Reply:
    """The entries that were set up; without any the module is off, which is a 404."""
    if not call.state.faq:
        raise plain(404, NOT_FOUND, 0, "Not Found")
    return Reply(200, {"data": [{"title": title, "description": text} for title, text in call.state.faq.items()]})


async def share_intent(call: Call[Brand]) -> Reply:
    """Register share_intent_success for each active campaign of the URL and platform; 202 whether or not there is one.

    What is wrong with the body is told with HTTP 200.
    """
    brand, body = call.state, call.body
    for name in ("customer_id", "url", "platform"):
        if body.get(name) in (None, ""):
            return _wrong("RuntimeException", 360300, f"Missing required field: {name}.")
        if not isinstance(body[name], str):
            return _wrong("RuntimeExcept", 360301, f"Field {name} must be a string.")
    customer = brand.customers.get(body["customer_id"])
    if customer is None or customer.status in GONE:
        call.diagnose("unknown-customer", "no member has this id; no intent is registered", "/customer_id")
        return Reply(202, {})
    matching = [
        one
        for one in brand.modules.shares.values()
        if body["url"] in one.urls
        and body["platform"].lower() in (name.lower() for name in one.platforms)
        and is_open(brand, one.starts_at, one.ends_at)
        and may_see(brand, one.segments, customer)
    ]
    if not matching:
        call.diagnose("no-campaign", "no active campaign shares this URL on this platform", "/url", "info")
    for one in matching:
        told = {"campaign": one.id, "url": body["url"], "platform": body["platform"], "points": one.points}
        register(brand, customer, "share_intent_success", told, call.id, earned=one.points)
    call.summary = f"{customer.id} shares {body['url']}: {len(matching)} campaigns"
    return Reply(202, {})


def _wrong(kind: str, code: int, message: str) -> Reply:
    return Reply(200, {"status": "error", "error": {"type": kind, "code": code, "message": message}})
