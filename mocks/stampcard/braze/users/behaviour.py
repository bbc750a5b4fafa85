"""What segments ask of a user's past: sessions, revenue, event properties, messages received, opened and clicked.

Source: Braze docs, "Segmentation filters" (braze-inc/braze-docs). Days are calendar days of UTC, today included, and
one more: "1 calendar day" looks back 24 to 48 hours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stampcard.braze import comparisons
from stampcard.braze.state import User, Workspace

Rule = Mapping[str, Any]
KEPT_PURCHASES = 50
"""Purchases whose money the filter X Money Spent In Y Days adds up."""
KEPT_EVENTS = 1_000
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "Email": ("email",),
    "Push": ("apple_push", "android_push", "kindle_push", "web_push"),
    "SMS": ("sms",),
    "Webhook": ("webhook",),
    "WhatsApp": ("whats_app",),
}


def day_of(at: datetime) -> int:
    return at.date().toordinal()


def first_day(workspace: Workspace, days: int) -> int:
    return day_of(workspace.world.clock.now) - days


# What is noted


def note_properties(workspace: Workspace, user: User, event: str, properties: Rule, at: datetime) -> None:
    """Keep an event's properties that are enabled for segmentation; earlier events stay unknown."""
    enabled = workspace.engine.segmentable.get(event)
    kept = {name: properties[name] for name in enabled or () if name in properties}
    if kept:
        log = workspace.engine.event_log.setdefault((user.braze_id, event), deque(maxlen=KEPT_EVENTS))
        log.append((day_of(at), kept))


def note_spending(workspace: Workspace, user: User, money: float, at: datetime) -> None:
    spent = workspace.engine.spending.setdefault(user.braze_id, deque(maxlen=KEPT_PURCHASES))
    spent.append((day_of(at), money))


def note_receipt(workspace: Workspace, user: User, channel: str) -> None:
    """When a user got a message on a channel last."""
    workspace.engine.last_received.setdefault(channel, {})[user.braze_id] = workspace.world.clock.now


def merge(workspace: Workspace, kept: User, gone: User) -> None:
    """What is known of a user who was merged into another becomes the other's."""
    engine, old, new = workspace.engine, gone.braze_id, kept.braze_id
    for times in (*engine.last_received.values(), engine.last_engaged):
        if old in times:
            times[new] = max(times.pop(old), times.get(new, FIRST))
    if old in engine.spending:
        engine.spending.setdefault(new, deque(maxlen=KEPT_PURCHASES)).extend(engine.spending.pop(old))
    for name in gone.events:
        if (old, name) in engine.event_log:
            log = engine.event_log.setdefault((new, name), deque(maxlen=KEPT_EVENTS))
            log.extend(engine.event_log.pop((old, name)))
    for kind, names in (("event", gone.events), ("purchase", gone.purchases)):
        for name in names:
            days = engine.days.setdefault((new, kind, name), {})
            for day, count in engine.days.pop((old, kind, name), {}).items():
                days[day] = days.get(day, 0) + count


# What filters look at


def properties_in_days(workspace: Workspace, item: Rule, user: User) -> int:
    """How often in so many days an event had a property that compares so with a value."""
    criterion, first, now = item["property"], first_day(workspace, item["days"]), workspace.world.clock.now
    log: Sequence[tuple[int, Rule]] = workspace.engine.event_log.get((user.braze_id, item["name"]), ())
    wanted = criterion["property"], criterion["comparison"], criterion.get("value")
    return sum(day >= first and comparisons.matches_property(kept, *wanted, now) for day, kept in log)


def spent_in_days(workspace: Workspace, item: Rule, user: User) -> float:
    first = first_day(workspace, item["days"])
    spent: Sequence[tuple[int, float]] = workspace.engine.spending.get(user.braze_id, ())
    return sum(money for day, money in spent if day >= first)


def _sessions(workspace: Workspace, user: User) -> Iterator[int]:
    """When a user used an app, in seconds since 1970."""
    for app_id in workspace.apps:
        yield from workspace.sessions.get((user.braze_id, app_id), ())


def session_count(workspace: Workspace, item: Rule, user: User) -> int:
    return sum(1 for _ in _sessions(workspace, user))


def sessions_in_days(workspace: Workspace, item: Rule, user: User) -> int:
    first = first_day(workspace, item["days"])
    epoch = datetime(1970, 1, 1).toordinal()
    return sum(epoch + second // 86_400 >= first for second in _sessions(workspace, user))


def used_app(workspace: Workspace, item: Rule, user: User) -> bool:
    """At least one session in an app, by its id or name."""
    return any(
        (user.braze_id, key) in workspace.sessions
        for key, name in workspace.apps.items()
        if item["name"] in (key, name)
    )


def last_product(workspace: Workspace, item: Rule, user: User) -> str | None:
    return max(user.purchases, key=lambda product: user.purchases[product].last, default=None)


def last_received(channel: str) -> Any:
    def value(workspace: Workspace, item: Rule, user: User) -> datetime | None:
        known = (workspace.engine.last_received.get(kind, {}).get(user.braze_id) for kind in CHANNELS[channel])
        return max((at for at in known if at is not None), default=None)

    return value


def last_engaged(workspace: Workspace, item: Rule, user: User) -> datetime | None:
    found: datetime | None = workspace.engine.last_engaged.get(user.braze_id)
    return found


def received_variant(workspace: Workspace, item: Rule, user: User) -> bool:
    for campaign in workspace.campaigns.values():
        receipt = user.campaigns.get(campaign.id)
        if receipt is not None and item["name"] in (campaign.id, campaign.name):
            return any(row.id == receipt.variation_id and row.variant == item["value"] for row in campaign.contents)
    return False


def received_step(workspace: Workspace, item: Rule, user: User) -> bool:
    for canvas in workspace.canvases.values():
        visit = user.canvases.get(canvas.id)
        if visit is not None and item["name"] in (canvas.id, canvas.name):
            return any(item["value"] in (key, name) for key, (name, _) in visit.steps.items())
    return False


def received_tag(workspace: Workspace, item: Rule, user: User) -> bool:
    tag = item["name"]
    if any(tag in row.tags and row.id in user.campaigns for row in workspace.campaigns.values()):
        return True
    visits = ((canvas, user.canvases.get(canvas.id)) for canvas in workspace.canvases.values())
    return any(tag in canvas.tags and visit is not None and bool(visit.steps) for canvas, visit in visits)


def engaged_with(workspace: Workspace, item: Rule, user: User) -> bool:
    """Whether the user opened or clicked a message of a campaign."""
    did = {"opened": "opens", "clicked": "clicks"}[item["value"]]
    return any(
        (did, content.id, user.braze_id) in workspace.engine.engaged
        for campaign in workspace.campaigns.values()
        if item["name"] in (campaign.id, campaign.name)
        for content in campaign.contents
    )


def entered_variation(workspace: Workspace, item: Rule, user: User) -> bool:
    visits = (user.canvases.get(row.id) for row in workspace.canvases.values() if item["name"] in (row.id, row.name))
    return any(visit is not None and visit.variation_name == item["value"] for visit in visits)


def in_canvas_control(workspace: Workspace, item: Rule, user: User) -> bool:
    visits = (user.canvases.get(row.id) for row in workspace.canvases.values() if item["name"] in (row.id, row.name))
    return any(visit is not None and visit.variation_name is None for visit in visits)


def state_since(state: str) -> Any:
    """When the user's address came into an e-mail subscription state, if it is in it."""

    def value(workspace: Workspace, item: Rule, user: User) -> datetime | None:
        contact = workspace.addresses.get(user.email) if user.email is not None else None
        return contact.state_since if contact is not None and contact.state == state else None

    return value


def push_enabled(workspace: Workspace, item: Rule, user: User) -> bool:
    """A token, and not unsubscribed from push."""
    return bool(user.push_tokens) and user.profile.get("push_subscribe") != "unsubscribed"


def push_enabled_for_app(workspace: Workspace, item: Rule, user: User) -> bool:
    """A token in the app, whatever the subscription says."""
    wanted = {key for key, name in workspace.apps.items() if item["name"] in (key, name)}
    return any(token.app_id in wanted for token in user.push_tokens)


def same_element(workspace: Workspace, item: Rule, user: User) -> bool:
    """Multi-criteria segmentation: one element of an array of objects meets all criteria."""
    found = comparisons.values_at(user.custom, item["name"])
    elements = [one for value in found for one in (value if isinstance(value, list) else [value])]
    now = workspace.world.clock.now
    return any(
        isinstance(element, Mapping)
        and all(
            comparisons.matches_property(element, row["property"], row["comparison"], row.get("value"), now)
            for row in item["criteria"]
        )
        for element in elements
    )
