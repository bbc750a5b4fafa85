"""What happens to a user and may set off an action-based campaign or Canvas.

The three functions are told after the profile has changed, in the order in which things happened. They return at once
(no await): what they set off is scheduled on the world's clock, with `cause` as its cause.

Source: Braze docs, "Action-based delivery" and "Attribute triggers" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from stampcard.braze import comparisons, filters, launching, stops
from stampcard.braze.campaigns import ACTION_BASED
from stampcard.braze.canvas import journeys
from stampcard.braze.profile import FIELDS
from stampcard.braze.state import User, Workspace
from stampcard.braze.variables import Dotted

EVENT, PURCHASE, ATTRIBUTE, EMAIL_ADDED = (
    "perform custom event",
    "make a purchase",
    "change custom attribute value",
    "add an email address",
)
STATUSES = {
    "update email subscription status": "email_subscribe",
    "update push subscription status": "push_subscribe",
}
"""Action -> the field it watches."""
INTERACTION = "interact with campaign"
DEFAULT_STATUS = "subscribed"

Matches = Callable[[Mapping[str, Any]], bool]


def event_happened(
    workspace: Workspace, user: User, name: str, properties: Mapping[str, Any], time: datetime, cause: int
) -> None:
    """A custom event was recorded: `properties` as sent, `time` in UTC and not in the future."""

    def matches(action: Mapping[str, Any]) -> bool:
        named = action["action"] == EVENT and action["event"] == name
        return named and _properties_match(workspace, action, properties)

    filters.note_day(workspace, user, "event", name, time)
    # The audience is looked at as it was before the event, so the event itself does not count for its filters.
    tally = user.events.get(name)
    if tally is not None:
        tally.count -= 1
    try:
        _happened(workspace, user, matches, {"event_properties": Dotted(properties)}, f"custom event {name}", cause)
    finally:
        if tally is not None:
            tally.count += 1


def purchase_happened(
    workspace: Workspace, user: User, purchase: Mapping[str, Any], time: datetime, cause: int
) -> None:
    """A purchase was recorded: `purchase` is the object as sent (product_id, currency, price, quantity, properties)."""
    properties = purchase.get("properties") or {}
    filters.note_day(workspace, user, "purchase", purchase["product_id"], time, purchase.get("quantity") or 1)

    def matches(action: Mapping[str, Any]) -> bool:
        return (
            action["action"] == PURCHASE
            and action.get("product") in (None, purchase["product_id"])
            and _properties_match(workspace, action, properties)
        )

    names = {"event_properties": Dotted(properties)}
    _happened(workspace, user, matches, names, f"purchase of {purchase['product_id']}", cause)


def attributes_changed(workspace: Workspace, user: User, changes: Mapping[str, tuple[Any, Any]], cause: int) -> None:
    """Reserved fields or custom attributes changed: name -> (old, new), None where there is no value."""
    if not workspace.campaigns and not workspace.canvases:
        return  # Nothing waits for it.

    def matches(action: Mapping[str, Any]) -> bool:
        if action["action"] == EMAIL_ADDED:
            old, new = changes.get("email", (None, None))
            return old is None and new is not None
        if action["action"] in STATUSES:
            return _status_matches(action, changes.get(STATUSES[action["action"]]))
        return action["action"] == ATTRIBUTE and _attribute_matches(action, changes)

    _happened(workspace, user, matches, {}, f"change of {', '.join(list(changes)[:5])}", cause)


def campaign_engaged(workspace: Workspace, user: User, campaign: str, interaction: str, cause: int) -> None:
    """Something happened to a campaign's message: `receive email`, `open`, `click` ..."""

    def matches(action: Mapping[str, Any]) -> bool:
        wanted = action.get("campaign"), action.get("interaction")
        return action["action"] == INTERACTION and wanted == (campaign, interaction)

    if any(_watched(row, campaign) for row in (*workspace.campaigns.values(), *workspace.canvases.values())):
        _happened(workspace, user, matches, {}, f"{interaction} of campaign {campaign}", cause)


def _watched(sender: Any, campaign: str) -> bool:
    """Whether a campaign's or Canvas's triggers look at another campaign; a Canvas is looked at in any case."""
    actions = (*sender.triggers, *getattr(sender, "exceptions", ()), *getattr(sender, "exit_events", ()))
    return hasattr(sender, "exit_events") or any(action.get("campaign") == campaign for action in actions)


def _status_matches(action: Mapping[str, Any], change: tuple[Any, Any] | None) -> bool:
    """A new state that is not the default one (Braze does not fire for that)."""
    if change is None or change[0] == change[1] or change[1] in (None, DEFAULT_STATUS):
        return False
    return action.get("value") in (None, change[1])


def _attribute_matches(action: Mapping[str, Any], changes: Mapping[str, tuple[Any, Any]]) -> bool:
    """A real change to a value that is no array; a name with dots leads into an object."""
    name, _, path = action["attribute"].partition(".")
    if action["attribute"] in changes:
        name, path = action["attribute"], ""
    if name not in changes or name in FIELDS or name in ("email", "phone"):
        return False
    old, new = (comparisons.values_at(value, path) if path else [value] for value in changes[name])
    before, after = (old or [None])[0], (new or [None])[0]
    if after is None or isinstance(after, list) or (before == after and type(before) is type(after)):
        return False
    return "value" not in action or comparisons.same(after, action["value"])


def _properties_match(workspace: Workspace, action: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    rows = action.get("property_filters")
    if not rows:
        return True
    now = workspace.world.clock.now
    verdicts = (
        comparisons.matches_property(properties, row["property"], row["comparison"], row.get("value"), now)
        for row in rows
    )
    return any(verdicts) if action.get("match") == "any" else all(verdicts)


def _is_of(action: Mapping[str, Any], what: str) -> bool:
    """Whether a happening is the one a trigger waits for, its properties aside."""
    if action["action"] == EVENT:
        return what == f"custom event {action['event']}"
    return action["action"] == PURCHASE and what == f"purchase of {action.get('product', '')}"


def _happened(
    workspace: Workspace,
    user: User,
    matches: Matches,
    names: Mapping[str, Any],
    what: str,
    cause: int,
) -> None:
    """Cancel what an exception event cancels, then schedule every campaign that the happening sets off.

    The user must be in the audience before an event happens; after an attribute change, where the trigger comes first.
    """
    for campaign in list(workspace.campaigns.values()):
        if campaign.delivery != ACTION_BASED or not campaign.enabled:
            continue
        if any(matches(action) for action in campaign.exceptions):
            launching.cancel_pending(workspace, campaign, user)
        if any(matches(action) for action in campaign.triggers):
            if launching.may_get(workspace, campaign, user, cause):
                launching.schedule_triggered(workspace, campaign, user, names, what, cause)
        elif any(_is_of(action, what) for action in campaign.triggers):
            stops.note(workspace, campaign, user, "trigger", f"{what}: its properties do not match", cause)
    journeys.happened(workspace, user, matches, names, what, cause)
