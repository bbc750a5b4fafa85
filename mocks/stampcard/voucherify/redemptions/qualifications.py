"""Qualifications: what a customer could use for a cart, without naming a code.

Not emulated is the vendor's cache of five minutes: changes show at once.
https://docs.voucherify.io/api-reference/qualifications/check-eligibility
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import lists, values, views
from stampcard.voucherify.campaigns.records import Campaign, Stack, Voucher
from stampcard.voucherify.customers.redeemables import role
from stampcard.voucherify.orders import cart
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.redemptions import effects, redeemables, sessions
from stampcard.voucherify.redemptions.redeemables import Basket, Item
from stampcard.voucherify.redemptions.scopes import Part
from stampcard.voucherify.redemptions.validations import Request, stacking_view
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

DEFAULT_LIMIT = 5
UNCHECKED = ("campaign.orders.", "campaign.redemptions.", "redemption.count.")
"""Rules about counters and budgets, which qualifications ignore (documented)."""
ABOUT_PRODUCTS = ("order.items.", "product.", "sku.")
ABOUT_CUSTOMERS = ("customer",)
LINES_ONLY = {"PRODUCTS", "PRODUCTS_DISCOUNT", "PRODUCTS_BY_CUSTOMER", "PRODUCTS_DISCOUNT_BY_CUSTOMER"}


class Candidate:
    """Something that may qualify; a stack has an item for each of its tiers."""

    def __init__(self, kind: str, reference: str, record: Voucher | Campaign | Any, items: list[Item]) -> None:
        self.kind = kind
        self.reference = reference
        self.record = record
        self.items = items
        self.order: Json = {}
        self.saved = 0

    @property
    def campaign(self) -> Campaign | None:
        return self.record if isinstance(self.record, Campaign) else self.record.campaign


async def check(call: Call[Project]) -> Reply:
    """200 with everything that qualifies, a page of it; nothing is reserved or changed."""
    body = values.given(call.body)
    options = values.given(body.get("options"))
    scenario = body.get("scenario", "ALL")
    request = Request(call, body)
    original = request.basket.order
    found = []
    for candidate in candidates(request.basket, scenario):
        if passes(options, call.state, candidate, request.basket) and qualifies(request, original, candidate, scenario):
            found.append(candidate)
    found = ordered(found, options.get("sorting_rule", "DEFAULT"))
    shown, has_more = page(call, found, options)
    expand = options.get("expand", ())
    listing: Json = {
        **views.listing("data", [view(call.state, item, expand) for item in shown], len(shown)),
        "has_more": has_more,
    }
    if has_more:
        listing["more_starting_after"] = shown[-1].record.created_at
    call.summary = f"{scenario}: {len(shown)} of {len(found)} qualify"
    answer = {
        "redeemables": listing,
        "tracking_id": request.tracking_id,
        "order": cart.calculated(original),
        "stacking_rules": stacking_view(call.state),
    }
    return Reply(200, answer)


# Who may qualify


def candidates(basket: Basket, scenario: str) -> Iterator[Candidate]:
    """In no order. Codes of campaigns that nobody holds stand for themselves only where they are generic."""
    project, customer = basket.project, basket.customer
    if scenario == "PROMOTION_STACKS":
        yield from (of_stack(project, stack) for stack in project.stacks.values())
        return
    for voucher in customer.vouchers if customer is not None else ():
        if not voucher.deleted:
            yield of_voucher(voucher)
    if scenario == "CUSTOMER_WALLET":
        return
    for voucher in generic(project):
        if voucher.holder is None and not voucher.deleted:
            yield of_voucher(voucher)
    for campaign in project.campaigns.values():
        if represents(basket, campaign):
            item = Item("campaign", campaign.id, {})
            item.voucher = blank(campaign)
            yield Candidate("campaign", campaign.id, campaign, [item])
    for tier in project.tiers.values():
        item = Item("promotion_tier", tier.id, {})
        item.tier = tier
        yield Candidate("promotion_tier", tier.id, tier, [item])
    yield from (of_stack(project, stack) for stack in project.stacks.values())


def generic(project: Project) -> Iterator[Voucher]:
    """Stand-alone vouchers, and the one code of each STANDALONE campaign."""
    yield from project.loose.values()
    for campaign in project.campaigns.values():
        if campaign.type == "STANDALONE":
            yield from campaign.vouchers


def represents(basket: Basket, campaign: Campaign) -> bool:
    """Whether a campaign stands for the code it would give: it can still give one to this customer."""
    if not campaign.definition or campaign.campaign_type == "LOYALTY_PROGRAM":
        return False
    if campaign.type != "AUTO_UPDATE" and not campaign.auto_join:
        return False
    held = basket.customer is not None and any(
        item.campaign is campaign for item in basket.customer.vouchers if not item.deleted
    )
    return not (campaign.join_once and held)


def blank(campaign: Campaign) -> Voucher:
    """The code a campaign would give next, without a code."""
    found = Voucher("", "", campaign.definition["type"], campaign.fresh, campaign, campaign.created_at)
    found.start_date, found.window = campaign.dates.get("start_date"), campaign.window
    found.expiration_date = campaign.dates.get("expiration_date")
    found.category, found.metadata = campaign.category, campaign.metadata
    return found


def of_voucher(voucher: Voucher) -> Candidate:
    item = Item("voucher", voucher.code, {})
    item.voucher = voucher
    return Candidate("voucher", voucher.code, voucher, [item])


def of_stack(project: Project, stack: Stack) -> Candidate:
    items = []
    for tier_id in stack.tier_ids:
        item = Item("promotion_tier", tier_id, {})
        item.tier = project.tiers.get(tier_id)
        items.append(item)
    return Candidate("promotion_stack", stack.id, stack, items)


# What the caller filters by


def passes(options: Json, project: Project, candidate: Candidate, basket: Basket) -> bool:
    filters = options.get("filters")
    if not filters:
        return True
    tests = [(name, test["conditions"]) for name, test in filters.items() if isinstance(test, dict)]
    joined = any if str(filters.get("junction", "and")).lower() == "or" else all
    facts = facts_of(candidate, project, basket)
    return not tests or joined(lists.matches(facts, name, conditions) for name, conditions in tests)


def facts_of(candidate: Candidate, project: Project, basket: Basket) -> Json:
    """What filters look at."""
    campaign, voucher = candidate.campaign, candidate.items[0].voucher if candidate.items else None
    category = candidate.record.category
    facts: Json = {
        "category_id": category.id if category else None,
        "campaign_id": campaign.id if campaign else None,
        "campaign_type": campaign.campaign_type if campaign else None,
        "resource_id": candidate.record.id,
        "resource_type": candidate.kind,
        "voucher_type": voucher.type if voucher else None,
        "code": voucher.code if voucher and voucher.code else None,
        "holder_role": None,
    }
    if voucher is not None and basket.customer is not None and voucher.holder is basket.customer:
        facts["holder_role"] = role(project, voucher, basket.customer)
    return facts


# Whether it does


def qualifies(request: Request, original: Order, candidate: Candidate, scenario: str) -> bool:
    """Tries the candidate on a copy of the cart; a stack needs all its tiers."""
    basket = request.basket
    basket.order = cart.copied(original)
    basket.unasked = unasked(scenario)
    try:
        for item in candidate.items:
            if item.voucher is None and item.tier is None:
                return False
            if not one_qualifies(basket, item, scenario):
                return False
    except ApiError as error:
        if error.status == 501:
            raise
        return False
    before = original.discount + original.items_discount
    candidate.saved = basket.order.discount + basket.order.items_discount - before
    candidate.order = cart.calculated(basket.order)
    return bool(candidate.items)


def unasked(scenario: str) -> Any:
    """Which rules a scenario does not ask about, by name."""
    if scenario == "AUDIENCE_ONLY":
        return lambda name: not name.startswith(ABOUT_CUSTOMERS)
    if scenario in LINES_ONLY:
        asked = ABOUT_PRODUCTS + (ABOUT_CUSTOMERS if scenario.endswith("BY_CUSTOMER") else ())
        return lambda name: not name.startswith(asked)
    return lambda name: name.startswith(UNCHECKED)


def one_qualifies(basket: Basket, item: Item, scenario: str) -> bool:
    """Raises ApiError for what cannot be used."""
    if item.voucher is not None:
        redeemables.check_voucher(basket, item, item.voucher)
    else:
        assert item.tier is not None
        redeemables.check_tier(basket, item.tier)
    parts = effects.scoped(basket, item)
    if scenario in LINES_ONLY and not is_about_lines(basket, item, bool(item.scope and parts), scenario):
        return False
    take(basket, item, scenario, parts)
    redeemables.check_rules(basket, item)
    return True


def is_about_lines(basket: Basket, item: Item, is_discounted: bool, scenario: str) -> bool:
    """Whether the discount is for products of the cart, or (PRODUCTS, PRODUCTS_BY_CUSTOMER) a rule asks for them."""
    if is_discounted or scenario.startswith("PRODUCTS_DISCOUNT"):
        return is_discounted
    names = [rule["name"] for one in effects.assigned_rules(basket, item) for rule in numbered(one.rules)]
    return any(name.startswith(ABOUT_PRODUCTS) for name in names)


def numbered(rules: Json) -> list[Json]:
    return [rule for key, rule in rules.items() if key != "logic"]


def take(basket: Basket, item: Item, scenario: str, parts: list[Part]) -> None:
    """The effect on the cart; credits and points that are not asked for cost an order nothing without an amount."""
    kind = item.voucher.type if item.voucher is not None else "DISCOUNT_VOUCHER"
    value = item.voucher.value if item.voucher is not None else item.tier.discount if item.tier is not None else {}
    if kind == "LOYALTY_CARD":
        item.result = {"loyalty_card": {name: value[name] for name in ("points", "balance")}}
    elif kind == "GIFT_VOUCHER" and (basket.order.amount is None or scenario == "AUDIENCE_ONLY"):
        item.result = {"gift": {"balance": value["balance"]}}
    elif kind == "GIFT_VOUCHER":
        effects.take_credits(basket, item, value, parts)
    else:
        effects.take_discount(basket, item, value, parts)
    if basket.session is not None and item.voucher is not None and "gift" in item.result:
        held = sessions.held(basket.project, item.voucher.id, None)
        item.result["gift"]["locked_credits"] = sum(lock.amount for lock in held)


# The answer


def ordered(found: list[Candidate], rule: str) -> list[Candidate]:
    """Newest first; BEST_DEAL and LEAST_DEAL by what they take off, equals newest first."""
    found = sorted(reversed(found), key=lambda item: item.record.created_at, reverse=True)
    if rule == "DEFAULT":
        return found
    return sorted(found, key=lambda item: item.saved, reverse=rule == "BEST_DEAL")


def page(call: Call[Project], found: list[Candidate], options: Json) -> tuple[list[Candidate], bool]:
    """The page after `starting_after`, the created_at of the last one seen."""
    start = options.get("starting_after")
    if start is not None:
        places = [place for place, item in enumerate(found) if item.record.created_at == start]
        found = found[places[-1] + 1 :] if places else [item for item in found if item.record.created_at < start]
    limit = options.get("limit", DEFAULT_LIMIT)
    shown, has_more = found[:limit], len(found) > limit
    if has_more and found[limit].record.created_at == shown[-1].record.created_at:
        message = "the cursor is a created_at that several share; the next page leaves out those not shown here"
        call.diagnose("ambiguous-cursor", message, "/options/limit")
    return shown, has_more


def view(project: Project, candidate: Candidate, expand: Any) -> Json:
    """One that qualifies; `expand` brings what it is called, its categories and its validation rules."""
    item, campaign, record = candidate.items[0], candidate.campaign, candidate.record
    body: Json = {"id": candidate.reference, "object": candidate.kind, "created_at": record.created_at}
    body["result"] = {} if candidate.kind == "promotion_stack" else item.result
    body["order"] = candidate.order
    for name, data in (("applicable_to", item.scope), ("inapplicable_to", item.excluded)):
        body[name] = views.listing("data", data, len(data))
    owners = [record.id, *([campaign.id] if campaign is not None and campaign is not record else [])]
    rules = [one for owner in owners for one in project.assignments_of(owner)]
    if rules:
        body["validation_rule_id"] = rules[0].rule.id
    if "redeemable" in expand:
        body["metadata"] = getattr(record, "metadata", None) or {}
        if campaign is not None:
            body |= {"campaign_name": campaign.name, "campaign_id": campaign.id}
        body |= {name: value for name in ("name", "banner") if (value := getattr(record, name, None)) is not None}
    if "category" in expand:
        body["categories"] = [views.category(record.category)] if record.category else []
    if "validation_rules" in expand:
        body["validation_rules_assignments"] = views.assignments(rules)
    return body
