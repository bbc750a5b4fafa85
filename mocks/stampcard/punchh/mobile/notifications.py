"""Messages and notifications in the app: those that support or a campaign sent."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import errors, params
from stampcard.punchh.mobile.offers import ids_of
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone, local

EMPTY = {"type": "", "url": "", "alt_text": "", "initial_frame": ""}


async def messages(call: Call[Business]) -> Reply:
    """Rich messages."""
    (guest, _), zone = owner(call), caller_zone(call)
    rows = [
        {
            "message_id": row["id"],
            "title": row["subject"],
            "subtitle": "",
            "body": row["message"],
            "message_type": "rich_message",
            "background_content": EMPTY,
            "hero_content": EMPTY,
            "cta": [],
            "dismissable": True,
            "rank": 0,
            "style_url": "",
            "tags": [],
            "launch_time": local(row["sent_at"], zone),
            "take_down_time": None,
            "created_at": local(row["sent_at"], zone),
            "read_at": local(row["read_at"], zone) if row["read_at"] else None,
            "deleted_at": None,
        }
        for row in guest.messages
    ]
    call.summary = f"{len(rows)} messages for guest {guest.id}"
    return Reply(200, {"messages": rows})


async def mark_read(call: Call[Business]) -> Reply:
    """Messages by id, in comma-separated text."""
    guest, _ = owner(call)
    wanted = ids_of(params.given(call).get("user_rich_notifications"))
    for row in guest.messages:
        if row["id"] in wanted:
            row["read_at"] = row["read_at"] or call.state.now
    call.summary = f"guest {guest.id} has read messages"
    return Reply(202)


async def delete_message(call: Call[Business]) -> Reply:
    """One that is not there is deleted already."""
    return _delete(call, call.path["message_id"])


async def delete_notification(call: Call[Business]) -> Reply:
    return _delete(call, call.path["id"])


def _delete(call: Call[Business], value: str) -> Reply:
    guest, _ = owner(call)
    number = params.integer(value)
    kept = tuple(row for row in guest.messages if row["id"] != number)
    if len(kept) == len(guest.messages):
        call.diagnose("not-there", f"guest {guest.id} has no message {value} (the answer is assumed)")
    guest.messages = kept
    call.summary = f"guest {guest.id} deletes message {value}"
    return Reply(200)


async def notifications(call: Call[Business]) -> Reply:
    """The newest first, as many as `qty` says."""
    (guest, _), zone = owner(call), caller_zone(call)
    qty = params.given(call).get("qty")
    count = params.integer(qty)
    if params.text(qty) and (count is None or count < 1):
        text = "Number of Notifications should be greater than zero. "
        raise errors.by_name(400, "qty", f"{text}'{params.text(qty)}' is zero, Blank or non-integer value")
    rows = [
        {
            "id": row["id"],
            "kind": "message",
            "message": row["message"],
            "created_at": local(row["sent_at"], zone),
            "read_at": local(row["read_at"], zone) if row["read_at"] else None,
            "user_survey_id": None,
        }
        for row in reversed(guest.messages)
    ]
    call.summary = f"{len(rows)} notifications for guest {guest.id}"
    return Reply(200, rows[:count])
