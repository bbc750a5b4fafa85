"""Customers: the profile, the search, the count, the merge."""

from __future__ import annotations

from typing import Any

from stampcard.antavo import views
from stampcard.antavo.amounts import total
from stampcard.antavo.errors import refused
from stampcard.antavo.fields import BUILT_IN, external_fields
from stampcard.antavo.filters import Filter, read_filters
from stampcard.antavo.integrations import braze
from stampcard.antavo.paging import links, page
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import GONE, find_customer
from stampcard.core.endpoint import Call, Reply

SEARCHABLE = ("_id", "id", "status", "created_at", "updated_at", "optin_at", "last_login_at")
"""Computed fields a search may name, beside those tagged searchable (assumed but for updated_at)."""

EXACT = ("_id", "email", "membership_id")
"""What `search` with match=exact looks at."""

_COUNTERS = ("score", "spent", "reserved", "pending", "expired", "lost", "purchase_total", "purchase_item_count")


async def get(call: Call[Brand]) -> Reply:
    """The full profile; opted-out customers are not found, inactive ones only where a switch lets them."""
    customer = find_customer(call.state, call.path["customer_id"])
    if customer.status == "inactive" and not call.state.settings.customers.inactive_readable:
        raise refused(call.state.settings, 160212)
    view = {**views.profile(call.state, customer), **_further(call)}
    call.summary = f"profile of {customer.id}"
    return Reply(200, view)


async def search(call: Call[Brand]) -> Reply:
    """Ids of customers that match every criterion; opted-out ones never do."""
    brand = call.state
    filters = read_filters(call, searchable(brand))
    wanted = call.query.get("search")
    if not filters and not wanted:
        raise refused(brand.settings, 160211)
    found = [c for c in brand.customers.values() if c.status not in GONE and _matches(brand, c, filters, wanted)]
    if not found:
        raise refused(brand.settings, 160212)
    call.summary = f"{len(found)} customers found"
    extra = _further(call)
    if len(found) == 1 or brand.settings.customers.search_multi_shape == "first":
        return Reply(200, {"id": found[0].id, **extra})
    data = [{"id": customer.id, **extra} for customer in page(call, found)]
    return Reply(200, {"data": data, **links(call, len(found))})


def _further(call: Call[Brand]) -> dict[str, Any]:
    """What `fields` asks for on top. Of it only groups has a known shape; the rest is told loudly as missing."""
    wanted = [name for name in call.query.get("fields", "").split(",") if name]
    for name in wanted:
        if name != "groups":
            call.diagnose("not-emulated", f"{name} is not emulated and absent from the answer", "/fields", "error")
    return {"groups": []} if "groups" in wanted else {}


def searchable(brand: Brand) -> list[str]:
    tagged = [f.name for f in (*BUILT_IN.values(), *brand.fields.values()) if "searchable" in f.tags]
    return [*SEARCHABLE, *tagged, *external_fields(brand)]


def _matches(brand: Brand, customer: Customer, filters: list[Filter], wanted: str | None) -> bool:
    fields = views.loyalty_fields(brand, customer)
    fields["updated_at"] = customer.updated_at
    if wanted and wanted not in (fields.get(name) for name in EXACT):
        return False
    return all(one.holds(fields.get(one.field)) for one in filters)


async def count(call: Call[Brand]) -> Reply:
    """How many customers are active."""
    return Reply(200, {"active": sum(c.status == "active" for c in call.state.customers.values())})


async def merge(call: Call[Brand]) -> Reply:
    """Move everything of the addressed customer to `target`, for good; Braze then hears of the target."""
    brand = call.state
    source = find_customer(brand, call.path["customer_id"])
    target = find_customer(brand, call.body["target"])
    if target.status == "suspended":
        raise refused(brand.settings, 120030)
    if source is target or source.status != "active" or target.status != "active":
        raise refused(brand.settings, 160216)

    for name in _COUNTERS:
        setattr(target, name, total((getattr(target, name), getattr(source, name))))
        setattr(source, name, 0)
    target.purchase_count += source.purchase_count
    source.purchase_count = 0
    _move(brand, source, target)
    source.status = "merged"
    target.updated_at = source.updated_at = call.world.clock.now
    braze.tell_changes(brand, target, call.id)
    call.summary = f"{source.id} merged into {target.id}"
    return Reply(200)


def _move(brand: Brand, source: Customer, target: Customer) -> None:
    """Events (each names its original owner), purchases and reservations."""
    for row in source.events:
        row.customer, row.original = target.id, row.original or source.id
    target.events = sorted([*target.events, *source.events], key=lambda row: row.at)
    for purchase in source.transactions:
        purchase.customer = target.id
    target.transactions = sorted([*target.transactions, *source.transactions], key=lambda t: t.created_at)
    for transaction, points in source.reservations.items():
        target.reservations[transaction] = total((target.reservations.get(transaction, 0), points))
    dates = [c.purchase_first_date for c in (source, target) if c.purchase_first_date]
    target.purchase_first_date = min(dates, default=None)
    dates = [c.purchase_last_date for c in (source, target) if c.purchase_last_date]
    target.purchase_last_date = max(dates, default=None)
    for lot in source.lots:
        lot.customer = target.id
    target.lots = sorted([*target.lots, *source.lots], key=lambda lot: lot.due)
    source.events, source.transactions, source.reservations, source.lots = [], [], {}, []
    for bid in brand.modules.bids.values():
        bid.customer = target.id if bid.customer == source.id else bid.customer
    for coupon in brand.coupons.values():
        coupon.customer = target.id if coupon.customer == source.id else coupon.customer
