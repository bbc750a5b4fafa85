"""Promotions of the setup document, in the vendor's own shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stampcard.antavo.promotions.records import Promotion
from stampcard.antavo.state import Brand
from stampcard.core.errors import SetupError

_FORMS = {
    "priceReduction": ("type", "amount"),
    "promotionalPricing": ("unitPriceBeforeTax",),
    "promoCode": ("type", "amount"),
    "crossSelling": (),
    "buyXForTotalAmount": ("groupPriceBeforeTax",),
    "buyXGetOneFree": ("quantity",),
    "buyXGetYFree": ("quantity",),
    "bundle": ("type", "amount"),
    "productSet": ("type", "amount"),
    "bonusProducts": ("products",),
    "freeSample": ("productId", "quantity"),
}
"""What the discount of a type cannot do without."""

_RULES = {
    "promoCode": ("promoCode",),
    **dict.fromkeys(("buyXForTotalAmount", "buyXGetOneFree", "buyXGetYFree"), ("quantity", "item", "itemType")),
}


def check(brand: Brand, section: Mapping[str, Any]) -> None:
    """Raises SetupError for a promotion that cannot work, or asks for what is not emulated."""
    zone = section.get("promotion", {}).get("timezone")
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SetupError("/antavo/promotion/timezone", f"no time zone is called {zone!r}") from error
    for index, row in enumerate(section.get("promotions", ())):
        pointer, kind = f"/antavo/promotions/{index}", row["type"]
        times = row.get("restriction", {}).get("timeRestriction") or {}
        if times.get("recurringSchedule"):
            raise SetupError(f"{pointer}/restriction/timeRestriction/recurringSchedule", "is not emulated")
        if row.get("applicationsResetSchedule"):
            raise SetupError(f"{pointer}/applicationsResetSchedule", "is not emulated")
        for name in ("start", "end"):
            _check_time(times.get(name), f"{pointer}/restriction/timeRestriction/{name}")
        for part, needs in (("discount", _FORMS[kind]), ("restriction", _RULES.get(kind, ()))):
            found = row.get(part, {}).get(kind)
            for name in needs:
                if not isinstance(found, Mapping) or found.get(name) in (None, ""):
                    raise SetupError(f"{pointer}/{part}/{kind}/{name}", f"a promotion of type {kind} needs it")


def _check_time(text: Any, pointer: str) -> None:
    try:
        if text and datetime.fromisoformat(text).tzinfo is not None:
            raise ValueError
    except ValueError as error:
        raise SetupError(pointer, "a local time, such as 2026-01-15 09:00") from error


def apply(brand: Brand, section: Mapping[str, Any]) -> None:
    """Apply checked rows; a promotion of an id that is there already begins anew."""
    for row in section.get("promotions", ()):
        data = _completed(row)
        data["workspaceId"] = brand.settings.promotion.workspace_id
        brand.promotions[row["id"]] = Promotion(data)


def _completed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The promotion as the API shows it: nothing is left out, amounts of money are texts."""
    limits, kind = dict(row.get("restriction", {})), row["type"]
    times, stores = limits.get("timeRestriction") or {}, limits.get("storeRestriction") or {}
    stacking = row.get("stackingConfiguration") or {}
    own = stacking.get("selfStackingConfiguration") or {}
    return {
        "id": row["id"],
        "workspaceId": "",
        "name": row["name"],
        "status": row.get("status", "active"),
        "description": row.get("description", ""),
        "type": kind,
        "imageURL": row.get("imageURL", ""),
        "priority": row.get("priority", 1),
        "currency": row.get("currency", "EUR"),
        "stackingConfiguration": {
            "selfStackingConfiguration": {"isAllowed": own.get("isAllowed", False), "limit": own.get("limit", 0)},
            "stackingType": stacking.get("stackingType", "exclusive"),
            "excludedPromotionIds": stacking.get("excludedPromotionIds"),
        },
        "applicationsResetSchedule": None,
        "restriction": {
            "timeRestriction": {
                "start": times.get("start", ""),
                "end": times.get("end", ""),
                "recurringSchedule": None,
            },
            "applicationsCountLimit": limits.get("applicationsCountLimit", 0),
            "minTotalBeforeTax": _text(limits.get("minTotalBeforeTax")),
            "maxTotalBeforeTax": _text(limits.get("maxTotalBeforeTax")),
            "storeRestriction": {"stores": stores.get("stores", []), "storeGroups": stores.get("storeGroups", [])},
            kind: limits.get(kind, {}),
        },
        "discount": {kind: _amounts(row["discount"][kind])},
    }


def _amounts(value: Any) -> Any:
    """Amounts of a discount as texts of two decimals, as the published examples have them."""
    if isinstance(value, list):
        return [_amounts(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    money = ("amount", "value", "groupPriceBeforeTax", "unitPriceBeforeTax")
    return {name: f"{float(item):.2f}" if name in money else _amounts(item) for name, item in value.items()}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
