"""Small modules around the programme: questions and answers, share intents."""

from __future__ import annotations

from stampcard.antavo.errors import NOT_FOUND, plain
from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call, Reply


async def faq(call: Call[Brand]) -> Reply:
    """The entries that were set up; without any the module is off, which is a 404."""
    if not call.state.faq:
        raise plain(404, NOT_FOUND, 0, "Not Found")
    return Reply(200, {"data": [{"title": title, "description": text} for title, text in call.state.faq.items()]})


async def share_intent(call: Call[Brand]) -> Reply:
    """202 whether or not a campaign matches (none is emulated); what is wrong is told with HTTP 200."""
    body = call.body
    for name in ("customer_id", "url", "platform"):
        if body.get(name) in (None, ""):
            return _wrong("RuntimeException", 360300, f"Missing required field: {name}.")
        if not isinstance(body[name], str):
            return _wrong("RuntimeExcept", 360301, f"Field {name} must be a string.")
    call.diagnose("not-emulated", "social share campaigns are not emulated: no intent is registered", "", "info")
    return Reply(202, {})


def _wrong(kind: str, code: int, message: str) -> Reply:
    return Reply(200, {"status": "error", "error": {"type": kind, "code": code, "message": message}})
