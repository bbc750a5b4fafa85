"""Webhook messages: one HTTP request per recipient, its retries, and when it counts as received.

Source: Braze docs, "Create a webhook" and "Webhook and Connected Content errors" (braze-inc/braze-docs).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from stampcard.braze.content import connected_content
from stampcard.braze.engine import HostHealth
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.state import Workspace
from stampcard.core.clock import iso
from stampcard.core.delivery import Attempt, Delivery
from stampcard.core.http import Response
from stampcard.core.outbox import Message

METHODS = ("POST", "GET", "PUT", "DELETE", "PATCH")
TIMEOUT = 90.0
RETRIES = (30.0, 60.0, 120.0, 240.0, 480.0)
"""Seconds before each retry: five within 30 minutes are documented, these intervals are assumed."""
MAX_WAIT = 1800.0
NO_ANSWER = 504
"""What no answer counts as for the health of a host (assumed)."""
RETRIED = frozenset({0, 408, 429})
"""Statuses that are tried again, beside all 5xx; 0 is no connection."""

Ended = Callable[[MessageAborted | None], None]
Failed = Callable[[Delivery, bool], None]


def check(parts: Mapping[str, Any]) -> None:
    """Whether the rendered request can be made. Raises MessageAborted."""
    url = parts.get("url", "").strip()
    fault = connected_content.fault_of_url(url)
    if not url or not _host(url):
        raise MessageAborted("missing_hostname", f"the webhook's URL names no host: {url[:200]!r}")
    if fault:
        raise MessageAborted("blocked_webhook_url", fault)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def deliver(workspace: Workspace, message: Message, entry: int, ended: Ended, failed: Failed) -> None:
    """Schedule the request; `ended` hears None when it was received, else why it was not; `failed` of every attempt
    that failed, and whether it was the last."""
    parts = message.parts
    body, inferred = body_of(parts)
    headers = {str(name): " ".join(str(value).split()) for name, value in parts.get("headers", {}).items()}
    given = {name.lower() for name in headers}
    if "user-agent" not in given:
        headers["User-Agent"] = connected_content.user_agent(workspace)
    if body and "content-type" not in given:
        headers["Content-Type"] = inferred
    wait = _RetryAfter(message, failed)
    message.detail |= {"due": iso(workspace.world.clock.now), "waits_for": "the answer to its webhook"}

    def done(delivery: Delivery, response: Response | None) -> None:
        message.detail.pop("due", None)
        message.detail.pop("waits_for", None)
        message.detail["delivery"] = delivery.view()
        ended(None if delivery.state == "delivered" else _why(delivery))

    delivery = Call(
        workspace=workspace,
        world=workspace.world,
        vendor="braze",
        name=f"webhook to {message.user}",
        method=parts.get("method", "POST").upper(),
        url=parts["url"].strip(),
        headers=headers,
        body=body,
        cause=entry,
        retry=wait.retry,
        succeeded=wait.succeeded,
        done=done,
        timeout=TIMEOUT,
        event="webhook_message",
    )
    delivery.schedule()


@dataclass(slots=True, kw_only=True)
class Call(Delivery):
    """A delivery that leaves a host alone which fails too often: over 3,000 failures in a moving minute halt it for a
    minute, in which Braze simulates the status 598 and tries again later."""

    workspace: Workspace

    async def attempt(self) -> None:
        hosts = self.workspace.engine.webhook_hosts
        health = hosts.setdefault(_host(self.url), HostHealth())
        if connected_content.may_call(self.workspace, health):
            before = len(self.attempts)
            await Delivery.attempt(self)
            status = self.attempts[before].status or NO_ANSWER
            connected_content.note_call(self.workspace, health, status, 0.0)
            return
        text = f"{_host(self.url)}: calls are halted, the host is unhealthy"
        self.attempts.append(Attempt(self.world.clock.now, connected_content.HALTED, text, 0))
        delay = self.retry(self)
        if delay is None:
            self._end("failed", None)
        else:
            self.schedule(delay)


class _RetryAfter:
    """The retry rule, which honours the endpoint's Retry-After."""

    def __init__(self, message: Message, failed: Failed) -> None:
        self._asked = 0.0
        self._message = message
        self._failed = failed

    def succeeded(self, response: Response) -> bool:
        text = next((value for name, value in response.headers if name.lower() == "retry-after"), "")
        self._asked = float(text) if text.isdecimal() and len(text) < 6 else 0.0
        return response.ok

    def retry(self, delivery: Delivery) -> float | None:
        tries, last = len(delivery.attempts), delivery.attempts[-1]
        self._message.detail["delivery"] = delivery.view()
        retried = last.status in RETRIED or last.status >= 500
        terminal = not retried or tries > len(RETRIES) or is_refused(last.error)
        self._failed(delivery, terminal)
        if terminal:
            return None
        wait = max(RETRIES[tries - 1], min(self._asked, MAX_WAIT))
        due = iso(last.at + timedelta(seconds=wait))
        self._message.detail |= {"due": due, "waits_for": "the next attempt at its webhook"}
        return wait


def is_refused(error: str) -> bool:
    """Whether the emulator itself, not the network, refused the call: trying again would not help."""
    return "nothing was sent" in error


def _why(delivery: Delivery) -> MessageAborted:
    last = delivery.attempts[-1]
    if is_refused(last.error):
        return MessageAborted("stampcard_host_refused", last.error)
    if last.status and last.status not in RETRIED and last.status < 500:
        return MessageAborted("invalid_http_status", f"the endpoint answered {last.status}")
    got = f"status {last.status}" if last.status else last.error
    return MessageAborted("exhausted_retries", f"{len(delivery.attempts)} attempts, the last: {got}")


def body_of(parts: Mapping[str, Any]) -> tuple[bytes, str]:
    """The body's bytes, and the content type Braze infers from it. A GET has none; key/value pairs become JSON."""
    if parts.get("method", "POST").upper() == "GET":
        return b"", ""
    if "key_value_pairs" in parts:
        pairs = {str(key): str(value) for key, value in parts["key_value_pairs"].items()}
        return json.dumps(pairs, ensure_ascii=False).encode("utf-8", "surrogatepass"), "application/json"
    text = str(parts.get("body", ""))
    return text.encode("utf-8", "surrogatepass"), _inferred(text)


def _inferred(text: str) -> str:
    try:
        json.loads(text)
        return "application/json"
    except (ValueError, RecursionError):
        return "application/x-www-form-urlencoded" if "=" in text and "\n" not in text.strip() else "text/plain"
