"""What a Braze workspace holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from stampcard.braze.engine import Engine
from stampcard.core.world import World

NOTHING: Mapping[Any, Any] = MappingProxyType({})
"""Shared by all profiles that have none of a rare thing; writers put a new mapping in its place."""


class Tally(msgspec.Struct):
    """How often a custom event or a product's purchase happened to one user; instants of the first and last."""

    first: datetime
    last: datetime
    count: int = 0


class Receipt(msgspec.Struct):
    """That a user received a campaign: when last, and which variation."""

    last_received: datetime
    variation_id: str | None = None
    converted: bool = False


class Visit(msgspec.Struct):
    """That a user entered a Canvas: when last, by which variant (None: its control group), and what came of it.

    `steps` maps the id of a step to its name and when its message came last.
    """

    last_entered: datetime
    variation_name: str | None
    last_message: datetime | None = None
    steps: dict[str, tuple[str, datetime]] = {}


class Subscription(msgspec.Struct, frozen=True):
    """A user's choice in one subscription group: `subscribed` or `unsubscribed`, and since when."""

    state: str
    since: datetime


class Contact(msgspec.Struct):
    """What is known of an e-mail address or phone number itself, whoever has it, now or later.

    `state` is the global e-mail subscription; `groups` the choices in subscription groups made for the address.
    """

    state: str | None = None
    state_since: datetime | None = None
    hard_bounced_at: datetime | None = None
    spam_at: datetime | None = None
    invalid_at: datetime | None = None
    invalid_reason: str = ""
    groups: Mapping[str, Subscription] = NOTHING


class PushToken(msgspec.Struct, frozen=True):
    """One device's push address in one app."""

    app_id: str
    token: str
    device_id: str


class User(msgspec.Struct):
    """One profile.

    `profile` holds the reserved fields that are set (first_name, email, time_zone ...) in the form they are stored,
    `custom` the custom attributes (times as aware datetimes); `aliases` maps alias label to alias name. Instants are
    UTC; `revision` orders profiles by their last update where instants tie. `deprecated_ids` are former external ids
    that still lead here. Rare members are replaced, not changed.
    """

    braze_id: str
    created_at: datetime
    updated_at: datetime
    random_bucket: int
    revision: int = 0
    external_id: str | None = None
    deprecated_ids: Sequence[str] = ()
    profile: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    events: dict[str, Tally] = {}
    purchases: dict[str, Tally] = {}
    total_revenue: float = 0.0
    campaigns: dict[str, Receipt] = {}
    canvases: Mapping[str, Visit] = NOTHING
    aliases: Mapping[str, str] = NOTHING
    subscriptions: Mapping[str, Subscription] = NOTHING
    push_tokens: Sequence[PushToken] = ()
    in_control_group: bool = False
    anonymous_push: bool = False

    @property
    def email(self) -> str | None:
        """Lower-cased, as stored."""
        return self.profile.get("email")

    @property
    def phone(self) -> str | None:
        return self.profile.get("phone")


class ApiKey(msgspec.Struct):
    """A REST API key: a set of permissions, or None for all of them; networks it may be used from, or none given.

    `scheme` is rest, or scim for the token of the company's SCIM calls.
    """

    key: str
    name: str
    permissions: frozenset[str] | None = None
    allowlist: tuple[str, ...] = ()
    scheme: str = "rest"


class Switches(msgspec.Struct):
    """Where Braze's own documents contradict each other, and what an account can be set to."""

    account: str = "active"
    rate_limits: str = "count"
    track_limit: str = "per_array"
    array_limit: int = 25
    media_library: str = "enabled"
    missing_permission: int = 403
    catalog_item_delete_status: int = 202
    catalog_not_found_status: int = 400
    external_ids_rename: str = "objects"
    users_delete_kinds: str = "several"
    purchase_series_limit: str = "custom_data_listing"
    purchase_properties_kb: int = 100
    nested_objects_kb: int = 100
    alias_events: str = "honour_false"
    subscription_user_status: str = "users"
    last_coordinates: str = "longitude_first"
    ids_not_strings: str = "ids-not-strings"
    invalid_catalog_name: str = "invalid-catalog-name"
    catalog_storage_mb: float | None = None
    max_ids_text: str = "external_ids_and_aliases"
    merge_identifiers: str = "any"
    transactional_queue_seconds: float = 0
    unknown_locale_status: int = 400
    canvas_schedule_id: str = "required"
    media_library_request: str = "newer"
    nested_array_operations: str = "add_remove_update"


class Definition(msgspec.Struct):
    """A custom attribute, custom event or product: made by its first use, or set up in the dashboard.

    `data_type` is what a custom attribute was first seen with (`detected`), or was set to. Data for a blocklisted name
    is ignored.
    """

    name: str
    data_type: str = ""
    description: str | None = None
    blocklisted: bool = False
    tags: Sequence[str] = ()
    detected: bool = True


class SubscriptionGroup(msgspec.Struct):
    """One subscription group of a channel: email, sms or whatsapp."""

    id: str
    name: str
    channel: str


class Catalog(msgspec.Struct):
    """One catalog: field name -> type in their order (id first), items by id, selections by name as sent.

    `inventory_field` is the field that back-in-stock notifications look at, None without them.
    """

    name: str
    description: str
    fields: dict[str, str]
    updated_at: datetime
    items: dict[str, dict[str, Any]] = {}
    selections: dict[str, Mapping[str, Any]] = {}
    inventory_field: str | None = None


class Workspace(msgspec.Struct):
    """One Braze workspace: all that one API key can see.

    Profiles are found by five identifiers; only external_id, braze_id and an alias (label, name) are unique.
    `attributes`, `events` and `products` hold the names used so far; `addresses` and `numbers` what is known of e-mail
    addresses and phone numbers; `rate_headers` what the answer to a call in flight says about its rate limit.
    `hourly` counts what happened and nothing else: ("event", name) -> hour since 1970 -> how often, and the same under
    ("event@<app_id>", name); `sessions` has when a user (braze_id) used an app (seconds), and
    `recipients` who (braze_id) received a campaign or variation on a day since 1970; `canvas_entries` when a Canvas was
    entered first and last. `exchange_rates` says how many USD one of a currency is, `api_limits` how many calls a
    bucket takes in a window where Braze has set it for the workspace. `translations` maps the id of a variation, block
    or template to locale to text id to text.
    """

    world: World
    keys: dict[str, ApiKey] = {}
    apps: dict[str, str] = {}
    switches: Switches = msgspec.field(default_factory=Switches)
    users: dict[str, User] = {}
    by_external_id: dict[str, User] = {}
    by_alias: dict[tuple[str, str], User] = {}
    by_email: dict[str, list[User]] = {}
    by_phone: dict[str, list[User]] = {}
    revision: int = 0
    hourly: defaultdict[tuple[str, str], defaultdict[int, float]] = msgspec.field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    sessions: dict[tuple[str, str], list[int]] = {}
    recipients: dict[tuple[str, int], set[str]] = {}
    exchange_rates: dict[str, float] = {}
    api_limits: dict[str, int] = {}
    dummy_ids: set[str] = set()
    tags: set[str] = set()
    buckets: dict[str, tuple[int, int]] = {}
    rate_headers: dict[int, list[tuple[str, str]]] = {}
    attributes: dict[str, Definition] = {}
    events: dict[str, Definition] = {}
    products: dict[str, Definition] = {}
    addresses: dict[str, Contact] = {}
    numbers: dict[str, Contact] = {}
    by_token: dict[str, User] = {}
    by_device: dict[str, User] = {}
    campaigns: dict[str, Any] = {}
    canvases: dict[str, Any] = {}
    segments: dict[str, Any] = {}
    content_blocks: dict[str, Any] = {}
    engine: Engine = msgspec.field(default_factory=Engine)
    templates: dict[str, Any] = {}
    catalogs: dict[str, Catalog] = {}
    canvas_entries: dict[str, tuple[datetime, datetime]] = {}
    locales: dict[str, Any] = {}
    translations: dict[str, dict[str, dict[str, str]]] = {}
    assets: dict[str, Any] = {}
    live_activities: dict[str, Any] = {}
    exports: dict[str, Any] = {}
    preference_centers: dict[str, Any] = {}
    sdk_keys: dict[str, dict[str, Any]] = {}
    dashboard_users: dict[str, Any] = {}
    integrations: dict[str, Any] = {}
    subscription_groups: dict[str, SubscriptionGroup] = {}

    def __iter__(self) -> Iterator[User]:
        return iter(self.users.values())
