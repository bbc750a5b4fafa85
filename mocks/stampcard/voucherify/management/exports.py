"""Exports: CSV files of the project's records, made in the background and downloaded by a token.

https://docs.voucherify.io/api-reference/exports
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from stampcard.core import codec
from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, errors, lists, values
from stampcard.voucherify.campaigns import vouchers
from stampcard.voucherify.management import columns
from stampcard.voucherify.management.records import Export
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

HOSTS = {"eu": "download.voucherify.io", "us1": "us1.download.voucherify.io", "as1": "as1.download.voucherify.io"}
REPORT = "report"
"""What our records of reports on bulk changes call themselves; no export of the vendor's."""


def view(record: Export) -> Json:
    return {
        "id": record.id,
        "object": "export",
        "created_at": record.created_at,
        "status": record.status,
        "channel": "API",
        "exported_object": record.exported_object,
        "parameters": record.parameters,
        "result": {"url": record.url} if record.url is not None else None,
        "user_id": None,
    }


def find(call: Call[Project]) -> Export:
    wanted = call.path["exportId"]
    found = call.state.exports.get(wanted)
    if found is None or found.exported_object == REPORT:
        raise errors.not_found(call, "export", wanted)
    return found


async def create(call: Call[Project]) -> Reply:
    kind = call.body["exported_object"]
    parameters = read_parameters(call)
    check(call, kind, parameters)
    record = schedule(call, kind, parameters)
    return Reply(200, view(record))


async def create_transactions(call: Call[Project]) -> Reply:
    """The transactions of one card; its id is added to the filters."""
    voucher = vouchers.find(call, call.path["code"])
    parameters = read_parameters(call) if call.body else {}
    check(call, "voucher_transactions", parameters)
    mine = {"voucher_id": {"conditions": {"$in": [voucher.id]}}}
    return Reply(200, view(schedule(call, "voucher_transactions", {**parameters, "filters": mine})))


def schedule(call: Call[Project], kind: str, parameters: Json) -> Export:
    """An export whose file is made in the background."""
    project = call.state
    record = Export(project.random_id("exp_"), kind, parameters, project.now)
    project.exports[record.id] = record

    async def run() -> None:
        if record.id in project.exports:
            complete(project, record, render(project, kind, parameters))

    project.world.clock.after(timedelta(), run, name=f"export {kind}s", vendor="voucherify", cause=call.id)
    call.summary = f"export of {kind}s scheduled"
    return record


def complete(project: Project, record: Export, text: str) -> None:
    record.text = text
    record.token = project.world.chance.alnum(64)
    record.url = f"https://{HOSTS[project.settings.region]}/v1/exports/{record.id}?token={record.token}"
    record.status = "DONE"


def publish_report(project: Project, rows: list[tuple[Any, ...]], days: int) -> tuple[str, str]:
    """A file about a bulk change that is fetched like an export but not listed; returns its address and its end."""
    record = Export(project.random_id("exp_"), REPORT, {}, project.now)
    project.exports[record.id] = record
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[cell(value) for value in row] for row in rows])
    complete(project, record, text.getvalue())
    assert record.url is not None
    return record.url, dates.later(project.now, f"P{days}D")


def read_parameters(call: Call[Project]) -> Json:
    found = values.given(call.body.get("parameters"))
    return {name: found[name] for name in ("order", "fields", "filters", "campaign_id") if name in found}


def check(call: Call[Project], kind: str, parameters: Json) -> None:
    """Raises invalid_export_fields for a field that cannot be exported, invalid_payload for odd filters."""
    table = columns.TABLES[kind]
    for name in parameters.get("fields", ()):
        if name not in table and not (name.startswith("metadata.") and "metadata" in table):
            details = f"Unsupported field used. Allowed fields: {', '.join(table)}"
            raise errors.refusal(call, 400, "invalid_export_fields", "Invalid Export", details)
    for name, definition in parameters.get("filters", {}).items():
        tests = definition.get("conditions") if isinstance(definition, Mapping) else None
        if name != "junction" and (not isinstance(tests, Mapping) or not tests.keys() <= lists.OPERATORS.keys()):
            raise errors.invalid_payload(call, f"Property .parameters.filters.{name} is not valid")


def render(project: Project, kind: str, parameters: Json) -> str:
    """The file: a heading line of titles, then a line for each record."""
    table = columns.TABLES[kind]
    names = parameters.get("fields") or columns.DEFAULTS[kind]
    found = columns.records(project, kind)
    if kind == "voucher" and "campaign_id" in parameters:
        found = [item for item in found if item.campaign and item.campaign.id == parameters["campaign_id"]]
    rows = selected(found, table, parameters)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([columns.title(name) for name in names])
    writer.writerows([[cell(columns.read(table, name, record)) for name in names] for record in rows])
    return text.getvalue()


def selected(found: list[Any], table: columns.Table, parameters: Json) -> list[Any]:
    filters = {name: item["conditions"] for name, item in parameters.get("filters", {}).items() if name != "junction"}
    joined = any if str(parameters.get("filters", {}).get("junction", "and")).lower() == "or" else all
    if filters:
        found = [
            record
            for record in found
            if joined(
                lists.matches({"it": columns.read(table, name, record)}, "it", tests) for name, tests in filters.items()
            )
        ]
    order = parameters.get("order")
    if not order:
        return found
    name = order.removeprefix("-")
    return sorted(found, key=lambda record: str(columns.read(table, name, record) or ""), reverse=order.startswith("-"))


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return codec.encode(value).decode() if isinstance(value, dict | list) else str(value)


async def browse(call: Call[Project]) -> Reply:
    found = [item for item in reversed(call.state.exports.values()) if item.exported_object != REPORT]
    found = lists.ordered(call, found, lambda item, name: getattr(item, name), "-created_at")
    return lists.page(call, "exports", found, view)


async def read(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"export of {record.exported_object}s {record.status}"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    record = find(call)
    del call.state.exports[record.id]
    call.summary = f"export of {record.exported_object}s deleted"
    return Reply(204)


async def download(call: Call[Project]) -> Reply:
    """The token was looked at when the caller was identified."""
    record = call.state.exports[call.path["export_Id"]]
    call.summary = f"export of {record.exported_object}s downloaded"
    return Reply(200, None, raw=record.text.encode(), media_type="text/plain; charset=utf-8")
