"""Validation sessions: locks that reserve a use, and credits or points, of a redeemable.

https://docs.voucherify.io/guides/locking-validation-session
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors
from stampcard.voucherify.campaigns import vouchers
from stampcard.voucherify.redemptions.records import Lock
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

UNITS = {
    "DAYS": 86400.0,
    "HOURS": 3600.0,
    "MINUTES": 60.0,
    "SECONDS": 1.0,
    "MILLISECONDS": 1e-3,
    "MICROSECONDS": 1e-6,
    "NANOSECONDS": 1e-9,
}


def held(project: Project, target: str, own: str | None) -> list[Lock]:
    """Locks of others on a redeemable; those that have run out are forgotten."""
    locks = project.locks.get(target)
    if not locks:
        return []
    now = project.world.clock.epoch
    for key in [key for key, lock in locks.items() if lock.expires_at <= now]:
        del locks[key]
    return [lock for key, lock in locks.items() if key != own]


def reserve(project: Project, session: Json, targets: list[tuple[str, int]]) -> Json:
    """Lock each target, overwriting the same key's earlier locks; returns the session as the vendor shows it."""
    key = session.get("key") or project.long_id("ssn_")
    ttl, unit = session.get("ttl"), session.get("ttl_unit", "DAYS")
    seconds = (7 if ttl is None else ttl) * UNITS[unit]
    release(project, key)
    for target, amount in targets:
        lock = Lock(key, project.world.clock.epoch + seconds, amount)
        project.locks.setdefault(target, {})[key] = lock
    shown: dict[str, Any] = {"key": key, "type": "LOCK", "ttl": 7 if ttl is None else ttl, "ttl_unit": unit}
    return shown


def release(project: Project, key: str) -> None:
    for locks in project.locks.values():
        locks.pop(key, None)


async def delete(call: Call[Project]) -> Reply:
    """Let go of the lock a session has on a code."""
    voucher = vouchers.find(call, call.path["code"])
    key = call.path["sessionKey"]
    held(call.state, voucher.id, None)
    if key not in call.state.locks.get(voucher.id, {}):
        raise errors.not_found(call, "session", key)
    del call.state.locks[voucher.id][key]
    call.summary = f"session {key} releases {voucher.code}"
    return Reply(204)
