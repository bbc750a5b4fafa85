"""What each type of promotion takes off a cart. Taxes shrink in proportion to prices, as in the published examples.

Every promotion is counted on the cart's own prices, also beside others (the published example of two discounts).
Where the reference gives no figures the reading is ours: contracts/antavo/promotions.yaml names those places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from stampcard.antavo.promotion_records import Discount, Item, Promotion

Units = list[Item]


def applications(promotion: Promotion, items: Sequence[Item], most: int) -> list[Discount]:
    """The promotion's discounts on a cart: at most `most` applications, each on units of its own."""
    found: list[Discount] = []
    left = units_of(items) if promotion.type in _BY_UNIT else list(items)
    while len(found) < most:
        discount = _TYPES[promotion.type](promotion, left)
        if discount is None:
            break
        found.append(discount)
        if promotion.type not in _BY_UNIT:
            break
    return found


def units_of(items: Sequence[Item]) -> Units:
    """Positions as single units; a fraction of a unit takes part in no group."""
    return [item.times(1) for item in items for _ in range(int(item.quantity))]


# Items that become cheaper


def _reduced(promotion: Promotion, items: Units) -> Discount | None:
    rule, how = promotion.rule, promotion.discount
    amount = _decimal(how.get("unitPriceBeforeTax", how.get("amount")))
    kind = "unitPriceBeforeTax" if promotion.type == "promotionalPricing" else how["type"]
    chosen = [item for item in items if _is_one_of(item, rule.get("productIds"), rule.get("categoryIds"))]
    return _item_discount(promotion, chosen, lambda item: _price(item.price, kind, amount))


def _promo_code(promotion: Promotion, items: Units) -> Discount | None:
    how = promotion.discount
    amount = _decimal(how["amount"])
    chosen = [item for item in items if item.product not in (promotion.rule.get("excludedProducts") or ())]
    if how["type"] == "percentage":
        return _item_discount(promotion, chosen, lambda item: _price(item.price, "percentage", amount))
    return _group_discount(promotion, chosen, "fixed", amount)


def _cross_selling(promotion: Promotion, units: Units) -> Discount | None:
    """One unit of what is sold along, by the strategy, for one unit of what was bought."""
    rule, how = promotion.rule, promotion.discount
    bought = [unit for unit in units if _is_one_of(unit, rule.get("productIds"), rule.get("categoryIds"))]
    priced = []
    for unit in _ordered(units, how.get("itemSelectionStrategy")):
        target = _target(unit, how)
        if target is not None and any(other is not unit for other in bought):
            priced.append((unit, target))
    if not priced:
        return None
    unit, target = priced[0]
    found = _item_discount(
        promotion, [unit], lambda item: _price(item.price, target["type"], _decimal(target["amount"]))
    )
    if found is not None:
        partner = next(other for other in bought if other is not unit)
        _take(units, [unit, partner])
    return found


def _target(unit: Item, how: Mapping[str, Any]) -> Mapping[str, Any] | None:
    rows = [row for row in how.get("products") or () if row["productId"] == unit.product]
    rows += [row for row in how.get("categories") or () if row["categoryId"] == unit.category]
    return rows[0] if rows else None


def _item_discount(promotion: Promotion, items: Units, price: Callable[[Item], Decimal]) -> Discount | None:
    found = Discount(promotion, "itemDiscount")
    for item in items:
        new = max(Decimal(), price(item))
        if new < item.price:
            tax = item.tax * new / item.price
            found.items.append(Item(item.product, item.category, item.quantity, new, tax))
            found.price_off += (item.price - new) * item.quantity
            found.tax_off += (item.tax - tax) * item.quantity
    return found if found.items else None


# Groups


def _buy_x(promotion: Promotion, units: Units) -> Discount | None:
    """So many of a product or category for one price, or with some of them free."""
    rule, how = promotion.rule, promotion.discount
    free = int(how.get("quantity") or 0) if promotion.type in _FREE else 0
    matching = [
        unit for unit in units if rule["item"] == (unit.product if rule["itemType"] == "product" else unit.category)
    ]
    strategy = how.get("freeProductSelectionStrategy" if free else "itemSelectionStrategy")
    group = _ordered(matching, strategy)[: int(rule["quantity"]) + free]
    if len(group) < int(rule["quantity"]) + free:
        return None
    if free:
        found: Discount | None = _off(promotion, group, sum((unit.price for unit in group[:free]), Decimal()))
    else:
        found = _group_discount(promotion, group, "groupPriceBeforeTax", _decimal(how["groupPriceBeforeTax"]))
    if found is not None:
        _take(units, group)
    return found


def _bundle(promotion: Promotion, units: Units) -> Discount | None:
    rule, how = promotion.rule, promotion.discount
    wanted = [(True, name, 1) for name in rule.get("productIds") or ()]
    wanted += [(False, name, 1) for name in rule.get("categoryIds") or ()]
    return _set(promotion, units, wanted, how.get("itemSelectionStrategy"))


def _product_set(promotion: Promotion, units: Units) -> Discount | None:
    return _set(promotion, units, list(_quantities(promotion.rule)), promotion.discount.get("itemSelectionStrategy"))


def _set(promotion: Promotion, units: Units, wanted: list[tuple[bool, str, int]], strategy: Any) -> Discount | None:
    group: Units = []
    for is_product, name, quantity in wanted:
        used = set(map(id, group))
        rest = [unit for unit in units if id(unit) not in used]
        matching = [unit for unit in rest if name == (unit.product if is_product else unit.category)]
        if len(matching) < quantity:
            return None
        group += _ordered(matching, strategy)[:quantity]
    how = promotion.discount
    found = _group_discount(promotion, group, how["type"], _decimal(how["amount"])) if group else None
    if found is not None:
        _take(units, group)
    return found


def _group_discount(promotion: Promotion, group: Units, kind: str, amount: Decimal) -> Discount | None:
    whole = sum((unit.price * unit.quantity for unit in group), Decimal())
    off = {"percentage": whole * amount / 100, "fixed": amount, "groupPriceBeforeTax": whole - amount}[kind]
    off = min(off, whole)
    return _off(promotion, group, off) if off > 0 else None


def _off(promotion: Promotion, group: Units, off: Decimal) -> Discount:
    whole = sum((unit.price * unit.quantity for unit in group), Decimal())
    tax = sum((unit.tax * unit.quantity for unit in group), Decimal())
    return Discount(promotion, "groupDiscount", _joined(group), off, tax * off / whole if whole else Decimal())


# Items that are added


def _added(promotion: Promotion, units: Units) -> Discount | None:
    """Products for free once the cart holds what the rule asks for (all of it, or any)."""
    how, rows = promotion.discount, list(_quantities(promotion.rule))
    met: list[Units] = []
    for is_product, name, quantity in rows:
        matching = [unit for unit in units if name == (unit.product if is_product else unit.category)]
        if len(matching) >= quantity:
            met.append(matching[:quantity])
    anyway = promotion.rule.get("itemMatchingRule") == "any"
    if rows and (not met or (not anyway and len(met) < len(rows))):
        return None
    if not rows and not units:
        return None
    taken = [unit for group in (met[:1] if anyway else met) for unit in group] if rows else list(units)
    _take(units, taken)
    given = how["products"] if "products" in how else [{"productId": how["productId"], "quantity": how["quantity"]}]
    items = [Item(row["productId"], "", Decimal(row["quantity"]), Decimal(), Decimal()) for row in given]
    return Discount(promotion, "itemAddition", items, value=_decimal(how.get("value")))


# Small parts


def _quantities(rule: Mapping[str, Any]) -> Iterator[tuple[bool, str, int]]:
    """What a rule asks for: whether a product (or a category), its id, how many."""
    for row in rule.get("products") or ():
        yield True, row["productId"], int(row["quantity"])
    for row in rule.get("categories") or ():
        yield False, row["categoryId"], int(row["quantity"])


def _price(price: Decimal, kind: str, amount: Decimal) -> Decimal:
    return {"percentage": price * (100 - amount) / 100, "fixed": price - amount, "unitPriceBeforeTax": amount}[kind]


def _is_one_of(item: Item, products: Sequence[str] | None, categories: Sequence[str] | None) -> bool:
    return item.product in (products or ()) or item.category in (categories or ())


def _ordered(units: Units, strategy: Any) -> Units:
    return sorted(units, key=lambda unit: unit.price, reverse=strategy == "mostExpensive")


def _take(units: Units, taken: Units) -> None:
    gone = set(map(id, taken))
    units[:] = [unit for unit in units if id(unit) not in gone]


def _joined(units: Units) -> list[Item]:
    """Units of one product and price as one position."""
    found: list[Item] = []
    for unit in units:
        same = [
            one for one in found if (one.product, one.category, one.price) == (unit.product, unit.category, unit.price)
        ]
        if same:
            same[0].quantity += unit.quantity
        else:
            found.append(unit.times(unit.quantity))
    return found


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal()


_FREE = ("buyXGetOneFree", "buyXGetYFree")
"""One type under two names: the list of types has the first, the published sample the second."""

_TYPES: Mapping[str, Callable[[Promotion, Units], Discount | None]] = {
    "priceReduction": _reduced,
    "promotionalPricing": _reduced,
    "promoCode": _promo_code,
    "crossSelling": _cross_selling,
    "buyXForTotalAmount": _buy_x,
    "buyXGetOneFree": _buy_x,
    "buyXGetYFree": _buy_x,
    "bundle": _bundle,
    "productSet": _product_set,
    "bonusProducts": _added,
    "freeSample": _added,
}

_BY_UNIT = _TYPES.keys() - {"priceReduction", "promotionalPricing", "promoCode"}
"""Types that use units up, so that they can apply more than once."""
