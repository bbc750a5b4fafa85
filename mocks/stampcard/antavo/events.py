"""POST /events and POST /events/bulk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.antavo import braze, views
from stampcard.antavo.errors import plain, refused
from stampcard.antavo.processing import process
from stampcard.antavo.state import Brand
from stampcard.antavo.work import Incoming, Work, check_account, not_emulated
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError


async def submit(call: Call[Brand]) -> Reply:
    """One event for one member; answers with the member after it."""
    work = _process(call, call.body, "")
    call.summary = _sentence(work)
    await braze.deliver_now(call.state, call.id)
    return Reply(200, views.summary(call.state, work.customer, work.rows))


async def submit_bulk(call: Call[Brand]) -> Reply:
    """Events one after the other, each on its own: a bad one is named at its place, the others are applied."""
    results: list[dict[str, Any]] = []
    errors = 0
    for index, item in enumerate(call.body["events"]):
        try:
            work = _process(call, item, f"/events/{index}", check=True)
            rows = views.moved(work.rows)
            bare = not rows and call.state.settings.events.bulk_empty_item == "empty"
            results.append({} if bare else {"events": rows})
        except ApiError as error:
            results.append(error.body)
            errors += 1
    if len(results) > 50:
        call.diagnose("bulk-size", "designed for up to 50 events a request", "/events", "info")
    await braze.deliver_now(call.state, call.id)
    call.summary = f"{len(results) - errors} of {len(results)} events applied"
    return Reply(200, {"results": results, "total": len(results), "errors": errors})


def _process(call: Call[Brand], body: Any, place: str, *, check: bool = False) -> Work:
    if check:
        _check_item(call.state, body)
    check_account(call.state, body.get("account"))
    if body.get("guest") in ("true", True) or (body["data"] or {}).get("guest") in ("true", True):
        raise not_emulated("guest checkouts: what they answer is not published")
    event = Incoming(
        customer=body["customer"],
        action=body["action"],
        data=body["data"] or {},
        external_id=body.get("external_id") or "",
        signed=bool(call.request.headers.get("authorization")),
    )

    def diagnose(code: str, message: str, pointer: str) -> None:
        call.diagnose(code, message, place + pointer)

    return process(call.state, event, cause=call.id, diagnose=diagnose)


def _check_item(brand: Brand, item: Any) -> None:
    """The checks POST /events makes by its contract, for one item of a bulk. Raises ApiError."""
    if not isinstance(item, Mapping):
        raise plain(400, "BadRequestException", 0, "Invalid event")
    for name in ("customer", "action", "data"):
        if item.get(name) is None or item[name] == "":
            raise refused(brand.settings, 113401, name)
    for name, kinds in (("customer", str), ("action", str), ("data", dict), ("external_id", str), ("account", str)):
        value = item.get(name)
        if value is not None and not isinstance(value, kinds) and value != []:
            raise plain(400, "BadRequestException", 0, f"Invalid value for parameter '{name}'")


def _sentence(work: Work) -> str:
    moved = sum(row.points for row in work.rows)
    points = f" ({moved:+} points)" if moved else ""
    return f"{work.event.action} of {work.customer.id}{points}"
