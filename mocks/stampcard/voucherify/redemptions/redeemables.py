"""What can be redeemed together: each redeemable checked and computed on the running order, by the stacking rules.

https://docs.voucherify.io/api-reference/validations, https://docs.voucherify.io/guides/stackable-discounts
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors
from stampcard.voucherify.campaigns.records import Campaign, Category, Tier, Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.loyalty.records import RewardAssignment
from stampcard.voucherify.orders import cart
from stampcard.voucherify.orders.records import Line, Order
from stampcard.voucherify.redemptions import effects, paying, sessions, stacking
from stampcard.voucherify.redemptions.effects import refused
from stampcard.voucherify.rules import judging, timeframes
from stampcard.voucherify.rules.judging import Case
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project
from stampcard.voucherify.values import given
from stampcard.voucherify.views import category as category_view

KINDS = {"DISCOUNT_VOUCHER": "Discount Coupon", "GIFT_VOUCHER": "Gift Card", "LOYALTY_CARD": "Loyalty Card"}


class Item:
    """One redeemable of a request and what became of it: `status` is APPLICABLE, INAPPLICABLE or SKIPPED."""

    def __init__(self, kind: str, reference: str, row: Mapping[str, Any]) -> None:
        self.kind = kind
        self.reference = reference
        self.row = row
        self.voucher: Voucher | None = None
        self.tier: Tier | None = None
        self.status = ""
        self.error: ApiError | None = None
        self.skip = ""
        self.order: Json = {}
        self.snapshot: Order | None = None
        self.result: Json = {}
        self.credits: int | None = None
        self.reward: Json | None = None
        self.assignment: RewardAssignment | None = None
        self.scope: list[Json] = []
        self.excluded: list[Json] = []
        self.bundle: Json | None = None
        self.discounted: list[tuple[Line, int]] = []

    @property
    def category(self) -> Category | None:
        return self.voucher.category if self.voucher else self.tier.category if self.tier else None

    @property
    def campaign(self) -> Campaign | None:
        return self.voucher.campaign if self.voucher else self.tier.campaign if self.tier else None

    @property
    def target(self) -> str:
        return self.voucher.id if self.voucher else self.tier.id if self.tier else self.reference

    def view(self) -> Json:
        body: Json = {"status": self.status, "id": self.reference, "object": self.kind, "result": self.result}
        if self.status == "APPLICABLE":
            body["order"] = self.order
            for name, data in (("applicable_to", self.scope), ("inapplicable_to", self.excluded)):
                body[name] = {"object": "list", "data_ref": "data", "data": data, "total": len(data)}
        record = self.voucher or self.tier
        body["metadata"] = (record.metadata or {}) if record is not None else {}
        body["categories"] = [category_view(self.category)] if self.category else []
        if self.tier is not None:
            body |= {
                "name": self.tier.name,
                "campaign_name": self.tier.campaign.name,
                "campaign_id": self.tier.campaign.id,
            }
        return body


class Basket:
    """A whole request: its redeemables, the order as it changes, the customer, and the session that reserves.

    `unasked` names the rules that are taken to hold.
    """

    def __init__(self, call: Call[Project], order: Order, customer: Customer | None, body: Mapping[str, Any]) -> None:
        self.call = call
        self.project = call.state
        self.order = order
        self.customer = customer
        self.metadata: Json = body.get("metadata") or {}
        self.profile_metadata: Json = {}
        self.session: Json | None = given(body["session"]) if body.get("session") else None
        self.items: list[Item] = []
        self.unasked: Callable[[str], bool] | None = None

    @property
    def session_key(self) -> str | None:
        return self.session.get("key") if self.session else None

    @property
    def applicable(self) -> list[Item]:
        return [item for item in self.items if item.status == "APPLICABLE"]

    def of(self, status: str) -> list[Item]:
        return [item for item in self.items if item.status == status]


def read_items(call: Call[Project], rows: list[Mapping[str, Any]]) -> list[Item]:
    """Raises for a redeemable named twice and a promotion stack that is not alone; a stack becomes its tiers."""
    names = [(row["object"], row["id"]) for row in rows]
    if len(set(names)) < len(names):
        details = "Duplicated redeemables detected in one redemption"
        raise errors.refusal(call, 400, "duplicated_redeemables", "Duplicated redeemables detected", details)
    most = call.state.settings.stacking["redeemables_limit"]
    if len(rows) > most:
        raise errors.invalid_payload(call, f"Property .redeemables should NOT have more than {most} items")
    stacks = [row for row in rows if row["object"] == "promotion_stack"]
    if stacks and len(rows) > 1:
        details = "Promotion Stack cannot be use with other redeemables"
        raise errors.refusal(call, 400, "invalid_redeemables", "Invalid redeemables", details)
    if stacks:
        stack = call.state.stacks.get(stacks[0]["id"])
        if stack is None:
            raise errors.not_found(call, "promotion_stack", stacks[0]["id"])
        return [Item("promotion_tier", tier_id, {}) for tier_id in stack.tier_ids]
    return [Item(row["object"], row["id"], row) for row in rows]


def evaluate(basket: Basket, items: list[Item]) -> None:
    """Decide every item in its order; `basket.order` has all applicable discounts afterwards."""
    rules = basket.project.settings.stacking
    basket.items = items
    if rules["redeemables_sorting_rule"] == "CATEGORY_HIERARCHY" or rules["exclusive_categories"]:
        for item in items:
            with suppress(ApiError):
                resolve(basket, item)
        items = basket.items = stacking.sorted_items(rules, items)
    for item in items:
        decide(basket, item)
    if rules["redeemables_application_mode"] == "ALL" and basket.of("INAPPLICABLE"):
        for item in items:
            if item.status == "APPLICABLE":
                stacking.skip(item, "preceding_validation_failed")


def decide(basket: Basket, item: Item) -> None:
    why = stacking.limit_reached(basket, item)
    if why:
        stacking.skip(item, why)
        return
    before = cart.copied(basket.order)
    try:
        resolve(basket, item)
        why = stacking.limit_reached(basket, item)
        if why:
            stacking.skip(item, why)
            return
        apply(basket, item)
    except ApiError as error:
        if error.status == 501:
            raise
        basket.order = before
        item.status, item.error = "INAPPLICABLE", error
        body = error.body
        item.result = {"error": body, "details": {"key": body["key"], "message": body["message"]}}
        return
    if not basket.order.applied + basket.order.items_applied and stacking.not_worth_it(basket, item):
        basket.order = before
        stacking.skip(item, "no_effect")
        return
    item.status = "APPLICABLE"
    item.snapshot = cart.copied(basket.order)
    item.order = cart.calculated(basket.order)


# One redeemable


def resolve(basket: Basket, item: Item) -> None:
    """Find the record. Raises 404."""
    project = basket.project
    if item.kind == "voucher":
        found = project.vouchers.get(project.fold(item.reference)) or project.voucher_ids.get(item.reference)
        if found is None:
            raise errors.not_found(basket.call, "voucher", item.reference)
        item.voucher = found
    else:
        item.tier = project.tiers.get(item.reference)
        if item.tier is None:
            raise errors.not_found(basket.call, "promotion_tier", item.reference)


def apply(basket: Basket, item: Item) -> None:
    """Check state, quantity and rules, then take the discount or credits off the order. Raises ApiError."""
    if item.voucher is not None:
        check_voucher(basket, item, item.voucher)
        value, kind = item.voucher.value, item.voucher.type
    else:
        assert item.tier is not None
        check_tier(basket, item.tier)
        value, kind = item.tier.discount, "DISCOUNT_VOUCHER"
    parts = effects.scoped(basket, item)
    if kind == "DISCOUNT_VOUCHER":
        effects.take_discount(basket, item, value, parts)
    elif kind == "GIFT_VOUCHER":
        effects.take_credits(basket, item, value, parts)
    else:
        paying.take_points(basket, item)
    check_rules(basket, item)
    check_bundle(basket, item)


def check_voucher(basket: Basket, item: Item, voucher: Voucher) -> None:
    """Active, in time, uses left; not redeemed by its referrer. Raises ApiError with the code as sent."""
    project, campaign, code = basket.project, voucher.campaign, item.reference
    if not voucher.active or (campaign is not None and not campaign.active):
        raise refused(basket, "voucher_disabled", "voucher is disabled", code)
    now = project.now
    if voucher.start_date is not None and now < voucher.start_date:
        raise refused(basket, "voucher_not_active", "voucher not active yet", code)
    if voucher.expiration_date is not None and now >= voucher.expiration_date:
        raise refused(basket, "voucher_expired", "voucher expired", code)
    if not timeframes.is_open(project, voucher.window, voucher.start_date):
        raise refused(basket, "voucher_not_active_now", "voucher not active now", code)
    if voucher.is_referral_code and basket.customer is not None and voucher.holder is basket.customer:
        raise refused(basket, "referrer_not_permitted_to_redeem", "voucher cannot be redeemed by referrer", code)
    held = sessions.held(project, voucher.id, basket.session_key)
    if voucher.quantity is not None and voucher.redeemed_quantity + len(held) >= voucher.quantity:
        raise refused(basket, "quantity_exceeded", "quantity exceeded", code)


def check_tier(basket: Basket, tier: Tier) -> None:
    project, now = basket.project, basket.project.now
    if not tier.active or not tier.campaign.active:
        details = f"Promotion Tier with id: {tier.id} is disabled."
        raise refused(basket, "promotion_inactive", "Inactive Promotion", details)
    for dates in (tier.dates, tier.campaign.dates):
        start, end = dates.get("start_date", now), dates.get("expiration_date")
        if now < start or (end is not None and now >= end) or not timeframes.is_open(project, dates, start):
            details = f"Promotion Tier with id: {tier.id} is not active now."
            raise refused(basket, "promotion_not_active_now", "Promotion not active now", details)


def check_rules(basket: Basket, item: Item) -> None:
    """Raises the error of the first rule that does not hold, of the redeemable or of the reward it is redeemed for."""
    rules = effects.assigned_rules(basket, item)
    if item.assignment is not None:
        rules += [one.rule for one in basket.project.assignments_of(item.assignment.id)]
    if not rules:
        return
    order = basket.order
    case = Case(basket.project, basket.customer, before_this(order), basket.metadata, basket.call.key.id)
    case.voucher, case.tier, case.profile_metadata = item.voucher, item.tier, basket.profile_metadata
    case.unasked = basket.unasked
    case.credits, case.taken = item.credits or 0, order.applied + order.items_applied
    check_case(basket.call, rules, case, kind_of(item))


def check_case(call: Call[Project], rules: list[Rule], case: Case, kind: str) -> None:
    """Raises what Voucherify answers for the first rule that does not hold; `kind` is its word for the redeemable."""
    for rule in rules:
        failed = judging.judge(rule, case)
        if failed is None:
            continue
        more = {"error": {"message": failed.message}} if failed.message else {}
        if failed.needs_customer:
            details = "Customer is required to validate rules"
            raise errors.refusal(call, 400, "missing_customer", "Missing customer", details, **more)
        details = f"{kind} cannot be redeemed because of violated validation rules: {rule.id}"
        raise errors.refusal(call, 400, f"{failed.area}_rules_violated", MESSAGES[failed.area], details, **more)


def check_bundle(basket: Basket, item: Item) -> None:
    """A bundle that is not complete is an order the rules do not want (assumed; the vendor shows its count only)."""
    if item.bundle is None or item.bundle["quantity"]:
        return
    rule = next(rule for rule in effects.assigned_rules(basket, item) if rule.bundle_rules)
    more = {"error": {"message": rule.error["message"]}} if rule.error and rule.error.get("message") else {}
    details = f"{kind_of(item)} cannot be redeemed because of violated validation rules: {rule.id}"
    raise refused(basket, "order_rules_violated", MESSAGES["order"], details, **more)


def kind_of(item: Item) -> str:
    return "Promotion Tier" if item.tier else KINDS[item.voucher.type if item.voucher else ""]


def before_this(order: Order) -> Order:
    """The order as it was before the last redeemable: its amounts only."""
    found = cart.copied(order)
    found.discount -= order.applied
    found.items_discount -= order.items_applied
    return found


MESSAGES = {
    "customer": "customer does not match segment rules",
    "order": "order does not match validation rules",
    "redemption": "redemption does not match validation rules",
}
