"""What a code or tier is worth, as a body says it: the discount, gift or loyalty card block, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors, values
from stampcard.voucherify.rules import formulas
from stampcard.voucherify.state import Json, Project

_DISCOUNT_VALUES = {
    "AMOUNT": ("amount_off", "amount_off_formula"),
    "PERCENT": ("percent_off", "percent_off_formula"),
    "FIXED": ("fixed_amount", "fixed_amount_formula"),
    "UNIT": ("unit_off", "unit_off_formula"),
}
_DISCOUNT_MEMBERS = {
    "AMOUNT": ("type", "amount_off", "amount_off_formula", "aggregated_amount_limit", "effect"),
    "PERCENT": ("type", "percent_off", "percent_off_formula", "amount_limit", "aggregated_amount_limit", "effect"),
    "FIXED": ("type", "fixed_amount", "fixed_amount_formula", "effect"),
    "UNIT": ("type", "unit_off", "unit_off_formula", "effect", "unit_type", "units"),
}
SHIPPING = {"id": "prod_5h1pp1ng", "source_id": "5h1pp1ng", "name": "Shipping"}
"""The built-in product that free shipping makes free (documented)."""


def read_discount(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """A discount with the members of its type only. Raises invalid_payload."""
    found = values.given(value)
    kind = found.get("type")
    if kind is None:
        raise errors.invalid_payload(call, f"Property {place} should have required property 'type'")
    if found.get("effect") == "ADD_SAME_ITEMS":
        # Its arithmetic is told in prose only, and nobody published how such a discount is written.
        message = f"stampcard does not emulate discounts that {found['effect']} yet"
        raise ApiError(501, {"message": message, "operation": call.operation.id})
    if kind != "UNIT" and found.get("effect") == "REPLACE_ITEMS":
        raise errors.invalid_payload(call, f"Property {place}.effect REPLACE_ITEMS is of UNIT discounts")
    if kind == "UNIT" and found.get("effect") == "ADD_MANY_ITEMS":
        needed: tuple[str, ...] = ("units",)
    else:
        needed = _DISCOUNT_VALUES[kind]
    if not any(name in found for name in needed):
        raise errors.invalid_payload(call, f"Property {place} should have required property '{needed[0]}'")
    if kind == "UNIT" and "units" not in needed and "unit_type" not in found:
        raise errors.invalid_payload(call, f"Property {place} should have required property 'unit_type'")
    known = {*_DISCOUNT_MEMBERS[kind], *(("product", "sku") if kind == "UNIT" else ())}
    for name in found.keys() - known:
        call.diagnose("ignored-field", f"a {kind} discount has no {name}", f"{place.replace('.', '/')}/{name}")
    kept = {name: found[name] for name in _DISCOUNT_MEMBERS[kind] if name in found}
    for part in (kept, *kept.get("units", ())):
        check_formulas(call, values.given(part), place)
    if "units" in kept:
        kept["units"] = [with_subject(call.state, values.given(unit)) for unit in kept["units"]]
    return with_subject(call.state, kept) if "unit_type" in kept else kept


def with_subject(project: Project, unit: Json) -> Json:
    """Free units with the product or SKU of the catalogue they are of; free shipping is a product of the vendor's."""
    kept = {name: value for name, value in unit.items() if name not in ("product", "sku")}
    wanted = unit["unit_type"]
    sku = project.skus.get(wanted) or project.sku_sources.get(wanted)
    if sku is not None:
        kept["sku"] = {"id": sku.id, "source_id": sku.source_id, "name": sku.sku}
    product = sku.product if sku is not None else project.products.get(wanted) or project.product_sources.get(wanted)
    if product is not None:
        return {**kept, "product": {"id": product.id, "source_id": product.source_id, "name": product.name}}
    return {**kept, "product": SHIPPING} if wanted == SHIPPING["id"] else kept


def check_formulas(call: Call[Project], discount: Json, place: str) -> None:
    """Raises invalid_payload for a formula that is none or has no fallback, 501 for what we cannot calculate."""
    for name, (fallback, _) in formulas.VALUES.items():
        if name not in discount:
            continue
        if fallback not in discount and fallback != "unit_off":
            raise errors.invalid_payload(call, f"Property {place} should have required property '{fallback}'")
        formulas.check(call, discount[name], f"{place}.{name}")


def read_gift(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """A gift card's value in minor units; the balance is filled in when a code is made."""
    found = values.given(value)
    if "amount" not in found:
        raise errors.invalid_payload(call, f"Property {place} should have required property 'amount'")
    return {"amount": found["amount"], "effect": found.get("effect", "APPLY_TO_ORDER")}


def read_card(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """A loyalty card's first points."""
    found = values.given(value)
    if "points" not in found:
        raise errors.invalid_payload(call, f"Property {place} should have required property 'points'")
    rules = found.get("expiration_rules")
    more = {"expiration_rules": values.read_expiration(call, rules, f"{place}.expiration_rules")} if rules else {}
    return {"points": found["points"], **more}
