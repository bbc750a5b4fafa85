"""Tiers, rewards, coupon pools, segments and entity types of the setup document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stampcard.antavo.catalogue import Challenge, Entity, Offer, Pool, Structure, Tier, TierExpiration
from stampcard.antavo.coupons import add_code
from stampcard.antavo.entities import LISTS, REWARDS, check_reward, records
from stampcard.antavo.filters import instant
from stampcard.antavo.state import Brand
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
    for kind in ("challenges", "offers"):
        for index, row in enumerate(section.get(kind, ())):
            pointer = f"/antavo/{kind}/{index}"
            for name in row.get("segments", ()):
                if name not in segments:
                    raise SetupError(f"{pointer}/segments", f"no segment is called {name!r}")
            for name in ("starts_at", "ends_at"):
                if name in row and instant(row[name]) is None:
                    raise SetupError(f"{pointer}/{name}", "not an ISO 8601 instant")
            if row.get("coupon_pool", "") not in pools | {""}:
                raise SetupError(f"{pointer}/coupon_pool", f"no coupon pool has the id {row['coupon_pool']!r}")
    _check_codes(brand, section)
    _check_tiers(brand, section)


def _check_codes(brand: Brand, section: Mapping[str, Any]) -> None:
    replaced = {row["id"] for row in section.get("coupon_pools", ())}
    taken = {code for code, coupon in brand.coupons.items() if coupon.pool not in replaced}
    for index, row in enumerate(section.get("coupon_pools", ())):
        for place, code in enumerate(row.get("codes", ())):
            if code in taken:
                raise SetupError(f"/antavo/coupon_pools/{index}/codes/{place}", f"{code!r} is there already")
            taken.add(code)


def _check_tiers(brand: Brand, section: Mapping[str, Any]) -> None:
    rows = {row["id"]: [tier["id"] for tier in row["tiers"]] for row in section.get("tiers", ())}
    for index, (name, tiers) in enumerate(rows.items()):
        if len(set(tiers)) < len(tiers):
            raise SetupError(f"/antavo/tiers/{index}/tiers", "two tiers have the same id")
        standing = {c.tiers[name].tier for c in brand.customers.values() if name in c.tiers}
        if gone := standing - set(tiers):
            raise SetupError(f"/antavo/tiers/{index}/tiers", f"members stand in {', '.join(sorted(gone))}")
    known = {**{name: [tier.id for tier in one.tiers] for name, one in brand.tiers.items()}, **rows}
    for index, row in enumerate(section.get("members", ())):
        for name, tier in row.get("tiers", {}).items():
            if tier not in known.get(name, ()):
                raise SetupError(f"/antavo/members/{index}/tiers/{name}", f"there is no tier {tier!r} in {name!r}")


def apply(brand: Brand, section: Mapping[str, Any]) -> None:
    """Apply checked rows; a row of an id that is there already replaces it."""
    brand.entity_types |= {f"custom/{name}" for name in section.get("entity_types", ())}
    for row in section.get("tiers", ()):
        steps = sorted((msgspec.convert(tier, Tier) for tier in row["tiers"]), key=lambda tier: tier.threshold)
        kind, actions = row.get("type", "points"), tuple(row.get("actions", ()))
        expiration = msgspec.convert(row.get("expiration", {}), TierExpiration)
        name = row.get("name", row["id"])
        brand.tiers[row["id"]] = Structure(row["id"], name, kind, tuple(steps), actions, expiration)
    for row in section.get("challenges", ()):
        challenge = msgspec.convert(row, Challenge)
        brand.challenges[challenge.id] = challenge
        for customer in brand.customers.values():
            customer.challenges.pop(challenge.id, None)
    for row in section.get("offers", ()):
        brand.offers[row["id"]] = msgspec.convert(row, Offer)
    for row in section.get("customer_lists", ()):
        data = {"name": row.get("name", row["id"])}
        records(brand, LISTS)[row["id"]] = Entity(row["id"], row.get("status", "active"), brand.world.clock.now, data)
        brand.list_members[row["id"]] = dict.fromkeys(row.get("members", ()))
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
