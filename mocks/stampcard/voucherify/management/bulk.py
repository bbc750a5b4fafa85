"""Changes of many records by one call: asynchronous actions that say what they did and what they could not do.

https://docs.voucherify.io/api-reference/vouchers/update-vouchers-in-bulk
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import desk, errors, happenings, values, views
from stampcard.voucherify.campaigns import issuing, vouchers
from stampcard.voucherify.customers import customers
from stampcard.voucherify.management import exports
from stampcard.voucherify.orders import products
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

REPORT_DAYS = 30
"""How long a report can be fetched; the vendor tells an instant (`reports_available_till`), its distance is assumed."""

Take = Callable[[Call[Project], Json], bool]
"""Applies one row; whether its record was there before. Raises ApiError."""


def start(call: Call[Project], kind: str, named: str, rows: list[Json], take: Take) -> Reply:
    """Apply rows in the background; 202 with the async action's id. `named` is the member that names a row."""
    project = call.state
    action = issuing.add_action(project, kind, errors.request_id(call))

    async def run() -> None:
        failed: list[Json] = []
        report: list[tuple[str, bool | str, bool | str]] = [(named, "found", "updated")]
        for row in rows:
            try:
                report.append((row[named], take(desk.by_hand(project.world, project, row, call.id), row), True))
            except ApiError as error:
                body = error.body
                told = {"message": body["message"], "key": body.get("key", ""), "details": body.get("details", "")}
                failed.append({**told, named: row[named]})
                report.append((row[named], body.get("key") != "not_found", False))
        result: Json = {"done_count": len(rows) - len(failed), "failed_count": len(failed)}
        url, till = exports.publish_report(project, list(report), REPORT_DAYS)
        result |= {"reports": [url], "reports_available_till": till, "errors": failed}
        issuing.finish(project, action, not failed, result)
        action.status = "DONE"

    project.world.clock.after(timedelta(), run, name=kind.lower(), vendor="voucherify", cause=call.id)
    call.summary = f"{kind.lower()}: {len(rows)} rows to do"
    return Reply(202, {"async_action_id": action.id})


def same_for_all(names: list[str], named: str, metadata: Json) -> list[Json]:
    return [{named: name, "metadata": metadata} for name in names]


# Vouchers


async def vouchers_each(call: Call[Project]) -> Reply:
    """Metadata only: the vendor updates nothing else here, and creates no code."""
    rows = [values.given(row) for row in call.body]
    for number, row in enumerate(rows):
        for name in row.keys() - {"code", "metadata"}:
            call.diagnose("ignored-field", "bulk updates of vouchers change metadata only", f"/{number}/{name}")
    return start(call, "VOUCHERS.BULK_UPDATE", "code", rows, take_voucher)


async def vouchers_metadata(call: Call[Project]) -> Reply:
    rows = same_for_all(call.body["codes"], "code", call.body["metadata"])
    return start(call, "VOUCHERS.METADATA_UPDATE", "code", rows, take_voucher)


def take_voucher(call: Call[Project], row: Json) -> bool:
    voucher = vouchers.find(call, row["code"])
    voucher.metadata = values.merged_metadata(voucher.metadata, row.get("metadata"))
    voucher.updated_at = call.state.now
    happenings.note(call, "voucher.updated", voucher)
    return True


async def enable(call: Call[Project]) -> Reply:
    return switch(call, True)


async def disable(call: Call[Project]) -> Reply:
    return switch(call, False)


def switch(call: Call[Project], active: bool) -> Reply:
    """All codes or, when one is unknown, none."""
    found = [vouchers.find(call, code) for code in call.body]
    for voucher in found:
        vouchers.switch(call, voucher, active)
    call.summary = f"{len(found)} vouchers {'enabled' if active else 'disabled'}"
    return Reply(200, [views.voucher(voucher) for voucher in found])


# Customers and products


async def customers_metadata(call: Call[Project]) -> Reply:
    rows = same_for_all(call.body["source_ids"], "source_id", call.body["metadata"])
    return start(call, "CUSTOMERS.METADATA_UPDATE", "source_id", rows, take_customer)


def take_customer(call: Call[Project], row: Json) -> bool:
    known = call.state.source_ids.get(row["source_id"])
    reference = customers.Reference(known, row["source_id"], {}, row["metadata"])
    customers.settle(call.state, reference, errors.request_id(call))
    return known is not None


async def products_each(call: Call[Project]) -> Reply:
    rows = [values.given(row) for row in call.body]
    return start(call, "PRODUCTS.BULK_UPDATE", "source_id", rows, take_product)


async def products_metadata(call: Call[Project]) -> Reply:
    rows = same_for_all(call.body["source_ids"], "source_id", call.body["metadata"])
    return start(call, "PRODUCTS.METADATA_UPDATE", "source_id", rows, take_product)


def take_product(call: Call[Project], row: Json) -> bool:
    project = call.state
    known = project.product_sources.get(row["source_id"])
    record = known or products.add(project, row["source_id"])
    products.change(project, record, row, touched=known is not None)
    return known is not None
