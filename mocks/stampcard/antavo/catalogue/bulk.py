"""Bulk operations: queued, then done from the clock, with the rows that failed on a route of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from stampcard.antavo import processing
from stampcard.antavo.catalogue import coupons, rewards
from stampcard.antavo.catalogue.coupon_pools import find as find_pool
from stampcard.antavo.catalogue.entities import LISTS, REWARDS, records
from stampcard.antavo.catalogue.records import Batch, Entity, Pool
from stampcard.antavo.errors import BAD_REQUEST, NOT_FOUND, in_envelope, plain, refused
from stampcard.antavo.integrations.sites import deliver, site_of
from stampcard.antavo.paging import links, page
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso
from stampcard.antavo.work import Incoming, find_customer
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

MAX_COUPONS = 50_000


# Customer lists


async def list_add(call: Call[Brand]) -> Reply:
    """Put customers on a list."""
    return _list(call, 330501, lambda members, name: members.setdefault(name, None))


async def list_remove(call: Call[Brand]) -> Reply:
    """Take customers off a list."""
    return _list(call, 330511, lambda members, name: members.pop(name, None))


def _list(call: Call[Brand], missing: int, change: Callable[[dict[str, None], str], Any]) -> Reply:
    brand, name = call.state, call.path["customer_list_id"]
    found = records(brand, LISTS).get(name)
    if found is None or found.status == "archived":
        raise _gone(missing, "Customer List not found")
    if not call.body.get("customers"):
        raise _empty(330502)

    def one(customer: str, batch: Batch) -> None:
        member = find_customer(brand, customer)
        change(brand.list_members.setdefault(name, {}), member.id)

    batch = _queue(call, "list", name, call.body["customers"], one)
    return Reply(
        200, {"status": "success", "metadata": {"external_batch_id": batch.id}, "payload": {"batch_id": batch.id}}
    )


async def list_status(call: Call[Brand]) -> Reply:
    batch = _find(call, "list", 330521)
    metadata = {"bulk_operation_error": _errors_link(batch, "customer-list", "errors"), "pagination": _total(batch)}
    return Reply(200, {"status": "success", "metadata": metadata, "payload": {"batch_status": batch.status}})


async def list_errors(call: Call[Brand]) -> Reply:
    return _errors(call, _find(call, "list", 330531), "customer_list")


# Coupons


async def coupons_change(call: Call[Brand]) -> Reply:
    """Upload codes to a pool (add), give codes to members (assign), or take them back (unassign)."""
    brand, action = call.state, call.path["action"]
    pool = find_pool(brand, call.path["coupon_pool_id"])
    rows = call.body.get("coupons")
    if not rows:
        raise _empty(202002)
    if len(rows) > MAX_COUPONS:
        message = "The list of codes exceeds the size limitation of the endpoint"
        raise in_envelope("/v1/", plain(400, BAD_REQUEST, 202003, message))
    codes = [row if isinstance(row, str) else row["coupon_code"] for row in rows]
    owners = {row["coupon_code"]: row.get("customer_id") for row in rows if not isinstance(row, str)}

    def one(code: str, batch: Batch) -> None:
        if action == "add":
            _add_code(brand, pool, code, owners.get(code))
        else:
            _move_code(brand, pool, code, owners.get(code), action)

    batch = _queue(call, "coupons", pool.id, codes, one)
    return Reply(200, _queued(batch))


def _add_code(brand: Brand, pool: Pool, code: str, owner: str | None) -> None:
    if code in brand.coupons:
        raise plain(400, BAD_REQUEST, 0, "The coupon code already exists")
    customer = find_customer(brand, owner) if owner else None
    coupon = coupons.add_code(brand, pool, code)
    if customer is not None:
        coupons.assign(brand, coupon, customer)


def _move_code(brand: Brand, pool: Pool, code: str, owner: str | None, action: str) -> None:
    found = brand.coupons.get(code)
    if found is None or found.pool != pool.id:
        raise refused(brand.settings, 1601)
    if action == "assign":
        if coupons.status_of(brand, found) != "unassigned":
            raise plain(400, BAD_REQUEST, 0, "The coupon is already assigned")
        coupons.assign(brand, found, find_customer(brand, owner or ""))
    elif found.status != "claimed" or (owner and found.customer != owner):
        raise plain(400, BAD_REQUEST, 0, "The coupon is not assigned")
    else:
        coupons.take_back(brand, found)


async def coupons_status(call: Call[Brand]) -> Reply:
    batch = _find(call, "coupons", 330521)
    metadata = {"bulk_operation_error": _errors_link(batch, "coupons", "error")}
    payload = {"batch_status": batch.status, "number_of_coupons": len(batch.rows)}
    return Reply(200, {"status": "success", "metadata": metadata, "payload": payload})


async def coupons_errors(call: Call[Brand]) -> Reply:
    batch = _find(call, "coupons", 330531)
    failed = [{"coupon_code": name, **error} for name, error in batch.errors.items()]
    metadata = {"bulk_operation_error": _errors_link(batch, "coupons", "error")}
    payload = {"batch_status": batch.status, "number_of_coupons": len(batch.rows), "coupons": failed}
    return Reply(200, {"status": "success", "metadata": metadata, "payload": payload})


# Reward claims


async def reward_claim(call: Call[Brand]) -> Reply:
    """Claim one reward for many; `force_claim` looks at the stock only and costs nothing."""
    brand, body = call.state, call.body
    reward = records(brand, REWARDS).get(call.path["reward_id"])
    if reward is None or reward.status == "archived":
        raise _gone(320501, "Reward not found")
    if not body.get("customers"):
        raise _empty(330502)
    metadata = body.get("metadata") or {}
    name = metadata.get("external_batch_id")
    if name is not None and name in brand.batches:
        raise in_envelope("/v1/", plain(400, BAD_REQUEST, 320503, "The unique batch id provided already exists"))
    callback = body.get("callback_url")
    if callback and site_of(brand, callback) is None:
        raise in_envelope("/v1/", plain(400, BAD_REQUEST, 0, "callback_url does not match a trusted site"))
    found, force = reward, bool(body.get("force_claim"))

    def one(customer: str, batch: Batch) -> None:
        member = find_customer(brand, customer)
        batch.results[member.id] = _claim(brand, found, member, batch, force, call.id)

    batch = _queue(call, "claim", reward.id, body["customers"], one, name, callback)
    answer = {"external_batch_id": batch.id, "custom_attributes": metadata.get("custom_attributes") or {}}
    return Reply(200, {"status": "success", "metadata": answer, "payload": {"batch_id": batch.id}})


def _claim(brand: Brand, reward: Entity, member: Customer, batch: Batch, force: bool, cause: int) -> dict[str, Any]:
    price = 0 if force else rewards.price_of(brand, reward)
    rewards.check(brand, reward, member, price, rules=not force)
    event = Incoming(member.id, rewards.claim_action(brand), {"reward": reward.id, "points": price}, source="Platform")
    work = processing.perform(brand, member, event, lambda work: rewards.take(work, reward, price), cause=cause)
    found: dict[str, Any] = {
        "customer_id": member.id,
        "reward_id": reward.id,
        "batch_id": batch.id,
        "status": "claimed",
    }
    code = work.rows[0].data.get("coupon")
    if code is not None:
        coupon = coupons.view(brand, brand.coupons[code])
        found |= {"code": code, "type": coupon["type"], "value": coupon["value"]}
        found |= {"assigned_date": coupon["claimed_at"], "expired_date": coupon.get("expires_at")}
    return found


async def reward_claim_status(call: Call[Brand]) -> Reply:
    batch = _find(call, "claim", 320510)
    metadata = {"bulk_operation_error": _errors_link(batch, "reward/claim", "error"), "pagination": _total(batch)}
    return Reply(200, {"status": "success", "metadata": metadata, "payload": _claim_payload(batch)})


def _claim_payload(batch: Batch) -> dict[str, Any]:
    return {"batch_status": batch.status, "customers": list(batch.results.values())}


async def reward_claim_errors(call: Call[Brand]) -> Reply:
    return _errors(call, _find(call, "claim", 320510), "reward")


# Batches


def _queue(
    call: Call[Brand],
    kind: str,
    target: str,
    rows: list[str],
    one: Callable[[str, Batch], None],
    name: str | None = None,
    callback: str | None = None,
) -> Batch:
    """Remember a batch and have its rows done when the clock gets to it; a bad row leaves the others alone."""
    brand = call.state
    batch = Batch(name or call.world.chance.uuid(), kind, target, list(rows), brand.world.clock.now)
    brand.batches[batch.id] = batch

    async def run() -> None:
        for row in batch.rows:
            try:
                one(row, batch)
            except ApiError as error:
                found = error.body["error"]
                batch.errors[row] = {"error_message": found["message"], "error_code": found["code"]}
        batch.status = "done"
        summary = f"{kind} batch {batch.id}: {len(batch.rows) - len(batch.errors)} of {len(batch.rows)} rows done"
        brand.world.record("antavo", "bulk_operation", summary, cause=call.id)
        if callback:
            url = f"/v1/bulk-operation/reward/claim/{batch.id}/status"
            deliver(brand, "bulk_claim_callback", callback, {"status_url": url, **_claim_payload(batch)}, call.id)

    call.world.clock.after(timedelta(), run, name=f"{kind} batch", vendor="antavo", cause=call.id)
    call.summary = f"{kind} batch {batch.id} of {len(rows)} rows queued at {iso(batch.created_at)}"
    return batch


def _queued(batch: Batch) -> dict[str, Any]:
    return {"status": "success", "metadata": {"external_batch_id": batch.id}, "payload": {"batch_id": batch.id}}


def _find(call: Call[Brand], kind: str, code: int) -> Batch:
    found = call.state.batches.get(call.path["batch_id"])
    if found is None or found.kind != kind:
        raise _gone(code, "Batch ID is not found")
    return found


def _errors(call: Call[Brand], batch: Batch, name: str) -> Reply:
    shown = page(call, list(batch.errors.items()))
    customers = {row: {name: batch.target, **error} for row, error in shown}
    pagination = {"total": len(batch.errors), **links(call, len(batch.errors))}
    payload = {"number_of_errors": len(batch.errors), "customers": customers}
    return Reply(200, {"status": "success", "metadata": {"pagination": pagination}, "payload": payload})


def _errors_link(batch: Batch, kind: str, last: str) -> dict[str, Any]:
    url = f"/v1/bulk-operation/{kind}/{batch.id}/status/{last}"
    return {"number_of_errors": len(batch.errors), "url": url}


def _total(batch: Batch) -> dict[str, Any]:
    return {"total": len(batch.rows)}


def _gone(code: int, message: str) -> ApiError:
    return in_envelope("/v1/", plain(404, NOT_FOUND, code, message))


def _empty(code: int) -> ApiError:
    return in_envelope("/v1/", plain(400, BAD_REQUEST, code, "The 'payload' field is not found or empty"))
