"""Guests of an earlier program, uploaded before they sign up."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import errors, params
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.state import Business

TEXTS = """name birthday registration_date first_name last_name address_line1 city state zip_code
    migrated_rewards_expiration_date fb_uid street_address""".split()
INTEGERS = ("original_membership_no", "original_phone", "initial_points", "preferred_location", "gifted_value")
NUMBERS = ("original_points", "migrated_rewards")
FLAGS = ("marketing_email_subscription", "marketing_pn_subscription")
MAX_REWARDS = 100


def _row(values: dict[str, Any]) -> dict[str, Any]:
    """The members that are there, checked. Raises ApiError (the texts are assumed)."""
    row: dict[str, Any] = {name: params.text(values[name]) for name in TEXTS if name in values}
    row |= {name: params.integer(values[name]) for name in INTEGERS if name in values}
    row |= {name: params.number(values[name]) for name in NUMBERS if name in values}
    row |= {name: params.truth(values[name]) for name in FLAGS if name in values}
    email, phone = params.text(values.get("email")).lower(), re.sub(r"\D", "", params.text(values.get("phone")))
    if email and not params.is_email(email):
        raise DASHBOARD.invalid("email", "is invalid")
    if (row.get("initial_points") or 0) < 0:
        raise DASHBOARD.invalid("initial_points", "must be greater than or equal to 0")
    row |= {"email": email} if email else {}
    row |= {"phone": phone} if phone else {}
    wanted = values.get("migrated_redeemables")
    if isinstance(wanted, list):
        row["migrated_redeemables"] = [_offer(one) for one in wanted if isinstance(one, dict)]
    return row


def _offer(one: dict[str, Any]) -> dict[str, int]:
    count = params.integer(one.get("rewards_count")) or 0
    return {"redeemable_id": params.integer(one.get("redeemable_id")) or 0, "rewards_count": min(count, MAX_REWARDS)}


def _find(call: Call[Business]) -> dict[str, Any]:
    found = call.state.migration_users.get(params.integer(call.path["ID"]) or 0)
    if found is None:
        raise errors.by_name(404, "not_found", "Business Migration User not found.")
    return found


def view(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "migrated_to"}


def _taken(business: Business, row: dict[str, Any], old: dict[str, Any] | None) -> ApiError | None:
    for other in business.migration_users.values():
        if other is not old and row.get("email") and other.get("email") == row["email"]:
            return DASHBOARD.invalid("email", "has already been taken")
    return None


async def create(call: Call[Business]) -> Reply:
    business, row = call.state, _row(params.given(call))
    if refused := _taken(business, row, None):
        raise refused
    if row.get("email") in business.by_email:
        call.diagnose("already-a-guest", "who signed up before takes nothing over (assumed)", "/email")
    number = business.next_id("migration_users")
    business.migration_users[number] = {"migration_user_id": number, **row}
    call.summary = f"migration user {number} is kept until the sign-up"
    return Reply(200, view(business.migration_users[number]))


async def update(call: Call[Business]) -> Reply:
    found, row = _find(call), _row(params.given(call))
    if refused := _taken(call.state, row, found):
        raise refused
    found.update(row)
    call.summary = f"migration user {found['migration_user_id']} is changed"
    return Reply(200, view(found))


async def delete(call: Call[Business]) -> Reply:
    found = _find(call)
    del call.state.migration_users[found["migration_user_id"]]
    call.summary = f"migration user {found['migration_user_id']} is deleted"
    return Reply(200)


async def upload(call: Call[Business]) -> Reply:
    """A CSV file with the members as columns; rows that do not fit are passed over."""
    business, values = call.state, params.given(call)
    params.required(values, "name", DASHBOARD)
    content = values.get("bulk_guest_activity_file")
    if not isinstance(content, str) or not content.strip():
        raise DASHBOARD.missing("bulk_guest_activity_file")
    kept = 0
    for line in csv.DictReader(io.StringIO(content.lstrip("\ufeff"), newline=None)):
        try:
            row = _row({str(name).strip(): value for name, value in line.items()})
        except ApiError:
            continue
        if _taken(business, row, None) is None:
            number = business.next_id("migration_users")
            business.migration_users[number] = {"migration_user_id": number, **row}
            kept += 1
    call.summary = f"{kept} migration users are kept until their sign-up"
    return Reply(200)
