"""Imports: many vouchers or customers at once, from JSON or CSV; rows that fail are named, the others are kept.

https://docs.voucherify.io/api-reference/vouchers/import-vouchers
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from email.parser import BytesParser
from email.policy import HTTP

from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError, ContractError, Violation
from stampcard.core.http import Request
from stampcard.voucherify import desk, errors, values
from stampcard.voucherify.campaigns import campaign_vouchers, campaigns, issuing, vouchers
from stampcard.voucherify.campaigns.records import Campaign
from stampcard.voucherify.customers import customers
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project
from stampcard.voucherify.views import BLOCKS

MULTIPART = "multipart/form-data"
Take = Callable[[Call[Project], Json], None]
"""Reads and applies one row. Raises ApiError, or ValueError with the reason."""


# Files


def takes_file(operation: Operation) -> bool:
    return operation.body is not None and MULTIPART in operation.body.media_types


def read_file(request: Request) -> Json:
    """The part called `file` of a multipart body. Raises ContractError."""
    if request.media_type != MULTIPART:
        raise ContractError([Violation("media", (), "media", None, None, request.media_type)])
    head = f"Content-Type: {request.headers.get('content-type')}\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    for part in message.iter_parts() if message.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == "file":
            raw = part.get_payload(decode=True)
            return {"file": raw.decode("utf-8-sig", "replace") if isinstance(raw, bytes) else ""}
    return {}


def read_rows(call: Call[Project]) -> list[Json]:
    """Lines by heading; empty cells are left out. Raises invalid_payload for a file without a heading."""
    text = io.StringIO(call.body["file"], newline="")
    try:
        rows = list(csv.DictReader(text, strict=True, restkey="", restval=""))
    except csv.Error as error:
        raise errors.invalid_payload(call, f"The file is no CSV: {error}") from error
    if not rows and not call.body["file"].strip():
        raise errors.invalid_payload(call, "The file is empty")
    return [{key.strip(): value for key, value in row.items() if key and value} for row in rows]


# Jobs


def start(call: Call[Project], kind: str, noun: str, rows: list[Json], take: Take, named: str) -> str:
    """Import rows in the background; returns the async action's id. `named` is the member that names a row."""
    project = call.state
    action = issuing.add_action(project, kind, errors.request_id(call))

    async def run() -> None:
        failed: list[Json] = []
        for number, row in enumerate(rows, 1):
            try:
                take(desk.by_hand(project.world, project, row, call.id), row)
            except ApiError as error:
                failed.append(name_row(row, named, number, error.body.get("details") or error.body["message"]))
            except ValueError as error:
                failed.append(name_row(row, named, number, str(error)))
        done = len(rows) - len(failed)
        result = {"message": f"{done} {noun}(s) imported successfully, {len(failed)} failed.", "failed": failed}
        issuing.finish(project, action, True, {**result, "done_count": done, "failed_count": len(failed)})

    project.world.clock.after(timedelta(), run, name=f"import {noun}s", vendor="voucherify", cause=call.id)
    call.summary = f"import of {len(rows)} {noun}s begun"
    return action.id


def name_row(row: Json, named: str, number: int, reason: str) -> Json:
    name = row.get(named, row.get(named.capitalize(), ""))
    return {named: str(name), "row": number, "reason": reason}


# Vouchers


async def vouchers_from_json(call: Call[Project]) -> Reply:
    """Known codes are updated."""
    rows = read_codes(call)
    return Reply(202, {"async_action_id": start(call, "VOUCHERS.IMPORT", "voucher", rows, take_voucher, "code")})


def read_codes(call: Call[Project]) -> list[Json]:
    rows = [values.given(row) for row in call.body]
    without = sum(not row.get("code") for row in rows)
    if without:
        raise errors.invalid_voucher(call, f"Found {without} voucher(s) without 'code' value")
    return rows


def take_voucher(call: Call[Project], row: Json) -> None:
    """A new voucher, or the change of a known one."""
    call.body = row
    known = call.state.vouchers.get(call.state.fold(row["code"]))
    if known is None:
        vouchers.make(call, row["code"])
    else:
        vouchers.change(call, known)


async def vouchers_from_csv(call: Call[Project]) -> Reply:
    rows = read_rows(call)
    action = start(call, "VOUCHERS.IMPORT_CSV", "voucher", rows, take_voucher_line, "code")
    return Reply(202, {"async_action_id": action})


def take_voucher_line(call: Call[Project], line: Json) -> None:
    """Values are decimal: 10 is 10.00. Columns nobody knows become metadata."""
    row = dict(line)
    if "Voucher Type" not in row:
        raise ValueError("Voucher Type is required")
    if "Code" not in row:
        raise ValueError("Code is required")
    kind, value = row.pop("Voucher Type"), row.pop("Value", None)
    body: Json = {"code": row.pop("Code"), "type": kind}
    if kind == "GIFT_VOUCHER":
        body["gift"] = {"amount": minor(value)}
    elif kind == "DISCOUNT_VOUCHER":
        body["discount"] = discount(row.pop("Discount Type", "AMOUNT"), value)
    else:
        raise ValueError(f"Voucher Type {kind} cannot be imported without a campaign")
    take_voucher(call, {**body, **shared(row)})


def discount(kind: str, value: str | None) -> Json:
    if kind == "PERCENT":
        return {"type": kind, "percent_off": float(number(value))}
    if kind not in ("AMOUNT", "FIXED"):
        raise ValueError(f"Discount Type {kind} is not supported")
    return {"type": kind, "amount_off" if kind == "AMOUNT" else "fixed_amount": minor(value)}


def number(value: str | None) -> Decimal:
    try:
        found = Decimal(value or "")
    except InvalidOperation as error:
        raise ValueError(f"Value {value!r} is not a number") from error
    if not found.is_finite() or not 0 <= found < 10**12:
        raise ValueError(f"Value {value!r} is not a valid number")
    return found


def minor(value: str | None) -> int:
    return int(number(value) * 100)


def shared(row: Json) -> Json:
    """Columns that every voucher file may have; the rest is metadata."""
    body: Json = {}
    for column, name in (
        ("Category", "category"),
        ("Start Date", "start_date"),
        ("Expiration Date", "expiration_date"),
        ("Additional Info", "additional_info"),
    ):
        if column in row:
            body[name] = row.pop(column)
    if "Redemption Limit" in row:
        body["redemption"] = {"quantity": int(number(row.pop("Redemption Limit")))}
    if "Active" in row:
        body["active"] = row.pop("Active").lower() == "true"
    for column in ("Redeemed Quantity", "Redeemed Amount"):
        if column in row:
            raise ValueError(f"stampcard does not import {column} yet")
    return body | ({"metadata": row} if row else {})


# Codes of a campaign


async def campaign_from_json(call: Call[Project]) -> Reply:
    """Raises duplicate_key when codes exist already."""
    campaign = campaigns.find(call, call.path["campaignId"])
    campaign_vouchers.check_can_grow(call, campaign)
    rows = read_codes(call)
    taken = sum(call.state.is_taken(row["code"]) for row in rows)
    if taken:
        raise errors.refusal(call, 400, "duplicate_key", "Duplicate codes", f"{taken} voucher codes(s) already exist.")
    kind = "CAMPAIGN.VOUCHERS_IMPORT"
    return Reply(202, {"async_action_id": start(call, kind, "voucher", rows, into(campaign), "code")})


def into(campaign: Campaign) -> Take:
    def take(call: Call[Project], row: Json) -> None:
        overrides = campaign_vouchers.read_overrides(call, row) | {"active": row.get("active", True)}
        if call.state.is_taken(row["code"]):
            raise errors.duplicate(call, "voucher", "with id", row["code"])
        kind = campaign.definition["type"]
        if kind != "DISCOUNT_VOUCHER" and BLOCKS[kind] in row:
            overrides["value"] = vouchers.read_value(call, row, kind)
        issuing.issue(call.state, campaign, row["code"], overrides, call.state.now)

    return take


async def campaign_from_csv(call: Call[Project]) -> Reply:
    campaign = campaigns.find(call, call.path["campaignId"])
    campaign_vouchers.check_can_grow(call, campaign)
    take = into(campaign)

    def line(inner: Call[Project], given: Json) -> None:
        row = dict(given)
        if "Code" not in row:
            raise ValueError("Code is required")
        body: Json = {"code": row.pop("Code")}
        if "Gift Amount" in row:
            body["gift"] = {"amount": minor(row.pop("Gift Amount"))}
        if "Loyalty Points" in row:
            body["loyalty_card"] = {"points": int(number(row.pop("Loyalty Points")))}
        take(inner, {**body, **shared(row)})

    kind = "CAMPAIGN.VOUCHERS_IMPORT_CSV"
    return Reply(200, {"async_action_id": start(call, kind, "voucher", read_rows(call), line, "code")})


# Customers


async def customers_from_csv(call: Call[Project]) -> Reply:
    kind = "CUSTOMERS.IMPORT_CSV"
    return Reply(202, {"async_action_id": start(call, kind, "customer", read_rows(call), take_person, "source_id")})


PERSON = {name.lower(): name.lower() for name in ("Name", "Email", "Phone", "Birthdate", "Description")}
PLACE = {
    **{f"address_{name}": name for name in ("line_1", "line_2", "postal_code", "city", "state", "country")},
    **{name: name for name in ("city", "postal_code", "state", "country")},
}


def take_person(call: Call[Project], line: Json) -> None:
    """A row with a known Source_id overwrites that profile."""
    profile: Json = {}
    address: Json = {}
    metadata: Json = {}
    source_id = None
    for column, value in line.items():
        name = column.lower()
        if name == "source_id":
            source_id = value
        elif name in PERSON:
            profile[PERSON[name]] = value
        elif name in PLACE:
            address[PLACE[name]] = value
        elif name != "id":
            metadata[column] = value
    take_customer(call, {"source_id": source_id, **profile, "address": address or None, "metadata": metadata or None})


def take_customer(call: Call[Project], row: Json) -> None:
    profile = customers.read_profile(call, row, "")
    known = call.state.source_ids.get(row.get("source_id") or "")
    reference = customers.Reference(known, row.get("source_id"), profile, row.get("metadata"))
    customers.settle(call.state, reference, errors.request_id(call))


async def customers_in_bulk(call: Call[Project]) -> Reply:
    """Merges; unknown customers are created. An empty array is a job too."""
    kind = "CUSTOMERS.BULK_UPDATE"
    return Reply(202, {"async_action_id": start(call, kind, "customer", call.body, take_customer, "source_id")})
