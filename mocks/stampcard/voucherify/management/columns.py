"""What exports can hold: the fields of each kind of record, in the order the vendor lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any

from stampcard.voucherify import views
from stampcard.voucherify.campaigns.records import Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions.records import Publication
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.points.records import Transaction
from stampcard.voucherify.redemptions.records import Redemption, Rollback
from stampcard.voucherify.state import Project

Table = Mapping[str, Callable[[Any], Any]]


def title(name: str) -> str:
    """`voucher_type` to `Voucher Type`, `id` to `ID`."""
    words = name.replace(".", "_").split("_")
    return " ".join("ID" if word == "id" else word.capitalize() for word in words)


def read(table: Table, name: str, record: Any) -> Any:
    """A field of a record; `metadata.X` is one key of its metadata; None for a field there is not."""
    if name.startswith("metadata."):
        return (table["metadata"](record) or {}).get(name.removeprefix("metadata."))
    return table[name](record) if name in table else None


def decimal(amount: int | float | None) -> str | None:
    """Minor units as exports print them: 200000 is 2000.00."""
    return None if amount is None else f"{Decimal(str(amount)) / 100:.2f}"


def path(*names: str) -> Callable[[Any], Any]:
    """A member found by attributes and keys; None where one is missing."""

    def find(record: Any) -> Any:
        for name in names:
            record = record.get(name) if isinstance(record, dict) else getattr(record, name, None)
        return record

    return find


# Vouchers


def worth(voucher: Voucher) -> Any:
    """Amounts as decimals; percentages and units as they are."""
    value, kind = voucher.value, voucher.type
    if kind == "GIFT_VOUCHER":
        return decimal(value["amount"])
    if kind == "LOYALTY_CARD":
        return value["points"]
    names = {"AMOUNT": "amount_off", "PERCENT": "percent_off", "FIXED": "fixed_amount", "UNIT": "unit_off"}
    found = value.get(names[value["type"]])
    return decimal(found) if value["type"] in ("AMOUNT", "FIXED") else found


def of_type(kind: str, read_it: Callable[[Voucher], Any]) -> Callable[[Voucher], Any]:
    return lambda voucher: read_it(voucher) if voucher.type == kind else None


VOUCHER: Table = {
    "code": attrgetter("code"),
    "voucher_type": attrgetter("type"),
    "value": worth,
    "formula": lambda voucher: next((v for k, v in voucher.value.items() if k.endswith("_formula")), None),
    "discount_type": of_type("DISCOUNT_VOUCHER", lambda voucher: voucher.value["type"]),
    "campaign": path("campaign", "name"),
    "category": lambda voucher: voucher.category.name if voucher.category else voucher.category_name,
    "start_date": attrgetter("start_date"),
    "expiration_date": attrgetter("expiration_date"),
    "gift_balance": of_type("GIFT_VOUCHER", lambda voucher: decimal(voucher.value["balance"])),
    "loyalty_balance": of_type("LOYALTY_CARD", lambda voucher: voucher.value["balance"]),
    "redemption_quantity": attrgetter("quantity"),
    "redemption_count": attrgetter("redeemed_quantity"),
    "active": attrgetter("active"),
    "qr_code": lambda voucher: views.asset(voucher, "qr")["url"],
    "bar_code": lambda voucher: views.asset(voucher, "barcode")["url"],
    "metadata": attrgetter("metadata"),
    "id": attrgetter("id"),
    "is_referral_code": attrgetter("is_referral_code"),
    "created_at": attrgetter("created_at"),
    "updated_at": attrgetter("updated_at"),
    "validity_timeframe_interval": path("window", "validity_timeframe", "interval"),
    "validity_timeframe_duration": path("window", "validity_timeframe", "duration"),
    "validity_day_of_week": path("window", "validity_day_of_week"),
    "discount_amount_limit": lambda voucher: decimal(voucher.value.get("amount_limit")),
    "campaign_id": path("campaign", "id"),
    "additional_info": attrgetter("additional_info"),
    "customer_id": path("holder", "id"),
    "discount_effect": path("value", "effect"),
    "discount_unit_type": path("value", "unit_type"),
    "discount_unit_effect": lambda voucher: voucher.value.get("effect") if "unit_type" in voucher.value else None,
    "validation_rules_id": lambda voucher: voucher.assignments[0].rule.id if voucher.assignments else None,
    "customer_source_id": path("holder", "source_id"),
}

# What happened


def order_amount(redemption: Redemption | Rollback) -> Any:
    return decimal((redemption.order_view or {}).get("amount"))


def spent(kind: str) -> Callable[[Redemption], Any]:
    def find(redemption: Redemption) -> Any:
        voucher = redemption.voucher
        return redemption.amount if voucher is not None and voucher.type == kind else None

    return find


REDEMPTION: Table = {
    "id": attrgetter("id"),
    "object": lambda record: "redemption",
    "date": attrgetter("date"),
    "voucher_code": path("voucher", "code"),
    "campaign": lambda record: path("voucher", "campaign", "name")(record) or path("tier", "campaign", "name")(record),
    "promotion_tier_id": path("tier", "id"),
    "customer_id": path("customer", "id"),
    "customer_source_id": path("customer", "source_id"),
    "customer_name": path("customer", "profile", "name"),
    "tracking_id": attrgetter("tracking_id"),
    "order_id": path("order", "id"),
    "order_amount": order_amount,
    "gift_amount": lambda record: decimal(spent("GIFT_VOUCHER")(record)),
    "loyalty_points": spent("LOYALTY_CARD"),
    "result": lambda record: "FAILURE" if record.failure else "SUCCESS",
    "failure_code": lambda record: record.failure[0] if record.failure else None,
    "failure_message": lambda record: record.failure[1] if record.failure else None,
    "metadata": attrgetter("metadata"),
}


def first_code(publication: Publication) -> str | None:
    return publication.vouchers[0].code if publication.vouchers else None


PUBLICATION: Table = {
    "code": first_code,
    "voucher_code": first_code,
    "customer_id": path("customer", "id"),
    "customer_source_id": path("customer", "source_id"),
    "date": attrgetter("created_at"),
    "channel": attrgetter("channel"),
    "campaign": path("campaign", "name"),
    "is_winner": lambda record: None,
    "metadata": attrgetter("metadata"),
}

TRANSACTION: Table = {
    "id": attrgetter("id"),
    "type": attrgetter("type"),
    "source_id": attrgetter("source_id"),
    "status": lambda record: None,
    "reason": attrgetter("reason"),
    "source": attrgetter("source"),
    "balance": lambda record: record.details["balance"]["balance"],
    "amount": lambda record: record.details["balance"].get("amount", record.details["balance"].get("points")),
    "created_at": attrgetter("created_at"),
    "campaign_id": path("voucher", "campaign", "id"),
    "voucher_id": path("voucher", "id"),
    "related_transaction_id": attrgetter("related"),
    "details": attrgetter("details"),
}

# Customers and their orders


def summary(*names: str) -> Callable[[Customer], Any]:
    return lambda customer: path(*names)(customer.summary or views.NO_SUMMARY)


CUSTOMER: Table = {
    "name": path("profile", "name"),
    "source_id": attrgetter("source_id"),
    "id": attrgetter("id"),
    **{name: path("profile", name) for name in ("description", "email")},
    "created_at": attrgetter("created_at"),
    "updated_at": attrgetter("updated_at"),
    **{name: path("profile", name) for name in ("phone", "birthday", "birthdate")},
    **{
        f"address_{name}": path("profile", "address", name)
        for name in ("city", "state", "line_1", "line_2", "country", "postal_code")
    },
    **{
        f"redemptions_total_{name}": summary("redemptions", f"total_{name}")
        for name in ("redeemed", "failed", "succeeded", "rolled_back", "rollback_failed", "rollback_succeeded")
    },
    **{
        f"orders_{name}": summary("orders", name)
        for name in ("total_amount", "total_count", "average_amount", "last_order_amount", "last_order_date")
    },
    "loyalty_points": lambda record: (record.loyalty or views.NO_LOYALTY)["points"],
    "loyalty_referred_customers": lambda record: (record.loyalty or views.NO_LOYALTY)["referred_customers"],
    "metadata": attrgetter("metadata"),
}


def total(order: Order) -> int | None:
    return None if order.amount is None else max(0, order.amount - order.discount - order.items_discount)


ORDER: Table = {
    "id": attrgetter("id"),
    "source_id": attrgetter("source_id"),
    "status": attrgetter("status"),
    "created_at": attrgetter("created_at"),
    "updated_at": attrgetter("updated_at"),
    "amount": lambda record: decimal(record.amount),
    "discount_amount": lambda record: decimal(record.discount),
    "items_discount_amount": lambda record: decimal(record.items_discount),
    "total_discount_amount": lambda record: decimal(record.discount + record.items_discount),
    "total_amount": lambda record: decimal(total(record)),
    "customer_id": path("customer", "id"),
    "referrer_id": path("referrer", "id"),
    "metadata": attrgetter("metadata"),
}

# The catalogue

PRODUCT: Table = {
    "id": attrgetter("id"),
    "name": attrgetter("name"),
    "price": lambda record: decimal(record.price),
    "image_url": attrgetter("image_url"),
    "source_id": attrgetter("source_id"),
    "attributes": attrgetter("attributes"),
    "created_at": attrgetter("created_at"),
    "metadata": attrgetter("metadata"),
}
SKU: Table = {
    "id": attrgetter("id"),
    "sku": attrgetter("sku"),
    "product_id": path("product", "id"),
    "currency": attrgetter("currency"),
    "price": lambda record: decimal(record.price),
    "image_url": attrgetter("image_url"),
    "source_id": attrgetter("source_id"),
    "attributes": attrgetter("attributes"),
    "created_at": attrgetter("created_at"),
    "metadata": attrgetter("metadata"),
}
POINTS: Table = {
    "id": attrgetter("id"),
    "campaign_id": path("voucher", "campaign", "id"),
    "voucher_id": path("voucher", "id"),
    "status": lambda record: "ACTIVE",
    "expires_at": attrgetter("expires_at"),
    "points": attrgetter("points"),
}

TABLES: dict[str, Table] = {
    "voucher": VOUCHER,
    "redemption": REDEMPTION,
    "publication": PUBLICATION,
    "customer": CUSTOMER,
    "order": ORDER,
    "points_expiration": POINTS,
    "voucher_transactions": TRANSACTION,
    "product": PRODUCT,
    "sku": SKU,
}
DEFAULTS: dict[str, tuple[str, ...]] = {
    "voucher": ("code", "voucher_type", "value", "discount_type"),
    "redemption": ("id", "object", "voucher_code", "customer_id", "date", "result"),
    "publication": ("code", "customer_id", "date", "channel"),
    "customer": ("name", "source_id"),
    "order": ("id", "source_id", "status"),
    "points_expiration": ("id", "campaign_id", "voucher_id", "status", "expires_at", "points"),
    "voucher_transactions": (
        "id",
        "type",
        "source_id",
        "status",
        "reason",
        "source",
        "balance",
        "amount",
        "created_at",
    ),
    "product": ("id", "name", "price", "image_url", "source_id", "attributes", "created_at"),
    "sku": ("id", "sku", "product_id", "currency", "price", "image_url", "source_id", "attributes", "created_at"),
}


def records(project: Project, kind: str) -> list[Any]:
    """All records of a kind, oldest first."""
    found: dict[str, Callable[[], Any]] = {
        "voucher": lambda: project.vouchers.values(),
        "redemption": lambda: [
            item
            for item in project.redemptions.values()
            if isinstance(item, Redemption) and (item.voucher or item.tier)
        ],
        "publication": lambda: [item for item in project.publications if item.failure is None],
        "customer": lambda: project.customers.values(),
        "order": lambda: project.orders.values(),
        "points_expiration": lambda: [item for held in project.ledger.buckets.values() for item in held],
        "voucher_transactions": lambda: [item for item in project.transactions if isinstance(item, Transaction)],
        "product": lambda: project.products.values(),
        "sku": lambda: project.skus.values(),
    }
    return list(found[kind]())
