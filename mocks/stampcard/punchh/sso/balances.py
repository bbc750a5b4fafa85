"""Balances, rewards, offers and history on the ordering site."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import accounts, blocks, coupons, params, receipts, rewards
from stampcard.punchh.errors import SSO
from stampcard.punchh.mobile import history
from stampcard.punchh.mobile import views as mobile_views
from stampcard.punchh.records import Guest, Reward
from stampcard.punchh.sso.users import owner
from stampcard.punchh.state import Business
from stampcard.punchh.times import GREENWICH, local, utc, zone_of


async def checkins_balance(call: Call[Business]) -> Reply:
    """The balance block, rewards, and the redeemables that points can buy."""
    business, guest = call.state, owner(call)
    found = [blocks.reward_row(business, one) for one in rewards.usable(business, guest)]
    cards = [blocks.redeemable_card(one) for one in blocks.unlocked(business, guest)]
    balance = blocks.balance(business, guest)
    call.summary = f"guest {guest.id} has {balance['net_balance']} points"
    return Reply(200, {"balance": balance, "rewards": found, "redeemables": cards})


async def list_rewards(call: Call[Business]) -> Reply:
    """Each one wrapped in `reward`."""
    business, guest = call.state, owner(call)
    found = [{"reward": _wrapped(business, guest, one)} for one in rewards.usable(business, guest)]
    call.summary = f"guest {guest.id} has {len(found)} rewards"
    return Reply(200, found)


def _wrapped(business: Business, guest: Guest, one: Reward) -> dict[str, Any]:
    row = blocks.reward_row(business, one)
    names = (
        "start_date end_date read_at gaming_level_id gifted_for_type gift_reason location_ids external_store_numbers"
    )
    return {
        **{name: row[name] for name in names.split()},
        "id": one.id,
        "business_id": business.id,
        "location_id": None,
        "user_id": guest.id,
        "redeemable_id": one.redeemable_id,
        "free_punchh_campaign_id": one.origin.get("campaign_id"),
        "redemption_id": one.redemption_id,
        "checkin_id": None,
        "admin_id": one.origin.get("gifted_by_id"),
        "created_at": utc(one.created_at),
        "updated_at": utc(one.updated_at),
        "code": "",
        "gifted_for_id": one.origin.get("gifted_for_id"),
    }


async def users_balance(call: Call[Business]) -> Reply:
    """The same numbers as the app's balance."""
    business, guest = call.state, owner(call)
    active = [one for one in guest.redemptions.values() if one.status == "redeemable"]
    account = mobile_views.account_balance(business, guest)
    call.summary = f"guest {guest.id} has {account['redeemable_points']} points"
    return Reply(
        200,
        {
            "messages": [],
            "punch_cards": [],
            "coupons": [coupons.view(business, one) for one in coupons.of_guest(business, guest)],
            "notifications": mobile_views.notes(guest, GREENWICH),
            **_extras(business, guest),
            "account_balance": account,
            "rewards": [blocks.reward_row(business, one) for one in rewards.usable(business, guest)],
            "active_redemptions": [mobile_views.redemption(business, one, GREENWICH) for one in active],
        },
    )


def _extras(business: Business, guest: Guest) -> dict[str, Any]:
    """As in the app, with numbers for what points have become."""
    found = blocks.extras(business, guest)
    rows = [
        {name: value for name, value in row.items() if name != "min_source_value"}
        | {"balance": accounts.money(float(row["balance"]))}
        for row in found["converted_category_balances"]
    ]
    return {**found, "converted_category_balances": rows}


async def offers(call: Call[Business]) -> Reply:
    """Rewards, notifications, and what points can buy."""
    business, guest = call.state, owner(call)
    found = [{**blocks.reward_row(business, one), "code": ""} for one in rewards.usable(business, guest)]
    cards = [blocks.redeemable_card(one) for one in blocks.unlocked(business, guest)]
    call.summary = f"{len(found)} offers for guest {guest.id}"
    notes = [_note(business, guest, row) for row in guest.messages]
    return Reply(200, {"pinned_message": "", "rewards": found, "notifications": notes, "redeemables": cards})


def _note(business: Business, guest: Guest, row: dict[str, Any]) -> dict[str, Any]:
    at = utc(row["sent_at"])
    return {
        "id": row["id"],
        "message": row["message"],
        "user_id": guest.id,
        "token": None,
        "sent_at": at,
        "kind": "message",
        "network": None,
        "status": "sent",
        "deleted_at": None,
        "created_at": at,
        "updated_at": at,
        "read_at": utc(row["read_at"]) if row["read_at"] else None,
        "business_name": business.name,
        "sent_at_tz": local(row["sent_at"], zone_of(business)),
    }


async def accounts_history(call: Call[Business]) -> Reply:
    """The account history in the words of this family."""
    business, guest = call.state, owner(call)
    rows = history.rows(business, guest, GREENWICH)
    call.summary = f"{len(rows)} lines of guest {guest.id}"
    return Reply(200, [_line(business, guest, row) for row in rows])


def _line(business: Business, guest: Guest, row: dict[str, Any]) -> dict[str, Any]:
    level = accounts.level(business, guest)
    same = """date event_value description sub_value pending_refresh expired disapproved event_details store_number
        event_expiry channel"""
    return {
        **{name: row[name] for name in same.split()},
        "title": row["event_title"],
        "event_name": row["event_type"],
        "bar_column1": row["event_value"],
        "bar_column2": None,
        "bar_column3": "",
        "points": row["total_points"],
        "visits": row["total_visits"],
        "rewards": row["total_banked_currency"],
        "items": row["total_offers"],
        "level": level.name if level else None,
        "external_uid": None,
    }


async def estimate_points(call: Call[Business]) -> Reply:
    """What an order would earn; nothing changes."""
    values = params.given(call)
    params.required(values, "subtotal_amount", SSO)
    name = "receipt_amount" if params.text(values.get("receipt_amount")) else "subtotal_amount"
    money = receipts.amount(values, name, SSO) or 0.0
    points = accounts.points_for(call.state, money)
    call.summary = f"an order of {money} would earn {points} points"
    return Reply(200, {"estimated_points": points})


async def balance_timelines(call: Call[Business]) -> Reply:
    guest = owner(call)
    call.summary = f"money of guest {guest.id}"
    return Reply(200, accounts.money_rows(guest))
