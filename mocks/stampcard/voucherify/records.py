"""Records of the shop and of what is redeemed in it. Instants are kept as the vendor writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from stampcard.voucherify.state import Campaign, Category, Customer, Voucher

Json = dict[str, Any]


class Product(msgspec.Struct):
    id: str
    source_id: str | None
    created_at: str
    name: str | None = None
    price: int | None = None
    attributes: list[str] = []
    metadata: Json = {}
    image_url: str | None = None
    updated_at: str | None = None


class Sku(msgspec.Struct):
    id: str
    source_id: str | None
    product: Product
    created_at: str
    sku: str | None = None
    price: int | None = None
    currency: str | None = None
    attributes: Json = {}
    metadata: Json = {}
    image_url: str | None = None
    updated_at: str | None = None


class Line(msgspec.Struct):
    """One line of a cart or order, in minor units.

    `refers` holds the members that name the product (product_id, sku_id, source_id, related_object), `shown` the
    product and sku blocks; `given` is the amount of a line without a price. `free` units and `before` (quantity and
    amount) are known when a discount added or replaced units, `replaced` tells which ones.
    """

    refers: Json
    shown: Json
    quantity: int
    price: int | None
    given: int | None = None
    metadata: Json | None = None
    discount: int = 0
    applied: int = 0
    free: int = 0
    before: tuple[int, int] | None = None
    replaced: list[Json] = []
    product: Product | None = None
    sku: Sku | None = None

    @property
    def amount(self) -> int:
        return self.price * self.quantity if self.price is not None else self.given or 0

    @property
    def left(self) -> int:
        """What is still to be paid for the line."""
        return max(0, self.amount - self.discount)


class Order(msgspec.Struct):
    """An order; `amount` is None when nobody told it. Discounts are totals, `applied` the last ones."""

    id: str
    source_id: str | None
    created_at: str
    status: str = "CREATED"
    amount: int | None = None
    initial_amount: int | None = None
    discount: int = 0
    items_discount: int = 0
    applied: int = 0
    items_applied: int = 0
    lines: list[Line] = []
    metadata: Json = {}
    customer: Customer | None = None
    referrer: Customer | None = None
    updated_at: str | None = None
    redemptions: Json = {}
    was_paid: bool = False


class Rule(msgspec.Struct):
    """A validation rule; `rules` and `applicable_to` as the caller wrote them."""

    id: str
    name: str
    rules: Json
    created_at: str
    type: str = "expression"
    context_type: str = "global"
    error: Json | None = None
    applicable_to: Json = {}
    bundle_rules: Json | None = None
    updated_at: str | None = None


class Assignment(msgspec.Struct):
    id: str
    rule: Rule
    related_object_id: str
    related_object_type: str
    created_at: str


class Tier(msgspec.Struct):
    """A promotion tier; `dates` holds start_date, expiration_date and validity_* where set."""

    id: str
    name: str
    campaign: Campaign
    discount: Json
    created_at: str
    banner: str | None = None
    hierarchy: int = 1
    active: bool = True
    metadata: Json = {}
    dates: Json = {}
    category: Category | None = None
    updated_at: str | None = None
    redeemed: int = 0
    orders_amount: int = 0
    discounts_amount: int = 0


class Stack(msgspec.Struct):
    """Promotion tiers that are redeemed together."""

    id: str
    name: str
    campaign: Campaign
    tier_ids: list[str]
    created_at: str
    hierarchy_mode: str = "MANUAL"
    category: Category | None = None
    updated_at: str | None = None


class Redemption(msgspec.Struct):
    """A redemption or a failed one; `parent` holds stacked ones together, `order` is its order as it was then.

    `discounted` holds the lines it took something off, with how many units of each.
    """

    id: str
    date: str
    customer: Customer | None
    tracking_id: str | None
    metadata: Json | None
    channel: str
    order: Order | None = None
    order_view: Json | None = None
    voucher: Voucher | None = None
    tier: Tier | None = None
    amount: int | None = None
    parent: Redemption | None = None
    children: list[Redemption] = []
    failure: tuple[str, str] | None = None
    rolled_back: bool = False
    key: str = ""
    reward: Json | None = None
    discounted: list[tuple[Line, int]] = []


class Rollback(msgspec.Struct):
    id: str
    date: str
    redemption: Redemption
    customer: Customer | None
    tracking_id: str | None
    reason: str | None
    order_view: Json | None
    channel: str
    amount: int | None = None
    parent: Rollback | None = None


class Transaction(msgspec.Struct):
    """A change of a card's balance; `details` as the vendor prints it."""

    id: str
    voucher: Voucher
    type: str
    details: Json
    created_at: str
    source: str | None = None
    source_id: str | None = None
    reason: str | None = None
    related: str | None = None


class Lock(msgspec.Struct):
    """A validation session's hold on one redeemable: one use, and credits or points of it."""

    key: str
    expires_at: float
    amount: int = 0


class Export(msgspec.Struct):
    """A CSV file, once it is made: its `text`, and the `token` that downloads it."""

    id: str
    exported_object: str
    parameters: Json
    created_at: str
    status: str = "SCHEDULED"
    url: str | None = None
    token: str | None = None
    text: str = ""


class EarningRule(msgspec.Struct):
    """What brings points in a loyalty campaign; `loyalty` says how many, `dates` when the rule is open."""

    id: str
    campaign: Campaign
    event: str
    loyalty: Json
    created_at: str
    automation_id: str
    source: Json = {}
    validation_rule_id: str | None = None
    segment_id: str | None = None
    schema_id: str | None = None
    active: bool = True
    dates: Json = {}
    metadata: Json = {}
    updated_at: str | None = None
    pending: Json | None = None
    expiration_rules: Json | None = None
    tier_id: str | None = None


class Reward(msgspec.Struct):
    id: str
    name: str
    type: str
    parameters: Json
    created_at: str
    stock: int | None = None
    redeemed: int = 0
    attributes: Json = {}
    metadata: Json = {}
    updated_at: str | None = None


class RewardAssignment(msgspec.Struct):
    """A reward in a loyalty campaign, for a price in points; none for paying with points."""

    id: str
    reward: Reward
    campaign: Campaign
    points: int | None
    created_at: str
    updated_at: str | None = None


class Consent(msgspec.Struct):
    """Something customers can consent to; `category` is the dashboard's word for what it is about."""

    id: str
    name: str
    created_at: str
    description: str = ""
    category: str = ""
    updated_at: str | None = None


class Webhook(msgspec.Struct):
    id: str
    target_url: str
    events: list[str]
    created_at: str
    active: bool = True


class Holder(msgspec.Struct):
    """A customer's part in a referral code; `role` is REFERRER or REFEREE."""

    id: str
    voucher: Voucher
    customer: Customer
    role: str
    created_at: str
    metadata: Json


class CustomEvent(msgspec.Struct, frozen=True):
    """What a customer did; the referral code or loyalty card it was told with."""

    name: str
    metadata: Json
    referral: Voucher | None = None
    loyalty: Voucher | None = None


class Rewarded(msgspec.Struct, frozen=True):
    """A card grew because somebody was referred: by what, and by which tier of the program's, if it was one."""

    voucher: Voucher
    code: Voucher
    transaction: Transaction
    redemption: Redemption | None
    event: CustomEvent | None
    tier: Json | None


class Send(msgspec.Struct):
    """What a distribution owes one customer; `state` is waiting, sent or failed with its `error`."""

    customer_id: str
    source_id: str | None
    attributes: Json
    state: str = "waiting"
    error: str = ""
    was_failed: bool = False


class Distribution(msgspec.Struct):
    """A distribution of the dashboard. `trigger` is `manual` or what sets an automatic one off.

    `fields` maps what Voucherify knows (code, value ...) to Braze attributes; `campaign_id` is where codes come from;
    `consent` the consent a customer must have given.
    """

    id: str
    name: str
    trigger: str
    fields: dict[str, str]
    campaign_id: str | None = None
    segment_id: str | None = None
    customer: str | None = None
    event: str | None = None
    consent: str | None = None
    active: bool = True
    sends: list[Send] = []


class Segment(msgspec.Struct):
    """A group of customers: a fixed list, or a filter. `members` are customer ids."""

    id: str
    name: str
    type: str
    created_at: str
    filter: Json | None = None
    members: set[str] = set()
