"""Lists: pages, order, and the vendor's filters in the query string.

`filters[customer_id][conditions][$is][0]=cust_1`, several fields joined by `filters[junction]=AND|OR`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, errors, forms, views
from stampcard.voucherify.state import Json, Project

T = TypeVar("T")

DEFAULT_LIMIT = 10


def page(call: Call[Project], data_ref: str, records: Sequence[T], view: Callable[[T], Json]) -> Reply:
    """One page of records that stand in their order already."""
    limit, number = call.query.get("limit", DEFAULT_LIMIT), call.query.get("page", 1)
    start = (number - 1) * limit
    shown = [view(record) for record in records[start : start + limit]]
    call.summary = f"{len(shown)} of {len(records)} {data_ref}"
    return Reply(200, views.listing(data_ref, shown, len(records)))


def cursor(call: Call[Project], records: Sequence[T], view: Callable[[T], Json], key: Callable[[T], str]) -> Reply:
    """A list without pages: from `starting_after_id` on; the way on is told only where there is more."""
    order: str = call.query.get("order", "-created_at")
    found = list(records) if order.startswith("-") else list(reversed(records))
    start = call.query.get("starting_after_id")
    if start is not None:
        ids = [key(record) for record in found]
        found = found[ids.index(start) + 1 :] if start in ids else []
    limit = call.query.get("limit", DEFAULT_LIMIT)
    shown = found[:limit]
    body: Json = {"object": "list", "data_ref": "data", "data": [view(record) for record in shown]}
    body["has_more"] = len(found) > len(shown)
    if body["has_more"]:
        body["more_starting_after"] = key(shown[-1])
    call.summary = f"{len(shown)} entries"
    return Reply(200, body)


def ordered(call: Call[Project], records: Iterable[T], key: Callable[[T, str], Any], default: str) -> list[T]:
    """Sorted as the `order` parameter says (`-` is descending); `default` is the order the records come in."""
    order = call.query.get("order")
    found = list(records)
    if order is None or order == default:
        return found
    name = order.removeprefix("-")
    found.reverse()  # oldest first, so that equals keep that order
    found.sort(key=lambda record: _sortable(key(record, name)), reverse=order.startswith("-"))
    return found


def sorted_by(call: Call[Project], records: list[T], key: Callable[[T, str], Any]) -> list[T]:
    """Oldest first, as the records come, unless `order` says otherwise."""
    order = call.query.get("order")
    if order is None:
        return records
    name = order.removeprefix("-")
    return sorted(records, key=lambda record: _sortable(key(record, name)), reverse=order.startswith("-"))


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, "") if value is None else (1, value)


def nested_query(call: Call[Any]) -> Json:
    """The bracketed parameters of the query as objects; they are no longer reported as unknown."""
    pairs = parse_qsl(call.request.raw_query, keep_blank_values=True)
    found = forms.nested((name, value) for name, value in pairs if "[" in name)
    heads = {f"/{name}" for name, _ in pairs if "[" in name}
    call.diagnostics[:] = [item for item in call.diagnostics if item.pointer not in heads]
    return found


def in_range(call: Call[Project], name: str, at: str | None, ranges: Json) -> bool:
    """Whether an instant lies in `created_at[before]`, `created_at[after]`. Raises invalid_query_params."""
    for side, text in (ranges.get(name) or {}).items() if isinstance(ranges.get(name), dict) else ():
        if side not in ("before", "after"):
            continue
        limit = dates.normal(text)
        if limit is None:
            details = f"Property .{name}.{side} cannot be recognized as a ISO-8601 compliant date"
            raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
        if at is None or (at >= limit if side == "before" else at <= limit):
            return False
    return True


def filtered(call: Call[Project], records: list[T], view: Callable[[T], Json]) -> list[T]:
    """Records that match the `filters` of the query, compared with what the caller would see of them."""
    if "filters" not in call.request.raw_query:
        return records
    filters = nested_query(call).get("filters")
    if not isinstance(filters, dict):
        return records
    joined = any if str(filters.pop("junction", "and")).lower() == "or" else all
    conditions = [(name, item.get("conditions", {})) for name, item in filters.items() if isinstance(item, dict)]
    for name, tests in conditions:
        for operator in tests if isinstance(tests, dict) else ():
            if operator not in OPERATORS:
                details = f"Operator {operator} is not supported"
                raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
            if name.rpartition(".")[2] in dates.STAMPS and all(item.isdecimal() for item in _listed(tests[operator])):
                message = "a number is compared with a date as text here; what Voucherify makes of it is not published"
                call.diagnose("date-and-number", message, f"/filters[{name}]")
    if not conditions:
        return records
    return [record for record in records if joined(matches(view(record), name, tests) for name, tests in conditions)]


def value_of(body: Json, name: str) -> Any:
    """What stands at `a.b` of a body; None where nothing does."""
    value: Any = body
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def matches(body: Json, name: str, tests: Any) -> bool:
    value = value_of(body, name)
    return isinstance(tests, dict) and all(
        OPERATORS[operator](value, _listed(given)) for operator, given in tests.items()
    )


def _listed(given: Any) -> list[str]:
    if isinstance(given, dict):
        given = list(given.values())
    return [_text(item) for item in given] if isinstance(given, list) else [_text(given)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _compare(value: Any, given: str) -> int | None:
    """-1, 0 or 1; None when the two cannot be compared."""
    if value is None:
        return None
    try:
        one, other = float(value), float(given)
    except (TypeError, ValueError):
        return (str(value) > given) - (str(value) < given)
    return (one > other) - (one < other)


OPERATORS: dict[str, Callable[[Any, list[str]], bool]] = {
    "$is": lambda value, given: _text(value) in given,
    "$in": lambda value, given: _text(value) in given,
    "$is_not": lambda value, given: _text(value) not in given,
    "$not_in": lambda value, given: _text(value) not in given,
    "$has_value": lambda value, given: value is not None,
    "$is_unknown": lambda value, given: value is None,
    "$contains": lambda value, given: any(item in _text(value) for item in given),
    "$not_contain": lambda value, given: not any(item in _text(value) for item in given),
    "$starts_with": lambda value, given: any(_text(value).startswith(item) for item in given),
    "$ends_with": lambda value, given: any(_text(value).endswith(item) for item in given),
    "$more_than": lambda value, given: any(_compare(value, item) == 1 for item in given),
    "$less_than": lambda value, given: any(_compare(value, item) == -1 for item in given),
    "$more_than_equal": lambda value, given: any(_compare(value, item) in (0, 1) for item in given),
    "$less_than_equal": lambda value, given: any(_compare(value, item) in (0, -1) for item in given),
    "$after": lambda value, given: any(_compare(value, item) == 1 for item in given),
    "$before": lambda value, given: any(_compare(value, item) == -1 for item in given),
}
