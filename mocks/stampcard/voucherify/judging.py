"""Do the validation rules hold? Rules, their conditions and the logic that joins them.

Counts and sums include the redemption that is being judged (assumed), so `$less_than_or_equal: [1]` allows one.
https://docs.voucherify.io/build/validation-rules
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.voucherify import product_collections
from stampcard.voucherify.conditions import check, listed
from stampcard.voucherify.discounts import left_of
from stampcard.voucherify.records import Json, Line, Order, Redemption, Rule, Tier
from stampcard.voucherify.state import Customer, Project, Voucher


class Case:
    """One redeemable about to be redeemed: who, what, for which order. `taken` is the discount it would give.

    `unasked` names the rules that are taken to hold.
    """

    def __init__(self, project: Project, customer: Customer | None, order: Order, metadata: Json, key: str) -> None:
        self.project = project
        self.customer = customer
        self.order = order
        self.metadata = metadata
        self.profile_metadata: Json = {}
        self.key = key
        self.voucher: Voucher | None = None
        self.tier: Tier | None = None
        self.credits = 0
        self.taken = 0
        self.unasked: Callable[[str], bool] | None = None

    @property
    def campaign_id(self) -> str | None:
        campaign = self.voucher.campaign if self.voucher else self.tier.campaign if self.tier else None
        return campaign.id if campaign else None

    def past(self, scope: str) -> Iterator[Redemption]:
        """Redemptions that still count, of this very redeemable or of its whole campaign."""
        project = self.project
        if scope == "campaign" and self.campaign_id is not None:
            found: Iterable[Redemption] = project.campaign_redemptions.get(self.campaign_id, ())
        else:
            own = self.voucher.id if self.voucher else self.tier.id if self.tier else ""
            found = project.object_redemptions.get(own, ())
        return (item for item in found if not item.rolled_back and item.failure is None)


class Failed:
    """A rule that does not hold: `area` is customer, order or redemption; `needs_customer` when there was none."""

    def __init__(self, area: str, message: str | None, needs_customer: bool) -> None:
        self.area = area
        self.message = message
        self.needs_customer = needs_customer


def judge(whole: Rule, case: Case) -> Failed | None:
    """The first rule that makes the whole fail, or None when it holds."""
    numbered = {key: value for key, value in whole.rules.items() if key != "logic"}
    if not numbered:
        return None
    skipped = case.unasked or (lambda name: False)
    results = {key: skipped(rule["name"]) or holds(rule, case) for key, rule in numbered.items()}
    if evaluate(tokens(whole.rules["logic"]), results):
        return None
    failed = next(key for key, held in results.items() if not held)
    definition = numbered[failed]
    area = RULES[definition["name"]][0]
    needs = definition["name"] in NEEDS_CUSTOMER and case.customer is None
    message = (definition.get("error") or whole.error or {}).get("message")
    return Failed(area, message, needs)


def holds(definition: Json, case: Case) -> bool:
    name = definition["name"]
    if name in NEEDS_CUSTOMER and case.customer is None:
        return False
    _, read = RULES[name]
    return read(case, definition)


# Logic: `1 and (2 or 3)`; `and` binds closer


def tokens(logic: str) -> list[str]:
    return logic.lower().replace("(", " ( ").replace(")", " ) ").split()


def parses(words: Sequence[str]) -> bool:
    try:
        evaluate(list(words), {word: True for word in words if word.isdigit()})
    except (IndexError, KeyError, ValueError):
        return False
    return True


def evaluate(words: list[str], results: dict[str, bool]) -> bool:
    value, rest = _either(words, results, 0)
    if rest:
        raise ValueError(f"left over: {rest}")
    return value


def _either(words: list[str], results: dict[str, bool], level: int) -> tuple[bool, list[str]]:
    value, rest = _both(words, results, level)
    while rest and rest[0] == "or":
        other, rest = _both(rest[1:], results, level)
        value = value or other
    return value, rest


def _both(words: list[str], results: dict[str, bool], level: int) -> tuple[bool, list[str]]:
    value, rest = _one(words, results, level)
    while rest and rest[0] == "and":
        other, rest = _one(rest[1:], results, level)
        value = value and other
    return value, rest


def _one(words: list[str], results: dict[str, bool], level: int) -> tuple[bool, list[str]]:
    if level > 50:
        raise ValueError("too deep")
    if words[0] == "(":
        value, rest = _either(words[1:], results, level + 1)
        if rest[0] != ")":
            raise ValueError("not closed")
        return value, rest[1:]
    return results[words[0]], words[1:]


# Rules


def plain(read: Callable[[Case], Any]) -> Callable[[Case, Json], bool]:
    """A rule about one value."""
    return lambda case, rule: check(read(case), rule["conditions"])


def from_metadata(read: Callable[[Case], Json | None]) -> Callable[[Case, Json], bool]:
    """A rule about one key of metadata, `a.b` for nested ones."""

    def judged(case: Case, rule: Json) -> bool:
        value: Any = read(case) or {}
        for part in str(rule["property"]).split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return check(value, rule["conditions"])

    return judged


def segment(case: Case, rule: Json) -> bool:
    customer = case.customer
    mine = [item.id for item in case.project.segments.values() if customer and customer.id in item.members]
    for operator, wanted in rule["conditions"].items():
        inside = any(item in mine for item in listed(wanted))
        if inside is (operator in ("$is_not", "$not_in")):
            return False
    return True


def lines_metadata(line: Line) -> Json:
    product = line.shown.get("product", {}).get("metadata") or {}
    return {**product, **(line.shown.get("sku", {}).get("metadata") or {}), **(line.metadata or {})}


def is_of(project: Project, line: Line, wanted: Any) -> bool:
    """Whether a line is of a product, SKU or collection: an id, a source_id or an object with either."""
    if isinstance(wanted, dict) and wanted.get("object") == "products_collection":
        return product_collections.has_line(project, str(wanted.get("id")), line)
    names = (wanted.get("id"), wanted.get("source_id")) if isinstance(wanted, dict) else (wanted,)
    own = {*line.refers.values(), *(block.get(key) for block in line.shown.values() for key in ("id", "source_id"))}
    own |= {record.id for record in (line.product, line.sku) if record is not None}
    return any(name is not None and name in own for name in names)


def of_product(case: Case, rule: Json) -> bool:
    for operator, wanted in rule["conditions"].items():
        inside = any(is_of(case.project, line, item) for line in case.order.lines for item in listed(wanted))
        if inside is (operator in ("$is_not", "$not_in")):
            return False
    return True


def order_items(case: Case, rule: Json) -> bool:
    """order.items.any, .every, .none: lines of the products named, which must hold the rules within."""
    wanted = [item for items in rule["conditions"].values() for item in listed(items)]
    lines = case.order.lines
    matched = [line for line in lines if not wanted or any(is_of(case.project, line, item) for item in wanted)]
    kept = [line for line in matched if within(rule["rules"], line, matched)]
    kind = rule["name"].rpartition(".")[2]
    if kind == "any":
        return bool(kept)
    return bool(lines) and len(kept) == len(lines) if kind == "every" else not kept


def within(rules: Json, line: Line, matched: list[Line]) -> bool:
    numbered = {key: value for key, value in rules.items() if key != "logic"}
    if not numbered:
        return True
    results = {key: line_holds(definition, line, matched) for key, definition in numbered.items()}
    return evaluate(tokens(rules["logic"]), results)


def line_holds(rule: Json, line: Line, matched: list[Line]) -> bool:
    value: Any
    match rule["name"]:
        case "order.items.quantity":
            value = line.quantity
        case "order.items.price":
            value = line.price
        case "order.items.aggregated_quantity":
            value = sum(item.quantity for item in matched)
        case "order.items.aggregated_amount":
            value = sum(item.amount for item in matched)
        case _:
            value = lines_metadata(line).get(rule["property"])
    return check(value, rule["conditions"])


def each_line(
    test: Callable[[Iterable[bool]], bool], read: Callable[[Line, Json], Any]
) -> Callable[[Case, Json], bool]:
    return lambda case, rule: test(check(read(line, rule), rule["conditions"]) for line in case.order.lines)


def period_start(project: Project, period: str) -> str:
    """The beginning of the calendar day, week (Monday) or month in the project's time zone."""
    now = project.world.clock.now.astimezone(ZoneInfo(project.settings.timezone))
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "weekly":
        day -= timedelta(days=day.weekday())
    elif period == "monthly":
        day = day.replace(day=1)
    return stamp(day)


def stamp(instant: datetime) -> str:
    return instant.astimezone(ZoneInfo("UTC")).isoformat(timespec="milliseconds")[:-6] + "Z"


def counted(scope: str, what: str = "", same: str = "") -> Callable[[Case, Json], bool]:
    """A rule that counts redemptions: all, or by the same customer or key; `what` is what is counted."""

    def judged(case: Case, rule: Json) -> bool:
        period = rule["name"].rpartition(".")[2]
        since = period_start(case.project, period) if period in ("daily", "weekly", "monthly") else ""
        found = [item for item in case.past(scope) if item.date >= since]
        if same == "customer":
            found = [item for item in found if item.customer is case.customer]
        elif same == "key":
            found = [item for item in found if item.key == case.key]
        if what == "customers":
            value = len(
                {item.customer.id for item in found if item.customer} | {case.customer.id if case.customer else ""}
            )
        elif what == "amount":
            value = sum(item.order_view.get("amount", 0) for item in found if item.order_view) + (
                case.order.amount or 0
            )
        elif what == "discounts":
            value = sum(applied(item) for item in found) + case.taken
        else:
            value = len(found) + 1
        return check(value, rule["conditions"])

    return judged


def applied(redemption: Redemption) -> int:
    view = redemption.order_view or {}
    amount: int = view.get("total_applied_discount_amount", 0)
    return amount


def holder_only(case: Case, rule: Json) -> bool:
    is_holder = case.voucher is not None and case.customer is not None and case.voucher.holder is case.customer
    wanted = check(True, rule["conditions"])
    return is_holder or not wanted


RULES: dict[str, tuple[str, Callable[[Case, Json], bool]]] = {
    "customer.segment": ("customer", segment),
    "customer_segment": ("customer", segment),
    "customer.metadata": ("customer", from_metadata(lambda case: case.profile_metadata)),
    "order.amount": ("order", plain(lambda case: left_of(case.order))),
    "order.total_amount": ("order", plain(lambda case: left_of(case.order) - case.taken)),
    "order.initial_amount": ("order", plain(lambda case: case.order.initial_amount or case.order.amount or 0)),
    "order.metadata": ("order", from_metadata(lambda case: case.order.metadata)),
    "order.items.count": ("order", plain(lambda case: sum(line.quantity for line in case.order.lines))),
    "order.items.price_any": ("order", each_line(any, lambda line, rule: line.price)),
    "order.items.price_each": ("order", each_line(all, lambda line, rule: line.price)),
    "order.items.metadata_any": (
        "order",
        each_line(any, lambda line, rule: lines_metadata(line).get(rule["property"])),
    ),
    "order.items.metadata_each": (
        "order",
        each_line(all, lambda line, rule: lines_metadata(line).get(rule["property"])),
    ),
    "order.items.any": ("order", order_items),
    "order.items.every": ("order", order_items),
    "order.items.none": ("order", order_items),
    "order.items.quantity": ("order", plain(lambda case: sum(line.quantity for line in case.order.lines))),
    "order.items.aggregated_quantity": ("order", plain(lambda case: sum(line.quantity for line in case.order.lines))),
    "order.items.price": ("order", each_line(any, lambda line, rule: line.price)),
    "order.items.aggregated_amount": ("order", plain(lambda case: sum(line.amount for line in case.order.lines))),
    "order.items.metadata": ("order", each_line(any, lambda line, rule: lines_metadata(line).get(rule["property"]))),
    "product.id": ("order", of_product),
    "sku.id": ("order", of_product),
    **{
        f"campaign.redemptions.count{end}": ("redemption", counted("campaign"))
        for end in ("", ".daily", ".weekly", ".monthly")
    },
    **{
        f"campaign.redemptions.customers_count{end}": ("redemption", counted("campaign", "customers"))
        for end in ("", ".daily", ".weekly", ".monthly")
    },
    "campaign.orders.amount": ("redemption", counted("campaign", "amount")),
    "campaign.orders.amount_discounted": ("redemption", counted("campaign", "discounts")),
    **{f"redemption.count{end}": ("redemption", counted("own")) for end in (".daily", ".weekly", ".monthly")},
    **{
        f"redemption.count.per_customer{end}": ("redemption", counted("campaign", same="customer"))
        for end in ("", ".daily", ".weekly", ".monthly")
    },
    "redemption.count.per_api_key": ("redemption", counted("campaign", same="key")),
    "redemption.api_key": ("redemption", plain(lambda case: case.key)),
    "redemption.metadata": ("redemption", from_metadata(lambda case: case.metadata)),
    "redemption.gift.amount": ("redemption", plain(lambda case: case.credits)),
    "publication.redeemable_by_linked_customer": ("redemption", holder_only),
}

NEEDS_CUSTOMER = frozenset(
    name
    for name in RULES
    if name.startswith(("customer", "redemption.count.per_customer", "publication.", "campaign.redemptions.customers"))
)

KNOWN = RULES.keys() | frozenset(
    """order.items.cheapest order.items.most_expensive product.price product.quantity product.discount_applicable
    product.metadata product.metadata.aggregated_quantity sku.price sku.quantity sku.discount_applicable
    redemption.user.login redemption.count.per_user redemption.reward.pay_with_points.points_used
    custom_event.metadata""".split()
)
"""Rules the vendor documents; those that are not in RULES are refused when a rule is created."""
