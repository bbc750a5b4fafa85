"""Subscription groups: a user's choice, which others with the same address or number share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stampcard.braze import errors, triggers
from stampcard.braze.state import NOTHING, Contact, Subscription, SubscriptionGroup, User, Workspace
from stampcard.braze.subscriptions.emails import one_or_more
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply, named
from stampcard.core.errors import ApiError

STATES = ("subscribed", "unsubscribed")
SHOWN = {"subscribed": "Subscribed", "unsubscribed": "Unsubscribed"}
UNKNOWN = "unknown"
MAX_USERS, PAGE = 50, 100
NO_GROUP = "Invalid subscription group ID"
NOT_BOTH = "Either an email address or a phone number should be provided, but not both."


def choose(workspace: Workspace, user: User, group: SubscriptionGroup, state: str) -> list[User]:
    """Store a choice for a profile and all others with its e-mail address (e-mail groups) or phone (other groups).

    Like the two below, returns those who had no such choice before.
    """
    changed: list[User] = []
    if group.channel == "email" and user.email is not None:
        changed = choose_for_email(workspace, user.email, group, state)
    elif group.channel != "email" and user.phone is not None:
        changed = choose_for_phone(workspace, user.phone, group, state)
    return changed + _store([user], group, Subscription(state, workspace.world.clock.now))


def choose_for_email(workspace: Workspace, email: str, group: SubscriptionGroup, state: str) -> list[User]:
    """Store a choice for all who have an address, now or later."""
    choice = Subscription(state, workspace.world.clock.now)
    contact = workspace.addresses.setdefault(email.lower(), Contact())
    contact.groups = {**contact.groups, group.id: choice}
    return _store(workspace.by_email.get(email.lower(), ()), group, choice)


def choose_for_phone(workspace: Workspace, phone: str, group: SubscriptionGroup, state: str) -> list[User]:
    """Store a choice for all who have a number, now or later."""
    choice = Subscription(state, workspace.world.clock.now)
    contact = workspace.numbers.setdefault(phone, Contact())
    contact.groups = {**contact.groups, group.id: choice}
    return _store(workspace.by_phone.get(phone, ()), group, choice)


def _store(users: Sequence[User], group: SubscriptionGroup, choice: Subscription) -> list[User]:
    before = [user.subscriptions.get(group.id) for user in users]
    for user in users:
        user.subscriptions = {**user.subscriptions, group.id: choice}
    return [user for user, old in zip(users, before, strict=True) if old is None or old.state != choice.state]


# Writing


async def set_status(call: Call[Workspace]) -> Reply:
    """One group; users by external_id, e-mail or phone."""
    body = call.body
    names = {"external_id": "external_ids", "email": "emails", "phone": "phones"}
    change = {plural: one_or_more(body[name]) for name, plural in names.items() if body.get(name) is not None}
    shared = {key: body.get(key) for key in ("subscription_group_id", "subscription_state", "use_double_opt_in_logic")}
    _change(call, [{**shared, **change}])
    return Reply(201, {"message": "success"})


async def set_statuses(call: Call[Workspace]) -> Reply:
    """Several groups; the members are plural."""
    changes = []
    for change in call.body["subscription_groups"]:
        singular = {"external_ids": [change["external_id"]]} if "external_id" in change else {}
        changes.append({**singular, **change})
    _change(call, changes)
    return Reply(201, {"message": "success"})


def _change(call: Call[Workspace], changes: Sequence[Mapping[str, Any]]) -> None:
    """Check all changes, then make them. Raises ApiError."""
    for change in changes:
        if change["subscription_group_id"] not in call.state.subscription_groups:
            raise errors.refused(NO_GROUP)
        if change.get("emails") and change.get("phones"):
            raise errors.refused(NOT_BOTH)
        if not any(change.get(name) for name in ("external_ids", "emails", "phones")):
            raise errors.refused("Bad Request")
    users = sum(len(change.get(name) or ()) for change in changes for name in ("external_ids", "emails", "phones"))
    if users > MAX_USERS:
        raise errors.refused("The max number of ids per request was exceeded")
    for change in changes:
        _make(call, change)
    call.summary = f"{users} users in {len(changes)} groups"


def _make(call: Call[Workspace], change: Mapping[str, Any]) -> None:
    workspace, state = call.state, change["subscription_state"]
    group = workspace.subscription_groups[change["subscription_group_id"]]
    changed: list[User] = []
    if change.get("use_double_opt_in_logic") is True and group.channel == "sms" and state == "subscribed":
        call.diagnose("double-opt-in", "nobody is subscribed before they answer the confirmation message")
        return
    for external_id in change.get("external_ids") or ():
        user = workspace.by_external_id.get(external_id)
        if user is None:
            call.diagnose("unknown-user", f"no profile has the external_id {external_id!r}")
        else:
            changed += choose(workspace, user, group, state)
    for email in change.get("emails") or ():
        changed += choose_for_email(workspace, email, group, state)
    for phone in change.get("phones") or ():
        changed += choose_for_phone(workspace, phone, group, state)
    triggers.group_changed(workspace, changed, group, state, call.id)


# Reading


def asked_for(call: Call[Workspace], name: str) -> list[str]:
    """A query parameter that comes once, repeated, or as `name[]`."""
    return [*call.query.get(name, ()), *call.query.get(f"{name}[]", ())]


def _identifiers(call: Call[Workspace]) -> dict[str, list[str]]:
    """What users were asked for. Raises ApiError for none, too many, or an e-mail and a phone."""
    found = {name: values for name in ("external_id", "email", "phone") if (values := asked_for(call, name))}
    if not found:
        raise errors.refused("Bad Request")
    if "email" in found and "phone" in found and "external_id" not in found:
        raise errors.refused(NOT_BOTH)
    if sum(map(len, found.values())) > MAX_USERS:
        raise errors.refused("The max number of ids per request was exceeded")
    return found


async def statuses(call: Call[Workspace]) -> Reply:
    """The choice of each user asked for in one group; no choice, or no such user, is unknown."""
    workspace, group_id = call.state, call.query["subscription_group_id"]
    if group_id not in workspace.subscription_groups:
        raise errors.refused(NO_GROUP)
    status: dict[str, str] = {}
    for name, values in _identifiers(call).items():
        for value in values:
            choice = _choices(workspace, name, value).get(group_id)
            status[value] = SHOWN[choice.state] if choice else UNKNOWN
    call.summary = f"{len(status)} users"
    return Reply(200, {"status": status, "message": "success"})


def _choices(workspace: Workspace, name: str, value: str) -> Mapping[str, Subscription]:
    """All choices of one user, or those made for an address or number that nobody has."""
    found = _users(workspace, name, value)
    if found:
        return found[0].subscriptions
    contact = {"email": workspace.addresses.get(value.lower()), "phone": workspace.numbers.get(value)}.get(name)
    return contact.groups if contact else NOTHING


def _users(workspace: Workspace, name: str, value: str) -> Sequence[User]:
    if name == "external_id":
        user = workspace.by_external_id.get(value)
        return (user,) if user else ()
    return workspace.by_email.get(value.lower(), ()) if name == "email" else workspace.by_phone.get(value, ())


async def groups_of_users(call: Call[Workspace]) -> Reply:
    """The groups in which the users asked for made a choice."""
    users = {
        user.braze_id: user
        for name, values in _identifiers(call).items()
        for value in values
        for user in _users(call.state, name, value)
    }
    if call.state.switches.subscription_user_status == "groups":
        return _groups_alone(call, list(users.values()))
    start, limit = call.query.get("offset", 0), call.query.get("limit", PAGE)
    page = [_view(call.state, user) for user in list(users.values())[start : start + limit]]
    call.summary = f"{len(page)} of {len(users)} users"
    return Reply(200, {"users": page, "total_count": len(users), "message": "success"})


def _groups_alone(call: Call[Workspace], users: Sequence[User]) -> Reply:
    """The body of the newest page, which shows one user. Raises ApiError (501) for several."""
    if len(users) > 1:
        message = "stampcard does not emulate several users while the switch subscription_user_status says groups"
        raise ApiError(501, {"message": message, **named(call.operation)})
    groups = [group for user in users for group in _view(call.state, user)["subscription_groups"]]
    call.summary = f"{len(groups)} groups"
    shown = [{"subscription_group_id": group["id"], "subscription_status": group["status"]} for group in groups]
    return Reply(200, {"success": True, "subscription_groups": shown})


def _view(workspace: Workspace, user: User) -> dict[str, Any]:
    groups = workspace.subscription_groups
    return {
        "email": user.email,
        "phone": user.phone,
        "external_id": user.external_id,
        "subscription_groups": [
            {
                "id": group_id,
                "name": groups[group_id].name,
                "channel": groups[group_id].channel,
                "status": SHOWN[choice.state],
            }
            for group_id, choice in user.subscriptions.items()
            if group_id in groups
        ],
    }


# By address or number


async def contacts(call: Call[Workspace]) -> Reply:
    """What is known of addresses and numbers, whoever has them."""
    emails, phones = asked_for(call, "email"), asked_for(call, "phone")
    _check_contacts([*emails, *phones])
    body: dict[str, Any] = {}
    if emails:
        body["emails"] = [_address_view(email, call.state.addresses.get(email.lower(), Contact())) for email in emails]
    if phones:
        found = [(phone, call.state.numbers.get(phone, Contact())) for phone in phones]
        body["phone"] = [{"phone": phone, "subscription_group": _chosen(contact)} for phone, contact in found]
    call.summary = f"{len(emails)} addresses, {len(phones)} numbers"
    return Reply(200, body | {"message": "success"})


def _check_contacts(values: Sequence[str]) -> None:
    """Raises ApiError."""
    if not values or len(values) > MAX_USERS:
        raise errors.refused("The max number of ids per request was exceeded" if values else "Bad Request")


def _address_view(email: str, contact: Contact) -> dict[str, Any]:
    return {
        "email": email,
        "email_subscribe": {
            "email_subscription_event_date": _maybe(contact.state_since),
            "email_subscription_state": contact.state or "subscribed",
        },
        "subscription_group": _chosen(contact),
        "hard_bounced_at": _maybe(contact.hard_bounced_at),
        "spam_at": _maybe(contact.spam_at),
    }


def _chosen(contact: Contact) -> list[dict[str, Any]]:
    return [
        {
            "subscription_group_id": group_id,
            "subscription_group_event_date": iso(choice.since),
            "subscription_group_state": choice.state,
        }
        for group_id, choice in contact.groups.items()
    ]


def _maybe(instant: datetime | None) -> str | None:
    return iso(instant) if instant is not None else None


async def forget_contacts(call: Call[Workspace]) -> Reply:
    """Forget what is known of addresses and numbers themselves; profiles stay as they are (assumed)."""
    emails = one_or_more(call.body.get("email") or ())
    phones = one_or_more(call.body.get("phone") or ())
    _check_contacts([*emails, *phones])
    for email in emails:
        call.state.addresses.pop(email.lower(), None)
    for phone in phones:
        call.state.numbers.pop(phone, None)
    status = "The emails and/or phone numbers have been queued for deletion"
    return Reply(202, {"status": status, "message": "success"})
