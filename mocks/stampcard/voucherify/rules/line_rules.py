"""Validation rules about the lines of an order: their products, SKUs and collections, and the rules within.

`product.*` and `sku.*` are the older spelling: a rule about a product may hold others about its price and quantity.
https://docs.voucherify.io/optimize/validation-rules-reference
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from stampcard.voucherify.conditions import check, listed
from stampcard.voucherify.orders import product_collections
from stampcard.voucherify.orders.records import Line
from stampcard.voucherify.rules import logic
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

if TYPE_CHECKING:
    from stampcard.voucherify.rules.judging import Case

NEGATIVE = ("$is_not", "$not_in")


def lines_metadata(line: Line) -> Json:
    product = line.shown.get("product", {}).get("metadata") or {}
    return {**product, **(line.shown.get("sku", {}).get("metadata") or {}), **(line.metadata or {})}


def is_of(project: Project, line: Line, wanted: Any) -> bool:
    """Whether a line is of a product, SKU or collection: an id, a source_id or an object with either."""
    collection = wanted.get("id") if isinstance(wanted, dict) else wanted
    if isinstance(collection, str) and collection in project.collections:
        return product_collections.has_line(project, collection, line)
    names = (wanted.get("id"), wanted.get("source_id")) if isinstance(wanted, dict) else (wanted,)
    own = {*line.refers.values(), *(block.get(key) for block in line.shown.values() for key in ("id", "source_id"))}
    own |= {record.id for record in (line.product, line.sku) if record is not None}
    return any(isinstance(name, str) and name in own for name in names)


def matched(case: Case, rule: Json) -> list[Line]:
    """Lines of the products a rule names; all where it names none."""

    def fits(line: Line) -> bool:
        return all(
            any(is_of(case.project, line, item) for item in listed(wanted)) is (operator not in NEGATIVE)
            for operator, wanted in rule["conditions"].items()
        )

    return [line for line in case.order.lines if fits(line)]


# order.items.*


def order_items(case: Case, rule: Json) -> bool:
    """any, every, none, cheapest and most_expensive: lines of the products named, which must hold the rules within."""
    lines = matched(case, rule)
    kind = rule["name"].rpartition(".")[2]
    if kind in ("cheapest", "most_expensive"):
        choose = min if kind == "cheapest" else max
        lines = [choose(lines, key=lambda line: line.price or 0)] if lines else []
    kept = [line for line in lines if within(case, rule["rules"], line, lines)]
    if kind == "none":
        return not kept
    return bool(case.order.lines) and len(kept) == len(case.order.lines) if kind == "every" else bool(kept)


def within(case: Case, rules: Json, line: Line, lines: list[Line]) -> bool:
    numbered = {key: value for key, value in rules.items() if key != "logic"}
    if not numbered:
        return True
    results = {key: line_holds(case, definition, line, lines) for key, definition in numbered.items()}
    return logic.evaluate(logic.tokens(rules["logic"]), results)


def line_holds(case: Case, rule: Json, line: Line, lines: list[Line]) -> bool:
    read = OF_LINES.get(rule["name"])
    value = read(line, lines) if read is not None else metadata_of(line, rule)
    return check(value, rule["conditions"], case.local_now)


def metadata_of(line: Line, rule: Json) -> Any:
    return lines_metadata(line).get(rule["property"])


def quantity_of(line: Line, lines: list[Line]) -> int:
    return line.quantity


def price_of(line: Line, lines: list[Line]) -> int | None:
    return line.price


def quantity_in_all(line: Line, lines: list[Line]) -> int:
    return sum(item.quantity for item in lines)


def amount_in_all(line: Line, lines: list[Line]) -> int:
    return sum(item.amount for item in lines)


OF_LINES: dict[str, Callable[[Line, list[Line]], Any]] = {
    "order.items.quantity": quantity_of,
    "product.quantity": quantity_of,
    "sku.quantity": quantity_of,
    "order.items.price": price_of,
    "product.price": price_of,
    "sku.price": price_of,
    "order.items.aggregated_quantity": quantity_in_all,
    "product.metadata.aggregated_quantity": quantity_in_all,
    "order.items.aggregated_amount": amount_in_all,
    "product.metadata.aggregated_amount": amount_in_all,
}
"""What a rule within looks at: one line, or all that matched."""
WITHIN = frozenset(OF_LINES) | {"order.items.metadata", "product.metadata"}
"""Rules that may stand within another."""


def each_line(
    test: Callable[[Iterable[bool]], bool], read: Callable[[Line, Json], Any]
) -> Callable[[Case, Json], bool]:
    return lambda case, rule: test(
        check(read(line, rule), rule["conditions"], case.local_now) for line in case.order.lines
    )


# product.* and sku.*


def of_product(case: Case, rule: Json) -> bool:
    """A line of the product that holds the rules within; for `$is_not` no line of it."""
    for operator, wanted in rule["conditions"].items():
        inside = [line for line in case.order.lines if any(is_of(case.project, line, item) for item in listed(wanted))]
        if operator in NEGATIVE:
            if inside:
                return False
        elif not any(within(case, rule["rules"], line, inside) for line in inside):
            return False
    return True


def of_metadata(case: Case, rule: Json) -> bool:
    """A line whose metadata fits, and which holds the rules within."""
    lines = [line for line in case.order.lines if check(metadata_of(line, rule), rule["conditions"], case.local_now)]
    return any(within(case, rule["rules"], line, lines) for line in lines)


RULES: dict[str, Callable[[Case, Json], bool]] = {
    "order.items.price_any": each_line(any, lambda line, rule: line.price),
    "order.items.price_each": each_line(all, lambda line, rule: line.price),
    "order.items.metadata_any": each_line(any, metadata_of),
    "order.items.metadata_each": each_line(all, metadata_of),
    **dict.fromkeys((f"order.items.{kind}" for kind in ("any", "every", "none")), order_items),
    **dict.fromkeys(("order.items.cheapest", "order.items.most_expensive"), order_items),
    "order.items.price": each_line(any, lambda line, rule: line.price),
    "order.items.metadata": each_line(any, metadata_of),
    "product.id": of_product,
    "sku.id": of_product,
    "product.metadata": of_metadata,
    **dict.fromkeys(("product.price", "sku.price"), each_line(any, lambda line, rule: line.price)),
    **dict.fromkeys(("product.quantity", "sku.quantity"), each_line(any, lambda line, rule: line.quantity)),
}
"""Rules about lines, each about an order."""
