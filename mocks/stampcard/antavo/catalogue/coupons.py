"""Coupons: who has which code, and the events that move one."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.catalogue.records import Coupon, Pool
from stampcard.antavo.errors import refused, unsuitable
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso
from stampcard.antavo.work import Work, find_customer
from stampcard.core.clock import parse_duration
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ClockError


async def of_customer(call: Call[Brand]) -> Reply:
    """The member's coupons; parameters filter by equality."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    rows = [view(brand, coupon) for coupon in brand.coupons.values() if coupon.customer == customer.id]
    for name in ("code", "name", "status", "type", "value"):
        if name in call.query:
            rows = [row for row in rows if row[name] == call.query[name]]
    return Reply(200, {"data": [_without_customer(row) for row in rows]})


def _without_customer(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "customer"}


async def search(call: Call[Brand]) -> Reply:
    """Coupons by code and status, whoever has them; `data` is null when there are none."""
    brand = call.state
    if not call.query.keys() & {"code", "status"}:
        raise refused(brand.settings, 160311)
    rows = [view(brand, coupon) for coupon in brand.coupons.values()]
    for name in ("code", "status"):
        if name in call.query:
            rows = [row for row in rows if row[name] == call.query[name]]
    size, number = call.query.get("limit", 100), call.query.get("page", 0)
    shown = rows[number * size : (number + 1) * size]
    body: dict[str, Any] = {"data": shown or None}
    if size and (number + 1) * size < len(rows):
        body["next"] = f"/coupons?limit={size}&page={number + 1}"
    return Reply(200, body)


def view(brand: Brand, coupon: Coupon) -> dict[str, Any]:
    """A coupon as lists and claims show it; `expired` is told from the clock."""
    pool = brand.pools[coupon.pool]
    found: dict[str, Any] = {
        "code": coupon.code,
        "status": status_of(brand, coupon),
        "type": pool.type,
        "value": coupon.value,
        "created_at": iso(coupon.created_at),
        "name": pool.name,
        "pool": pool.id,
    }
    for name in ("claimed_at", "redeemed_at", "expires_at"):
        at: datetime | None = getattr(coupon, name)
        if at is not None:
            found[name] = iso(at)
    if pool.data.get("currency"):
        found["currency"] = pool.data["currency"]
    if pool.type == "gift_card":
        found["balance"] = coupon.balance
    return found | ({"customer": {"id": coupon.customer}} if coupon.customer else {})


def status_of(brand: Brand, coupon: Coupon) -> str:
    over = coupon.expires_at is not None and coupon.expires_at <= brand.world.clock.now
    return "expired" if over and coupon.status in ("unassigned", "claimed", "partially_redeemed") else coupon.status


# Assigning


def free_codes(pool: Pool, wanted: int = 1) -> list[str]:
    """The next codes that nobody has, as many as there are up to `wanted`."""
    return list(islice(pool.free, wanted))


def add_code(brand: Brand, pool: Pool, code: str) -> Coupon:
    value: Number = pool.value
    coupon = Coupon(code, pool.id, brand.world.clock.now, value, value)
    brand.coupons[code] = coupon
    pool.codes.append(code)
    pool.free[code] = None
    return coupon


def assign(brand: Brand, coupon: Coupon, customer: Customer, claim: str | None = None) -> None:
    coupon.status, coupon.customer, coupon.claim = "claimed", customer.id, claim
    brand.pools[coupon.pool].free.pop(coupon.code, None)
    coupon.claimed_at = brand.world.clock.now
    lifetime = lifetime_of(brand.pools[coupon.pool].data.get("expiration_time"))
    coupon.expires_at = coupon.claimed_at + lifetime if lifetime else None


def take_back(brand: Brand, coupon: Coupon) -> None:
    """The code is free again, after all others of its pool."""
    coupon.status, coupon.customer, coupon.claim = "unassigned", None, None
    coupon.claimed_at = coupon.expires_at = None
    brand.pools[coupon.pool].free[coupon.code] = None


def lifetime_of(text: Any) -> timedelta | None:
    """How long codes of a pool live once claimed: `30d`, `12h` (the vendor's own form is not published)."""
    try:
        return parse_duration(text) if text else None
    except ClockError:
        return None


# Events


def redeem(work: Work) -> None:
    """The member uses a coupon; of a gift card `amount`, as long as there is a balance."""
    coupon = _own(work)
    if status_of(work.brand, coupon) not in ("claimed", "partially_redeemed"):
        raise unsuitable("Coupon cannot be redeemed")
    amount: Number = coupon.balance
    if work.brand.pools[coupon.pool].type == "gift_card":
        amount = work.amount("amount")
        if amount > coupon.balance:
            raise refused(work.brand.settings, 1606)
    coupon.balance = total((coupon.balance, -amount))
    coupon.status = "partially_redeemed" if coupon.balance else "redeemed"
    coupon.redeemed_at = work.at
    work.register()


def unredeem(work: Work) -> None:
    """The coupon can be used again; of a gift card `amount` comes back."""
    coupon = _own(work)
    if coupon.status not in ("redeemed", "partially_redeemed"):
        raise unsuitable("Coupon is not redeemed")
    amount = total((coupon.value, -coupon.balance))
    if work.data.get("amount") not in (None, ""):
        amount = min(amount, work.amount("amount"))
    coupon.balance = total((coupon.balance, amount))
    coupon.status = "claimed" if coupon.balance == coupon.value else "partially_redeemed"
    coupon.redeemed_at = None if coupon.status == "claimed" else coupon.redeemed_at
    work.register()


def assign_by_event(work: Work) -> None:
    """A free code becomes the member's."""
    coupon = work.brand.coupons.get(work.text("code"))
    if coupon is None:
        raise refused(work.brand.settings, 1601)
    if status_of(work.brand, coupon) != "unassigned":
        raise unsuitable("Coupon is already assigned")
    assign(work.brand, coupon, work.customer)
    work.register()


def _own(work: Work) -> Coupon:
    coupon = work.brand.coupons.get(work.text("code"))
    if coupon is None or coupon.customer != work.customer.id:
        raise refused(work.brand.settings, 1601)
    return coupon
