"""Writing user attributes: reserved fields, custom attributes of every type, and the operations on them.

Nothing here refuses a request: what cannot be stored is left out and told through `note`, as Braze leaves it out
without a word. What makes Braze drop a whole object is looked for earlier, by objects.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from stampcard.braze import triggers, values
from stampcard.braze.state import Definition, SubscriptionGroup, User, Workspace
from stampcard.braze.subscriptions import emails
from stampcard.braze.subscriptions import groups as subscription_groups
from stampcard.braze.tracking import coercing
from stampcard.braze.users import identity, push
from stampcard.braze.users.profile import CONTROL, FIELDS, IDENTIFYING
from stampcard.braze.values import INVALID, MAX_TEXT

Note = Callable[[str, str, str], None]
"""Told (code, message, pointer) of everything that is ignored, cut or coerced."""

Changes = dict[str, tuple[Any, Any]]

FOLLOWED = frozenset({"email_subscribe", "marked_email_as_spam_at"})
"""Fields that are noted of the address, too."""


class Writing:
    """One user attributes object on its way onto one profile, `now`; `place` is the object's JSON pointer."""

    __slots__ = ("changes", "groups", "merge", "note", "now", "place", "user", "workspace")

    def __init__(self, workspace: Workspace, user: User, note: Note, place: str, now: datetime | None = None) -> None:
        self.workspace = workspace
        self.user = user
        self.note = note
        self.place = place
        self.now = now or workspace.world.clock.now
        self.merge = False
        self.changes: Changes = {}
        self.groups: list[tuple[list[User], SubscriptionGroup, str]] = []

    def leave_out(self, why: str, key: str) -> None:
        self.note("not-stored", why, f"{self.place}/{key}")


def apply(writing: Writing, sent: Mapping[str, Any], cause: int) -> None:
    """Write one user attributes object onto a profile, and tell the triggers what changed."""
    writing.merge = sent.get("_merge_objects") is True
    _write(writing, sent)
    identity.touch(writing.workspace, writing.user, writing.now)
    if writing.changes:
        if not FOLLOWED.isdisjoint(writing.changes):
            emails.follow(writing.workspace, writing.user, writing.changes)
        triggers.attributes_changed(writing.workspace, writing.user, writing.changes, cause)
    for users, group, state in writing.groups:
        triggers.group_changed(writing.workspace, users, group, state, cause)


def store(workspace: Workspace, user: User, sent: Mapping[str, Any]) -> None:
    """Write attributes that were set up, not sent: what cannot be stored is left out, and nothing is triggered."""
    writing = Writing(workspace, user, lambda code, message, pointer: None, "")
    _write(writing, sent)


def _write(writing: Writing, sent: Mapping[str, Any]) -> None:
    """Every member by its name; a plain value of the type its custom attribute is known with goes the short way."""
    custom, changes, known = writing.user.custom, writing.changes, writing.workspace.attributes
    for key, value in sent.items():
        if (write := WRITERS.get(key)) is not None:
            write(writing, key, value)
            continue
        kind = value.__class__
        definition = known.get(key)
        if definition is None or definition.data_type != PLAIN.get(kind) or definition.blocklisted:
            _set_custom(writing, key, value)
        elif kind is str and len(value) > 9 and (len(value) > MAX_TEXT or values.detect_time(value) is not None):
            _set_custom(writing, key, value)
        elif kind is bool or kind is str or values.fits(value):
            old = custom.get(key)
            if old != value or old.__class__ is not kind:
                custom[key] = value
                changes[key] = (old, value)
        else:
            _set_custom(writing, key, value)


def _ignore(writing: Writing, key: str, value: Any) -> None:
    """For what says whom or how, and is stored nowhere."""


def _set_field(writing: Writing, key: str, value: Any) -> None:
    name = "last_coordinates" if key == "current_location" else key
    profile = writing.user.profile
    old = profile.get(name)
    stored = FIELDS[key](value) if value is not None else None
    if stored is INVALID:
        writing.leave_out(f"not a value Braze stores for {key}", key)
        if key != "country":
            return
        stored = None
    if stored is None:
        profile.pop(name, None)
    else:
        profile[name] = stored
    if stored != old:
        writing.changes[name] = (old, stored)


def _set_email(writing: Writing, key: str, value: Any) -> None:
    old, profile = writing.user.email, writing.user.profile
    state = profile.get("email_subscribe")
    identity.set_email(writing.workspace, writing.user, value)
    if "email_subscribe" in writing.changes and state is not None:
        profile["email_subscribe"] = state  # What this call says of the user counts more than what the address had.
    if writing.user.email != old:
        writing.changes["email"] = (old, writing.user.email)


def _set_phone(writing: Writing, key: str, value: Any) -> None:
    if value is not None and (not isinstance(value, str) or not value):
        writing.leave_out("a phone number is a text", "phone")
        return
    old = writing.user.phone
    identity.set_phone(writing.workspace, writing.user, value)
    if writing.user.phone != old:
        writing.changes["phone"] = (old, writing.user.phone)


def _set_groups(writing: Writing, key: str, value: Any) -> None:
    groups = writing.workspace.subscription_groups
    for index, row in enumerate(value if isinstance(value, list) else [None]):
        wanted = row.get("subscription_group_id") if isinstance(row, dict) else None
        group = groups.get(wanted) if isinstance(wanted, str) else None
        if group is None or row.get("subscription_state") not in subscription_groups.STATES:
            writing.leave_out("unknown group or state", f"subscription_groups/{index}")
        else:
            state = row["subscription_state"]
            changed = subscription_groups.choose(writing.workspace, writing.user, group, state)
            writing.groups.append((changed, group, state))


def _set_tokens(writing: Writing, key: str, value: Any) -> None:
    for index, row in enumerate(value if isinstance(value, list) else [None]):
        if not push.add_token(writing.workspace, writing.user, row):
            writing.leave_out("unknown app_id, or no token", f"push_tokens/{index}")


WRITERS: Mapping[str, Callable[[Writing, str, Any], None]] = {
    **dict.fromkeys(FIELDS, _set_field),
    **dict.fromkeys(IDENTIFYING | CONTROL, _ignore),
    "email": _set_email,
    "phone": _set_phone,
    "subscription_groups": _set_groups,
    "push_tokens": _set_tokens,
}
"""What is no custom attribute: field -> how it is written."""

PLAIN = {str: "String", bool: "Boolean", int: "Number", float: "Number"}


def _set_custom(writing: Writing, key: str, value: Any) -> None:
    if len(key) > MAX_TEXT:
        writing.note("cut", f"a name keeps {MAX_TEXT} characters", f"{writing.place}/{key}")
        key = key[:MAX_TEXT]
    custom = writing.user.custom
    old = custom.get(key)
    if value is None:
        if custom.pop(key, None) is not None:
            writing.changes[key] = (old, None)
        return
    stored = _in_set_type(writing, key, value, _stored(writing, old, value))
    if stored.__class__ is Refusal:
        writing.leave_out(stored, key)
        return
    if value.__class__ is str and len(value) > MAX_TEXT:
        writing.note("cut", f"a text keeps {MAX_TEXT} characters", f"{writing.place}/{key}")
    if not _defined(writing, key, stored):
        return
    custom[key] = stored
    if stored != old or stored.__class__ is not old.__class__:
        writing.changes[key] = (old, stored)


def _defined(writing: Writing, key: str, stored: Any) -> bool:
    """Whether a value may be kept under a name; the first use of a name defines it and its type."""
    kind = values.kind_of(stored)
    definition = writing.workspace.attributes.get(key)
    if definition is None:
        if not key or key[0] == "$":
            writing.leave_out("a name may not be empty or start with $", key)
            return False
        writing.workspace.attributes[key] = Definition(key, kind)
    elif definition.blocklisted:
        writing.note("blocklisted", "a blocklisted attribute is ignored", f"{writing.place}/{key}")
        return False
    elif not definition.data_type:
        definition.data_type = kind
    elif definition.data_type != kind:
        writing.note("type-conflict", f"first seen as {definition.data_type}, now {kind}", f"{writing.place}/{key}")
    return True


def _in_set_type(writing: Writing, key: str, value: Any, stored: Any) -> Any:
    """What is to be stored, in the data type that was set for the attribute, if one was; or a Refusal."""
    definition = writing.workspace.attributes.get(key)
    if definition is None or definition.detected or stored.__class__ is Refusal:
        return stored
    if values.kind_of(stored) == definition.data_type:
        return stored
    other = coercing.coerced(value, definition.data_type)
    return Refusal(f"it cannot be coerced into {definition.data_type}") if other is INVALID else other


class Refusal(str):
    """Why a custom attribute's value is not stored."""


def _stored(writing: Writing, old: Any, value: Any) -> Any:
    """The value to keep in place of `old`, or a Refusal."""
    kind = value.__class__
    if kind is str:
        return values.detect_time(value) or value[:MAX_TEXT]
    if kind is dict:
        return _from_object(writing, old, value)
    if kind is list:
        return _array(writing.workspace, value)
    return value if values.fits(value) else Refusal("a number holds 64 bits")


def _from_object(writing: Writing, old: Any, value: dict[str, Any]) -> Any:
    """An operation on the old value (inc, add, remove, $add, $update, $remove, $time), or a nested object."""
    names, merge = value.keys(), writing.merge
    if names == {"inc"}:
        return _incremented(old, value["inc"])
    if names and names <= {"add", "remove"} and all(isinstance(item, list) for item in value.values()):
        return _changed_array(writing.workspace, old, value)
    if names and names <= {"$add", "$update", "$remove"}:
        return _changed_objects(writing, old, value)
    if names == {"$time"}:
        return values.read_time(value["$time"]) or Refusal("$time takes an ISO 8601 text with a year from 0 to 3000")
    if not merge and values.has_null(value):
        return Refusal("a null inside a nested object drops the whole update unless _merge_objects is true")
    nested = values.read_nested(value)
    if nested is INVALID:
        return Refusal("a name is empty, too long, holds a blank or starts with $, or a $time is no time")
    whole = values.merged(old, nested) if merge else nested
    most = writing.workspace.switches.nested_objects_kb
    if values.size_of(whole) > most * 1024:
        return Refusal(f"a nested object holds up to {most} KB")
    return whole


def _incremented(old: Any, by: Any) -> Any:
    if isinstance(by, bool) or not isinstance(by, int | float):
        return Refusal("inc takes a number")
    if old is not None and (isinstance(old, bool) or not isinstance(old, int | float)):
        return Refusal("only a number can be incremented")
    if not values.fits(by):
        return Refusal("a number holds 64 bits")
    whole = (old or 0) + by
    return whole if values.fits(whole) else Refusal("a number holds 64 bits")


def _array(workspace: Workspace, items: list[Any]) -> Any:
    """An array of texts (unique, the newest up to the limit), or an array of objects."""
    if any(isinstance(item, dict) for item in items):
        return _objects(workspace, items)
    return _unique(workspace, items)


def _unique(workspace: Workspace, items: list[Any]) -> Any:
    if any(item is None or isinstance(item, list | dict) for item in items):
        return Refusal("an array holds texts")
    cut = [item[:MAX_TEXT] if isinstance(item, str) else item for item in items]
    last = dict.fromkeys((type(item), item) for item in reversed(cut))
    return [item for _, item in list(last)[: workspace.switches.array_limit]][::-1]


def _objects(workspace: Workspace, items: list[Any]) -> Any:
    if not all(isinstance(item, dict) for item in items):
        return Refusal("an array holds texts only, or objects only")
    nested = values.read_nested(items)
    most = workspace.switches.nested_objects_kb
    if nested is INVALID or values.size_of(nested) > most * 1024:
        return Refusal(f"an array of objects has valid names and holds up to {most} KB")
    return nested


def _changed_array(workspace: Workspace, old: Any, value: dict[str, Any]) -> Any:
    kept = list(old) if isinstance(old, list) else []
    for name, items in value.items():
        if name == "add":
            kept += items
        else:
            kept = [item for item in kept if item not in items]
    return _unique(workspace, kept)


def _changed_objects(writing: Writing, old: Any, value: dict[str, Any]) -> Any:
    """`$add`, `$remove` and `$update` on an array of objects, in this order or as the workspace's switch says.

    https://www.braze.com/docs/user_guide/data/activation/attributes/array_of_objects: so a $remove cannot clear the way
    for an $add, and no null in a $new_object takes a member away.
    """
    if values.has_null(value):
        return Refusal("a null inside an array of objects drops the whole update")
    kept = list(old) if isinstance(old, list) else []
    as_sent = writing.workspace.switches.nested_array_operations == "as_sent"
    for name in value if as_sent else [name for name in ("$add", "$remove", "$update") if name in value]:
        rows = value[name]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return Refusal(f"{name} takes an array of objects")
        if name == "$add":
            kept += rows
            continue
        for row in rows:
            if "$identifier_key" not in row or "$identifier_value" not in row:
                return Refusal(f"{name} needs $identifier_key and $identifier_value")
            kept = _matched(kept, row, writing.merge, update=name == "$update")
    return _objects(writing.workspace, kept)


def _matched(kept: list[Any], row: Mapping[str, Any], merge: bool, *, update: bool) -> list[Any]:
    key, wanted = row["$identifier_key"], row["$identifier_value"]
    new = row.get("$new_object")
    found: list[Any] = []
    for item in kept:
        if not isinstance(item, dict) or item.get(key, INVALID) != wanted:
            found.append(item)
        elif update and isinstance(new, dict):
            found.append(values.merged(item, new) if merge else new)
        elif update:
            found.append(item)
    return found
