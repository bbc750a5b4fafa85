"""Points that expire: each card's points by the day they end, the ones that end first spent first.

https://docs.voucherify.io/api-reference/loyalties/list-points-expiration
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import dates, days, errors, lists
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.points import cards
from stampcard.voucherify.points.records import Bucket
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def rules_of(campaign: Campaign | None) -> Json | None:
    """How points of a campaign's cards expire, where no earning rule says otherwise."""
    if campaign is None:
        return None
    rules: Json | None = campaign.definition["loyalty_card"].get("expiration_rules")
    return rules


def program_end(project: Project, card: Voucher) -> str | None:
    """The last day of points that come today."""
    return days.expiry(rules_of(card.campaign), days.current(project))


# What moves do


def put(project: Project, card: Voucher, points: int, end: str | None, cause: int | None = None) -> None:
    """Points came that end on a day; one bucket for each day and card."""
    if end is None:
        return
    held = project.ledger.buckets.setdefault(card.id, [])
    for bucket in held:
        if bucket.expires_at == end:
            bucket.points += points
            bucket.updated_at = project.now
            return
    held.append(Bucket(project.random_id("lopb_"), card, points, end, project.now))
    held.sort(key=lambda item: item.expires_at)
    from stampcard.voucherify.points import midnight

    midnight.plan(project, end, after=True, cause=cause)


def take(project: Project, card: Voucher, points: int) -> list[tuple[Bucket, int]]:
    """Points went: from the buckets that end first, the rest from points that never end."""
    taken = []
    for bucket in project.ledger.buckets.get(card.id, ()):
        part = min(points, bucket.points)
        if part > 0:
            bucket.points -= part
            bucket.updated_at = project.now
            points -= part
            taken.append((bucket, part))
    return taken


def give_back(project: Project, card: Voucher, taken: list[tuple[Bucket, int]]) -> None:
    """A redemption was rolled back: points return to where they came from.

    Those whose day has passed begin anew by the program's rules (assumed).
    """
    today = days.current(project).isoformat()
    for bucket, points in taken:
        if bucket.expires_at >= today and bucket in project.ledger.buckets.get(card.id, ()):
            bucket.points += points
            bucket.updated_at = project.now
        else:
            put(project, card, points, program_end(project, card))


def settle(project: Project, card: Voucher, change: int, kind: str, details: Json, end: str | None) -> None:
    """Follow a change of a card's balance, and show on the card what ends next."""
    ledger, redemption = project.ledger, details.get("redemption", {}).get("id", "")
    if kind == "REFUND":
        give_back(project, card, ledger.taken.pop(redemption, []))
    elif change > 0:
        put(project, card, change, end)
    elif kind != "EXPIRATION":
        taken = take(project, card, -change)
        if redemption and taken:
            ledger.taken[redemption] = taken
    refresh(project, card)


def refresh(project: Project, card: Voucher) -> None:
    """The card's `next_expiration_*` and `pending_points`."""
    value = {name: value for name, value in card.value.items() if not name.startswith(("next_", "pending_"))}
    ending = next((item for item in project.ledger.buckets.get(card.id, ()) if item.points), None)
    if ending is not None:
        value |= {"next_expiration_date": ending.expires_at, "next_expiration_points": ending.points}
    waiting = [item.points for item in project.ledger.pending.values() if item.voucher is card and open_(item)]
    card.value = value | ({"pending_points": sum(waiting)} if waiting else {})


def open_(pending: Any) -> bool:
    return bool(pending.status == "PENDING")


# As callers see them


def view(record: Bucket) -> Json:
    body: Json = {
        "id": record.id,
        "voucher_id": record.voucher.id,
        "campaign_id": record.voucher.campaign.id if record.voucher.campaign else None,
        "bucket": {"total_points": record.points},
        "status": "ACTIVE",
        "expires_at": record.expires_at,
        "created_at": record.created_at,
        "object": "loyalty_points_bucket",
    }
    return body if record.updated_at is None else {**body, "updated_at": record.updated_at}


def endless(project: Project, card: Voucher) -> Json:
    """The points that never end, in a bucket of their own at the end of the list."""
    ending = sum(item.points for item in project.ledger.buckets.get(card.id, ()))
    bucket = Bucket(f"lopb_{card.id[2:26]}", card, card.value["balance"] - ending, "", card.created_at, card.updated_at)
    return {name: value for name, value in view(bucket).items() if name != "expires_at"}


async def browse(call: Call[Project]) -> Reply:
    """By day, the first one first."""
    card = cards.find_card(call)
    found = [view(item) for item in call.state.ledger.buckets.get(card.id, ())] + [endless(call.state, card)]
    return lists.page(call, "data", found, lambda item: item)


def read_end(call: Call[Project], card: Voucher) -> str | None:
    """The last day of points added by hand. Raises invalid_payload, invalid_expiration_date.

    Without `expiration_type` a date counts, and no date means the program's rules (assumed).
    """
    body = call.body
    kind, given = body.get("expiration_type"), body.get("expiration_date")
    if kind == "CUSTOM_DATE" and given is None:
        raise errors.invalid_payload(call, "Payload should have required property 'expiration_date'")
    instant = dates.read_instant(given) if given is not None else None
    if given is not None and instant is None:
        raise errors.not_a_date(call, ".expiration_date")
    if instant is not None and instant.date() < days.current(call.state):
        raise past(call)
    if kind == "NON_EXPIRING":
        return None
    if instant is not None and kind != "PROGRAM_RULES":
        return instant.date().isoformat()
    return program_end(call.state, card)


def past(call: Call[Project]) -> ApiError:
    details = "Expiration date cannot be set in the past"
    return errors.refusal(call, 400, "invalid_expiration_date", "Invalid Expiration Date", details)
