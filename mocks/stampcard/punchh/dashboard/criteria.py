"""Receipt rules of an ingested redeemable: what of them is valid, what of it takes effect, what is warned of."""

from __future__ import annotations

from typing import Any

from stampcard.punchh import errors, params
from stampcard.punchh.state import Redeemable

Warnings = dict[str, list[dict[str, Any]]]
FLAT = ("flat_discount", "discount")
"""Published under both names."""

QUALIFIERS = ("new", "existing", *FLAT)
MOST = 99999
METHODS = ("max_price", "min_price", "exclude", "")
ALONE = ("line_item_exists", "line_item_does_not_exist")
EXPRESSIONS = (
    *ALONE,
    "net_quantity_greater_than_or_equal_to",
    "net_quantity_equal_to",
    "net_amount_greater_than_or_equal_to",
    "net_amount_excluding_min_priced_item_equal_to_or_more_than",
    "net_amount_excluding_max_priced_item_equal_to_or_more_than",
)
ATTRIBUTES = """total_amount amount subtotal_amount receipt_hour receipt_min receipt_minute receipt_day
    receipt_week_day receipt_week receipt_month receipt_year revenue_code revenue_id employee_id employee_name channel
    transaction_no""".split()
OPERATORS = """== != > < >= <= in is_case_insensitive in_case_insensitive not_in not_in_case_insensitive like not_like
    in_range not_in_range mod in_special""".split()
CHOICES = {
    "qualifying_expressions_operator": ("All", "Any"),
    "item_filter_expressions_operator": ("All", "Any"),
    "discount_evaluation_strategy": ("Min", "Max"),
}
CAPPED = ("amount_cap", "percentage_of_processed_amount")


def checked_rule(rule: dict[str, Any], values: dict[str, Any], wrong: list[str]) -> Warnings:
    """Put the rule into `values`, without what is not valid of its lists; returns the warnings about these.

    The texts in `wrong` are those of missing parameters elsewhere (assumed).
    """
    kind = params.text(rule.get("qualifier_type"))
    amount = params.number(rule.get("discount_amount"))
    criterion = rule.get("redeeming_criterion")
    if kind not in QUALIFIERS:
        wrong.append(errors.missing_text("qualifier_type"))
    if kind in FLAT and (amount is None or amount <= 0):
        wrong.append(errors.missing_text("discount_amount"))
    if kind == "existing" and not params.text(rule.get("redeeming_criterion_id")):
        wrong.append(errors.missing_text("redeeming_criterion_id"))
    kept: dict[str, Any] = {"qualifier_type": kind, "discount_amount": amount if kind in FLAT else None}
    kept["redeeming_criterion_id"] = params.text(rule.get("redeeming_criterion_id"))
    warnings: Warnings = {}
    if kind == "new":
        if not isinstance(criterion, dict) or not criterion:
            wrong.append(errors.missing_text("redeeming_criterion"))
        else:
            kept["redeeming_criterion"] = _criterion(criterion, warnings, wrong)
    values["receipt_rule"] = kept
    values["_rule"] = _effect(kept.get("redeeming_criterion", {}))
    return warnings


def _effect(criterion: dict[str, Any]) -> dict[str, Any]:
    """What a redemption follows of a criterion: a part of the receipt, up to a cap."""
    found = {name: params.number(criterion.get(name)) for name in CAPPED}
    effect: dict[str, Any] = {"cap": found["amount_cap"]}
    if found["percentage_of_processed_amount"] is not None:
        effect["percentage"] = found["percentage_of_processed_amount"]
    return effect


def _criterion(found: dict[str, Any], warnings: Warnings, wrong: list[str]) -> dict[str, Any]:
    kept = dict(found)
    if not params.text(found.get("external_id")):
        wrong.append(errors.missing_text("redeeming_criterion.external_id"))
    for name in CAPPED:
        value = params.number(found.get(name))
        if params.text(found.get(name)) and (value is None or not 0 <= value <= MOST):
            wrong.append(f"{errors.human(name)} is invalid")
    for name, bad in (
        ("line_item_filters", _bad_filter),
        ("item_qualifiers", _bad_item),
        ("receipt_qualifiers", _bad_receipt),
    ):
        rows = found.get(name)
        if isinstance(rows, list):
            kept[name] = [row for row in rows if isinstance(row, dict) and not bad(row)]
            told = [(row, bad(row)) for row in rows if isinstance(row, dict) and bad(row)]
            if told:
                warnings[name] = [{"message": _text(names), "item": row} for row, names in told]
    for name, allowed in CHOICES.items():
        if name in found and found[name] not in allowed:
            warnings[name] = [{"message": _text([name]), "item": {name: found[name]}}]
            del kept[name]
    return kept


def _text(names: list[str]) -> str:
    return f"Required parameters missing or invalid: {', '.join(names)}"


def _bad_filter(row: dict[str, Any]) -> list[str]:
    bad = [] if params.text(row.get("line_item_selector_id")) else ["line_item_selector_id"]
    method = params.text(row.get("processing_method"))
    if method not in METHODS:
        bad.append("processing_method")
    if method in ("max_price", "min_price") and (params.integer(row.get("quantity")) or 0) < 1:
        bad.append("quantity")
    return bad


def _bad_item(row: dict[str, Any]) -> list[str]:
    bad = [] if params.text(row.get("line_item_selector_id")) else ["line_item_selector_id"]
    kind = params.text(row.get("expression_type"))
    if kind not in EXPRESSIONS:
        bad.append("expression_type")
    elif kind not in ALONE and (params.number(row.get("net_value")) or 0) <= 0:
        bad.append("net_value")
    return bad


def _bad_receipt(row: dict[str, Any]) -> list[str]:
    bad = [] if params.text(row.get("attribute")) in ATTRIBUTES else ["attribute"]
    if params.text(row.get("operator")) not in OPERATORS:
        bad.append("operator")
    return bad if params.text(row.get("value")) else [*bad, "value"]


def rule_view(one: Redeemable) -> dict[str, Any]:
    """The rule as it is kept; that of a redeemable made in the dashboard is its discount."""
    kept = one.facts.get("offer", {}).get("receipt_rule")
    return kept or {
        "qualifier_type": "flat_discount",
        "discount_amount": one.discount_amount,
        "redeeming_criterion_id": "",
    }
