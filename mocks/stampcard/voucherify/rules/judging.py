"""Do the validation rules hold? Rules, their conditions and the logic that joins them.

Counts and sums include the redemption that is being judged (assumed), so `$less_than_or_equal: [1]` allows one.
https://docs.voucherify.io/build/validation-rules
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stampcard.voucherify.campaigns.records import Tier, Voucher
from stampcard.voucherify.conditions import check, listed
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.orders.cart import left_of
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.redemptions.records import Redemption
from stampcard.voucherify.rules import line_rules, logic
from stampcard.voucherify.rules.records import Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


class Case:
    """One redeemable about to be redeemed: who, what, for which order. `taken` is the discount it would give.

    `event` is the metadata of the custom event that brought this about; `unasked` names the rules taken to hold.
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
        self.event: Json = {}
        self.unasked: Callable[[str], bool] | None = None

    @property
    def local_now(self) -> datetime:
        """The present instant in the project's time zone."""
        return self.project.world.clock.now.astimezone(ZoneInfo(self.project.settings.timezone))

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
    if logic.evaluate(logic.tokens(whole.rules["logic"]), results):
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


# Rules


def plain(read: Callable[[Case], Any]) -> Callable[[Case, Json], bool]:
    """A rule about one value."""
    return lambda case, rule: check(read(case), rule["conditions"], case.local_now)


def from_metadata(read: Callable[[Case], Json | None]) -> Callable[[Case, Json], bool]:
    """A rule about one key of metadata, `a.b` for nested ones."""

    def judged(case: Case, rule: Json) -> bool:
        value: Any = read(case) or {}
        for part in str(rule["property"]).split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return check(value, rule["conditions"], case.local_now)

    return judged


def segment(case: Case, rule: Json) -> bool:
    customer = case.customer
    mine = [item.id for item in case.project.segments.values() if customer and customer.id in item.members]
    for operator, wanted in rule["conditions"].items():
        inside = any(item in mine for item in listed(wanted))
        if inside is (operator in ("$is_not", "$not_in")):
            return False
    return True


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
        return check(value, rule["conditions"], case.local_now)

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
    **{name: ("order", read) for name, read in line_rules.RULES.items()},
    "order.items.quantity": ("order", plain(lambda case: sum(line.quantity for line in case.order.lines))),
    "order.items.aggregated_quantity": ("order", plain(lambda case: sum(line.quantity for line in case.order.lines))),
    "order.items.aggregated_amount": ("order", plain(lambda case: sum(line.amount for line in case.order.lines))),
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
    "redemption.reward.pay_with_points.points_used": ("redemption", plain(lambda case: case.credits)),
    # Calls by keys have no user of the dashboard.
    "redemption.user.login": ("redemption", plain(lambda case: None)),
    "custom_event.metadata": ("redemption", from_metadata(lambda case: case.event)),
    "publication.redeemable_by_linked_customer": ("redemption", holder_only),
}

NEEDS_CUSTOMER = frozenset(
    name
    for name in RULES
    if name.startswith(("customer", "redemption.count.per_customer", "publication.", "campaign.redemptions.customers"))
)

KNOWN = (
    RULES.keys()
    | frozenset(line_rules.OF_LINES)
    | frozenset(
        """product.discount_applicable product.metadata.discount_applicable product.metadata.match_all
    sku.discount_applicable redemption.count.per_user""".split()
    )
)
"""Rules the vendor documents; those that are not emulated are refused when a rule is created."""
EMULATED = frozenset(RULES)
