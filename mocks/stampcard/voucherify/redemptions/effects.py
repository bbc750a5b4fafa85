"""What one redeemable takes off a cart: the discount with its scope, formulas and bundles, or the credits of a card.

https://docs.voucherify.io/guides/orders (order calculations)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stampcard.core.errors import ApiError
from stampcard.voucherify import errors
from stampcard.voucherify.orders import cart
from stampcard.voucherify.redemptions import discounts, replacements, sessions, stacking
from stampcard.voucherify.redemptions.scopes import Part, Scope
from stampcard.voucherify.rules import bundles, formulas, operands, product_limits
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.values import given

if TYPE_CHECKING:
    from stampcard.voucherify.redemptions.redeemables import Basket, Item


def refused(basket: Basket, key: str, message: str, details: str, **more: Any) -> ApiError:
    return errors.refusal(basket.call, 400, key, message, details, **more)


def assigned_rules(basket: Basket, item: Item) -> list[Rule]:
    project = basket.project
    campaign = item.voucher.campaign if item.voucher else None
    owners = [item.target, *([campaign.id] if campaign else [])]
    return [assignment.rule for owner in owners for assignment in project.assignments_of(owner)]


def scoped(basket: Basket, item: Item) -> list[Part]:
    """The parts of the order the rules let the discount touch; fills the item's applicable_to and its bundle."""
    rules = assigned_rules(basket, item)
    scope = Scope(basket.project, basket.order, rules, product_limits.Budgets(basket, item))
    item.scope, item.excluded = scope.included, scope.excluded
    wanted = next((rule.bundle_rules for rule in rules if rule.bundle_rules), None)
    if wanted:
        item.bundle = bundles.identify(basket.project, basket.order, wanted)
    return scope.parts


def set_prices(parts: list[Part], facts: Json) -> None:
    """New prices by the formulas of scope items; without a value the price beside the formula stays."""
    for part in parts:
        formula = part.group.get("price_formula")
        if formula is None:
            continue
        own = {**facts, **operands.of_line(part.line)}
        value = formulas.calculate(formula, own, formulas.OPERANDS | formulas.ITEM_OPERANDS)
        if value is not None:
            part.price = formulas.bounded("price", value * 100)


def take_discount(basket: Basket, item: Item, discount: Json, parts: list[Part]) -> None:
    """Raises order_rules_violated where a bundle is not complete."""
    facts = operands.facts(basket, item, discount)
    found, dynamic = formulas.resolved(discount, facts)
    set_prices(parts, facts)
    effect = discounts.effect_of(found, bool(item.scope or item.excluded))
    shown = {**found, "is_dynamic": dynamic}
    if discount["type"] != "UNIT":
        shown["effect"] = effect
    item.result = {"discount": shown}
    if item.bundle is not None and discount.get("effect") == replacements.EFFECT:
        raise errors.not_yet(basket.call, f"{replacements.EFFECT} by bundles")
    if item.bundle is not None:
        item.result["bundle"] = item.bundle
        if not item.bundle["quantity"]:
            return
        found = bundles.multiplied(found, item.bundle["quantity"])
    if basket.project.settings.stacking["redeemables_products_application_mode"] == "ONCE":
        parts = [part for part in parts if not part.line.discount]
    if discount.get("effect") == replacements.EFFECT:
        if not item.scope:
            raise errors.not_yet(basket.call, f"{replacements.EFFECT} without applicable_to")
        replacements.apply(basket.project, basket.order, found, parts)
        return
    discounts.apply(basket.project, basket.order, found, parts, effect, stacking.of_initial(basket, item))
    if discount["type"] != "UNIT":
        item.discounted = [(part.line, part.units) for part in parts if part.line.applied]


def take_credits(basket: Basket, item: Item, gift: Json, parts: list[Part]) -> None:
    """Credits asked for, or what the order still costs up to the balance."""
    voucher, order = item.voucher, basket.order
    assert voucher is not None
    held = sessions.held(basket.project, voucher.id, basket.session_key)
    balance = gift["balance"] - sum(lock.amount for lock in held)
    lines = [part.line for part in parts]
    to_items = gift["effect"] == "APPLY_TO_ITEMS"
    asked = cart.number(given(item.row.get("gift")).get("credits"))
    if order.amount is None and asked is None:
        raise refused(basket, "missing_amount", "Missing amount", "Amount is required when redeeming a GIFT_VOUCHER")
    payable = sum(line.left for line in lines) if to_items else cart.left_of(order)
    if to_items and not any(line.amount for line in lines):
        details = "At least one applicable order item with amount is required to redeem this GIFT_VOUCHER"
        raise refused(basket, "missing_order_items_amount", "Missing applicable order items", details)
    if asked is not None and asked > balance:
        raise refused(basket, "gift_amount_exceeded", "gift amount exceeded", item.reference)
    if asked is None and payable > 0 and balance <= 0:
        raise refused(basket, "gift_amount_exceeded", "gift amount exceeded", item.reference)
    spent = asked if asked is not None else min(balance, payable)
    discounts.forget_applied(order)
    if to_items:
        rest = spent
        for line in lines:
            part = min(rest, line.left)
            discounts.take(order, line, part)
            rest -= part
    else:
        order.applied = min(spent, cart.left_of(order))
        order.discount += order.applied
    item.credits = spent
    item.result = {"gift": {"balance": gift["balance"], "credits": spent}}
