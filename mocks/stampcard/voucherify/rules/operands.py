"""What formulas may look at: the order and its items, the customer, the code or promotion tier, dates.

https://docs.voucherify.io/optimize/dynamic-formula-reference (Operand reference)
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from stampcard.voucherify.orders import cart
from stampcard.voucherify.orders.records import Line
from stampcard.voucherify.rules.formula_functions import local
from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.redemptions.redeemables import Basket, Item


def facts(basket: Basket, item: Item, discount: Json) -> Json:
    """Operands by name; money in whole units, dates in the project's time zone, what is not known as None."""
    order, voucher, tier, project = basket.order, item.voucher, item.tier, basket.project
    now = project.world.clock.now.astimezone(ZoneInfo(project.settings.timezone))
    found: Json = {
        "ORDER_AMOUNT": money(cart.left_of(order)) if order.amount is not None else None,
        "ORDER_ITEMS_QUANTITY": len(order.lines) or None,
        "ORDER_UNITS_QUANTITY": sum(line.quantity for line in order.lines) if order.lines else None,
        "ORDER_METADATA": order.metadata,
        "CUSTOMER_METADATA": basket.profile_metadata,
        "REDEMPTION_METADATA": basket.metadata,
        "REDEEMABLE_METADATA": voucher.metadata if voucher else tier.metadata if tier else None,
        "PROMOTION_TIER_METADATA": tier.metadata if tier else None,
        "NOW": now,
        "TODAY": now.replace(hour=0, minute=0, second=0, microsecond=0),
    }
    if basket.customer is not None:
        profile = basket.customer.profile
        found["CUSTOMER_BIRTHDATE"] = local(profile.get("birthdate") or profile.get("birthday"), now)
    if voucher is not None:
        found |= {
            "VOUCHER_REDEMPTION_QUANTITY": voucher.quantity,
            "VOUCHER_REDEEMED_QUANTITY": voucher.redeemed_quantity,
            "VOUCHER_PUBLISH_COUNT": min(1, voucher.publish_count),
            "VOUCHER_START_DATE": local(voucher.start_date, now),
            "VOUCHER_EXPIRATION_DATE": local(voucher.expiration_date, now),
        }
    if tier is not None:
        found["PROMOTION_TIER_START_DATE"] = local(tier.dates.get("start_date"), now)
        found["PROMOTION_TIER_EXPIRATION_DATE"] = local(tier.dates.get("expiration_date"), now)
    if voucher is not None and "PUBLICATION_METADATA" in str(discount):
        made = (one for one in reversed(project.publications) if voucher in one.vouchers and not one.failure)
        published = next(made, None)
        found["PUBLICATION_METADATA"] = published.metadata if published is not None else None
    return found | extremes(order.lines)


def extremes(lines: Sequence[Line]) -> Json:
    """The cheapest and the most expensive line; of lines with one price the lowest subtotal, then the first."""
    priced = [line for line in lines if line.price is not None]
    found: Json = {}
    for name, sign in (("CHEAPEST", 1), ("MOST_EXPENSIVE", -1)):
        line = min(priced, key=lambda line: (sign * (line.price or 0), line.left), default=None)
        if line is not None:
            found |= {f"{name}_{key}": value for key, value in of_line(line).items()}
    return found


def of_line(line: Line) -> Json:
    return {
        "ORDER_ITEM_PRICE": money(line.price) if line.price is not None else None,
        "ORDER_ITEM_AMOUNT": money(line.amount),
        "ORDER_ITEM_SUBTOTAL": money(line.left),
        "ORDER_ITEM_UNITS_QUANTITY": line.quantity,
        "ORDER_ITEM_METADATA": line.metadata,
        "ORDER_ITEM_PRODUCT_METADATA": line.shown.get("product", {}).get("metadata"),
    }


def money(amount: int) -> Decimal:
    return Decimal(amount) / 100
