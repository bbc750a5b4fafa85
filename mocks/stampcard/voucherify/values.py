"""Members that several resources take: discounts, gifts, cards, dates, validity windows. Read once, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError
from stampcard.voucherify import dates, errors
from stampcard.voucherify.rules import formulas
from stampcard.voucherify.state import Category, Json, Project

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
WINDOW = ("validity_timeframe", "validity_day_of_week", "validity_hours")


def given(body: Mapping[str, Any] | None) -> Json:
    """The members that say something: an explicit null is the same as leaving one out."""
    return {key: value for key, value in (body or {}).items() if value is not None}


def read_discount(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """A discount with the members of its type only. Raises invalid_payload."""
    found = given(value)
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
        check_formulas(call, given(part), place)
    if "units" in kept:
        kept["units"] = [with_subject(call.state, given(unit)) for unit in kept["units"]]
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
        check_formula(call, discount[name], f"{place}.{name}")


def check_formula(
    call: Call[Project],
    text: str,
    place: str,
    operands: frozenset[str] = formulas.OPERANDS,
    metadata: frozenset[str] = formulas.METADATA,
) -> None:
    """Raises invalid_payload for what is no formula, 501 for what we cannot calculate."""
    try:
        formulas.parse(text, operands, metadata)
    except formulas.Unknown as error:
        message = f"stampcard does not emulate {error} in formulas yet"
        raise ApiError(501, {"message": message, "operation": call.operation.id}) from error
    except formulas.BadFormula as error:
        raise errors.invalid_payload(call, f"Property {place} is not a formula: {error}") from error


def read_gift(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """A gift card's value in minor units; the balance is filled in when a code is made."""
    found = given(value)
    if "amount" not in found:
        raise errors.invalid_payload(call, f"Property {place} should have required property 'amount'")
    return {"amount": found["amount"], "effect": found.get("effect", "APPLY_TO_ORDER")}


def read_card(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """A loyalty card's first points."""
    found = given(value)
    if "points" not in found:
        raise errors.invalid_payload(call, f"Property {place} should have required property 'points'")
    rules = found.get("expiration_rules")
    more = {"expiration_rules": read_expiration(call, rules, f"{place}.expiration_rules")} if rules else {}
    return {"points": found["points"], **more}


EXPIRATION = {"MONTH": ("period_value",), "FIXED_DAY_OF_YEAR": ("fixed_month", "fixed_day")}
"""What each way for points to expire needs."""
ROUNDINGS = ("END_OF_MONTH", "END_OF_QUARTER", "END_OF_HALF_YEAR", "END_OF_YEAR", "PARTICULAR_MONTH")
RANGES = {"period_value": (0, 1200), "rounding_value": (1, 12), "fixed_month": (1, 12), "fixed_day": (1, 31)}


def read_expiration(call: Call[Project], value: Mapping[str, Any], place: str) -> Json:
    """How points expire, with what their type needs. Raises invalid_payload, 501."""
    found = given(value)
    needed = EXPIRATION.get(found.get("period_type", ""))
    if needed is None:
        message = f"stampcard does not emulate points that expire by {found.get('period_type')}"
        raise ApiError(501, {"message": message, "operation": call.operation.id})
    rounding = found.get("rounding_type")
    if rounding is not None and rounding not in ROUNDINGS:
        allowed = ", ".join(ROUNDINGS)
        details = f"Property {place}.rounding_type should be equal to one of the allowed values [ {allowed} ]"
        raise errors.invalid_payload(call, details)
    if rounding == "PARTICULAR_MONTH":
        needed = (*needed, "rounding_value")
    for name in needed:
        if name not in found:
            raise errors.invalid_payload(call, f"Property {place} should have required property '{name}'")
    for name, (low, high) in RANGES.items():
        if name in found and not low <= found[name] <= high:
            bound = f">= {low}" if found[name] < low else f"<= {high}"
            raise errors.invalid_payload(call, f"Property {place}.{name} should be {bound}")
    return found


def read_dates(call: Call[Project], body: Mapping[str, Any]) -> Json:
    """start_date, expiration_date and validity_*, in the vendor's notation; a null stays and clears."""
    found: Json = {}
    for name in ("start_date", "expiration_date"):
        if name in body:
            found[name] = None if body[name] is None else dates.normal(body[name])
            if found[name] is None and body[name] is not None:
                raise errors.not_a_date(call, f".{name}")
    frame = body.get("validity_timeframe")
    for name in ("interval", "duration"):
        if frame and frame.get(name) is not None and not dates.is_duration(frame[name]):
            raise errors.invalid_payload(call, f'Property .validity_timeframe.{name} should match format "duration"')
    found |= {name: body[name] for name in WINDOW if name in body}
    if body.get("validity_hours") and (frame or body.get("validity_day_of_week")):
        # Documented: hours exclude the other two.
        details = "Property .validity_hours cannot be used with validity_timeframe or validity_day_of_week"
        raise errors.invalid_payload(call, details)
    return found


def read_duration(call: Call[Project], body: Mapping[str, Any], name: str) -> str | None:
    value: str | None = body.get(name)
    if value is not None and not dates.is_duration(value):
        raise errors.invalid_payload(call, f'Property .{name} should match format "duration"')
    return value


def read_category(call: Call[Project], body: Mapping[str, Any]) -> tuple[Category | None, str | None]:
    """The category a body names by id or name, and free text that names none the project has. Raises 404."""
    categories = call.state.categories
    wanted = body.get("category_id")
    if wanted is not None:
        if wanted not in categories:
            raise errors.not_found(call, "category", wanted)
        return categories[wanted], None
    name = body.get("category")
    if name is None:
        return None, None
    if name in categories:
        return categories[name], None
    if name.startswith("cat_"):
        raise errors.not_found(call, "category", name)
    found = next((item for item in categories.values() if item.name == name), None)
    if found is None:
        call.diagnose("unknown-category", "no category has this name; it is kept as text", "/category")
    return found, None if found else name


def merged_metadata(old: Json | None, new: Mapping[str, Any] | None) -> Json | None:
    """Metadata merges key by key; a key sent as null stays with the value null."""
    return old if new is None else {**(old or {}), **new}


def window_of(dates_block: Mapping[str, Any]) -> Json | None:
    """All validity_* members, those that are not set as None; None when none is."""
    found = {name: dates_block.get(name) for name in WINDOW}
    return found if any(value is not None for value in found.values()) else None
