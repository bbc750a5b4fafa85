"""What a Voucherify project holds: records, their indexes, and the rules the indexes keep.

Instants are kept as the vendor writes them (`2026-01-15T09:00:00.000Z`): they sort as text. Blocks that many vouchers
share (`value`, `metadata`, `window`) are never changed in place, only replaced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from stampcard.core.world import World
from stampcard.voucherify.campaigns.codes import CodeConfig
from stampcard.voucherify.definitions import Collection, EventSchema, Schema
from stampcard.voucherify.loyalty.program_records import Programs
from stampcard.voucherify.points.records import Ledger
from stampcard.voucherify.records import (
    Assignment,
    Consent,
    Distribution,
    EarningRule,
    Export,
    Holder,
    Lock,
    Order,
    Product,
    Redemption,
    Reward,
    RewardAssignment,
    Rollback,
    Rule,
    Segment,
    Sku,
    Stack,
    Tier,
    Transaction,
    Webhook,
)
from stampcard.voucherify.settings import Key, Settings, Token

Json = dict[str, Any]

Listener = Callable[["Project", "Activity", "Customer | None"], None]
"""Told of everything that happens in a project."""


class Customer(msgspec.Struct):
    """A customer; `profile` holds the fields that were ever given (name, email, address ...)."""

    id: str
    source_id: str | None
    created_at: str
    profile: Json
    metadata: Json | None = None
    updated_at: str | None = None
    summary: Json | None = None
    loyalty: Json | None = None
    referrals: Json | None = None
    vouchers: list[Voucher] = []
    activity: list[Activity] = []
    consents: dict[str, bool] = {}


class Activity(msgspec.Struct, frozen=True):
    """Something that happened to a customer; `subject` is the record it happened with, rendered when read.

    `number` makes its id; numbers grow.
    """

    number: int
    type: str
    created_at: str
    group_id: str
    subject: Any = None


class Voucher(msgspec.Struct):
    """One code. `value` is the discount, gift or loyalty card block, by `type`; `window` the validity_* members."""

    id: str
    code: str
    type: str
    value: Json
    campaign: Campaign | None
    created_at: str
    updated_at: str | None = None
    start_date: str | None = None
    expiration_date: str | None = None
    window: Json | None = None
    category: Category | None = None
    category_name: str | None = None
    active: bool = True
    additional_info: str | None = None
    metadata: Json | None = None
    is_referral_code: bool = False
    quantity: int | None = None
    redeemed_quantity: int = 0
    redeemed_amount: int = 0
    publish_count: int = 0
    holder: Customer | None = None
    referrer: Customer | None = None
    queued: bool = False
    deleted: bool = False
    assignments: list[Assignment] | None = None


class Category(msgspec.Struct):
    id: str
    name: str
    hierarchy: int
    created_at: str
    updated_at: str | None = None


class Campaign(msgspec.Struct):
    """A campaign and its codes. `free` holds codes that may be published next; `vouchers` all, deleted ones too.

    `definition` is what each new code copies: type, discount/gift/loyalty_card, redemption, is_referral_code.
    `dates` holds start_date, expiration_date and validity_* where set; `fresh` and `window` are the value block and
    the validity_* members that all new codes share.
    """

    id: str
    name: str
    campaign_type: str
    type: str
    definition: Json
    config: CodeConfig
    created_at: str
    dates: Json
    fresh: Json
    window: Json | None = None
    description: str | None = None
    updated_at: str | None = None
    auto_join: bool = False
    join_once: bool = False
    use_voucher_metadata_schema: bool = True
    active: bool = True
    activity_duration: str | None = None
    metadata: Json | None = None
    category: Category | None = None
    category_name: str | None = None
    status: str = "DONE"
    protected: bool = False
    referral_program: Json | None = None
    tiers_expiration: Json | None = None
    referral_tiers: list[Json] = []
    deleted: bool = False
    assignments: list[Assignment] | None = None
    count: int = 0
    vouchers: list[Voucher] = []
    free: deque[Voucher] = msgspec.field(default_factory=deque)
    first: dict[str, Publication] = {}


class Publication(msgspec.Struct):
    """Codes given to a customer; `failure` is the error object's key and message when it failed."""

    id: str
    created_at: str
    customer: Customer
    vouchers: tuple[Voucher, ...]
    campaign: Campaign | None
    channel: str
    source_id: str | None
    metadata: Json
    failure: tuple[str, str] | None = None


class AsyncAction(msgspec.Struct):
    """A background job of the vendor."""

    id: str
    type: str
    created_at: str
    request_id: str
    status: str = "IN_PROGRESS"
    operation_status: str = "UNKNOWN"
    result: Json | None = None
    updated_at: str | None = None
    processing_time: int | None = None


class BinEntry(msgspec.Struct):
    """A deleted resource whose name or code stays reserved."""

    id: str
    kind: str
    resource_id: str
    name: str
    created_at: str


class BrazeConnection(msgspec.Struct):
    """The Braze integration: where its REST API is, and the key."""

    endpoint: str
    api_key: str


class Project(msgspec.Struct):
    """One Voucherify project: all that its keys can see.

    `loose` are vouchers without a campaign. `registry` is where keys of all projects are looked up; `siblings` are
    projects that management keys created, by id.
    """

    world: World
    keys: dict[str, Key] = {}
    settings: Settings = msgspec.field(default_factory=Settings)
    tokens: dict[str, Token] = {}
    campaigns: dict[str, Campaign] = {}
    campaign_names: dict[str, Campaign] = {}
    vouchers: dict[str, Voucher] = {}
    voucher_ids: dict[str, Voucher] = {}
    loose: dict[str, Voucher] = {}
    customers: dict[str, Customer] = {}
    source_ids: dict[str, Customer] = {}
    publications: list[Publication] = []
    publication_sources: dict[str, Publication] = {}
    async_actions: dict[str, AsyncAction] = {}
    categories: dict[str, Category] = {}
    bin: dict[str, BinEntry] = {}
    products: dict[str, Product] = {}
    product_sources: dict[str, Product] = {}
    skus: dict[str, Sku] = {}
    sku_sources: dict[str, Sku] = {}
    orders: dict[str, Order] = {}
    order_sources: dict[str, Order] = {}
    rules: dict[str, Rule] = {}
    assignments: dict[str, Assignment] = {}
    assigned: dict[str, list[Assignment]] = {}
    tiers: dict[str, Tier] = {}
    stacks: dict[str, Stack] = {}
    collections: dict[str, Collection] = {}
    schemas: dict[str, Schema] = {}
    event_schemas: dict[str, EventSchema] = {}
    segments: dict[str, Segment] = {}
    locks: dict[str, dict[str, Lock]] = {}
    redemptions: dict[str, Redemption | Rollback] = {}
    campaign_redemptions: dict[str, list[Redemption]] = {}
    object_redemptions: dict[str, list[Redemption]] = {}
    transactions: list[Transaction] = []
    ledger: Ledger = msgspec.field(default_factory=Ledger)
    programs: Programs = msgspec.field(default_factory=Programs)
    exports: dict[str, Export] = {}
    webhooks: dict[str, Webhook] = {}
    holders: dict[str, list[Holder]] = {}
    converted: set[str] = set()
    earning_rules: dict[str, EarningRule] = {}
    rewards: dict[str, Reward] = {}
    reward_assignments: dict[str, RewardAssignment] = {}
    distributions: dict[str, Distribution] = {}
    consents: dict[str, Consent] = {}
    validated: dict[str, list[tuple[str, bool]]] = {}
    braze: BrazeConnection | None = None
    listeners: list[Listener] = []
    registry: dict[str, tuple[World, Project, Key]] = {}
    siblings: dict[str, Project] = {}
    second: int = 0
    window_started: int = 0
    window_calls: int = 0
    serials: int = 0

    # Time and ids

    @property
    def now(self) -> str:
        # The clock is in UTC; this is three times as fast as formatting by pattern.
        return self.world.clock.now.isoformat(timespec="milliseconds")[:-6] + "Z"

    def serial_id(self, prefix: str) -> str:
        """Prefix and 18 hexadecimal digits; later ones sort higher."""
        self.serials += 1
        return f"{prefix}{int(self.world.clock.epoch * 1000):012x}{self.serials & 0xFFFFFF:06x}"

    def next_number(self) -> int:
        """The number of the next thing that has an id of its own only when it is read."""
        self.serials += 1
        return self.serials

    def random_id(self, prefix: str, length: int = 24) -> str:
        return prefix + self.world.chance.alnum(length)

    def long_id(self, prefix: str, length: int = 32) -> str:
        """Prefix and characters, made fast: there are very many of these."""
        return prefix + self.world.chance.hex(length)

    # Codes

    def fold(self, code: str) -> str:
        """What a code is looked up by."""
        return code if self.settings.case_sensitive_codes else code.lower()

    def is_taken(self, code: str) -> bool:
        """Whether a code exists, or did and still is in the bin."""
        key = self.fold(code)
        return key in self.vouchers or (bool(self.bin) and f"voucher:{key}" in self.bin)

    def add_voucher(self, voucher: Voucher) -> None:
        self.vouchers[self.fold(voucher.code)] = voucher
        self.voucher_ids[voucher.id] = voucher
        campaign = voucher.campaign
        if campaign is None:
            self.loose[voucher.id] = voucher
        else:
            campaign.count += 1
            campaign.vouchers.append(voucher)
            voucher.queued = True
            campaign.free.append(voucher)

    def remove_voucher(self, voucher: Voucher, *, keep_code: bool) -> None:
        """Forget a code; `keep_code` reserves it in the bin."""
        key = self.fold(voucher.code)
        del self.vouchers[key], self.voucher_ids[voucher.id]
        voucher.deleted, voucher.updated_at = True, self.now
        self.loose.pop(voucher.id, None)
        if voucher.campaign is not None:
            voucher.campaign.count -= 1
        if keep_code:
            self.reserve("voucher", key, voucher.id)

    def enqueue(self, voucher: Voucher) -> None:
        """Make a code publishable (again) once it is active, unpublished and not waiting already."""
        if voucher.campaign is not None and voucher.active and not voucher.publish_count and not voucher.queued:
            voucher.queued = True
            voucher.campaign.free.append(voucher)

    def free_vouchers(self, campaign: Campaign, wanted: int) -> list[Voucher]:
        """Up to `wanted` publishable codes of a campaign, the oldest first; they stay where they are.

        Costs the same for a thousand codes and a million: codes that can no longer be published leave the queue here.
        """
        queue = campaign.free
        while queue and not is_free(queue[0]):
            queue.popleft().queued = False
        found: list[Voucher] = []
        for voucher in queue:
            if len(found) == wanted:
                break
            if is_free(voucher):
                found.append(voucher)
        return found

    # Validation rules

    def assign(self, rule: Rule, kind: str, target: str) -> Assignment:
        """Have a rule decide about a voucher, campaign or promotion tier, named by its id."""
        assignment = Assignment(self.random_id("asgm_", 16), rule, target, kind, self.now)
        self.assignments[assignment.id] = assignment
        self.assigned.setdefault(target, []).append(assignment)
        record = self.voucher_ids.get(target) or self.campaigns.get(target)
        if record is not None:
            record.assignments = self.assigned[target]
        return assignment

    def assignments_of(self, target: str) -> list[Assignment]:
        return self.assigned.get(target, [])

    def remove_assignment(self, assignment: Assignment) -> None:
        del self.assignments[assignment.id]
        self.assigned[assignment.related_object_id].remove(assignment)

    # The bin

    def reserve(self, kind: str, name: str, resource_id: str) -> None:
        entry = BinEntry(self.serial_id("tbe_"), kind, resource_id, name, self.now)
        self.bin[f"{kind}:{name}"] = entry

    # Customers

    def find_customer(self, reference: str) -> Customer | None:
        """By id or source_id."""
        return self.customers.get(reference) or self.source_ids.get(reference)

    def add_customer(self, source_id: str | None, profile: Json, metadata: Json | None) -> Customer:
        customer = Customer(self.long_id("cust_", 24), source_id, self.now, profile, metadata)
        self.customers[customer.id] = customer
        if source_id is not None:
            self.source_ids[source_id] = customer
        return customer

    def all_vouchers(self, campaign: Campaign | None = None) -> Iterator[Voucher]:
        """Newest first."""
        if campaign is None:
            return reversed(self.vouchers.values())
        return (voucher for voucher in reversed(campaign.vouchers) if not voucher.deleted)


def is_free(voucher: Voucher) -> bool:
    return voucher.active and not voucher.publish_count and not voucher.deleted
