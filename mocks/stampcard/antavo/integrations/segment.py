"""Inbound calls of other platforms."""

from __future__ import annotations

from stampcard.antavo.errors import in_envelope
from stampcard.antavo.processing import process
from stampcard.antavo.state import Brand
from stampcard.antavo.work import Incoming
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError


async def segment(call: Call[Brand]) -> Reply:
    """One event from the Segment destination, which sends the api_key in the body and no signature."""
    body = call.body
    event = Incoming(body["customer"], body["action"], body.get("data") or {}, source="Segment", signed=False)

    def diagnose(code: str, message: str, pointer: str) -> None:
        call.diagnose(code, message, pointer)

    try:
        process(call.state, event, cause=call.id, diagnose=diagnose)
    except ApiError as error:
        raise in_envelope(call.operation.path, error) from error
    call.summary = f"{event.action} of {event.customer} from Segment"
    return Reply(202, {})
