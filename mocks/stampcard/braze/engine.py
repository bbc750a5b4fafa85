"""What a workspace's message engine remembers beside its records: parsed templates, answers, hosts, pending sends."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from stampcard.braze.rendering import Fetched
from stampcard.core.clock import Job

if TYPE_CHECKING:
    from stampcard.braze.liquid.render import Templates


class Cached(msgspec.Struct):
    """A Connected Content answer and until when it stands in for the call."""

    until: datetime
    fetched: Fetched


class HostHealth(msgspec.Struct):
    """Calls to one host: second -> (calls, failures) of the last minute; `halted_until` while Braze stops calling."""

    seconds: dict[int, tuple[int, int]] = {}
    halted_until: datetime | None = None
    probing: bool = False


class BasicAuth(msgspec.Struct, frozen=True):
    """A stored user name and password for `:basic_auth`."""

    username: str
    password: str


class HeaderAuth(msgspec.Struct, frozen=True):
    """Stored headers for `:auth_credentials`, sent to `allowed_domain` only."""

    headers: tuple[tuple[str, str], ...]
    allowed_domain: str


class Engine(msgspec.Struct, dict=True):
    """The message engine's memory of one workspace.

    `answers` is the Connected Content cache: (preview or live, method, URL); `hosts` and `webhook_hosts` are the hosts
    that its calls and webhooks went to. `pending` are sends that wait for their
    delay: (campaign id, braze_id) -> jobs. `promotions` holds promotion code lists by snippet,
    `schedules` what the API scheduled by schedule_id, `send_ids` the campaign of each; `time_zone` is the company's,
    `platforms` what each app runs on, where that was set up. `counted` are the messages of each user (by braze_id) that
    count for the frequency caps `caps`, `journeys` each user's ways through Canvases, `stops`
    why the last try of a campaign (by its id) did not reach a user (by braze_id). `days` counts a user's events and
    purchases by day, `dispatches` are transactional sends by external_send_id,
    `webhook_templates` saved webhooks by name. `converting` says whether anything has conversion events,
    `converted` when a user (braze_id) converted on a sender's event (its index), `controls` when a user (braze_id) was
    enrolled in a campaign's control group; `speeds` the minute (since 1970) and the messages in it of what has a speed
    limit, `engaged` who (braze_id) did what with which variation's messages, `launches` how far sending has come.
    `connectors` are those of Currents, `audiences` the simulated ones; `segmentable` are the properties of events
    that are enabled for segmentation; `in_app` are the in-app messages of Canvases that wait for a user (braze_id);
    `event_log`, `spending`, `last_received` (by channel) and `last_engaged` are what segments ask of users
    (braze_id).
    """

    answers: dict[tuple[bool, str, str], Cached] = {}
    hosts: dict[str, HostHealth] = {}
    webhook_hosts: dict[str, HostHealth] = {}
    basic_auth: dict[str, BasicAuth] = {}
    auth_credentials: dict[str, HeaderAuth] = {}
    pending: dict[tuple[str, str], list[Job]] = {}
    promotions: dict[str, Any] = {}
    schedules: dict[str, Any] = {}
    send_ids: dict[str, str] = {}
    time_zone: str = "UTC"
    platforms: dict[str, str] = {}
    caps: tuple[Any, ...] = ()
    counted: dict[str, Any] = {}
    journeys: dict[str, list[Any]] = {}
    in_app: dict[str, list[Any]] = {}
    days: dict[tuple[str, str, str], dict[int, int]] = {}
    dispatches: dict[str, Any] = {}
    webhook_templates: dict[str, Any] = {}
    message_events: deque[Any] = msgspec.field(default_factory=lambda: deque(maxlen=10_000))
    converting: bool = False
    converted: dict[tuple[str, int, str], datetime] = {}
    controls: dict[str, dict[str, datetime]] = {}
    speeds: dict[str, tuple[int, int]] = {}
    engaged: set[tuple[str, str, str]] = set()
    connectors: dict[str, Any] = {}
    audiences: tuple[Any, ...] = ()
    segmentable: dict[str, tuple[str, ...]] = {}
    event_log: dict[tuple[str, str], Any] = {}
    spending: dict[str, Any] = {}
    last_received: dict[str, dict[str, datetime]] = {}
    last_engaged: dict[str, datetime] = {}
    launches: dict[int, Any] = {}
    stops: OrderedDict[tuple[str, str], Any] = msgspec.field(default_factory=OrderedDict)

    @cached_property
    def templates(self) -> Templates:
        """Parsed templates; python-liquid is loaded with the first of them."""
        from stampcard.braze.liquid.render import Templates

        return Templates()
