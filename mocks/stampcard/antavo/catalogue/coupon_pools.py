"""Coupon pools: create and update, with a code for each thing that can be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from stampcard.antavo.amounts import tidy
from stampcard.antavo.catalogue.coupons import lifetime_of, status_of
from stampcard.antavo.catalogue.entities import records
from stampcard.antavo.catalogue.records import Coupon, Pool
from stampcard.antavo.errors import BAD_REQUEST, NOT_FOUND, in_envelope, plain
from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

TYPES = ("amount", "percentage", "free_shipping", "gift_card")
METHODS = ("update_all", "update_none", "update_not_redeemed", "update_unassigned")


async def create(call: Call[Brand]) -> Reply:
    """A pool whose codes are uploaded later; attributes of your own are kept."""
    brand, body = call.state, call.body
    _check(brand, body, None)
    pool = Pool(
        id=call.world.chance.hex(24),
        name=body["name"],
        type=body["type"],
        created_at=call.world.clock.now,
        source=body["source"],
        external_id=body.get("external_id"),
        value=tidy(body.get("value", 0)),
        data=_data(body),
    )
    brand.pools[pool.id] = pool
    return Reply(200, {"status": "success", "metadata": {}, "payload": view(pool)})


async def update(call: Call[Brand]) -> Reply:
    """New attributes for a pool; `update_method` says which of its coupons get the new value."""
    brand, body = call.state, call.body
    pool = find(brand, call.path["coupon_pool_id"])
    _check_method(body)
    _check(brand, body, pool)
    pool.name = body.get("name", pool.name)
    pool.type = body.get("type", pool.type)
    pool.source = body.get("source", pool.source)
    pool.external_id = body.get("external_id", pool.external_id)
    pool.value = tidy(body.get("value", pool.value))
    pool.data |= _data(body)
    for code in pool.codes:
        coupon = brand.coupons[code]
        if _reaches(brand, coupon, body["update_method"]):
            coupon.balance = tidy(coupon.balance + pool.value - coupon.value)
            coupon.value = pool.value
    matching = {name: body[name] for name in ("update_method", "update_matching") if name in body}
    return Reply(200, {"status": "success", "metadata": matching, "payload": view(pool)})


def find(brand: Brand, name: str) -> Pool:
    """By id or external id. Raises 202001."""
    found = brand.pools.get(name) or next((p for p in brand.pools.values() if p.external_id == name), None)
    if found is None:
        raise in_envelope("/v1/", plain(404, NOT_FOUND, 202001, "Coupon Pool not found"))
    return found


def view(pool: Pool) -> dict[str, Any]:
    own = {"id": pool.id, "external_id": pool.external_id, "name": pool.name, "source": pool.source}
    return {**own, "type": pool.type, "value": pool.value, **pool.data}


def _data(body: Mapping[str, Any]) -> dict[str, Any]:
    own = ("external_id", "name", "source", "type", "value", "update_method", "update_matching", "api_key")
    return {name: value for name, value in body.items() if name not in own}


def _reaches(brand: Brand, coupon: Coupon, method: str) -> bool:
    status = status_of(brand, coupon)
    if method == "update_not_redeemed":
        return status not in ("redeemed", "partially_redeemed")
    return method == "update_all" or (method == "update_unassigned" and status == "unassigned")


# What can be wrong


def _refuse(code: int, message: str) -> ApiError:
    return in_envelope("/v1/", plain(400, BAD_REQUEST, code, message))


def _check_method(body: Mapping[str, Any]) -> None:
    method = body.get("update_method")
    if method in (None, ""):
        raise _refuse(202033, "The update_method is required")
    if not isinstance(method, str):
        raise _refuse(202034, "The update_method must be a string")
    if method not in METHODS:
        raise _refuse(202035, "Given update_method parameter is invalid")
    if not isinstance(body.get("update_matching", False), bool):
        raise _refuse(202038, "The update_matching must be a boolean")


_REQUIRED = (("source", 202005), ("name", 202007), ("type", 202009))

_WRONG: tuple[tuple[str, int, str, Callable[[Any], bool]], ...] = (
    ("source", 202006, "Given source parameter is invalid", lambda v: v != "uploaded"),
    ("name", 202008, "The name must be a string", lambda v: not isinstance(v, str)),
    ("type", 202010, "The type must be a string", lambda v: not isinstance(v, str)),
    ("type", 202011, "Given type parameter is invalid", lambda v: v not in TYPES),
    ("value", 202012, "The value must be a number", lambda v: not _is_number(v)),
    ("value", 202013, "The value must be a value with up to 2 decimal places", lambda v: not _is_money(v)),
    ("value", 202014, "The value must be at least 0.01", lambda v: v < 0.01),
    ("purchase_minimum", 202015, "The purchase_minimum must be a number", lambda v: not _is_number(v)),
    ("purchase_minimum", 202016, "The value must be at least 1", lambda v: v < 1),
    ("minimum_value", 202017, "The minimum_value must be a number", lambda v: not _is_number(v)),
    ("minimum_value", 202018, "The minimum_value must be at least 1", lambda v: v < 1),
    ("minimum_redemption_value", 202019, "The minimum_redemption_value must be a number", lambda v: not _is_number(v)),
    ("minimum_redemption_value", 202020, "The minimum_redemption_value must be at least 1", lambda v: v < 1),
    ("currency", 202021, "The currency must be a string", lambda v: not isinstance(v, str)),
    ("currency", 202022, "The currency must contain only letters", lambda v: not re.fullmatch("[A-Za-z]+", v)),
    ("expiration_time", 202023, "The expiration_time must be a string", lambda v: not isinstance(v, str)),
    ("expiration_time", 202024, "Given expiration_time parameter is invalid", lambda v: lifetime_of(v) is None),
    ("aggregated", 202026, "The aggregated must be a boolean", lambda v: not isinstance(v, bool)),
    ("stores", 202027, "The stores must be an array", lambda v: not isinstance(v, list)),
    ("products", 202029, "The products must be an array", lambda v: not isinstance(v, list)),
    ("external_id", 202030, "The external_id must be a string", lambda v: not isinstance(v, str)),
    ("external_id", 202032, "The external_id must be between 6 and 24 characters", lambda v: not 6 <= len(v) <= 24),
)

# Which attributes go with which type is not published; only gift cards have balances and currencies to bound (assumed).
_GIFT_CARD_ONLY = (("minimum_value", 202039), ("minimum_redemption_value", 202040))


def _check(brand: Brand, body: Mapping[str, Any], pool: Pool | None) -> None:
    """Raises ApiError for the first attribute that is wrong; `pool` is None for a new one."""
    for name, code in _REQUIRED:
        if pool is None and body.get(name) in (None, ""):
            raise _refuse(code, f"The {name} is required")
    for name, code, message, wrong in _WRONG:
        if name in body and wrong(body[name]):
            raise _refuse(code, message)
    kind = body.get("type", pool.type if pool else "")
    for name, code in _GIFT_CARD_ONLY:
        if name in body and kind != "gift_card":
            raise _refuse(code, f"The {name} is not allowed for this type of pool")
    if "currency" in body and kind not in ("amount", "gift_card"):
        raise _refuse(202041, "The currency is not allowed for this type of pool")
    stores = records(brand, "stores/store")
    if any(not isinstance(store, str) or store not in stores for store in body.get("stores", ())):
        raise _refuse(202028, "The stores must be a valid store id")
    external = body.get("external_id")
    if external is not None and any(p.external_id == external and p is not pool for p in brand.pools.values()):
        raise _refuse(202031, "The external_id must be unique")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15


def _is_money(value: Any) -> bool:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -2
