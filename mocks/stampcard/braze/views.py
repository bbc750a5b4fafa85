"""Records to the JSON bodies Braze answers with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stampcard.braze.state import Receipt, Tally, User, Visit, Workspace
from stampcard.core.clock import iso

ACTIVITY = timedelta(days=90)
"""Lists of events, purchases, campaigns and Canvases show what was active this long ago or later."""

_MORE_PLAIN = (
    "dob",
    "home_city",
    "country",
    "phone",
    "language",
    "time_zone",
    "gender",
    "last_coordinates",
    "attributed_campaign",
    "attributed_source",
    "attributed_adgroup",
    "attributed_ad",
)

EXPORT_FIELDS = frozenset(
    """apps attributed_campaign attributed_source attributed_adgroup attributed_ad push_subscribe email_subscribe
    braze_id campaigns_received canvases_received cards_clicked country created_at custom_attributes custom_events
    devices dob email external_id first_name gender home_city language last_coordinates last_name phone purchases
    push_tokens random_bucket time_zone total_revenue uninstalled_at user_aliases""".split()
)
"""The names `fields_to_export` may hold: https://www.braze.com/docs/api/endpoints/export/user_data/post_users_identifier"""


def exported(
    workspace: Workspace, user: User, fields: Collection[str] | None, now: datetime, *, in_control: bool = False
) -> dict[str, Any]:
    """A profile with the fields asked for (None: all), keys without data left out, in the order of recorded answers."""
    whole = {
        "created_at": iso(user.created_at),
        "external_id": user.external_id,
        "user_aliases": [{"alias_name": name, "alias_label": label} for label, name in user.aliases.items()],
        "appboy_id": user.braze_id,
        "braze_id": user.braze_id,
        "first_name": user.profile.get("first_name"),
        "last_name": user.profile.get("last_name"),
        "random_bucket": user.random_bucket,
        "email": user.email,
        "custom_attributes": {key: shown(value) for key, value in user.custom.items()} or None,
        "custom_events": _tallies(user.events, now),
        "purchases": _tallies(user.purchases, now),
        "total_revenue": round(user.total_revenue, 2),
        "push_subscribe": user.profile.get("push_subscribe", "subscribed"),
        "email_subscribe": user.profile.get("email_subscribe", "subscribed"),
        **{key: value for key in _MORE_PLAIN if (value := user.profile.get(key)) is not None},
        "last_coordinates": _coordinates(workspace, user),
        "uninstalled_at": _maybe_iso(user.profile.get("uninstalled_at")),
        "apps": _apps(workspace, user),
        "devices": [{"device_id": token.device_id} for token in user.push_tokens] or None,
        "push_tokens": _tokens(workspace, user),
        "campaigns_received": _campaigns(workspace, user, now),
        "canvases_received": _canvases(workspace, user, now),
    }
    return {
        key: value
        for key, value in whole.items()
        if value is not None
        and (fields is None or key in fields or (key == "appboy_id" and "braze_id" in fields))
        and not (in_control and key in LEFT_OUT_IN_CONTROL)
    }


LEFT_OUT_IN_CONTROL = frozenset(
    "push_subscribe email_subscribe push_tokens campaigns_received canvases_received cards_clicked".split()
)
"""What exports of the global control group do not show."""


def _maybe_iso(instant: datetime | None) -> str | None:
    return iso(instant) if instant is not None else None


def shown(value: Any) -> Any:
    """A stored value as JSON: instants as ISO 8601."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def _tallies(tallies: Mapping[str, Tally], now: datetime) -> list[dict[str, Any]] | None:
    rows = [{"name": name, **tally(found)} for name, found in tallies.items() if found.last >= now - ACTIVITY]
    return rows or None


def tally(of: Tally) -> dict[str, Any]:
    """How often, and when first and last."""
    return {"first": iso(of.first), "last": iso(of.last), "count": of.count}


def _apps(workspace: Workspace, user: User) -> list[dict[str, Any]] | None:
    """Apps a user has used; which platform and version it was, nobody tells here."""
    used = ((name, workspace.sessions.get((user.braze_id, app_id))) for app_id, name in workspace.apps.items())
    rows = [
        {"name": name, "sessions": len(instants), "first_used": _at(min(instants)), "last_used": _at(max(instants))}
        for name, instants in used
        if instants
    ]
    return rows or None


def _at(seconds: int) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))


def _tokens(workspace: Workspace, user: User) -> list[dict[str, Any]] | None:
    rows = [
        {
            "app": workspace.apps[token.app_id],
            "platform": None,
            "token": token.token,
            "device_id": token.device_id,
            "notifications_enabled": True,
        }
        for token in user.push_tokens
    ]
    return [{key: value for key, value in row.items() if value is not None} for row in rows] or None


def _campaigns(workspace: Workspace, user: User, now: datetime) -> list[dict[str, Any]] | None:
    rows = [
        _campaign(workspace.campaigns.get(campaign_id), campaign_id, receipt)
        for campaign_id, receipt in user.campaigns.items()
        if receipt.last_received >= now - ACTIVITY
    ]
    return rows or None


def _campaign(campaign: Any, campaign_id: str, receipt: Receipt) -> dict[str, Any]:
    contents = campaign.contents if campaign else ()
    variation = next((content.variant for content in contents if content.id == receipt.variation_id), None)
    row: dict[str, Any] = {
        "name": campaign.name if campaign else None,
        "api_campaign_id": campaign_id,
        "last_received": iso(receipt.last_received),
        "engaged": {},
        "converted": receipt.converted,
        "multiple_converted": {},
        "in_control": False,
        "variation_name": variation,
        "variation_api_id": receipt.variation_id,
    }
    return {key: value for key, value in row.items() if value is not None}


def _canvases(workspace: Workspace, user: User, now: datetime) -> list[dict[str, Any]] | None:
    rows = [
        _canvas(workspace.canvases.get(canvas_id), canvas_id, visit)
        for canvas_id, visit in user.canvases.items()
        if max(visit.last_entered, visit.last_message or visit.last_entered) >= now - ACTIVITY
    ]
    return rows or None


def _canvas(canvas: Any, canvas_id: str, visit: Visit) -> dict[str, Any]:
    in_control = visit.variation_name is None
    row = {
        "name": canvas.name if canvas else None,
        "api_canvas_id": canvas_id,
        "last_received_message": _maybe_iso(visit.last_message),
        "last_entered": iso(visit.last_entered),
        "variation_name": visit.variation_name,
        "in_control": in_control,
        "last_entered_control_at": iso(visit.last_entered) if in_control else None,
        "steps_received": [
            {"name": name, "api_canvas_step_id": step_id, "last_received": iso(at)}
            for step_id, (name, at) in visit.steps.items()
        ],
    }
    return {key: value for key, value in row.items() if value is not None}


def _coordinates(workspace: Workspace, user: User) -> list[float] | None:
    """Longitude and latitude as kept, in the order the workspace's switch says."""
    kept: list[float] | None = user.profile.get("last_coordinates")
    if kept is not None and workspace.switches.last_coordinates == "latitude_first":
        return kept[::-1]
    return kept
