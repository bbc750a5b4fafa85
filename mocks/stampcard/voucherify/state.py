"""What a Voucherify project holds: records, their indexes, and the rules the indexes keep.

Instants are kept as the vendor writes them (`2026-01-15T09:00:00.000Z`): they sort as text. Blocks that many vouchers
share (`value`, `metadata`, `window`) are never changed in place, only replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from stampcard.core.world import World
from stampcard.voucherify.campaigns.records import Campaign, Category, Stack, Tier, Voucher
from stampcard.voucherify.customers.records import Consent, Customer, Segment
from stampcard.voucherify.distributions.records import BrazeConnection, Distribution, Publication
from stampcard.voucherify.events.records import Activity, EventSchema
from stampcard.voucherify.loyalty.program_records import Programs
from stampcard.voucherify.loyalty.records import EarningRule, Reward, RewardAssignment
from stampcard.voucherify.management.records import AsyncAction, BinEntry, Export, Schema
from stampcard.voucherify.orders.records import Collection, Order, Product, Sku
from stampcard.voucherify.points.records import Ledger, Transaction
from stampcard.voucherify.redemptions.records import Lock, Redemption, Rollback
from stampcard.voucherify.referrals.records import Holder
from stampcard.voucherify.rules.records import Assignment, Rule
from stampcard.voucherify.settings import Key, Settings, Token
from stampcard.voucherify.webhooks.records import Webhook

Json = dict[str, Any]

Listener = Callable[["Project", "Activity", "Customer | None"], None]
"""Told of everything that happens in a project."""


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

    def find_campaign(self, reference: str) -> Campaign | None:
        """By id or name."""
        return self.campaigns.get(reference) or self.campaign_names.get(reference)

    def all_vouchers(self, campaign: Campaign | None = None) -> Iterator[Voucher]:
        """Newest first."""
        if campaign is None:
            return reversed(self.vouchers.values())
        return (voucher for voucher in reversed(campaign.vouchers) if not voucher.deleted)


def is_free(voucher: Voucher) -> bool:
    return voucher.active and not voucher.publish_count and not voucher.deleted
