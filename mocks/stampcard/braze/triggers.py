"""What happens to a user and may set off an action-based campaign or Canvas.

The functions are told in the order in which things happened: of events and purchases before the profile counts them,
since the audience is looked at as it was before, of changes after the profile has changed. They return at once (no
await): what they set off is scheduled on the world's clock, with `cause` as its cause.

Source: Braze docs, "Action-based delivery" and "Attribute triggers" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from stampcard.braze import comparisons, currencies
from stampcard.braze.audience import filters
from stampcard.braze.campaigns import stops
from stampcard.braze.campaigns.actions import (
    ATTRIBUTE,
    EMAIL_ADDED,
    EVENT,
    EXCEPTION,
    GROUP,
    HELD,
    INTERACTION,
    PURCHASE,
    SESSION,
    STATUSES,
    STEP,
    named,
    with_values,
)
from stampcard.braze.campaigns.records import ACTION_BASED, Campaign, find_campaign
from stampcard.braze.canvas import journeys
from stampcard.braze.occasions import Occasion
from stampcard.braze.sending import conversions, currents, launching
from stampcard.braze.state import SubscriptionGroup, User, Workspace
from stampcard.braze.users import behaviour
from stampcard.braze.users.profile import FIELDS
from stampcard.braze.variables import Dotted

Action = Mapping[str, Any]
DEFAULT_STATUS = "subscribed"
SHOWN = {"subscribed": "Subscribed", "unsubscribed": "Unsubscribed", "opted_in": "Opted In"}
"""Subscription states as message events write them."""


def event_happened(
    workspace: Workspace,
    user: User,
    name: str,
    properties: Mapping[str, Any],
    time: datetime,
    cause: int,
    *,
    on_device: str = "",
) -> None:
    """A custom event was recorded: `properties` as sent, `time` in UTC and not in the future."""

    def matches(action: Action) -> bool:
        wanted = action["action"] == EVENT and action["event"] == name
        return wanted and _properties_match(workspace, action, properties)

    names = {"event_properties": Dotted(properties)}
    told = {"name": name, "custom_properties": properties, "app_id": on_device or None}
    currents.behaved(workspace, user, "CustomEvent", told)
    _happened(workspace, user, Occasion(f"custom event {name}", cause, matches, names, on_device))
    filters.note_day(workspace, user, "event", name, time)
    if name in workspace.engine.segmentable:
        behaviour.note_properties(workspace, user, name, properties, time)


def purchase_happened(
    workspace: Workspace,
    user: User,
    purchase: Mapping[str, Any],
    time: datetime,
    cause: int,
    *,
    on_device: str = "",
) -> None:
    """A purchase was recorded: `purchase` is the object as sent (product_id, currency, price, quantity, properties)."""
    properties, product = purchase.get("properties") or {}, purchase["product_id"]

    def matches(action: Action) -> bool:
        return (
            action["action"] == PURCHASE
            and action.get("product") in (None, product)
            and _properties_match(workspace, action, properties)
        )

    names = {"event_properties": Dotted(properties)}
    told = {name: purchase.get(name) for name in ("product_id", "price", "currency")}
    told |= {"purchase_properties": properties, "app_id": on_device or None}
    currents.behaved(workspace, user, "Purchase", told)
    quantity = purchase.get("quantity") or 1
    amount, currency = purchase["price"] * quantity, purchase["currency"]
    revenue = currencies.in_usd(workspace, amount, currency)
    conversions.earned(workspace, user, revenue)
    _happened(workspace, user, Occasion(f"purchase of {product}", cause, matches, names, on_device))
    filters.note_day(workspace, user, "purchase", product, time, quantity)
    behaviour.note_spending(workspace, user, revenue, time)


def session_started(workspace: Workspace, user: User, app_id: str, cause: int) -> None:
    """A device opened an app."""

    def matches(action: Action) -> bool:
        return action["action"] == SESSION and action.get("app_id") in (None, app_id)

    currents.behaved(workspace, user, "app.SessionStart", {"app_id": app_id})
    _happened(workspace, user, Occasion("session start", cause, matches, on_device=app_id))


def attributes_changed(workspace: Workspace, user: User, changes: Mapping[str, tuple[Any, Any]], cause: int) -> None:
    """Reserved fields or custom attributes changed: name -> (old, new), None where there is no value."""
    if workspace.engine.connectors:
        _tell_states(workspace, user, changes)
    if not workspace.campaigns and not workspace.canvases:
        return  # Nothing waits for it.

    def matches(action: Action) -> bool:
        if action["action"] == EMAIL_ADDED:
            old, new = changes.get("email", (None, None))
            return old is None and new is not None
        if action["action"] in STATUSES:
            return _status_matches(action, changes.get(STATUSES[action["action"]]))
        return action["action"] == ATTRIBUTE and _attribute_matches(action, changes)

    _happened(workspace, user, Occasion(f"change of {', '.join(list(changes)[:5])}", cause, matches))


def _tell_states(workspace: Workspace, user: User, changes: Mapping[str, tuple[Any, Any]]) -> None:
    for field, channel in (("email_subscribe", "email"), ("push_subscribe", "push")):
        if field in changes:
            state = str(changes[field][1] or DEFAULT_STATUS)
            told: dict[str, Any] = {"subscription_status": SHOWN[state], "channel": channel}
            told |= {"email_address": user.email} if channel == "email" else {}
            currents.behaved(workspace, user, "subscription.GlobalStateChange", told)


def group_changed(
    workspace: Workspace, users: Sequence[User], group: SubscriptionGroup, state: str, cause: int
) -> None:
    """Users chose another state in a subscription group than they had."""

    def matches(action: Action) -> bool:
        return (
            action["action"] == GROUP
            and action.get("subscription_group") in (None, group.id, group.name)
            and action.get("value") in (None, state)
        )

    for user in users:
        told: dict[str, Any] = {
            "subscription_group_id": group.id,
            "subscription_status": SHOWN[state],
            "channel": group.channel,
        }
        told |= {"email_address": user.email} if group.channel == "email" else {"phone_number": user.phone}
        currents.behaved(workspace, user, "subscriptiongroup.StateChange", told)
        _happened(workspace, user, Occasion(f"{state} in subscription group {group.name}", cause, matches))


def campaign_engaged(
    workspace: Workspace, user: User, campaign: str, interaction: str, cause: int, **about: str | None
) -> None:
    """Something happened to a campaign's message: `receive email`, `open`, `click` ...

    `about` says more of it: the `alias` of a link, the `button` of a push.
    """

    def matches(action: Action) -> bool:
        wanted = action.get("campaign"), action.get("interaction")
        return action["action"] == INTERACTION and wanted == (campaign, interaction) and _is_about(action, about)

    if _somebody_waits(workspace):
        _happened(workspace, user, Occasion(f"{interaction} of campaign {campaign}", cause, matches))


def step_engaged(
    workspace: Workspace, user: User, place: tuple[str, str], interaction: str, cause: int, **about: str | None
) -> None:
    """Something happened to the message of a Canvas step: `place` is the name of the Canvas and that of the step."""

    def matches(action: Action) -> bool:
        wanted = action.get("canvas"), action.get("step"), action.get("interaction")
        return action["action"] == STEP and wanted == (*place, interaction) and _is_about(action, about)

    if _somebody_waits(workspace):
        _happened(workspace, user, Occasion(f"{interaction} of step {' / '.join(place)}", cause, matches))


def _is_about(action: Action, about: Mapping[str, str | None]) -> bool:
    return all(action.get(name) in (None, about.get(name)) for name in ("alias", "button"))


def _somebody_waits(workspace: Workspace) -> bool:
    """Whether any trigger looks at what becomes of messages; a Canvas is looked at in any case."""
    if workspace.canvases:
        return True
    actions = (a for row in workspace.campaigns.values() for a in (*row.triggers, *row.exceptions))
    return any(action["action"] in (INTERACTION, STEP, EXCEPTION) for action in actions)


def _status_matches(action: Action, change: tuple[Any, Any] | None) -> bool:
    """A new state that is not the default one (Braze does not fire for that)."""
    if change is None or change[0] == change[1] or change[1] in (None, DEFAULT_STATUS):
        return False
    return action.get("value") in (None, change[1])


def _attribute_matches(action: Action, changes: Mapping[str, tuple[Any, Any]]) -> bool:
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


def _properties_match(workspace: Workspace, action: Action, properties: Mapping[str, Any]) -> bool:
    rows = action.get("property_filters")
    if not rows:
        return True
    now = workspace.world.clock.now
    verdicts = (
        comparisons.matches_property(properties, row["property"], row["comparison"], row.get("value"), now)
        for row in rows
    )
    return any(verdicts) if action.get("match") == "any" else all(verdicts)


def _is_of(action: Action, what: str) -> bool:
    """Whether a happening is the one a trigger waits for, its properties aside."""
    if action["action"] == EVENT:
        return what == f"custom event {action['event']}"
    return action["action"] == PURCHASE and what == f"purchase of {action.get('product', '')}"


def _happened(workspace: Workspace, user: User, occasion: Occasion) -> None:
    """Cancel what an exception event cancels, schedule every campaign that is set off, then Canvases and conversions.

    The user must be in the audience before an event happens; after an attribute change, where the trigger comes first.
    """
    first = occasion.matches

    def matches(action: Action) -> bool:
        if action["action"] != EXCEPTION:
            meant = with_values(action, HELD, user.custom) if "property_filters" in action else action
            return meant is not None and first(meant)
        other = find_campaign(workspace, action["campaign"])
        return other is not None and any(row["action"] != EXCEPTION and first(row) for row in other.exceptions)

    found = replace(occasion, matches=matches)
    conversions.happened(workspace, user, found)
    for campaign in list(workspace.campaigns.values()):
        if campaign.delivery == ACTION_BASED and campaign.enabled:
            _set_off(workspace, campaign, user, found)
    journeys.happened(workspace, user, found)


def _set_off(workspace: Workspace, campaign: Campaign, user: User, occasion: Occasion) -> None:
    if any(occasion.matches(action) for action in campaign.exceptions):
        launching.cancel_pending(workspace, campaign, user)
    action = next((row for row in campaign.triggers if occasion.matches(row)), None)
    if action is not None:
        if launching.may_get(workspace, campaign, user, occasion.cause):
            launching.schedule_triggered(workspace, campaign, user, occasion)
    elif any(_is_of(row, occasion.what) for row in campaign.triggers):
        text = f"{occasion.what}: its properties do not match {named(campaign.triggers[0])}"
        stops.note(workspace, campaign, user, "trigger", text, occasion.cause)
