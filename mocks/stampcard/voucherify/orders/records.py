"""The catalogue, and orders of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.customers.records import Customer


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


class Collection(msgspec.Struct):
    """Products and SKUs under one name: a fixed list, or a filter over the catalogue."""

    id: str
    name: str
    type: str
    created_at: str
    products: list[Json] = []
    filter: Json = {}
