"""What an Antavo workspace holds."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.catalogue.records import (
    Batch,
    Challenge,
    Claims,
    Coupon,
    Entity,
    Offer,
    Pool,
    Progress,
    ResetToken,
    Standing,
    Structure,
)
from stampcard.antavo.modules.records import Modules, Played
from stampcard.antavo.promotions.records import CartState, Promotion
from stampcard.antavo.settings import Settings
from stampcard.core.delivery import Delivery
from stampcard.core.world import World

if TYPE_CHECKING:
    from stampcard.antavo.access.plugin import Grant
    from stampcard.antavo.clubs.records import Club, Invitation, Template
    from stampcard.antavo.workflows.records import Campaign, TrustedSite, Workflow

STATUSES = ("active", "inactive", "opted_out", "banned", "suspended", "merged")


class Row(msgspec.Struct):
    """A registered event; never changed afterwards.

    `points` is what it did to the balance (score - spent - reserved - expired), signed; `parent` the event that
    registered it; `at` when it was processed, `timestamp` when it counts as having happened.
    """

    id: str
    customer: str
    action: str
    points: Number
    at: datetime
    timestamp: datetime
    data: dict[str, Any]
    source: str = "Events API"
    parent: str | None = None
    hash: str | None = None
    signed: bool = True
    expdate: str | None = None
    original: str | None = None


class Line(msgspec.Struct):
    """What a purchase earns for: one item, or (without `product_id`) the whole transaction.

    `earn` is the amount assigned, `taken` what refunds took back of it; `status` is pending, accepted or rejected.
    """

    earn: Number
    status: str
    product_id: str | None = None
    value: Number = 0
    quantity: Number = 1
    taken: Number = 0
    refunded: Number = 0


class Transaction(msgspec.Struct):
    """A purchase. `data` holds the checkout's attributes as last updated; `refunded_amount` counts money."""

    id: str
    customer: str
    event: str
    status: str
    created_at: datetime
    updated_at: datetime
    data: dict[str, Any]
    lines: list[Line]
    total: Number = 0
    burned: Number = 0
    held: Number = 0
    bonus: Number = 0
    refunded_amount: Number = 0

    @property
    def pending(self) -> Number:
        return total(line.earn for line in self.lines if line.status == "pending")

    @property
    def rewarded(self) -> Number:
        return total(line.earn for line in self.lines)

    @property
    def earned(self) -> Number:
        """Points credited and not taken back."""
        return total(line.earn - line.taken for line in self.lines if line.status == "accepted")

    @property
    def refunded(self) -> Number:
        return total(line.taken for line in self.lines)


class Lot(msgspec.Struct):
    """Points one event earned, and when they expire; `over` once that day has come."""

    customer: str
    points: Number
    due: datetime
    over: bool = False


class Customer(msgspec.Struct):
    """A member. `fields` holds every writable field that is set, built-in and custom, by its name.

    `mapped` is what Braze was told last (or the values when the mapping was saved); `lost` counts points that were
    taken off the score again, `referred` are the purchases a referrer was rewarded for.
    """

    id: str
    status: str
    created_at: datetime
    updated_at: datetime
    fields: dict[str, Any] = {}
    optin_at: datetime | None = None
    optout_at: datetime | None = None
    last_login_at: datetime | None = None
    score: Number = 0
    spent: Number = 0
    reserved: Number = 0
    pending: Number = 0
    expired: Number = 0
    lost: Number = 0
    lots: list[Lot] = []
    purchase_total: Number = 0
    purchase_count: int = 0
    purchase_item_count: Number = 0
    purchase_first_date: datetime | None = None
    purchase_last_date: datetime | None = None
    reservations: dict[str, Number] = {}
    events: list[Row] = []
    transactions: list[Transaction] = []
    claims: dict[str, Claims] = {}
    tiers: dict[str, Standing] = {}
    challenges: dict[str, Progress] = {}
    offers: list[str] = []
    referred: list[str] = []
    played: Played = msgspec.field(default_factory=Played)
    password: str = ""
    mapped: dict[str, Any] = {}


class Field(msgspec.Struct, frozen=True):
    """A custom customer field."""

    name: str
    type: str = "string"
    tags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    label: str = ""


class Action(msgspec.Struct, frozen=True):
    """A custom action the workspace knows."""

    name: str
    label: str = ""
    repeatable: bool = True
    points: Number = 0


class MappedField(msgspec.Struct, frozen=True):
    """One row of the Sync Fields page."""

    loyalty_field: str
    remote_field: str


class BrazeModule(msgspec.Struct):
    """The Braze module: its connection, its mapping and the Sync tab's log. `state` is none, connected or refused."""

    instance_url: str = ""
    api_token: str = ""
    app_identifier: str = ""
    state: str = "none"
    fields: tuple[MappedField, ...] = ()
    log: list[Delivery] = []


class ApiKey(msgspec.Struct):
    """An API key and its secret; there are no scopes."""

    key: str
    secret: str


class AuthClient(msgspec.Struct):
    """A token client (Authentication Manager)."""

    id: str
    secret: str
    status: str = "active"
    expires_at: datetime | None = None


class Token(msgspec.Struct):
    """A bearer token of a client."""

    token: str
    client: str
    expires_at: datetime


class Brand(msgspec.Struct):
    """One Antavo workspace: all that its API key can see.

    `busy` counts events inside one another; when the outermost is done, Braze hears of the members `touched`.
    """

    world: World
    key: ApiKey
    settings: Settings = msgspec.field(default_factory=Settings)
    fields: dict[str, Field] = {}
    actions: dict[str, Action] = {}
    customers: dict[str, Customer] = {}
    transactions: dict[str, Transaction] = {}
    entity_types: set[str] = set()
    entities: dict[str, dict[str, Entity]] = {}
    list_members: dict[str, dict[str, None]] = {}
    tiers: dict[str, Structure] = {}
    challenges: dict[str, Challenge] = {}
    offers: dict[str, Offer] = {}
    resets: dict[str, ResetToken] = {}
    faq: dict[str, str] = {}
    modules: Modules = msgspec.field(default_factory=Modules)
    promotions: dict[str, Promotion] = {}
    carts: dict[str, CartState] = {}
    plugin_codes: dict[str, Grant] = {}
    plugin_tokens: dict[str, Grant] = {}
    plugin_settings: dict[str, Any] = {}
    club_templates: dict[str, Template] = {}
    clubs: dict[str, Club] = {}
    invitations: dict[str, Invitation] = {}
    segments: dict[str, Any] = {}
    pools: dict[str, Pool] = {}
    coupons: dict[str, Coupon] = {}
    braze: BrazeModule = msgspec.field(default_factory=BrazeModule)
    workflows: dict[str, Workflow] = {}
    campaigns: dict[str, Campaign] = {}
    trusted_sites: dict[str, TrustedSite] = {}
    webhooks: list[Delivery] = []
    busy: int = 0
    touched: dict[str, Customer] = {}
    clients: dict[str, AuthClient] = {}
    tokens: dict[str, Token] = {}
    batches: dict[str, Batch] = {}
    queued: dict[str, dict[str, Any]] = {}
    signatures: dict[str, datetime] = {}
    requests: list[datetime] = []
    blocked_until: datetime | None = None
