"""Conversions: points a guest turns into money, fuel discount or a donation, by a rule of the business."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import accounts, events, ledger, params, redemptions
from stampcard.punchh.errors import Words
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, ConversionRule

CHARITY = "charity"
REQUIRED = ("conversion_rule_id", "source_value", "converted_value")


def refuse(name: str, text: str) -> ApiError:
    """The published envelope; of the texts only that of `min_source_value` is published."""
    return ApiError(422, {"errors": [{name: text}]})


def create(call: Call[Business], guest: Guest, words: Words) -> Reply:
    """The rule decides what the points become; a `converted_value` that differs is ignored (assumed)."""
    values = params.given(call)
    for name in REQUIRED:
        params.required(values, name, words)
    text, made = convert(call.state, guest, values, cause=call.id)
    if params.number(values["converted_value"]) != made:
        call.diagnose("other-value", f"the rule makes it {made}; converted_value has no effect", "/converted_value")
    call.summary = f"guest {guest.id}: {text}"
    return Reply(200, [text])


def convert(business: Business, guest: Guest, values: dict[str, Any], *, cause: int) -> tuple[str, float]:
    """Check and convert; the published answer and what the points became. Raises ApiError before anything changes."""
    rule = business.conversion_rules.get(params.integer(values.get("conversion_rule_id")) or 0)
    if rule is None:
        raise refuse("conversion_rule_id", "Conversion rule not found.")
    points = params.integer(values.get("source_value"))
    if points is None or points < max(rule.min_source_value, 1):
        least = float(max(rule.min_source_value, 1))
        raise refuse("min_source_value", f"Source value should be more than {least}.")
    if points > redemptions.available(business, guest):
        raise refuse("source_value", "Balance is insufficient to process request")
    campaign = business.campaigns.get(params.integer(values.get("social_cause_campaign_id")) or 0)
    if rule.converted_type == CHARITY and (campaign is None or campaign.kind != "social_cause"):
        raise refuse("social_cause_campaign_id", "Social cause campaign not found.")

    made = value_of(rule, points)
    ledger.spend(guest, points)
    guest.account.converted_points += points
    guest.account.converted = {
        **guest.account.converted,
        rule.id: round(guest.account.converted.get(rule.id, 0.0) + made, 2),
    }
    if rule.converted_type == "currency":
        ledger.bank(business, guest, made)
        events.points_to_reward(business, guest, made, cause=cause)
    elif rule.converted_type == CHARITY and campaign is not None:
        guest.causes = {**guest.causes, campaign.id: round(guest.causes.get(campaign.id, 0.0) + made, 2)}
    return f"{points} points converted into {_short(made)}", made


def value_of(rule: ConversionRule, points: int) -> float:
    """What points become: so much for each `source_value`, in proportion, in cents."""
    return round(points * rule.converted_value / rule.source_value, 2)


def _short(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def balances(business: Business, guest: Guest) -> list[dict[str, Any]]:
    """What a guest's points have become, by rule; money by what is left of it in the bank (assumed)."""
    money, converted = accounts.balance(business, guest).banked_currency, guest.account.converted
    return [
        {
            "category_id": rule.id,
            "name": rule.name,
            "source_type": "points",
            "source_value": rule.source_value,
            "min_source_value": rule.min_source_value,
            "converted_type": rule.converted_type,
            "converted_value": rule.converted_value,
            "balance": f"{money if rule.converted_type == 'currency' else converted.get(rule.id, 0.0):.2f}",
        }
        for rule in business.conversion_rules.values()
    ]
