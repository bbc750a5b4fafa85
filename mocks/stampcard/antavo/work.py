"""One event on its way: what every action works with, and what every action may do to a member."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.errors import missing, plain, refused, unsuitable
from stampcard.antavo.fields import external_fields, number
from stampcard.antavo.state import Brand, Customer, Row, Transaction
from stampcard.core.errors import ApiError

Diagnose = Callable[[str, str, str], None]

GONE = ("opted_out", "merged")
"""Statuses whose customers nobody finds any more."""


class Incoming(msgspec.Struct):
    """An event as it was sent. `signed` says how; `source` is what its row will name as such."""

    customer: str
    action: str
    data: dict[str, Any]
    external_id: str = ""
    source: str = "Events API"
    signed: bool = True


class Work(msgspec.Struct):
    """An event being processed: checks first, then changes.

    `rows` are the events registered so far, `undecided` pending purchases with the instant that decides them,
    `depth` how many workflows led here.
    """

    brand: Brand
    event: Incoming
    cause: int | None
    diagnose: Diagnose
    customer: Customer
    at: datetime
    depth: int = 0
    rows: list[Row] = []
    undecided: list[tuple[Transaction, datetime]] = []

    @property
    def now(self) -> datetime:
        return self.brand.world.clock.now

    @property
    def data(self) -> dict[str, Any]:
        return self.event.data

    # Reading the data, before anything changes

    def text(self, name: str) -> str:
        """A required text attribute; a number counts as its text. Raises ApiError."""
        value = self.data.get(name)
        if value is None or value == "":
            raise missing(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise unsuitable(f"Invalid value for attribute '{name}'")
        return str(value)

    def number(self, name: str) -> Number:
        """A required number. Raises ApiError."""
        value = self.data.get(name)
        if value is None or value == "":
            raise missing(name)
        found = number(value)
        if found is None:
            raise unsuitable(f"Invalid value for attribute '{name}'")
        return found

    def amount(self, name: str) -> Number:
        """A required number above zero (assumed: the vendor publishes this check for refunds only)."""
        found = self.number(name)
        if found <= 0:
            raise unsuitable(f"Attribute '{name}' should be a positive number")
        return found

    def optional_amount(self, name: str) -> Number | None:
        """A number from zero up, or None when absent or null. Raises ApiError."""
        if self.data.get(name) in (None, ""):
            return None
        found = self.number(name)
        if found < 0:
            raise unsuitable(f"Attribute '{name}' should not be negative")
        return found

    def check_may_spend(self, points: Number, *, also_free: Number = 0) -> None:
        """Refuse a suspended spender, and one without the points where overdrawing is switched off."""
        settings = self.brand.settings
        if self.customer.status == "suspended":
            raise refused(settings, 110003)
        if not settings.points.negative_points and points > balance(self.brand, self.customer) + also_free:
            raise refused(settings, 120241)

    # Changing

    def register(self, points: Number = 0, **more: Any) -> Row:
        """Add a row to the member's history. Call it after all checks; `more` are fields of Row."""
        row = Row(
            id=self.brand.world.chance.hex(24),
            customer=self.customer.id,
            action=more.pop("action", self.event.action),
            points=points,
            at=self.now,
            timestamp=self.at,
            data=more.pop("data", self.data),
            source=more.pop("source", self.event.source),
            signed=self.event.signed,
            **more,
        )
        self.customer.events.append(row)
        self.rows.append(row)
        return row


def effective(brand: Brand, data: dict[str, Any]) -> datetime:
    """When an event counts as having happened: `effective_timestamp` (Unix seconds) back-dates it. Raises ApiError."""
    value = data.get("effective_timestamp")
    if value in (None, ""):
        return brand.world.clock.now
    found = number(value)
    if found is None or not 0 <= found < 32503680000:
        raise unsuitable("Invalid value for attribute 'effective_timestamp'")
    return datetime.fromtimestamp(found, UTC)


def balance(brand: Brand, customer: Customer) -> Number:
    """Points on the account: earned, less what is spent, held and expired; may be negative."""
    expired = customer.expired if brand.settings.points.subtract_expired else 0
    return total((customer.score, -customer.spent, -customer.reserved, -expired))


def spendable(brand: Brand, customer: Customer) -> Number:
    return max(0, balance(brand, customer))


def find_customer(brand: Brand, name: str, field: str = "") -> Customer:
    """A member by id, by `field:value`, or by value of an external id field. Raises 160212."""
    found = brand.customers.get(name)
    if field:
        found = _by_field(brand, field, name) if field in external_fields(brand) else _by_value(brand, field) or found
    elif found is None and ":" in name:
        key, _, value = name.partition(":")
        found = _by_field(brand, key, value) if key in external_fields(brand) else None
    if found is None or found.status in GONE:
        raise refused(brand.settings, 160212)
    return found


def _by_field(brand: Brand, field: str, value: str) -> Customer | None:
    return next((c for c in brand.customers.values() if c.fields.get(field) == value and c.status not in GONE), None)


def _by_value(brand: Brand, value: str) -> Customer | None:
    return next((c for field in external_fields(brand) if (c := _by_field(brand, field, value))), None)


def check_account(brand: Brand, name: Any) -> None:
    """Every event goes to the one account there is; one for another account is refused, not credited elsewhere."""
    if name not in (None, "", brand.settings.accounts.default):
        raise not_emulated(f"multi-accounts: there is no account but {brand.settings.accounts.default!r}")


def not_emulated(what: str) -> ApiError:
    """Ours, not the vendor's: the action is documented and its effects are not emulated."""
    return plain(501, "NotEmulated", 0, f"stampcard does not emulate {what}")
