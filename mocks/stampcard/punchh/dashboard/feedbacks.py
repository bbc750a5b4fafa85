"""What guests say, as the backend passes it on."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import errors, params
from stampcard.punchh.dashboard.users import by_any
from stampcard.punchh.state import Business

TEXTS = "message video_url photo_url checkin_id facebook_post_id redemption_id".split()
FLAGS = ("republishable", "requires_response")


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {name: params.text(values[name]) for name in TEXTS if name in values}
    return facts | {name: params.truth(values[name]) for name in FLAGS if name in values}


async def create(call: Call[Business]) -> Reply:
    """The guest by `user_id`, else `email`, else `phone`."""
    business, guest, values = call.state, by_any(call), params.given(call)
    rating = params.integer(values.get("rating"))
    if params.text(values.get("rating")) and rating is None:
        raise errors.by_name(422, "rating", ["Rating is not a number."])
    number = business.next_id("feedbacks")
    business.feedbacks[number] = {"user_id": guest.id, "rating": rating, **_facts(values)}
    call.summary = f"feedback {number} of guest {guest.id}"
    return Reply(200, {"feedback_id": number})


async def update(call: Call[Business]) -> Reply:
    """An unknown feedback is a 404 (assumed)."""
    number = params.integer(call.path["feedback_id"]) or 0
    found = call.state.feedbacks.get(number)
    if found is None:
        raise errors.by_name(404, "not_found", "Feedback not found.")
    found.update(_facts(params.given(call)))
    call.summary = f"feedback {number} is changed"
    return Reply(200)
