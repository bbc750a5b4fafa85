"""What the stacking rules of a project keep out: limits, categories, discounts without an effect.

https://docs.voucherify.io/orchestrate/stacking-rules
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.redemptions.redeemables import Basket, Item

SKIPS = {
    "applicable_redeemables_limit_exceeded": "Applicable redeemables limit exceeded",
    "applicable_redeemables_per_category_limit_exceeded": "Applicable redeemables limit per category exceeded",
    "applicable_exclusive_redeemables_limit_exceeded": "Applicable exclusive redeemables limit exceeded",
    "applicable_exclusive_redeemables_per_category_limit_exceeded": (
        "Applicable exclusive redeemables limit per category exceeded"
    ),
    "exclusion_rules_not_met": "Redeemable cannot be applied due to exclusion rules",
    "preceding_validation_failed": "Redeemable cannot be applied due to preceding validation failure",
    "no_effect": "Redeemable cannot be applied due to no effect",
}


def skip(item: Item, why: str) -> None:
    item.status, item.skip = "SKIPPED", why
    item.result = {"details": {"key": why, "message": SKIPS[why]}}


def sorted_items(rules: Json, items: list[Item]) -> list[Item]:
    """By the hierarchy of categories where the rules say so; joint ones last where an exclusive one is among them.

    The second is a setting of the dashboard, JOINT_ALWAYS_LAST by default (documented); equals keep their order.
    """
    found = list(items)
    if rules["redeemables_sorting_rule"] == "CATEGORY_HIERARCHY":
        found.sort(key=lambda item: item.category.hierarchy if item.category else 10**9)
    names = [item.category.id if item.category else None for item in found]
    if any(name in rules["exclusive_categories"] for name in names):
        joint = [name in rules["joint_categories"] for name in names]
        order = sorted(range(len(found)), key=joint.__getitem__)
        found = [found[place] for place in order]
    return found


def not_worth_it(basket: Basket, item: Item) -> bool:
    rules = basket.project.settings.stacking
    category = item.category.id if item.category else None
    if category in rules["no_effect_redeem_anyway_categories"]:
        return False
    return rules["redeemables_no_effect_rule"] == "SKIP" or category in rules["no_effect_skip_categories"]


def limit_reached(basket: Basket, item: Item) -> str:
    """Which stacking rule keeps the item out, if one does."""
    rules, applicable = basket.project.settings.stacking, basket.applicable
    if len(applicable) >= rules["applicable_redeemables_limit"]:
        return "applicable_redeemables_limit_exceeded"
    category = item.category
    exclusive, joint = rules["exclusive_categories"], rules["joint_categories"]
    taken = [other for other in applicable if other.category and other.category.id in exclusive]
    if category is not None:
        same = [other for other in applicable if other.category is category]
        own = rules["applicable_redeemables_category_limits"].get(category.id)
        limit = own if own is not None else rules.get("applicable_redeemables_per_category_limit", 1)
        if len(same) >= limit:
            return "applicable_redeemables_per_category_limit_exceeded"
        if category.id in exclusive and len(taken) >= rules["applicable_exclusive_redeemables_limit"]:
            return "applicable_exclusive_redeemables_limit_exceeded"
        if category.id in exclusive and len(same) >= rules["applicable_exclusive_redeemables_per_category_limit"]:
            return "applicable_exclusive_redeemables_per_category_limit_exceeded"
    is_joint = category is not None and category.id in joint
    is_exclusive = category is not None and category.id in exclusive
    common = [other for other in applicable if not other.category or other.category.id not in (*exclusive, *joint)]
    if (item.voucher or item.tier) and ((taken and not is_joint and not is_exclusive) or (is_exclusive and common)):
        return "exclusion_rules_not_met"
    return ""


def of_initial(basket: Basket, item: Item) -> bool:
    """Whether percentages are of the initial amount, not of what earlier discounts left."""
    rules = basket.project.settings.stacking
    category = item.category.id if item.category else None
    if category in rules["discounted_amount_mode_categories"]:
        return False
    return rules["discount_calculation_mode"] == "INITIAL_AMOUNT" or category in rules["initial_amount_mode_categories"]
