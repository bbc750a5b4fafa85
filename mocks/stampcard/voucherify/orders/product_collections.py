"""Product collections: products and SKUs under one name, as a fixed list or by a filter over the catalogue.

A filter looks at each product and each SKU on its own, a SKU without a price at its product's (assumed).
https://docs.voucherify.io/api-reference/product-collections
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, lists, values
from stampcard.voucherify.orders import products, skus
from stampcard.voucherify.orders.records import Collection, Line, Product, Sku
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

KIND = "products_collection"


def find(call: Call[Project]) -> Collection:
    """Raises 404."""
    wanted = call.path["productCollectionId"]
    found = call.state.collections.get(wanted)
    if found is None:
        raise errors.not_found(call, KIND, wanted)
    return found


def view(record: Collection) -> Json:
    what: Json = {"products": record.products} if record.type == "STATIC" else {"filter": record.filter}
    return {
        "id": record.id,
        "name": record.name,
        "type": record.type,
        **what,
        "created_at": record.created_at,
        "object": KIND,
    }


async def browse(call: Call[Project]) -> Reply:
    """Newest first."""
    found = list(reversed(call.state.collections.values()))
    found = lists.ordered(call, found, lambda item, name: getattr(item, name, None), "-created_at")
    return lists.page(call, "data", found, view)


async def create(call: Call[Project]) -> Reply:
    """Names need not be unique. Raises 404 for products nobody has, invalid_payload for a filter that is none."""
    project, body = call.state, values.given(call.body)
    record = Collection(project.random_id("pc_"), body["name"], body["type"], project.now)
    if record.type == "STATIC":
        record.products = [read_item(call, values.given(row)) for row in body.get("products", ())]
    else:
        record.filter = read_filter(call, body)
    project.collections[record.id] = record
    call.summary = f"product collection {record.name} created"
    return Reply(200, view(record))


def read_item(call: Call[Project], row: Json) -> Json:
    """A product or SKU by its id or source_id. Raises 404."""
    if row["object"] == "product":
        return {"id": products.find(call, row["id"]).id, "object": "product"}
    parent = products.find(call, row["product_id"]) if "product_id" in row else None
    found = skus.find(call, row["id"], parent)
    return {"id": found.id, "product_id": found.product.id, "object": "sku"}


def read_filter(call: Call[Project], body: Mapping[str, Any]) -> Json:
    """A filter we can look at. Raises invalid_payload, 501 for an operator we do not know."""
    given = body.get("filter")
    if given is None:
        raise errors.invalid_payload(call, "Payload should have required property 'filter'")
    if str(given.get("junction", "")).lower() not in ("and", "or"):
        raise errors.invalid_payload(call, "Property .filter should have required property 'junction'")
    for name, definition in given.items():
        if name == "junction":
            continue
        tests = definition.get("conditions") if isinstance(definition, dict) else None
        if not isinstance(tests, dict):
            raise errors.invalid_payload(call, f"Property .filter.{name} should have required property 'conditions'")
        for operator in tests:
            if operator not in lists.OPERATORS:
                raise errors.not_yet(call, f"product collections by operator {operator}")
    return dict(given)


async def read(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"product collection {record.name}"
    return Reply(200, view(record))


async def delete(call: Call[Project]) -> Reply:
    """Raises resource_in_use, naming the validation rules."""
    project, record = call.state, find(call)
    rules = [rule.id for rule in project.rules.values() if is_named(rule, record.id)]
    if rules:
        # The doubled plural is the vendor's.
        details = f"Resource {KIND} with id {record.id} is in use by validation_ruless with ids [{','.join(rules)}]"
        more = {"related_object_ids": rules, "related_object_type": "validation_rules"}
        raise errors.refusal(call, 400, "resource_in_use", "Resource in use", details, **more)
    del project.collections[record.id]
    call.summary = f"product collection {record.name} deleted"
    return Reply(204)


def is_named(rule: Rule, collection: str) -> bool:
    return any(item.get("id") == collection for item in named(rule))


def named(rule: Rule) -> Iterator[Json]:
    """Every object a rule names: in its scope, in its conditions, in its bundle."""
    yield from rule.applicable_to.get("included", ())
    yield from rule.applicable_to.get("excluded", ())
    waiting = [rule.rules, rule.bundle_rules or {}]
    while waiting:
        for definition in waiting.pop().values():
            if isinstance(definition, dict):
                waiting.append(definition.get("rules") or {})
                for wanted in (definition.get("conditions") or {}).values():
                    yield from (item for item in (wanted if isinstance(wanted, list) else ()) if isinstance(item, dict))


async def browse_products(call: Call[Project]) -> Reply:
    """Newest first, a SKU with its product."""
    record, project = find(call), call.state
    found = sorted(members(project, record), key=lambda item: item.created_at, reverse=True)
    start = call.query.get("starting_after")
    if start is not None:
        found = [item for item in found if item.created_at < start]
    found = lists.ordered(call, found, lambda item, name: getattr(item, name, None), "-created_at")
    return lists.page(call, "data", found, member_view)


def member_view(record: Product | Sku) -> Json:
    if isinstance(record, Product):
        return products.view(record)
    parent = products.view(record.product)
    kept = ("id", "source_id", "name", "price", "attributes", "metadata", "object")
    return {**skus.view(record), "product": {name: parent[name] for name in kept}}


def members(project: Project, record: Collection) -> list[Product | Sku]:
    """What a collection holds at this moment."""
    every: list[Product | Sku] = [*project.products.values(), *project.skus.values()]
    return [item for item in every if holds(record, item)]


def holds(record: Collection, item: Product | Sku) -> bool:
    if record.type == "STATIC":
        return any(row["id"] == item.id for row in record.products)
    body = products.view(item) if isinstance(item, Product) else skus.view(item)
    if isinstance(item, Sku) and item.price is None:
        body["price"] = item.product.price
    tests = [(name, test["conditions"]) for name, test in record.filter.items() if name != "junction"]
    joined = any if str(record.filter["junction"]).lower() == "or" else all
    return joined(lists.matches(body, name, conditions) for name, conditions in tests)


def has_line(project: Project, collection: str, line: Line) -> bool:
    """Whether a line of an order is of the collection: its SKU is, or its product is."""
    record = project.collections.get(collection)
    return record is not None and any(
        holds(record, item) for item in (line.sku, line.product) if isinstance(item, (Product, Sku))
    )
