"""Who is meant: five identifiers to profiles, and the only place where profiles and their indexes change.

An *identified by* object is any JSON object with one of `external_id`, `user_alias` ({alias_name, alias_label}),
`braze_id`, `email` or `phone`. The strong three win over e-mail, e-mail wins over phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from stampcard.braze.state import NOTHING, User, Workspace

IDENTIFIERS = ("external_id", "user_alias", "braze_id", "email", "phone")
"""In the order in which they decide."""


def find_all(workspace: Workspace, by: Mapping[str, Any]) -> Sequence[User]:
    """Every profile that fits the deciding identifier; empty for none, for a malformed one, or an unknown user."""
    if (external_id := by.get("external_id")) is not None:
        user = workspace.by_external_id.get(str(external_id))
    elif (alias := by.get("user_alias")) is not None:
        user = by_alias(workspace, alias)
    elif (braze_id := by.get("braze_id")) is not None:
        user = workspace.users.get(braze_id) if isinstance(braze_id, str) else None
    elif isinstance(email := by.get("email"), str):
        return workspace.by_email.get(email.lower(), ())
    elif isinstance(phone := by.get("phone"), str):
        return workspace.by_phone.get(phone, ())
    else:
        return ()
    return (user,) if user is not None else ()


def find_tracked(workspace: Workspace, by: Mapping[str, Any]) -> User | None:
    """The profile that /users/track means: of several with one e-mail or phone the most recently updated that has an
    external_id, failing that the most recently updated."""
    found = find_all(workspace, by)
    if len(found) < 2:
        return found[0] if found else None
    return max(found, key=lambda user: (user.external_id is not None, user.revision))


def by_alias(workspace: Workspace, alias: Any) -> User | None:
    """The profile of a `{alias_name, alias_label}` object."""
    if not isinstance(alias, Mapping):
        return None
    label, name = alias.get("alias_label"), alias.get("alias_name")
    if not isinstance(label, str) or not isinstance(name, str):
        return None
    return workspace.by_alias.get((label, name))


def prioritized(found: Iterable[User], prioritization: Sequence[str]) -> User | None:
    """The one profile left after each value of a `prioritization` array has narrowed the set; None for none or
    several (then Braze does nothing)."""
    left = list(found)
    for value in prioritization:
        if value == "identified":
            left = [user for user in left if user.external_id is not None]
        elif value == "unidentified":
            left = [user for user in left if user.external_id is None]
        elif left:
            pick = max if value == "most_recently_updated" else min
            left = [pick(left, key=lambda user: user.revision)]
    return left[0] if len(left) == 1 else None


def add_user(workspace: Workspace, by: Mapping[str, Any] = NOTHING) -> User:
    """A new profile, known by the deciding identifier of `by` (none: anonymous)."""
    world = workspace.world
    now = world.clock.now
    user = User(world.chance.hex(24), now, now, world.chance.integer(0, 9999))
    workspace.users[user.braze_id] = user
    touch(workspace, user)
    if (external_id := by.get("external_id")) is not None:
        set_external_id(workspace, user, str(external_id))
    elif (alias := by.get("user_alias")) is not None:
        add_alias(workspace, user, alias["alias_label"], alias["alias_name"])
    elif by.get("email") is not None:
        set_email(workspace, user, by["email"])
    elif by.get("phone") is not None:
        set_phone(workspace, user, by["phone"])
    workspace.hourly["new_users", ""][int(now.timestamp()) // 3600] += 1
    return user


def touch(workspace: Workspace, user: User, now: datetime | None = None) -> None:
    """Note that a profile was updated now."""
    workspace.revision += 1
    user.revision = workspace.revision
    user.updated_at = now or workspace.world.clock.now


def remove_user(workspace: Workspace, user: User) -> None:
    """Forget a profile under all its identifiers."""
    del workspace.users[user.braze_id]
    set_external_id(workspace, user, None)
    for external_id in user.deprecated_ids:
        del workspace.by_external_id[external_id]
    for label in tuple(user.aliases):
        remove_alias(workspace, user, label)
    for token in user.push_tokens:
        workspace.by_token.pop(token.token, None)
        workspace.by_device.pop(token.device_id, None)
    set_email(workspace, user, None)
    set_phone(workspace, user, None)


def set_external_id(workspace: Workspace, user: User, external_id: str | None) -> None:
    """Make a profile known under an external_id that is free, or under none."""
    if user.external_id is not None:
        del workspace.by_external_id[user.external_id]
    user.external_id = external_id
    if external_id is not None:
        workspace.by_external_id[external_id] = user


def rename_external_id(workspace: Workspace, user: User, external_id: str) -> None:
    """Make a free external_id a profile's primary one; the old one leads there too until it is removed."""
    if user.external_id is not None:
        user.deprecated_ids = (*user.deprecated_ids, user.external_id)
    user.external_id = external_id
    workspace.by_external_id[external_id] = user


def remove_deprecated_id(workspace: Workspace, user: User, external_id: str) -> None:
    """Let a former external_id lead nowhere."""
    user.deprecated_ids = tuple(other for other in user.deprecated_ids if other != external_id)
    del workspace.by_external_id[external_id]


def add_alias(workspace: Workspace, user: User, label: str, name: str) -> None:
    """Give a profile an alias that is free; a profile has one name per label, so an older one goes."""
    if label in user.aliases:
        del workspace.by_alias[label, user.aliases[label]]
    user.aliases = {**user.aliases, label: name}
    workspace.by_alias[label, name] = user


def remove_alias(workspace: Workspace, user: User, label: str) -> None:
    """Take a profile's alias of that label away."""
    del workspace.by_alias[label, user.aliases[label]]
    user.aliases = {key: name for key, name in user.aliases.items() if key != label}


def set_email(workspace: Workspace, user: User, email: str | None) -> None:
    """Store an address, lower-cased as Braze does, or remove it; what is known of the address comes with it."""
    old = user.email
    _set_shared(workspace.by_email, user, "email", email.lower() if email is not None else None)
    known = workspace.addresses.get(user.email or "")
    if known is not None and user.email != old:
        user.subscriptions = {**user.subscriptions, **known.groups}
        if known.state is not None:
            user.profile["email_subscribe"] = known.state


def set_phone(workspace: Workspace, user: User, phone: str | None) -> None:
    """Store a phone number, or remove it; what is known of the number comes with it."""
    old = user.phone
    _set_shared(workspace.by_phone, user, "phone", phone)
    known = workspace.numbers.get(user.phone or "")
    if known is not None and user.phone != old:
        user.subscriptions = {**user.subscriptions, **known.groups}


def _set_shared(index: dict[str, list[User]], user: User, name: str, value: str | None) -> None:
    old = user.profile.get(name)
    if old == value:
        return
    if old is not None:
        others = [other for other in index[old] if other is not user]
        if others:
            index[old] = others
        else:
            del index[old]
        del user.profile[name]
    if value is not None:
        index.setdefault(value, []).append(user)
        user.profile[name] = value
