"""Limits of discounted products: by formula, and how many units a whole campaign or promotion tier may discount.

The vendor switches the limits per campaign and tier on for an account that asks; here every account has them. Units
count where a discount took something off their line, until the redemption is rolled back.
https://docs.voucherify.io/build/discount-types-and-effects (Discounted product limits)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stampcard.voucherify.orders.records import Line
from stampcard.voucherify.redemptions.records import Redemption
from stampcard.voucherify.rules import formulas, line_rules, operands
from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.redemptions.redeemables import Basket, Item

LIMITS = tuple(
    f"product_{kind}{whose}{where}_quantity_limit"
    for kind in ("", "in_collection_")
    for whose in ("", "customer_")
    for where in ("campaign", "promotion_tier")
)
"""How many units all customers, or one of them, may have in a campaign or tier: in all, or of each product."""


class Budgets:
    """What one redeemable may still discount; scope items and lines take their units from it."""

    def __init__(self, basket: Basket, item: Item) -> None:
        self._basket = basket
        self._item = item
        self._left: dict[tuple[int, str, str], int] = {}

    def resolved(self, group: Json) -> Json:
        """A scope item with its limits by formula; without a value the limit beside the formula stays."""
        found = group
        for name in [name for name in LIMITS if f"{name}_formula" in group]:
            value = formulas.calculate(group[f"{name}_formula"], operands.facts(self._basket, self._item, group))
            if value is not None:
                found = {**found, name: formulas.bounded(name, value)}
        return found

    def granted(self, group: Json, line: Line, units: int) -> int:
        """So many of the units as no limit forbids; they are used up by this."""
        limits = [name for name in LIMITS if name in group and ("_promotion_tier_" not in name or self._item.tier)]
        keys = [(id(group), name, product_of(line) if "in_collection" in name else "") for name in limits]
        for key in keys:
            if key not in self._left:
                self._left[key] = max(0, group[key[1]] - self._used(group, *key[1:]))
            units = min(units, self._left[key])
        for key in keys:
            self._left[key] -= units
        return units

    def _used(self, group: Json, name: str, product: str) -> int:
        """Units that were discounted before; without a customer nobody has used up a limit of one customer's."""
        project, customer = self._basket.project, self._basket.customer
        if "_customer_" in name and customer is None:
            past = list(self._beside(name))
        else:
            done = [one for one in self._past(name) if "_customer_" not in name or one.customer is customer]
            past = [pair for one in done for pair in one.discounted] + list(self._beside(name))
        return sum(
            units
            for line, units in past
            if line_rules.is_of(project, line, group) and (not product or product_of(line) == product)
        )

    def _past(self, name: str) -> Iterator[Redemption]:
        """Redemptions that still count; those of the code itself where it is of no campaign (assumed)."""
        project, item = self._basket.project, self._item
        campaign = item.campaign
        if campaign is None or "_promotion_tier_" in name:
            found = project.object_redemptions.get(item.target, [])
        else:
            found = project.campaign_redemptions.get(campaign.id, [])
        return (one for one in found if one.failure is None and not one.rolled_back)

    def _beside(self, name: str) -> Iterator[tuple[Line, int]]:
        """Units that redeemables of the same request take before this one."""
        item = self._item
        for other in self._basket.applicable:
            same = other.campaign is item.campaign and item.campaign is not None
            if other is not item and same and ("_promotion_tier_" not in name or other.tier is item.tier):
                yield from other.discounted


def product_of(line: Line) -> str:
    """What tells the products of a collection apart; the SKUs of one product are one."""
    return line.product.id if line.product is not None else str(line.refers.get("product_id", line.refers))
