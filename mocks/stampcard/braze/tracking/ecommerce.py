"""Recommended e-commerce events: custom events of six names whose properties must fit a schema, or they are dropped.

https://www.braze.com/docs/user_guide/data/activation/events/recommended_events says what is checked. Braze words a
breach as the Ruby gem json-schema does: the text for a missing property is recorded by public integrations
(rudder-transformer); those of other breaches are the gem's, and that the first one found is told is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stampcard.braze.currencies import is_currency
from stampcard.core import codec

Schema = Mapping[str, str]
"""Property -> its type; one with a `?` may be left out. Types are those of JSON, and `amount`, a number from 0."""


def _schema(text: str) -> Schema:
    """`name:type` and `name?:type` words."""
    return dict(word.split(":") for word in text.split())


_PRODUCT = _schema(
    "product_id:string product_name:string variant_id:string image_url?:string product_url?:string quantity:integer "
    "price:amount metadata?:object"
)
_MONEY = "subtotal_value?:amount tax?:amount shipping?:amount currency:currency"
_COMMON = "products:products source:string metadata?:object"
_DISCOUNTS = "total_discounts?:amount discounts?:array"

SCHEMAS: Mapping[str, Schema] = {
    "ecommerce.product_viewed": _schema(
        "product_id:string product_name:string variant_id:string image_url?:string product_url?:string price:amount "
        "currency:currency source:string type?:array metadata?:object"
    ),
    "ecommerce.cart_updated": _schema(f"cart_id:string action?:action total_value?:amount {_MONEY} {_COMMON}"),
    "ecommerce.checkout_started": _schema(f"checkout_id:string cart_id?:string total_value:amount {_MONEY} {_COMMON}"),
    "ecommerce.order_placed": _schema(
        f"order_id:string cart_id?:string total_value:amount {_MONEY} {_DISCOUNTS} {_COMMON}"
    ),
    "ecommerce.order_cancelled": _schema(
        f"order_id:string total_value:amount {_MONEY} {_DISCOUNTS} cancel_reason:string {_COMMON}"
    ),
    "ecommerce.order_refunded": _schema(f"order_id:string total_value:amount currency:currency {_DISCOUNTS} {_COMMON}"),
}
"""The names are exact: under any other an event is a custom event like all others."""

REVENUE = {"ecommerce.order_placed": 1, "ecommerce.order_refunded": -1}
"""How an event's total_value changes a user's total revenue."""

MAX_AMOUNT = 10**15
"""Assumed, as for purchases: it keeps sums exact to the cent."""

ACTIONS = ("add", "remove", "replace")
_JSON_TYPES = {
    "string": str,
    "integer": int,
    "amount": (int, float),
    "currency": str,
    "action": str,
    "array": list,
    "products": list,
    "object": dict,
}
_CALLED = {"amount": "number", "currency": "string", "action": "string", "products": "array"}


def fault(name: str, properties: Mapping[str, Any]) -> str | None:
    """Why Braze drops an event of one of the six names; None when it takes it, and for every other name."""
    schema = SCHEMAS.get(name)
    if schema is None:
        return None
    if name == "ecommerce.cart_updated" and properties.get("action", "replace") == "replace":
        schema = {**{key: kind for key, kind in schema.items() if key != "total_value?"}, "total_value": "amount"}
    return next(_breaches(schema, properties, "#/"), None)


def _breaches(schema: Schema, value: Mapping[str, Any], place: str) -> Iterator[str]:
    for key in schema:
        if not key.endswith("?") and key not in value:
            yield f"The property '{place}' did not contain a required property of '{key}'"
    kinds = {key.removesuffix("?"): kind for key, kind in schema.items()}
    for key, item in value.items():
        if key in kinds:
            yield from _breaches_of(kinds[key], item, f"{place.rstrip('/')}/{key}")
    if extra := [key for key in value if key not in kinds]:
        shown = codec.encode(extra).decode().replace(",", ", ")
        none = "outside of the schema when none are allowed"
        yield f"The property '{place}' contains additional properties {shown} {none}"


def _breaches_of(kind: str, value: Any, place: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, _JSON_TYPES[kind]):  # type: ignore[arg-type]
        called = _CALLED.get(kind, kind)
        yield f"The property '{place}' of type {_type_of(value)} did not match the following type: {called}"
    elif kind == "amount" and value < 0:
        yield f"The property '{place}' did not have a minimum value of 0, inclusively"
    elif kind == "amount" and value > MAX_AMOUNT:
        yield f"The property '{place}' did not have a maximum value of {MAX_AMOUNT}, inclusively"
    elif kind == "currency" and not is_currency(value):
        yield "'currency' must be an ISO 4217 currency"
    elif kind == "action" and value not in ACTIONS:
        shown = codec.encode(value).decode()
        yield f"The property '{place}' value {shown} did not match one of the following values: {', '.join(ACTIONS)}"
    elif kind == "products":
        for index, item in enumerate(value):
            yield from _breaches_of("object", item, f"{place}/{index}")
            if isinstance(item, dict):
                yield from _breaches(_PRODUCT, item, f"{place}/{index}")


def _type_of(value: Any) -> str:
    """A value's type as the gem calls it."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names[type(value)]


def revenue(name: str, properties: Mapping[str, Any]) -> float:
    """What a faultless event adds to its user's total revenue."""
    sign = REVENUE.get(name)
    return sign * float(properties["total_value"]) if sign else 0.0
