"""The names a template can reach: profile, custom attributes, subscription states, campaign, event properties.

Source: Braze docs, "Supported personalization tags" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stampcard.braze.state import User, Workspace

PROFILE = "__profile__"
"""Where names without a namespace are looked up."""

_STORED = {
    "first_name": "first_name",
    "last_name": "last_name",
    "email_address": "email",
    "phone_number": "phone",
    "date_of_birth": "dob",
    "gender": "gender",
    "language": "language",
    "country": "country",
    "city": "home_city",
    "time_zone": "time_zone",
    "last_used_app_date": "date_of_last_session",
    "most_recent_location": "last_coordinates",
}
_DERIVED: Mapping[str, Callable[[User], Any]] = {
    "user_id": lambda user: user.external_id,
    "braze_id": lambda user: user.braze_id,
    "random_bucket_number": lambda user: user.random_bucket,
    "most_recent_app_version": lambda user: None,
    "most_recent_locale": lambda user: None,
}
LINKS = ("set_user_to_unsubscribed_url", "unsubscribe_url", "set_user_to_subscribed_url", "set_user_to_opted_in_url")
"""Links of a message's footer; here they name themselves and lead nowhere."""


class Profile(Mapping[str, Any]):
    """A user's profile under the names templates use."""

    __slots__ = ("_user",)

    def __init__(self, user: User) -> None:
        self._user = user

    def __getitem__(self, key: str) -> Any:
        if key in _STORED:
            return self._user.profile.get(_STORED[key])
        if key in _DERIVED:
            return _DERIVED[key](self._user)
        if key in LINKS:
            return f"https://{key.replace('_', '-')}.invalid/{self._user.braze_id}"
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter((*_STORED, *_DERIVED, *LINKS))

    def __len__(self) -> int:
        return len(_STORED) + len(_DERIVED) + len(LINKS)


class Dotted(dict[str, Any]):
    """Values by name; a name with dots that is not there leads into objects: `address.city`."""

    def __missing__(self, key: str) -> Any:
        found: Any = self
        if "." not in key:
            raise KeyError(key)
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise KeyError(key)
            found = found[part]
        return found


class Subscriptions(Mapping[str, Any]):
    """`email_global`, and the state in each subscription group by its id."""

    __slots__ = ("_user", "_workspace")

    def __init__(self, workspace: Workspace, user: User) -> None:
        self._workspace = workspace
        self._user = user

    def __getitem__(self, key: str) -> Any:
        if key == "email_global":
            return self._user.profile.get("email_subscribe", "subscribed")
        if key not in self._workspace.subscription_groups:
            raise KeyError(key)
        chosen = self._user.subscriptions.get(key)
        return chosen.state if chosen is not None else "unsubscribed"

    def __iter__(self) -> Iterator[str]:
        return iter(("email_global", *self._workspace.subscription_groups))

    def __len__(self) -> int:
        return 1 + len(self._workspace.subscription_groups)


NO_DEVICE = dict.fromkeys(
    """id carrier model os platform browser idfa google_ad_id roku_ad_id ad_tracking_enabled
    foreground_push_enabled""".split()
)
"""What devices show for users who never used an app."""


def targeted_device(workspace: Workspace, user: User, platform: str) -> Mapping[str, Any]:
    """The device a push goes to: of what it is, only its id and platform are known here."""
    platforms = workspace.engine.platforms
    tokens = [token for token in user.push_tokens if platforms.get(token.app_id, platform) == platform]
    if not tokens:
        return NO_DEVICE
    return {**NO_DEVICE, "id": tokens[-1].device_id, "platform": platform, "foreground_push_enabled": True}


def namespaces(workspace: Workspace, user: User) -> dict[str, Any]:
    """The namespaces that depend on the user alone."""
    return {
        PROFILE: Profile(user),
        "custom_attribute": Dotted(user.custom),
        "subscribed_state": Subscriptions(workspace, user),
        "most_recently_used_device": NO_DEVICE,
    }
