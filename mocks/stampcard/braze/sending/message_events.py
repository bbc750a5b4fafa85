"""Message events in the shape of Currents' HTTP connector: what was sent, aborted, opened, clicked, bounced.

Source: Braze docs, "Message engagement events" (braze-inc/braze-docs), and Braze's published samples
(Appboy/currents-examples). Members that only a real provider could fill (ip_pool, user_agent ...) are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stampcard.braze.sending import currents
from stampcard.braze.state import User, Workspace
from stampcard.core.outbox import Message

KINDS: Mapping[str, str] = {
    "email": "email",
    "webhook": "webhook",
    "apple_push": "pushnotification",
    "android_push": "pushnotification",
    "kindle_push": "pushnotification",
    "web_push": "pushnotification",
    "sms": "sms",
    "whats_app": "whatsapp",
    "content_card": "contentcard",
    "in_app_message": "inappmessage",
}
"""Channel -> its name in event types."""
PLATFORMS = {"apple_push": "ios", "android_push": "android", "kindle_push": "kindle", "web_push": "web"}


def emit(workspace: Workspace, user: User, event_type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Record one event; the newest 10,000 are kept, and connectors are told."""
    event = made(workspace, user, event_type, properties)
    workspace.engine.message_events.append(event)
    if workspace.engine.connectors:
        currents.tell(workspace, event)
    return event


def made(workspace: Workspace, user: User, event_type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """An event in Currents' envelope."""
    world = workspace.world
    return {
        "event_type": event_type,
        "id": world.chance.uuid(),
        "time": int(world.clock.epoch),
        "user": {
            "user_id": user.braze_id,
            "external_user_id": user.external_id,
            "device_id": None,
            "timezone": user.profile.get("time_zone"),
        },
        "properties": {key: value for key, value in properties.items() if value is not None},
    }


def of_message(workspace: Workspace, user: User, message: Message, action: str, **more: Any) -> dict[str, Any]:
    """An event of a message: `users.messages.<channel>.<action>` with what Braze tells of every message."""
    detail, channel = message.detail, message.channel
    known = {
        name: detail.get(name)
        for name in (
            "campaign_id",
            "message_variation_id",
            "canvas_id",
            "canvas_name",
            "canvas_step_id",
            "canvas_step_name",
            "dispatch_id",
            "send_id",
        )
    }
    if "campaign_id" in detail:
        known["campaign_name"] = message.campaign
    if channel == "email":
        known["email_address"] = user.email
    elif channel in PLATFORMS:
        known["platform"] = PLATFORMS[channel]
    elif channel in ("sms", "whats_app"):
        known["to_phone_number"] = user.phone
        known["subscription_group_id"] = message.parts.get("subscription_group_id")
    if action in ("Send", "Impression") and detail.get("message_extras"):
        known["message_extras"] = json.dumps(detail["message_extras"], ensure_ascii=False, separators=(",", ":"))
    return emit(workspace, user, f"users.messages.{KINDS[channel]}.{action}", known | more)
