"""Attributes, events and purchases that happen to users: each object is looked at first, then the good ones applied.

An object that Braze drops is a minor error and leaves the others alone; what it ignores inside an object is a note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from stampcard.braze import currencies, triggers, values
from stampcard.braze.audience import segments
from stampcard.braze.state import Definition, Tally, User, Workspace
from stampcard.braze.tracking import attributes, ecommerce
from stampcard.braze.users import identity, push
from stampcard.braze.users.profile import is_email

MAX_EXTERNAL_ID = 988
"""Bytes; an external_id must be shorter."""

MAX_PROPERTIES = values.MAX_OBJECT
MAX_PRICE = 1e15
"""Assumed: it keeps sums exact to the cent."""

RESERVED_PROPERTIES = ("time", "event_name")


class Tracking:
    """One call's objects on their way into a workspace; `note` is told what is ignored, `cause` is the call's id.

    `on_device` is the app whose SDK tells of them, or nothing.
    """

    __slots__ = ("cause", "note", "now", "on_device", "workspace")

    def __init__(self, workspace: Workspace, note: attributes.Note, cause: int, *, on_device: str = "") -> None:
        self.workspace = workspace
        self.note = note
        self.cause = cause
        self.on_device = on_device
        self.now = workspace.world.clock.now


def fault_of_attributes(sent: Any) -> str | None:
    """Why Braze drops a user attributes object, in its words; None when it takes it."""
    if not isinstance(sent, dict):
        return "a valid identifier is required"
    if sent.get("push_token_import") is True:
        return _fault_of_import(sent)
    if sent.get("email") is not None and not is_email(sent["email"]):
        return "The value provided for the 'email' field is not a valid email."
    return _fault_of_identifier(sent)


def _fault_of_import(sent: Mapping[str, Any]) -> str | None:
    if sent.get("external_id") is not None or sent.get("braze_id") is not None:
        return "'push_token_import' can not be used with 'external_id' or 'braze_id'"
    if not isinstance(sent.get("push_tokens"), list):
        return "'push_tokens' is required"
    return None


def _fault_of_identifier(sent: Mapping[str, Any]) -> str | None:
    external_id = sent.get("external_id")
    if external_id is not None:
        if external_id.__class__ is str:
            if 0 < len(external_id) < 240 or (external_id and len(external_id.encode()) < MAX_EXTERNAL_ID):
                return None
            return "'external_id' must be fewer than 988 bytes" if external_id else "'external_id' is required"
        whole = external_id.__class__ is int and values.fits(external_id)
        return None if whole else "a valid identifier is required"
    if (alias := sent.get("user_alias")) is not None:
        return None if _is_alias(alias) else "a valid identifier is required"
    for name in ("braze_id", "email", "phone"):
        if (value := sent.get(name)) is not None:
            return None if isinstance(value, str) and value else "a valid identifier is required"
    return "a valid identifier is required"


def _is_alias(alias: Any) -> bool:
    return isinstance(alias, dict) and all(
        isinstance(alias.get(name), str) and alias[name] for name in ("alias_name", "alias_label")
    )


def fault_of_event(sent: Any) -> str | None:
    """Why Braze drops an event object. Texts of what an event lacks are assumed: they are not published."""
    if not isinstance(sent, dict):
        return "a valid identifier is required"
    if fault := _fault_of_identifier(sent):
        return fault
    name = sent.get("name")
    if name.__class__ is not str or not name:
        return "'name' is required"
    if sent.get("email") is not None and not is_email(sent["email"]):
        return "The value provided for the 'email' field is not a valid email."
    return _fault_of_occasion(sent) or ecommerce.fault(name, sent.get("properties") or {})


def fault_of_purchase(sent: Any) -> str | None:
    """Why Braze drops a purchase object.

    The text on currencies is documented (page on recommended events); those on a price and a quantity that are not
    valid are recorded (public integrations); those on what a purchase lacks are assumed.
    """
    if not isinstance(sent, dict):
        return "a valid identifier is required"
    if fault := _fault_of_identifier(sent):
        return fault
    for name in ("product_id", "currency"):
        if not isinstance(sent.get(name), str) or not sent[name]:
            return f"'{name}' is required"
    price = sent.get("price")
    if price is None:
        return "'price' is required"
    if isinstance(price, bool) or not isinstance(price, int | float) or abs(price) > MAX_PRICE:
        return "'price' is not valid"
    if not currencies.is_currency(sent["currency"]):
        return "'currency' must be an ISO 4217 currency"
    quantity = sent.get("quantity", 1)
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= 100:
        return "'quantity' is not valid"
    return _fault_of_occasion(sent)


def _fault_of_occasion(sent: Mapping[str, Any]) -> str | None:
    if values.read_time(sent.get("time")) is None:
        return "'time' is required" if sent.get("time") is None else "'time' is not valid"
    properties = sent.get("properties")
    return _fault_of_properties(properties) if properties is not None else None


def _fault_of_properties(properties: Any) -> str | None:
    if not isinstance(properties, dict):
        return "'properties' must be an object"
    for name in properties:
        if not name or len(name) > values.MAX_TEXT or name[0] == "$":
            return "a property name must be 1 to 255 characters long and not start with '$'"
        if name in RESERVED_PROPERTIES:
            return f"'{name}' is a reserved property name"
    if values.size_of(properties) > MAX_PROPERTIES:
        return "'properties' must be up to 100 KB"
    return None


def check_of(workspace: Workspace, name: str) -> Callable[[Any], str | None]:
    """What tells why Braze drops an object of one of the arrays, or None; with what the workspace's switches say."""
    check, _ = APPLY[name]
    most = workspace.switches.purchase_properties_kb
    if name != "purchases" or most * 1024 >= MAX_PROPERTIES:
        return check

    def narrower(sent: Any) -> str | None:
        fault = check(sent)
        if fault is None and values.size_of(sent.get("properties") or {}) > most * 1024:
            return f"'properties' must be up to {most} KB"
        return fault

    return narrower


def fault_of(workspace: Workspace, name: str, sent: Any) -> str | None:
    """Why Braze drops one object."""
    return check_of(workspace, name)(sent)


def attribute(tracking: Tracking, sent: Mapping[str, Any], place: str) -> User | None:
    """Apply one faultless attributes object; returns the profile, or None when there is none to write to."""
    if sent.get("push_token_import") is True:
        made = push.import_tokens(tracking.workspace, sent["push_tokens"])
        tracking.note("push-import", f"{made} anonymous profiles were made", place)
        return None
    user = _user(tracking, sent, place)
    if user is not None:
        writing = attributes.Writing(tracking.workspace, user, tracking.note, place, tracking.now)
        attributes.apply(writing, sent, tracking.cause)
    return user


def event(tracking: Tracking, sent: Mapping[str, Any], place: str) -> User | None:
    """Record one faultless event; returns the profile, or None when there is none to write to."""
    user = _user(tracking, sent, place, occasion=True)
    if user is None:
        return None
    workspace, name = tracking.workspace, sent["name"][: values.MAX_TEXT]
    if not _defined(tracking, workspace.events, name, place):
        return user
    time = _time(tracking, sent, place)
    # Before it is counted: a trigger's audience does not see the event that sets it off.
    properties = sent.get("properties") or {}
    triggers.event_happened(workspace, user, name, properties, time, tracking.cause, on_device=tracking.on_device)
    _count(user.events, name, time, 1)
    happened(workspace, "event", name, time, sent.get("app_id"))
    happened_in_segments(workspace, user, "event", name, time, sent.get("app_id"))
    if revenue := ecommerce.revenue(name, sent.get("properties") or {}):
        currency, at = sent["properties"]["currency"], f"{place}/properties/currency"
        user.total_revenue += currencies.in_usd(workspace, revenue, currency, tracking.note, at)
    identity.touch(workspace, user)
    return user


def purchase(tracking: Tracking, sent: Mapping[str, Any], place: str) -> User | None:
    """Record one faultless purchase; returns the profile, or None when there is none to write to."""
    user = _user(tracking, sent, place, occasion=True)
    if user is None:
        return None
    workspace, product = tracking.workspace, sent["product_id"][: values.MAX_TEXT]
    if not _defined(tracking, workspace.products, product, place):
        return user
    time, quantity = _time(tracking, sent, place), sent.get("quantity", 1)
    price, currency = sent["price"] * quantity, sent["currency"]
    revenue = currencies.in_usd(workspace, price, currency, tracking.note, f"{place}/currency")
    triggers.purchase_happened(workspace, user, sent, time, tracking.cause, on_device=tracking.on_device)
    _count(user.purchases, product, time, quantity)
    user.total_revenue += revenue
    happened(workspace, "purchase", product, time, sent.get("app_id"), quantity)
    happened(workspace, "revenue", product, time, sent.get("app_id"), revenue)
    identity.touch(workspace, user)
    return user


APPLY: Mapping[str, tuple[Callable[[Any], str | None], Callable[[Tracking, Mapping[str, Any], str], User | None]]] = {
    "attributes": (fault_of_attributes, attribute),
    "events": (fault_of_event, event),
    "purchases": (fault_of_purchase, purchase),
}
"""Array of a request -> what is wrong with an object in it, and how a good one is applied; in Braze's order."""


def _user(tracking: Tracking, sent: Mapping[str, Any], place: str, *, occasion: bool = False) -> User | None:
    """The profile an object is about, made when it may be: an alias makes one only when told so.

    `occasion`: the object is an event or a purchase.
    """
    workspace = tracking.workspace
    external_id = sent.get("external_id")
    if external_id.__class__ is str:
        user = workspace.by_external_id.get(external_id)
    else:
        user = identity.find_tracked(workspace, sent)
    if user is not None:
        return user
    decider = next(name for name in identity.IDENTIFIERS if sent.get(name) is not None)
    only_existing = sent.get("_update_existing_only", decider == "user_alias")
    if decider == "user_alias" and occasion and workspace.switches.alias_events == "update_only":
        only_existing = True
    if decider == "braze_id" or only_existing is True:
        tracking.note("unknown-user", f"no profile has this {decider}, and none is made", place)
        return None
    return identity.add_user(workspace, sent)


def _defined(tracking: Tracking, known: dict[str, Definition], name: str, place: str) -> bool:
    """Whether data under a name is kept; the first use of a name defines it."""
    definition = known.get(name)
    if definition is None:
        known[name] = Definition(name)
    elif definition.blocklisted:
        tracking.note("blocklisted", f"{name} is blocklisted and ignored", place)
        return False
    return True


def _time(tracking: Tracking, sent: Mapping[str, Any], place: str) -> datetime:
    """When it happened; a time in the future becomes now."""
    time = values.read_time(sent["time"])
    if time is None or time > tracking.now:
        tracking.note("future-time", "a time in the future is set to now", f"{place}/time")
        return tracking.now
    return time


def happened(workspace: Workspace, kind: str, name: str, time: datetime, app_id: Any = None, count: float = 1) -> None:
    """Count something under its hour, for all apps and for the one it happened in."""
    hour = int(time.timestamp()) // 3600
    workspace.hourly[kind, name][hour] += count
    if app_id is not None and app_id.__class__ is str and app_id in workspace.apps:
        workspace.hourly[f"{kind}@{app_id}", name][hour] += count


def happened_in_segments(
    workspace: Workspace, user: User, kind: str, name: str, time: datetime, app_id: Any = None
) -> None:
    """Count something for the segments that a user is in just now and that are tracked (`analytics`)."""
    for segment in workspace.segments.values():
        if segment.analytics and segments.holds(workspace, segment.rule, user):
            hour = int(time.timestamp()) // 3600
            workspace.hourly[f"{kind}~{segment.id}", name][hour] += 1
            if app_id.__class__ is str and app_id in workspace.apps:
                workspace.hourly[f"{kind}@{app_id}~{segment.id}", name][hour] += 1


def _count(tallies: dict[str, Tally], name: str, time: datetime, quantity: int) -> None:
    tally = tallies.get(name)
    if tally is None:
        tallies[name] = Tally(time, time, quantity)
        return
    tally.count += quantity
    if time > tally.last:
        tally.last = time
    elif time < tally.first:
        tally.first = time
