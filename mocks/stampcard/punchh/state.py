"""What a Punchh business holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from stampcard.core.world import World
from stampcard.punchh.records import Checkin, GiftCard, Guest, Invitation, Redemption, Subscription
from stampcard.punchh.switches import Program, Switches

if TYPE_CHECKING:
    from stampcard.core.clock import Job
    from stampcard.core.delivery import Delivery


class Event(msgspec.Struct, frozen=True):
    """Something Punchh tells the world about; `kind` is the event type (empty for most families).

    `id` is its journal entry, which whatever it sets off names as its cause; `changed` the members of a profile
    that an update changed.
    """

    id: int
    name: str
    kind: str
    action: str
    payload: dict[str, Any]
    guest: Guest | None = None
    changed: tuple[str, ...] = ()


class Redeemable(msgspec.Struct):
    """An offer that can be given or bought with points."""

    id: int
    uuid: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    discount_amount: float | None = None
    discount_channel: str = "all"
    points: int | None = None
    expiry_days: int | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    redemption_expiry: int | None = None
    distributable: bool = True
    active: bool = True
    meta_data: str = ""
    image_url: str = ""
    facts: dict[str, Any] = {}

    def is_open(self, now: datetime) -> bool:
        """Whether it may be asked for at `now`: neither deactivated nor scheduled nor over."""
        begun = self.start_time is None or self.start_time <= now
        return self.active and begun and (self.end_time is None or now < self.end_time)


class Member(msgspec.Struct):
    """That a guest was put into a custom list."""

    id: int
    user_id: int
    email: str
    created_at: datetime


class Segment(msgspec.Struct):
    """A named audience: a custom list holds what was put in, the other types are rules.

    `type` is custom_list, all_signed_up or guest_profile; `filters` are of the last. `waiting` has the memberships of
    addresses that nobody has yet.
    """

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    type: str = "custom_list"
    members: dict[int, Member] = {}
    waiting: dict[str, Member] = {}
    filters: list[dict[str, Any]] = []


class Campaign(msgspec.Struct):
    """A campaign as the dashboard keeps it.

    `kind` is a name of campaigns.TYPE_NAMES, `messages` what Punchh itself sends, by channel; `given` counts gifts by
    guest, `steps` those gone in a challenge, and `spells` has the absences a recall has dealt with.
    """

    id: int
    name: str
    kind: str
    created_at: datetime
    segment_id: int | None = None
    redeemable_id: int | None = None
    points: int = 0
    gift_reason: str = ""
    run_delay_minutes: float = 0
    active: bool = True
    start: datetime | None = None
    end: datetime | None = None
    settings: dict[str, Any] = {}
    messages: dict[str, dict[str, str]] = {}
    given: dict[int, int] = {}
    spells: dict[int, datetime] = {}
    steps: dict[int, int] = {}
    free_codes: list[str] = []
    ran: bool = False
    last_run: datetime | None = None
    external_id: str = ""
    parent_id: int | None = None


class Coupon(msgspec.Struct):
    """A code of a coupon campaign. `type` is unlock or discount, `status` issued or honored."""

    id: int
    code: str
    campaign_id: int
    type: str
    created_at: datetime
    updated_at: datetime
    status: str = "issued"
    user_id: int | None = None
    expires_at: datetime | None = None
    discount: float = 0.0
    facts: dict[str, Any] = {}


class ConversionRule(msgspec.Struct):
    """Points a guest may turn into something else: `source_value` points become `converted_value` of `converted_type`.

    `converted_type` is currency, fuel_discount or charity; fewer points than `min_source_value` are refused.
    """

    id: int
    name: str
    source_value: int
    converted_value: float
    converted_type: str = "currency"
    min_source_value: int = 0


class Transfer(msgspec.Struct, frozen=True):
    """That a guest was given something by another; `kind` is points, currency or rewards."""

    at: datetime
    receiver_id: int
    kind: str
    amount: float


class Receipt(msgspec.Struct):
    """A receipt a register uploaded, to be claimed by its bar code; `facts` as those of a check-in."""

    bar_code: str
    created_at: datetime
    facts: dict[str, Any] = {}
    claimed_by: int | None = None


class Location(msgspec.Struct):
    """A store; `key` is what its registers sign in with."""

    id: int
    name: str
    store_number: str
    key: str
    created_at: datetime
    updated_at: datetime
    facts: dict[str, Any] = {}


class Adapter(msgspec.Struct):
    """An adapter as its form has it; `events` are the entries ticked, `deliveries` its log, the newest last."""

    name: str
    endpoint: str
    api_key: str
    events: tuple[str, ...]
    description: str = ""
    admin_email: str = ""
    disable_default_user_attributes: bool = False
    active: bool = True
    deliveries: deque[Delivery] = msgspec.field(default_factory=lambda: deque(maxlen=1000))


class Webhook(msgspec.Struct):
    """A webhook as its form has it.

    `auth` is none, basic, bearer, hmac_sha1 or hmac_sha256; `failures` counts by event name, `suspended` holds the
    number of pings made since the breaker opened.
    """

    name: str
    url: str
    events: tuple[str, ...]
    description: str = ""
    admin_email: str = ""
    auth: str = "none"
    user: str = ""
    password: str = ""
    token: str = ""
    secret: str = ""
    client_name: str = ""
    active: bool = True
    failures: dict[str, int] = {}
    suspended: dict[str, int] = {}
    deliveries: deque[Delivery] = msgspec.field(default_factory=lambda: deque(maxlen=1000))


_NUMBERED = {
    "users": "guests",
    "segments": "segments",
    "campaigns": "campaigns",
    "redeemables": "redeemables",
    "locations": "locations",
}
"""Kinds of records whose ids the setup may give: kind -> member of the business that holds them."""


class Business(msgspec.Struct):
    """One Punchh business: what its keys can see."""

    world: World
    client: str
    secret: str
    admin_key: str
    location_key: str
    business_key: str
    id: int
    uuid: str
    slug: str
    name: str
    switches: Switches = msgspec.field(default_factory=Switches)
    program: Program = msgspec.field(default_factory=Program)
    locales: list[str] = msgspec.field(default_factory=lambda: ["en-GB", "es-CR", "en", "es"])
    time_zone: str = "Etc/UTC"
    external_user_identifier: bool = True
    webhook_management: bool = False
    show_adapters_tab: bool = False
    challenges: bool = False
    offers_ingestion: bool = False
    multiple_redemptions: bool = True
    headless_offers: bool = True
    eclub_sources: list[str] = []
    guests: dict[int, Guest] = {}
    by_email: dict[str, Guest] = {}
    by_phone: dict[str, Guest] = {}
    by_external: dict[tuple[str, str], Guest] = {}
    by_code: dict[str, Guest] = {}
    mobile_tokens: dict[str, Guest] = {}
    sso_tokens: dict[str, Guest] = {}
    redeemables: dict[int, Redeemable] = {}
    segments: dict[int, Segment] = {}
    campaigns: dict[int, Campaign] = {}
    locations: dict[int, Location] = {}
    coupons: dict[str, Coupon] = {}
    redemptions: dict[int, Redemption] = {}
    codes: dict[str, Redemption] = {}
    receipts: dict[str, Receipt] = {}
    uids: dict[str, tuple[Guest, Checkin]] = {}
    banned_devices: set[str] = set()
    reset_tokens: dict[str, tuple[Guest, datetime]] = {}
    calls: dict[str, tuple[int, int]] = {}
    hosted_login: str = ""
    program_meta: dict[str, Any] = {}
    meta_cache: dict[str, tuple[datetime, dict[str, Any]]] = {}
    login_codes: dict[str, tuple[Guest, str, datetime]] = {}
    favourites: dict[tuple[int, int], int] = {}
    session_tokens: dict[str, tuple[Guest, datetime]] = {}
    social_identities: dict[str, dict[str, Any]] = {}
    feedbacks: dict[int, dict[str, Any]] = {}
    migration_users: dict[int, dict[str, Any]] = {}
    rolling_job: Job | None = None
    gift_cards: dict[str, GiftCard] = {}
    transfers: list[Transfer] = []
    invitations: dict[int, Invitation] = {}
    conversion_rules: dict[int, ConversionRule] = {}
    subscriptions: dict[int, Subscription] = {}
    adapters: dict[str, Adapter] = {}
    webhooks: dict[str, Webhook] = {}
    jobs: dict[int, Job] = {}
    next_ids: dict[str, int] = {}

    def __iter__(self) -> Iterator[Guest]:
        return iter(self.guests.values())

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    def next_id(self, kind: str) -> int:
        """The next id of a kind of record; ranges start where the setup says."""
        records = _NUMBERED.get(kind)
        taken: Container[int] = getattr(self, records) if records else ()
        found = max(self.next_ids.get(kind, 0), self.switches.id_starts.get(kind, 1))
        while found in taken:
            found += 1
        self.next_ids[kind] = found + 1
        return found
