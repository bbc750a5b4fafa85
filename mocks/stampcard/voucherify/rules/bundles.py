"""Bundles: products a validation rule wants together, how many such bundles an order holds, and what is missing.

A unit counts once; SKUs are looked for before products, and those before collections (documented).
https://docs.voucherify.io/api-reference/validation-rules/validation-rule-object (Bundle Rules)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify import errors, values
from stampcard.voucherify.orders.records import Line, Order
from stampcard.voucherify.rules import line_rules
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

ORDER = ("sku", "product", "products_collection")
KINDS = frozenset(ORDER)


def read(call: Call[Project], given: Mapping[str, Any]) -> Json:
    """Bundle rules, each complete; nothing for an empty object. Raises invalid_validation_rules."""
    numbered = {key: value for key, value in given.items() if key not in ("limit", "logic") and value is not None}
    if not numbered:
        return {}
    found: Json = {key: read_one(call, value) for key, value in numbered.items()}
    limit = given.get("limit")
    if limit is not None and not (isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= 100):
        raise invalid(call, "Bundle rules must have a 'limit' between 1 and 100")
    return {**found, "limit": 1 if limit is None else limit}


def read_one(call: Call[Project], given: Any) -> Json:
    rule = values.given(given) if isinstance(given, dict) else {}
    wanted = (rule.get("conditions") or {}).get("$is") if isinstance(rule.get("conditions"), dict) else None
    if rule.get("name") != "order.items.any" or not isinstance(wanted, list) or not wanted:
        raise invalid(call, "Bundle rule must be 'order.items.any' with condition '$is'")
    for item in wanted:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str) or item.get("object") not in KINDS:
            raise invalid(call, "Bundle rule must name products, SKUs or product collections by 'id' and 'object'")
    inner = rule.get("rules") if isinstance(rule.get("rules"), dict) else {}
    needed = [quantity(call, one) for key, one in (inner or {}).items() if key != "logic"]
    body = {"name": "order.items.aggregated_quantity", "conditions": {"$is": [(needed or [1])[0]]}, "rules": {}}
    return {"name": "order.items.any", "conditions": {"$is": wanted}, "rules": {"1": body, "logic": "1"}}


def quantity(call: Call[Project], given: Any) -> int:
    conditions = given.get("conditions") if isinstance(given, dict) else None
    found = conditions.get("$is") if isinstance(conditions, dict) else None
    found = found[0] if isinstance(found, list) and found else found
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise invalid(call, "Bundle rule must say 'order.items.aggregated_quantity' with condition '$is'")
    return found


def invalid(call: Call[Project], details: str) -> Exception:
    return errors.refusal(call, 400, "invalid_validation_rules", "Invalid Validation Rule Definition", details)


# In an order


class Pool:
    """The units of an order that no bundle has taken yet."""

    def __init__(self, order: Order) -> None:
        self.left = [line.quantity for line in order.lines]
        self.lines = order.lines

    def take(self, project: Project, wanted: list[Json], units: int) -> tuple[dict[int, int], int]:
        """Up to so many units of what is wanted: units by line, and how many are missing."""
        found: dict[int, int] = {}
        for index, line in enumerate(self.lines):
            if units and self.left[index] and any(line_rules.is_of(project, line, item) for item in wanted):
                part = min(units, self.left[index])
                found[index] = part
                self.left[index] -= part
                units -= part
        return found, units


def identify(project: Project, order: Order, rules: Json) -> Json:
    """How many bundles the order holds, the units that make them, and what the first one still wants."""
    parts = [
        (rule["conditions"]["$is"], rule["rules"]["1"]["conditions"]["$is"][0])
        for key, rule in rules.items()
        if key != "limit"
    ]
    parts.sort(key=lambda part: min(ORDER.index(item["object"]) for item in part[0]))
    pool, units, missing, count = Pool(order), dict[int, int](), list[Json](), 0
    while count < rules["limit"]:
        found: dict[int, int] = {}
        lacking = []
        for wanted, needed in parts:
            taken, short = pool.take(project, wanted, needed)
            for index, part in taken.items():
                found[index] = found.get(index, 0) + part
            if short:
                lacking.append({"id": wanted[0]["id"], "object": wanted[0]["object"], "item_quantity": short})
        if lacking and count:
            break
        for index, part in found.items():
            units[index] = units.get(index, 0) + part
        if lacking:
            missing = lacking
            break
        count += 1
    body: Json = {"quantity": count, "limit": rules["limit"]}
    body["identified"] = [identified(order.lines[index], index, part) for index, part in sorted(units.items())]
    return {**body, "missing": missing} if missing else body


def identified(line: Line, index: int, units: int) -> Json:
    kind = "sku" if line.sku is not None or "sku_id" in line.refers else "product"
    record = line.sku if kind == "sku" else line.product
    name = record.id if record is not None else line.refers.get(f"{kind}_id") or line.refers.get("source_id", "")
    return {"id": name, "object": kind, "item_index": index, "item_quantity": units}


def multiplied(discount: Json, count: int) -> Json:
    """The discount of so many bundles; fixed prices stay what they are (documented)."""
    found = dict(discount)
    for member in ("amount_off", "percent_off", "unit_off"):
        if member in found:
            found[member] = min(100, found[member] * count) if member == "percent_off" else found[member] * count
    if "units" in found:
        found["units"] = [multiplied(unit, count) for unit in found["units"]]
    return found
