"""Making one profile of two: https://www.braze.com/docs/api/endpoints/user_data/post_users_merge"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from stampcard.braze.state import Tally, User, Workspace
from stampcard.braze.users import behaviour, identity, push

FILLED = (
    "first_name last_name gender dob time_zone home_city country language last_coordinates attributed_campaign "
    "attributed_source attributed_adgroup attributed_ad"
).split()
"""Profile fields that are copied where the kept profile has none; e-mail and phone are too, with their indexes."""


def merge(workspace: Workspace, gone: User, kept: User) -> None:
    """Move what `gone` has to `kept`, field by field, and forget `gone` under all its identifiers."""
    email, phone = gone.email, gone.phone
    identity.remove_user(workspace, gone)
    if kept.email is None:
        identity.set_email(workspace, kept, email)
    if kept.phone is None:
        identity.set_phone(workspace, kept, phone)
    for name in FILLED:
        if name in gone.profile:
            kept.profile.setdefault(name, gone.profile[name])
    _span(gone, kept)
    kept.custom = {**gone.custom, **kept.custom}
    _sum(gone.events, kept.events)
    _sum(gone.purchases, kept.purchases)
    kept.total_revenue += gone.total_revenue
    _keep_sessions(workspace, gone, kept)
    behaviour.merge(workspace, kept, gone)
    keep_history(workspace, gone, kept)


def _keep_sessions(workspace: Workspace, gone: User, kept: User) -> None:
    for app_id in workspace.apps:
        if (instants := workspace.sessions.pop((gone.braze_id, app_id), None)) is not None:
            workspace.sessions.setdefault((kept.braze_id, app_id), []).extend(instants)


def keep_history(workspace: Workspace, gone: User, kept: User) -> None:
    """Move push tokens and what was received; of two receipts of one campaign the later stays."""
    for token in gone.push_tokens:
        row = {"app_id": token.app_id, "token": token.token, "device_id": token.device_id}
        push.add_token(workspace, kept, row)
    for campaign_id, receipt in gone.campaigns.items():
        known = kept.campaigns.get(campaign_id)
        if known is None or known.last_received < receipt.last_received:
            kept.campaigns[campaign_id] = receipt
    for canvas_id, visit in gone.canvases.items():
        met = kept.canvases.get(canvas_id)
        if met is None or met.last_entered < visit.last_entered:
            kept.canvases = {**kept.canvases, canvas_id: visit}
    identity.touch(workspace, kept)


def _span(gone: User, kept: User) -> None:
    """The earlier first session and the later last session."""
    for name, pick in (("date_of_first_session", min), ("date_of_last_session", max)):
        known: list[datetime] = [user.profile[name] for user in (gone, kept) if name in user.profile]
        if known:
            kept.profile[name] = pick(known)


def _sum(gone: Mapping[str, Tally], kept: dict[str, Tally]) -> None:
    for name, tally in gone.items():
        known = kept.get(name)
        if known is None:
            kept[name] = tally
        else:
            kept[name] = Tally(min(known.first, tally.first), max(known.last, tally.last), known.count + tally.count)
