"""Operations of this room: messages, campaigns and Canvases by API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.messaging import canvas, duplicates, live_activities, messages, schedules, transactional, triggered
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "campaigns_duplicate": duplicates.duplicate_campaign,
    "live_activity_start": live_activities.start,
    "live_activity_update": live_activities.update,
    "messages_send": messages.send,
    "campaigns_trigger_send": triggered.trigger,
    "transactional_send": transactional.send,
    "sends_id_create": schedules.create_send_id,
    "messages_schedule_create": schedules.create_messages,
    "messages_schedule_update": schedules.update_messages,
    "messages_schedule_delete": schedules.delete_messages,
    "campaigns_trigger_schedule_create": schedules.create_trigger,
    "campaigns_trigger_schedule_update": schedules.update_trigger,
    "campaigns_trigger_schedule_delete": schedules.delete_trigger,
    "canvas_trigger_send": canvas.trigger,
    "canvas_trigger_schedule_create": canvas.create_schedule,
    "canvas_trigger_schedule_update": canvas.update_schedule,
    "canvas_trigger_schedule_delete": canvas.delete_schedule,
    "messages_scheduled_broadcasts": schedules.list_broadcasts,
}
