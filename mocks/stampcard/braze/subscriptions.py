"""Subscription groups: a user's choice, which others with the same address or number share."""

from __future__ import annotations

from stampcard.braze.state import Subscription, SubscriptionGroup, User, Workspace

STATES = ("subscribed", "unsubscribed")


def choose(workspace: Workspace, user: User, group: SubscriptionGroup, state: str) -> None:
    """Store a choice for a profile and all others with its e-mail address (e-mail groups) or phone (other groups)."""
    choice = Subscription(state, workspace.world.clock.now)
    for other in {id(found): found for found in (user, *_sharing(workspace, user, group))}.values():
        other.subscriptions = {**other.subscriptions, group.id: choice}


def _sharing(workspace: Workspace, user: User, group: SubscriptionGroup) -> list[User]:
    if group.channel == "email":
        return workspace.by_email.get(user.email or "", [])
    return workspace.by_phone.get(user.phone or "", [])
