"""Messages of a setup document, wherever they stand: their fields, their templates, their ids.

Source: Braze docs, the pages on composing messages of each channel (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Any

from stampcard.braze.campaigns import pacing
from stampcard.braze.campaigns.records import Content
from stampcard.braze.rendering import TemplateError
from stampcard.braze.sending import channels
from stampcard.braze.sending.channels import CHANNELS
from stampcard.braze.state import Workspace
from stampcard.core.clock import parse_duration, parse_instant
from stampcard.core.errors import ClockError, SetupError

Row = Mapping[str, Any]
SEND_TO = {
    "subscribed or opted-in": "subscribed",
    "opted-in only": "opted_in",
    "everyone including unsubscribed": "all",
}


def check_message(workspace: Workspace, channel: str, parts: Row, pointer: str, *, complete: bool) -> None:
    fields = {name: value for name, value in parts.items() if name != "message_variation_id"}
    if unknown := fields.keys() - CHANNELS[channel].fields:
        raise SetupError(f"{pointer}/{min(unknown)}", f"a message of the channel {channel} has no such field")
    if channel == "webhook" and "body" in parts and "key_value_pairs" in parts:
        raise SetupError(pointer, "a webhook has a raw body or key/value pairs, not both")
    if complete and (why := channels.fault(channel, fields)):
        raise SetupError(pointer, why)
    for place, text in templates_in(parts):
        try:
            workspace.engine.templates.find(text)
        except TemplateError as error:
            raise SetupError(pointer + place, f"the template does not parse: {error}") from error


def templates_in(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a message's parts, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield place, key
            yield from templates_in(item, f"{place}/{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from templates_in(item, f"{place}/{index}")


def contents_of(workspace: Workspace, messages: Row, label: str, variant: str) -> tuple[Content, ...]:
    """Messages by channel, with ids derived from a label where the document gives none."""
    contents = []
    for channel, parts in messages.items():
        given = parts.get("message_variation_id")
        key = given or workspace.world.secrets.uuid(f"braze.variation.{label}.{channel}")
        fields = {field: value for field, value in parts.items() if field != "message_variation_id"}
        contents.append(Content(key, channel, fields, variant))
    return tuple(contents)


# Times


def duration(value: Any, pointer: str = "") -> timedelta:
    """`immediately`, seconds, or text such as 3h. Raises SetupError."""
    if value == "immediately":
        return timedelta()
    try:
        return parse_duration(value)
    except ClockError as error:
        raise SetupError(pointer, str(error)) from error


def quiet_hours(row: Row | None) -> pacing.QuietHours | None:
    if row is None:
        return None
    start, end = time.fromisoformat(row["start"]), time.fromisoformat(row["end"])
    return pacing.QuietHours(start, end, row.get("fallback") == "send at the end of Quiet Hours")


def check_instant(text: str, pointer: str) -> None:
    """Raises SetupError unless it is `now` or an instant."""
    try:
        if text != "now":
            parse_instant(text)
    except ClockError as error:
        raise SetupError(pointer, str(error)) from error
