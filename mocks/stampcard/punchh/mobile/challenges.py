"""Challenges in the app. A business that has not enabled them answers so."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import campaigns, challenges, errors, params, segments
from stampcard.punchh.access import unauthorized_bare, user_token
from stampcard.punchh.mobile.users import owner
from stampcard.punchh.state import Business, Campaign
from stampcard.punchh.times import caller_zone, local

FILTERS = ("active", "available", "past")
PER_PAGE = 10


def _open(call: Call[Business]) -> None:
    """Raises ApiError unless the business has the feature (Cockpit > Major Features > Enable Challenges)."""
    if not call.state.challenges:
        call.diagnose("switched-off", "set punchh.business.challenges in the setup")
        raise errors.by_name(422, "disabled_feature", "Business does not have challenges enabled.")


async def listing(call: Call[Business]) -> Reply:
    """What runs. The call needs no guest's token, and one that is given must be good."""
    token = user_token(call.request)
    if token and token not in call.state.mobile_tokens:
        raise unauthorized_bare()
    _open(call)
    rows = [challenges.view(one) for one in campaigns.running(call.state, challenges.KIND)]
    call.summary = f"{len(rows)} challenges"
    return Reply(200, {"challenges": rows})


async def show(call: Call[Business]) -> Reply:
    """One challenge with the guest's progress; the 404 is assumed."""
    business, (guest, _), zone = call.state, owner(call), caller_zone(call)
    _open(call)
    found = business.campaigns.get(params.integer(call.path["id"]) or 0)
    if found is None or found.kind != challenges.KIND or not _reaches(business, found, guest.id):
        raise errors.by_name(404, "not_found", "Challenge not found.")
    row = challenges.guest_view(business, found, guest, zone)
    for name in ("challenge_starting_at_tz", "challenge_expiring_at_tz", "opted_out", "explicit_opt_in"):
        del row[name]
    since = max(found.created_at, guest.created_at, found.start or found.created_at)
    enrolled = {
        "enrollment_status": "active" if challenges.is_open(business, found, guest) else "expired",
        "enrolled_on": local(since, zone),
        "enrollment_expires": local(found.end, zone) if found.end else None,
    }
    call.summary = f"guest {guest.id} looks at {found.name}"
    return Reply(200, {**row, **enrolled})


def _reaches(business: Business, campaign: Campaign, number: int) -> bool:
    return segments.contains(business, business.segments.get(campaign.segment_id or 0), business.guests[number])


async def of_guest(call: Call[Business]) -> Reply:
    """By state: past ones have ended, were switched off or are done for good.

    None is available: nobody opts in here.
    """
    business, (guest, _), zone, values = call.state, owner(call), caller_zone(call), params.given(call)
    _open(call)
    wanted = params.text(values.get("filter"))
    if wanted and wanted not in FILTERS:
        raise errors.by_name(400, "filter", f"Invalid filter value. Valid values are: {', '.join(FILTERS)}")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in FILTERS}
    for one in business.campaigns.values():
        if one.kind == challenges.KIND and _reaches(business, one, guest.id) and not _is_ahead(business, one):
            kind = "active" if challenges.is_open(business, one, guest) else "past"
            rows[kind].append(challenges.guest_view(business, one, guest, zone))
    size = min(max(params.integer(values.get("per_page")) or PER_PAGE, 1), 100)
    start = (max(params.integer(values.get("page")) or 1, 1) - 1) * size
    shown = [name for name in FILTERS if wanted in ("", name)]
    call.summary = f"{sum(len(rows[name]) for name in shown)} challenges of guest {guest.id}"
    lists = {f"{name}_challenges": rows[name][start : start + size] if name in shown else [] for name in FILTERS}
    return Reply(200, {"count": {f"{name}_challenges": len(rows[name]) for name in shown}, **lists})


def _is_ahead(business: Business, campaign: Campaign) -> bool:
    return campaign.start is not None and campaign.start > business.now
