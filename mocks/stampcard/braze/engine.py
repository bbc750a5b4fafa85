"""What a workspace's message engine remembers beside its records: parsed templates, answers, hosts, pending sends."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stampcard.braze.rendering import Fetched
from stampcard.core.clock import Job

if TYPE_CHECKING:
    from stampcard.braze.liquid.render import Templates


@dataclass(slots=True)
class Cached:
    """A Connected Content answer and until when it stands in for the call."""

    until: datetime
    fetched: Fetched


@dataclass(slots=True)
class HostHealth:
    """Calls to one host: second -> (calls, failures) of the last minute; `halted_until` while Braze stops calling."""

    seconds: dict[int, tuple[int, int]] = field(default_factory=dict)
    halted_until: datetime | None = None
    probing: bool = False


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """A stored user name and password for `:basic_auth`."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class HeaderAuth:
    """Stored headers for `:auth_credentials`, sent to `allowed_domain` only."""

    headers: tuple[tuple[str, str], ...]
    allowed_domain: str


@dataclass
class Engine:
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

    answers: dict[tuple[bool, str, str], Cached] = field(default_factory=dict)
    hosts: dict[str, HostHealth] = field(default_factory=dict)
    webhook_hosts: dict[str, HostHealth] = field(default_factory=dict)
    basic_auth: dict[str, BasicAuth] = field(default_factory=dict)
    auth_credentials: dict[str, HeaderAuth] = field(default_factory=dict)
    pending: dict[tuple[str, str], list[Job]] = field(default_factory=dict)
    promotions: dict[str, Any] = field(default_factory=dict)
    schedules: dict[str, Any] = field(default_factory=dict)
    send_ids: dict[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    platforms: dict[str, str] = field(default_factory=dict)
    caps: tuple[Any, ...] = ()
    counted: dict[str, Any] = field(default_factory=dict)
    journeys: dict[str, list[Any]] = field(default_factory=dict)
    in_app: dict[str, list[Any]] = field(default_factory=dict)
    days: dict[tuple[str, str, str], dict[int, int]] = field(default_factory=dict)
    dispatches: dict[str, Any] = field(default_factory=dict)
    webhook_templates: dict[str, Any] = field(default_factory=dict)
    message_events: deque[Any] = field(default_factory=lambda: deque(maxlen=10_000))
    converting: bool = False
    converted: dict[tuple[str, int, str], datetime] = field(default_factory=dict)
    controls: dict[str, dict[str, datetime]] = field(default_factory=dict)
    speeds: dict[str, tuple[int, int]] = field(default_factory=dict)
    engaged: set[tuple[str, str, str]] = field(default_factory=set)
    connectors: dict[str, Any] = field(default_factory=dict)
    audiences: tuple[Any, ...] = ()
    segmentable: dict[str, tuple[str, ...]] = field(default_factory=dict)
    event_log: dict[tuple[str, str], Any] = field(default_factory=dict)
    spending: dict[str, Any] = field(default_factory=dict)
    last_received: dict[str, dict[str, datetime]] = field(default_factory=dict)
    last_engaged: dict[str, datetime] = field(default_factory=dict)
    launches: dict[int, Any] = field(default_factory=dict)
    stops: OrderedDict[tuple[str, str], Any] = field(default_factory=OrderedDict)

    @cached_property
    def templates(self) -> Templates:
        """Parsed templates; python-liquid is loaded with the first of them."""
        from stampcard.braze.liquid.render import Templates

        return Templates()
