"""Who is in a custom list: one by one (the call of the Braze webhook), many at once, or from a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, params
from stampcard.punchh.dashboard import custom_segments
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Member, Segment
from stampcard.punchh.times import utc

MAX_FILE = 15 * 1024 * 1024
"""Bytes of a bulk file; the limit is published, its refusal is assumed. The body around it may be a little more."""
LIMITS = {"async": 1000, "sync": 100}


def view(business: Business, segment: Segment, member: Member) -> dict[str, Any]:
    """Shape custom_segment_member, with the address the guest has now."""
    return {
        "custom_segment_member_id": member.id,
        "custom_segment_id": segment.id,
        "email": business.guests[member.user_id].email,
        "user_id": member.user_id,
        "created_at": utc(member.created_at),
        "updated_at": utc(member.created_at),
    }


def no_member() -> ApiError:
    return errors.by_name(404, "not_found", "Member not found.")


def no_user() -> ApiError:
    return errors.by_name(404, "not_found", "User does not exist.")


def put_in(business: Business, segment: Segment, guest: Guest) -> Member:
    """The guest's membership: the one it has, or a new one."""
    member = segment.members.get(guest.id)
    if member is None or business.switches.segments_duplicate_add == "create_new":
        member = Member(business.next_id("members"), guest.id, guest.email, business.now)
        segment.members[guest.id] = member
    return member


def find_guest(business: Business, user_id: Any, email: str) -> Guest | None:
    """By id when there is one, else by e-mail; people who are no loyalty members do not count."""
    if params.text(user_id):
        guest = business.guests.get(params.integer(user_id) or 0)
    else:
        guest = business.by_email.get(email.lower())
    return guest if guest is not None and not guest.gone and guest.guest_type == "Loyalty" else None


async def add(call: Call[Business]) -> Reply:
    """Order of checks: a user is named, the segment exists, the e-mail is one, the user exists. `user_id` wins."""
    business, values = call.state, params.given(call)
    email = params.text(values.get("email"))
    if not params.text(values.get("user_id")) and not email:
        raise DASHBOARD.missing("user_id")
    segment = custom_segments.find(business, values.get("custom_segment_id"))
    by_email = not params.text(values.get("user_id"))
    if by_email and not params.is_email(email):
        raise errors.one(422, "Invalid email format")
    guest = find_guest(business, values.get("user_id"), email)
    if guest is None and by_email and business.switches.segments_accept_unknown_email:
        return _wait_for(call, segment, email.lower())
    if guest is None:
        raise no_user()
    if guest.id in segment.members:
        if business.switches.segments_duplicate_add == "422":
            raise DASHBOARD.invalid("user_id", "has already been taken")
        call.diagnose("already-member", f"guest {guest.id} was in this segment before (the answer is assumed)")

    member = put_in(business, segment, guest)
    call.summary = f"guest {guest.id} is in custom segment {segment.id}, which has {len(segment.members)} members"
    return Reply(201, view(business, segment, member))


def _wait_for(call: Call[Business], segment: Segment, email: str) -> Reply:
    """As the live service was seen to do: keep an unknown address, whose later sign-up becomes a member."""
    if email not in segment.waiting:
        segment.waiting[email] = Member(call.state.next_id("members"), 0, email, call.state.now)
    call.summary = f"custom segment {segment.id} waits for {email}"
    made = segment.waiting[email]
    ids = {"custom_segment_member_id": made.id, "custom_segment_id": segment.id, "user_id": None}
    return Reply(201, {**ids, "email": email, "created_at": utc(made.created_at), "updated_at": utc(made.created_at)})


def _find_member(business: Business, values: dict[str, Any]) -> tuple[Segment, Member]:
    """For search and removal everything that does not fit is the same 404; a wrong one of id and e-mail counts."""
    email = params.text(values.get("email"))
    if not params.text(values.get("user_id")) and not email:
        raise DASHBOARD.missing("user_id")
    segment = business.segments.get(params.integer(values.get("custom_segment_id")) or 0)
    guest = find_guest(business, values.get("user_id"), email)
    if segment is None or guest is None or guest.id not in segment.members:
        raise no_member()
    if email and guest.email != email.lower():
        raise no_member()
    return segment, segment.members[guest.id]


async def search(call: Call[Business]) -> Reply:
    """An array of one on a hit."""
    segment, member = _find_member(call.state, params.given(call))
    call.summary = f"guest {member.user_id} is in custom segment {segment.id}"
    return Reply(200, [view(call.state, segment, member)])


async def remove(call: Call[Business]) -> Reply:
    """The API can take members out, although the integration with Braze only ever adds."""
    segment, member = _find_member(call.state, params.given(call))
    del segment.members[member.user_id]
    call.summary = f"guest {member.user_id} leaves custom segment {segment.id}"
    return Reply(204)


async def add_users(call: Call[Business]) -> Reply:
    """Only entries that are neither an id nor an e-mail are reported; unknown ones are passed over."""
    business, values = call.state, params.given(call)
    mode = params.text(values.get("bulk_method")) or "async"
    if not params.text(values.get("custom_segment_id")):
        raise DASHBOARD.missing("custom_segment_id")
    identifiers = values.get("user_identifiers")
    if not isinstance(identifiers, list) or not identifiers:
        raise DASHBOARD.missing("user_identifiers")
    if mode not in LIMITS:
        raise DASHBOARD.invalid("bulk_method", "is not included in the list")
    segment = custom_segments.find(business, values["custom_segment_id"])
    if len(identifiers) > LIMITS[mode]:
        text = f"Max {LIMITS[mode]} users allowed per api call in {mode} mode"
        raise errors.by_name(422, "limit_exceed", text)
    valid = [one for one in identifiers if _is_identifier(one)]
    invalid = [params.text(one) for one in identifiers if not _is_identifier(one)]
    call.summary = f"{len(valid)} identifiers for custom segment {segment.id}, {len(invalid)} of them no identifiers"
    if mode == "sync":
        _add_known(call, segment, valid)
    else:
        _later(call, f"add users to segment {segment.id}", lambda: _add_known(call, segment, valid))
    return Reply(200, {"invalid_identifiers": invalid})


def _is_identifier(value: Any) -> bool:
    return (params.integer(value) or 0) > 0 or params.is_email(params.text(value))


def _add_known(call: Call[Business], segment: Segment, identifiers: list[Any]) -> None:
    business, before = call.state, len(segment.members)
    for one in identifiers:
        number = params.integer(one)
        guest = find_guest(business, number, params.text(one))
        if guest is not None:
            put_in(business, segment, guest)
    text = f"custom segment {segment.id} grows from {before} to {len(segment.members)} members"
    call.world.record("punchh", "segment members", text, cause=call.id)


def _later(call: Call[Business], name: str, work: Any) -> None:
    async def run() -> None:
        work()

    call.world.clock.after(timedelta(), run, name=name, vendor="punchh", cause=call.id)


# Files


def _file(call: Call[Business]) -> tuple[Segment, list[dict[str, str]]]:
    """Segment and rows of an upload. Raises ApiError."""
    business, values = call.state, params.given(call)
    if not params.text(values.get("name")):
        raise errors.by_name(422, "name", ["can't be blank"])
    segment = custom_segments.find(business, values.get("custom_segment_id"))
    content = values.get("bulk_guest_activity_file")
    if not isinstance(content, str) or not content.strip():
        raise errors.by_name(422, "bulk_guest_activity_file", ["can't be blank"])
    if len(content.encode()) > MAX_FILE:
        raise errors.by_name(422, "bulk_guest_activity_file", ["is too large (maximum is 15 MB)"])
    if business.switches.segments_enforce_bulk_window and not _in_window(business):
        raise errors.by_name(422, "base", ["Bulk files are accepted from 21:30 to 05:30 US Eastern"])
    reader = csv.DictReader(io.StringIO(content.lstrip("\ufeff"), newline=None))
    if not {"user_id", "email"} & {name.strip() for name in reader.fieldnames or ()}:
        text = "the first line names neither user_id nor email, so no row has an effect (assumed)"
        call.diagnose("no-columns", text, "/bulk_guest_activity_file")
    return segment, [{str(key).strip(): str(value or "").strip() for key, value in row.items()} for row in reader]


def _in_window(business: Business) -> bool:
    local = business.now.astimezone(ZoneInfo("America/New_York"))
    minutes = local.hour * 60 + local.minute
    return minutes >= 21 * 60 + 30 or minutes < 5 * 60 + 30


async def bulk_add(call: Call[Business]) -> Reply:
    """Queued; rows whose user is unknown are skipped."""
    segment, rows = _file(call)
    identifiers = [row.get("user_id") or row.get("email") or "" for row in rows]
    _later(call, f"bulk add to segment {segment.id}", lambda: _add_known(call, segment, identifiers))
    call.summary = f"{len(rows)} rows to add to custom segment {segment.id}"
    return Reply(200)


async def bulk_remove(call: Call[Business]) -> Reply:
    segment, rows = _file(call)

    def work() -> None:
        for row in rows:
            guest = find_guest(call.state, row.get("user_id"), row.get("email") or "")
            if guest is not None:
                segment.members.pop(guest.id, None)
        text = f"custom segment {segment.id} has {len(segment.members)} members left"
        call.world.record("punchh", "segment members", text, cause=call.id)

    _later(call, f"bulk remove from segment {segment.id}", work)
    call.summary = f"{len(rows)} rows to take out of custom segment {segment.id}"
    return Reply(200)
