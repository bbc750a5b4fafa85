"""The channels: which fields a message has on each, which it needs, and whom it reaches.

Source: Braze docs, "Messaging objects" of the API and the pages on subscription states (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stampcard.braze.rendering import MessageAborted
from stampcard.braze.state import User, Workspace

NOT_REACHED = "user_not_in_segment"
"""Assumed as the abort type of users whose subscription state or missing token keeps a message from them: the states
are documented as conditions of the audience, and Braze logs nothing for them."""

Parts = Mapping[str, Any]
Reach = Callable[[Workspace, User, Parts, str], None]
"""Raises MessageAborted when the channel does not reach the user: (workspace, user, composed parts, send_to)."""


def _allowed(state: str, send_to: str, what: str) -> None:
    wanted = {"opted_in": ("opted_in",), "subscribed": ("subscribed", "opted_in")}.get(send_to)
    if wanted is not None and state not in wanted:
        raise MessageAborted(NOT_REACHED, f"the user's {what} subscription state is {state}")


def _email(workspace: Workspace, user: User, parts: Parts, send_to: str) -> None:
    if user.email is None:
        raise MessageAborted("missing_email", "the user has no e-mail address")
    _allowed(user.profile.get("email_subscribe", "subscribed"), send_to, "e-mail")
    if user.profile.get("marked_email_as_spam_at") is not None:
        raise MessageAborted(NOT_REACHED, "the user has marked an e-mail as spam")
    contact = workspace.addresses.get(user.email)
    if contact is not None and contact.hard_bounced_at is not None:
        raise MessageAborted(NOT_REACHED, "the address has hard bounced")


def _push(platform: str) -> Reach:
    def reach(workspace: Workspace, user: User, parts: Parts, send_to: str) -> None:
        platforms = workspace.engine.platforms
        if not any(platforms.get(token.app_id, platform) == platform for token in user.push_tokens):
            raise MessageAborted(NOT_REACHED, f"the user has no push token for {platform}")
        _allowed(user.profile.get("push_subscribe", "subscribed"), send_to, "push")

    return reach


def _phone(workspace: Workspace, user: User, parts: Parts, send_to: str) -> None:
    """A number, and a subscription to the message's group: nobody is subscribed without a choice."""
    if user.phone is None:
        raise MessageAborted(NOT_REACHED, "the user has no phone number")
    group = parts.get("subscription_group_id")
    choice = user.subscriptions.get(str(group))
    if choice is None or choice.state != "subscribed":
        raise MessageAborted(NOT_REACHED, f"the user is not subscribed to the subscription group {group}")


def _everybody(workspace: Workspace, user: User, parts: Parts, send_to: str) -> None:
    """No state keeps a webhook or a card from a user."""


class Channel(msgspec.Struct, frozen=True):
    """One channel: the fields a message may have and those it needs, in the API's words.

    `templated` are the fields that may hold Liquid, None for all of them. `limit` is the most bytes of a message and
    `too_long` Braze's words for more.
    """

    reach: Reach
    fields: frozenset[str]
    needed: tuple[str, ...] = ()
    limit: int = 0
    too_long: str = ""


def _fields(text: str) -> frozenset[str]:
    return frozenset(text.split())


CHANNELS: Mapping[str, Channel] = {
    "email": Channel(
        _email,
        _fields(
            """subject preheader from reply_to bcc body plaintext_body headers extras attachments should_inline_css
            app_id"""
        ),
        ("body",),
    ),
    "webhook": Channel(_everybody, _fields("url method headers body key_value_pairs"), ("url",)),
    "apple_push": Channel(
        _push("ios"),
        _fields(
            """badge alert sound extra content-available interruption_level relevance_score expiry custom_uri
            use_webview notification_group_thread_id asset_url asset_file_type collapse_id mutable_content
            send_to_most_recent_device_only category buttons apns_priority"""
        ),
        ("alert",),
        1_912,
        "Apple Push Length Exceeded",
    ),
    "android_push": Channel(
        _push("android"),
        _fields(
            """alert title extra notification_channel_id priority android_priority send_to_sync collapse_key sound
            custom_uri use_webview summary_text time_to_live notification_id push_icon_image_url accent_color
            send_to_most_recent_device_only buttons conversation_data"""
        ),
        ("alert", "title"),
        4_000,
        "Android Push Length Exceeded",
    ),
    "kindle_push": Channel(
        _push("kindle"), _fields("alert title extra priority collapse_key sound custom_uri"), ("alert", "title")
    ),
    "web_push": Channel(
        _push("web"),
        _fields(
            """alert title extra custom_uri image_url large_image_url require_interaction time_to_live
            send_to_most_recent_device_only buttons"""
        ),
        ("alert", "title"),
    ),
    "sms": Channel(
        _phone,
        _fields("subscription_group_id body app_id media_items link_shortening_enabled user_click_tracking_enabled"),
        ("subscription_group_id", "body"),
    ),
    "whats_app": Channel(
        _phone,
        _fields("app_id subscription_group_id message_type message"),
        ("subscription_group_id", "message_type", "message"),
    ),
    "content_card": Channel(
        _everybody,
        _fields(
            """type title description pinned image_url time_to_live expire_at expire_in_local_time ios_uri android_uri
            web_uri ios_use_webview android_use_webview uri_text extra"""
        ),
        ("title", "description"),
    ),
    "in_app_message": Channel(
        _everybody,
        _fields("type header message image_url uri click_action buttons html extras"),
    ),
}
"""An in-app message shows when a device's SDK told of its trigger; the names of its fields are assumed."""


def fault(channel: str, parts: Parts) -> str:
    """What a message lacks or has too much of on its channel, or nothing."""
    known = CHANNELS[channel]
    for name in known.needed:
        if not parts.get(name) and not (channel == "apple_push" and parts.get("content-available") is True):
            return f"a message of the channel {channel} needs {name}"
    if channel == "android_push" and parts.get("send_to_sync"):
        return "send_to_sync cannot be used together with alert or title"
    if channel == "apple_push" and {"ab", "aps"} & set(parts.get("extra") or ()):
        return "the keys ab and aps of extra are Apple's and Braze's own"
    if channel == "content_card" and parts.get("type") in ("CAPTIONED_IMAGE", "BANNER") and not parts.get("image_url"):
        return f"a card of type {parts['type']} needs image_url"
    return ""
