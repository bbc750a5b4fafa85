"""Tiers: structures by points, by spend or by invitation; who stands where, and what is still missing.

A member goes up when a threshold is reached, and stays unless the structure's tiers expire (tier_expiry).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.catalogue import Standing, Structure, Tier
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso


def progress(structure: Structure, customer: Customer) -> Number:
    """What counts towards the next tier: what was counted in all, less what an earlier period had."""
    standing = customer.tiers.get(structure.id)
    return total((counted(structure, customer), -(standing.base if standing else 0)))


def counted(structure: Structure, customer: Customer) -> Number:
    """Points ever earned (or earned by listed actions), or money spent."""
    if structure.type == "spend":
        return customer.purchase_total
    if structure.actions:
        return total(row.points for row in customer.events if row.action in structure.actions and row.points > 0)
    return customer.score


def reached(structure: Structure, customer: Customer) -> Tier | None:
    """The highest tier whose threshold is reached."""
    if structure.type == "invitation":
        return None
    points = progress(structure, customer)
    return next((tier for tier in reversed(structure.tiers) if tier.threshold <= points), None)


def due(brand: Brand, customer: Customer) -> Iterator[tuple[Structure, Tier]]:
    """The structures in which the member has to go up."""
    for structure in brand.tiers.values():
        tier, standing = reached(structure, customer), customer.tiers.get(structure.id)
        if tier is not None and (standing is None or rank(structure, tier.id) > rank(structure, standing.tier)):
            yield structure, tier


def rank(structure: Structure, tier: str) -> int:
    return next((place for place, one in enumerate(structure.tiers) if one.id == tier), -1)


def put(brand: Brand, customer: Customer, structure: Structure, tier: str, event: str | None, manual: bool) -> None:
    """Place the member in a tier, and remember where they were."""
    old = customer.tiers.get(structure.id)
    history = [*old.history, {"id": old.tier, "since": iso(old.since)}] if old else []
    base = old.base if old else 0
    customer.tiers[structure.id] = Standing(tier, brand.world.clock.now, event, manual, history, base)


def by_structure(brand: Brand, customer: Customer) -> dict[str, dict[str, Any]]:
    """Structure id -> the member's tier in it."""
    return {name: _view(brand.tiers[name], customer, standing) for name, standing in customer.tiers.items()}


def as_list(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    """The tiers as the Customer API shows them."""
    return [
        {**view, "structure": {"id": name, "name": brand.tiers[name].name}}
        for name, view in by_structure(brand, customer).items()
    ]


def _view(structure: Structure, customer: Customer, standing: Standing) -> dict[str, Any]:
    place = rank(structure, standing.tier)
    tier = structure.tiers[place]
    points = progress(structure, customer)
    found: dict[str, Any] = {
        "id": tier.id,
        "name": tier.name,
        "since": iso(standing.since),
        "threshold": tier.threshold,
        "points": points,
    }
    if standing.until is not None:
        found["expdate"] = iso(standing.until)
    if structure.type != "invitation" and place + 1 < len(structure.tiers):
        following = structure.tiers[place + 1]
        missing = max(0, total((following.threshold, -points)))
        found["next"] = {"id": following.id, "name": following.name, "points": str(missing)}
    return found
