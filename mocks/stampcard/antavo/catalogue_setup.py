"""Rewards, coupon pools, segments and entity types of the setup document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stampcard.antavo.coupons import add_code
from stampcard.antavo.entities import REWARDS, check_reward, records
from stampcard.antavo.state import Brand, Entity, Pool
from stampcard.antavo.workflow import Condition
from stampcard.core.errors import ApiError, SetupError


def check(brand: Brand, section: Mapping[str, Any]) -> None:
    """Raises SetupError for a reward that names what is not there, or a code that is in two pools."""
    pools = brand.pools.keys() | {row["id"] for row in section.get("coupon_pools", ())}
    segments = brand.segments.keys() | {row["name"] for row in section.get("segments", ())}
    for index, row in enumerate(section.get("rewards", ())):
        pointer = f"/antavo/rewards/{index}"
        if row.get("coupon_pool", "") not in pools | {""}:
            raise SetupError(f"{pointer}/coupon_pool", f"no coupon pool has the id {row['coupon_pool']!r}")
        for name in row.get("segments", ()):
            if name not in segments:
                raise SetupError(f"{pointer}/segments", f"no segment is called {name!r}")
        try:
            check_reward({**row, "price": row.get("points", 0)})
        except ApiError as error:
            raise SetupError(pointer, error.body["error"]["message"]) from error
    _check_codes(brand, section)


def _check_codes(brand: Brand, section: Mapping[str, Any]) -> None:
    replaced = {row["id"] for row in section.get("coupon_pools", ())}
    taken = {code for code, coupon in brand.coupons.items() if coupon.pool not in replaced}
    for index, row in enumerate(section.get("coupon_pools", ())):
        for place, code in enumerate(row.get("codes", ())):
            if code in taken:
                raise SetupError(f"/antavo/coupon_pools/{index}/codes/{place}", f"{code!r} is there already")
            taken.add(code)


def apply(brand: Brand, section: Mapping[str, Any]) -> None:
    """Apply checked rows; a row of an id that is there already replaces it."""
    brand.entity_types |= {f"custom/{name}" for name in section.get("entity_types", ())}
    for row in section.get("segments", ()):
        brand.segments[row["name"]] = msgspec.convert(row["conditions"], tuple[Condition, ...])
    for row in section.get("coupon_pools", ()):
        _add_pool(brand, row)
    for row in section.get("rewards", ()):
        _add_reward(brand, row)


def _add_pool(brand: Brand, row: Mapping[str, Any]) -> None:
    brand.coupons = {code: coupon for code, coupon in brand.coupons.items() if coupon.pool != row["id"]}
    data = {name: row[name] for name in ("currency", "expiration_time", "purchase_minimum") if name in row}
    pool = Pool(
        id=row["id"],
        name=row["name"],
        type=row["type"],
        created_at=brand.world.clock.now,
        source=row.get("source", "uploaded"),
        external_id=row.get("external_id"),
        value=row.get("value", 0),
        data=data,
    )
    brand.pools[pool.id] = pool
    for code in row.get("codes", ()):
        add_code(brand, pool, code)


def _add_reward(brand: Brand, row: Mapping[str, Any]) -> None:
    data = {name: value for name, value in row.items() if name not in ("id", "status", "points", "segments")}
    data |= {"price": row.get("points", 0), "type": row.get("type", "custom")}
    data.setdefault("description", "")
    if row.get("segments"):
        data["segments"] = [{"id": name, "name": name, "status": "active"} for name in row["segments"]]
    reward = Entity(row["id"], row.get("status", "active"), brand.world.clock.now, data)
    records(brand, REWARDS)[reward.id] = reward
