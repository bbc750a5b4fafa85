"""Messages a vendor sent to people, or meant to and did not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from stampcard.core.clock import iso


class Message(msgspec.Struct):
    """One message to one person on one channel.

    `parts` are the rendered fields (subject, body, url ...); `status` is sent, aborted or waiting, `reason` why it was
    aborted; `user` is the person's id in the vendor's words; `entry` the journal entry it was recorded under.
    """

    id: str
    at: datetime
    vendor: str
    channel: str
    user: str
    campaign: str | None
    status: str
    parts: dict[str, Any]
    reason: str = ""
    cause: int | None = None
    entry: int | None = None
    detail: dict[str, Any] = {}

    def view(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": iso(self.at),
            "vendor": self.vendor,
            "channel": self.channel,
            "user": self.user,
            "campaign": self.campaign,
            "status": self.status,
            "reason": self.reason or None,
            "parts": self.parts,
            "cause": self.cause,
            "entry": self.entry,
            "detail": self.detail,
        }


class Outbox:
    """The newest messages of a world, oldest first."""

    def __init__(self, size: int) -> None:
        self._messages: deque[Message] = deque(maxlen=size)

    def add(self, message: Message) -> None:
        self._messages.append(message)

    def reset(self) -> None:
        self._messages.clear()

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)

    def select(
        self, *, channel: str | None = None, user: str | None = None, campaign: str | None = None
    ) -> list[Message]:
        return [
            message
            for message in self._messages
            if (channel is None or message.channel == channel)
            and (user is None or message.user == user)
            and (campaign is None or message.campaign == campaign)
        ]
