"""Earning in the app: bar codes, QR codes, photos of receipts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import accounts, params, receipts, rewards
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.records import Checkin, Guest
from stampcard.punchh.state import Business, Receipt
from stampcard.punchh.times import caller_zone, local

BAD_CODE = "This bar code is not valid."
BAD_QR = "Invalid QR Code."
TOO_SOON = "You aren't allowed to scan multiple receipts in one visit, please try again later."


def view(call: Call[Business], guest: Guest, checkin: Checkin) -> dict[str, Any]:
    """Shape mobile_checkin."""
    business, pending = call.state, checkin.waits
    location = business.locations.get(checkin.facts.get("location_id") or 0)
    level = accounts.level(business, guest)
    return {
        "checkin_id": checkin.id,
        "created_at": local(checkin.created_at, caller_zone(call)),
        "current_membership_level": level.name if level else "",
        "location_id": location.id if location else None,
        "store_number": location.store_number if location else "",
        "pending_refresh": pending,
        "points_earned": checkin.earned,
        "pending_points": checkin.points if pending else 0,
        "survey_url": None,
        "first_checkin": checkin.first,
        "expiring_on": None,
        "external_uid": checkin.facts.get("external_uid") or "",
        "bar_code": checkin.facts.get("bar_code") or "",
    }


def _check_interval(business: Business, guest: Guest) -> None:
    minutes = business.program.scan_interval_minutes
    scans = [one.created_at for one in guest.checkins if one.facts.get("channel") == "mobile"]
    if minutes and scans and business.now < scans[-1] + timedelta(minutes=minutes):
        raise MOBILE.invalid("base", TOO_SOON)


def _claim(call: Call[Business], receipt: Receipt | None, code: str, kind: str, refusal: ApiError) -> Reply:
    """Let a guest have the receipt a register uploaded."""
    business, (guest, _) = call.state, owner(call)
    if receipt is None:
        raise refusal
    if receipt.claimed_by is not None:
        raise MOBILE.invalid("base", receipts.USED)
    _check_interval(business, guest)
    days = business.program.receipt_age_days
    if days is not None and receipt.created_at < business.now - timedelta(days=days):
        raise MOBILE.invalid("base", receipts.TOO_OLD)
    manual = params.truth(params.given(call).get("manual"))
    facts = {**receipt.facts, "bar_code": code, "channel": "mobile", "checkin_type": kind, "manual": manual}
    checkin = receipts.earn(business, guest, facts, MOBILE, state="approved", cause=call.id)
    receipt.claimed_by = guest.id
    call.summary = f"guest {guest.id} scans {code}: {checkin.points} points"
    return Reply(200, view(call, guest, checkin))


async def barcode(call: Call[Business]) -> Reply:
    """The code printed on a receipt: the register's punchh_key, with or without its check digit."""
    code = params.required(params.given(call), "bar_code", MOBILE)
    found = call.state.receipts.get(code) or call.state.receipts.get(code[:-1])
    return _claim(call, found, code, "BarcodeCheckin", MOBILE.invalid("base", BAD_CODE))


async def qrcode(call: Call[Business]) -> Reply:
    """A QR code that holds the punchh_key of a receipt (what it holds in reality is not published: assumed)."""
    code = params.required(params.given(call), "qr_decoded", MOBILE)
    found = call.state.receipts.get(code) or call.state.receipts.get(code[:-1])
    return _claim(call, found, code, "QrCheckin", MOBILE.invalid("base", BAD_QR))


async def receipt_image(call: Call[Business]) -> Reply:
    """Waits for an admin, who says what it was worth; without location there is none."""
    business, (guest, _), values = call.state, owner(call), params.given(call)
    location = receipts.location_of(business, values, MOBILE)
    facts = {"location_id": location.id, "channel": "mobile", "checkin_type": "ReceiptImageCheckin"}
    facts |= {"receipt_image": params.text(values.get("receipt_url")) or "uploaded", "receipt_amount": 0.0}
    checkin = receipts.earn(business, guest, facts, MOBILE, state="unapproved", cause=call.id)
    call.summary = f"guest {guest.id} sends a photo of a receipt, which waits for approval"
    return Reply(200, view(call, guest, checkin))


async def listing(call: Call[Business]) -> Reply:
    """The guest's purchases, newest first."""
    business, (guest, _), zone = call.state, owner(call), caller_zone(call)
    rows = []
    for one in reversed(guest.checkins):
        location = business.locations.get(one.facts.get("location_id") or 0)
        rows.append(
            {
                "checkin_id": one.id,
                "created_at": local(one.created_at, zone),
                "location_id": location.id if location else None,
                "location_name": location.name if location else "",
                "store_number": location.store_number if location else "",
                "status": one.kind,
                "pending_refresh": one.waits,
                "expiring_on": None,
            }
        )
    call.summary = f"{len(rows)} check-ins of guest {guest.id}"
    return Reply(200, rows)


async def account_balance(call: Call[Business]) -> Reply:
    """The older view of the balance."""
    business, (guest, _), zone = call.state, owner(call), caller_zone(call)
    banked = [one for one in guest.redemptions.values() if one.type == "BankedRewardRedemption"]
    call.summary = f"balance of guest {guest.id}"
    return Reply(
        200,
        {
            "rewards": [views.reward(business, guest, one, zone) for one in rewards.usable(business, guest)],
            "banked_redemptions": [views.redemption(business, one, zone) for one in banked],
            "account_balance_details": views.account_balance(business, guest),
        },
    )


async def transactions(call: Call[Business]) -> Reply:
    """A purchase by its transaction number or check-in id, with what was redeemed in it."""
    business, (guest, _), zone = call.state, owner(call), caller_zone(call)
    wanted = params.required(params.given(call), "transaction_id", MOBILE)
    found = [one for one in guest.checkins if wanted in (str(one.id), one.facts.get("transaction_no"))]
    if not found:
        raise ApiError(404, {"errors": "Transaction not found"})
    used = [one for one in guest.redemptions.values() if one.facts.get("transaction_no") == wanted]
    call.summary = f"transaction {wanted} of guest {guest.id}"
    body = {"checkin": view(call, guest, found[0])}
    return Reply(200, {**body, "redemptions": [views.redemption(business, one, zone) for one in used]})
