"""Promotions of the promotion engine, carts, and what a promotion takes off one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec


class Promotion(msgspec.Struct):
    """`data` is the promotion as the vendor publishes it; `used` counts finalized applications."""

    data: dict[str, Any]
    used: int = 0

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def type(self) -> str:
        return str(self.data["type"])

    @property
    def restriction(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["restriction"]
        return found

    @property
    def rule(self) -> dict[str, Any]:
        """The part of the restriction that is of the type's own."""
        found: dict[str, Any] = self.restriction.get(self.type) or {}
        return found

    @property
    def discount(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["discount"][self.type]
        return found


class CartState(msgspec.Struct):
    """What is known of a cart id: whether it was finalized, and what it holds of limited promotions until when."""

    finalized: bool = False
    held: dict[str, int] = {}
    until: datetime | None = None


class Item(msgspec.Struct):
    """A position of a cart; `price` and `tax` are for one unit."""

    product: str
    category: str
    quantity: Decimal
    price: Decimal
    tax: Decimal

    def times(self, quantity: Decimal | int) -> Item:
        return Item(self.product, self.category, Decimal(quantity), self.price, self.tax)


class Discount(msgspec.Struct):
    """One application of a promotion. `kind` is itemDiscount, groupDiscount or itemAddition; `worth` compares them."""

    promotion: Promotion
    kind: str
    items: list[Item] = []
    price_off: Decimal = Decimal()
    tax_off: Decimal = Decimal()
    value: Decimal = Decimal()

    @property
    def worth(self) -> Decimal:
        return self.price_off + self.value
