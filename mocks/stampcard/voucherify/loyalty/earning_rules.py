"""Earning rules: what brings members points, and the points it brings.

https://docs.voucherify.io/api-reference/loyalties/create-earning-rules
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import days, desk, errors, happenings, lists, metadata, values
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.customers.records import Customer, Segment
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.events.records import Activity, CustomEvent
from stampcard.voucherify.loyalty import earnings, loyalties
from stampcard.voucherify.loyalty.records import EarningRule
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.points import buckets, cards, pending_points, tier_moves
from stampcard.voucherify.points.records import TierChange
from stampcard.voucherify.rules import judging, timeframes
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

TIER_EVENTS = "customer.loyalty.tier."
ANY_TIER = "__ANY__"


def find(call: Call[Project]) -> EarningRule:
    campaign = cards.find(call, call.path["campaignId"])
    wanted = call.path["earningRuleId"]
    found = call.state.earning_rules.get(wanted)
    if found is None or found.campaign is not campaign:
        raise errors.not_found(call, "earning_rule", wanted)
    return found


def view(rule: EarningRule) -> Json:
    body: Json = {
        "id": rule.id,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
        "validation_rule_id": rule.validation_rule_id,
        "loyalty": rule.loyalty,
        "event": rule.event,
        "source": {**rule.source, "object_id": rule.campaign.id, "object_type": "campaign"},
        "active": rule.active,
        **rule.dates,
        "object": "earning_rule",
        "automation_id": rule.automation_id,
        "metadata": rule.metadata,
    }
    if rule.segment_id is not None:
        body["segment"] = {"id": rule.segment_id}
    if rule.schema_id is not None:
        body["custom_event"] = {"schema_id": rule.schema_id}
    if rule.tier_id is not None:
        body["loyalty_tier"] = {"id": rule.tier_id}
    more = {"pending_points": rule.pending, "expiration_rules": rule.expiration_rules}
    return body | {name: value for name, value in more.items() if value is not None}


async def browse(call: Call[Project]) -> Reply:
    campaign = cards.find(call, call.path["campaignId"])
    found = [item for item in reversed(call.state.earning_rules.values()) if item.campaign is campaign]
    found = lists.ordered(call, found, lambda item, name: getattr(item, name), "-created_at")
    return lists.page(call, "data", found, view)


async def create(call: Call[Project]) -> Reply:
    """All of the array or none."""
    project = call.state
    campaign = cards.find(call, call.path["campaignId"])
    made = [read_rule(call, campaign, values.given(row)) for row in call.body]
    for rule in made:
        project.earning_rules[rule.id] = rule
    call.summary = f"{len(made)} earning rules of {campaign.name} created"
    return Reply(200, [view(rule) for rule in made])


def read_rule(call: Call[Project], campaign: Campaign, body: Json) -> EarningRule:
    project = call.state
    event = body["event"]
    loyalty = earnings.read_loyalty(call, values.given(body.get("loyalty")))
    if event.startswith(TIER_EVENTS) and loyalty["type"] != "FIXED":
        raise errors.invalid_payload(
            call, "Property .loyalty.type should be equal to one of the allowed values [ FIXED ]"
        )
    segment = values.given(body.get("segment")).get("id")
    if event == "customer.segment.entered" and segment not in project.segments:
        raise errors.not_found(call, "segment", str(segment))
    metadata.check(call, "earning_rule", body.get("metadata"))
    return EarningRule(
        project.random_id("ern_"),
        campaign,
        event,
        loyalty,
        project.now,
        project.random_id("auto_"),
        source=values.given(body.get("source")),
        validation_rule_id=read_condition(call, body),
        segment_id=segment,
        schema_id=values.given(body.get("custom_event")).get("schema_id"),
        active=body.get("active", True),
        dates=values.given(values.read_dates(call, body)),
        metadata=body.get("metadata") or {},
        pending=read_pending(call, values.given(body.get("pending_points")), event),
        expiration_rules=read_expiration(call, body),
        tier_id=read_tier(call, values.given(body.get("loyalty_tier"))),
    )


def read_pending(call: Call[Project], given: Json, event: str) -> Json | None:
    """How long points wait; only those of paid orders do. Raises invalid_payload."""
    if not given:
        return None
    if event != "order.paid":
        raise errors.invalid_payload(call, "Property .pending_points can be used only with the order.paid event")
    for name in ("period_type", "period_value"):
        if name not in given:
            raise errors.invalid_payload(call, f"Property .pending_points should have required property '{name}'")
    return given


def read_expiration(call: Call[Project], body: Json) -> Json | None:
    rules = body.get("expiration_rules")
    return values.read_expiration(call, rules, ".expiration_rules") if rules else None


def read_tier(call: Call[Project], given: Json) -> str | None:
    """The tier whose change earns points, of whatever campaign; `__ANY__` is all. Raises 404."""
    wanted: str | None = given.get("id")
    if wanted is not None and wanted != ANY_TIER and wanted not in call.state.ledger.tiers:
        raise errors.not_found(call, "loyalty_tier", wanted)
    return wanted


def read_condition(call: Call[Project], body: Json) -> str | None:
    wanted: str | None = body.get("validation_rule_id")
    if wanted is not None and wanted not in call.state.rules:
        raise errors.not_found(call, "validation_rules", wanted)
    return wanted


async def read(call: Call[Project]) -> Reply:
    rule = find(call)
    call.summary = f"earning rule on {rule.event}"
    return Reply(200, view(rule))


async def update(call: Call[Project]) -> Reply:
    project, rule, body = call.state, find(call), values.given(call.body)
    fresh = read_rule(call, rule.campaign, {"event": rule.event, "loyalty": rule.loyalty, **body})
    names = {
        name: name for name in ("loyalty", "active", "metadata", "source", "validation_rule_id", "expiration_rules")
    }
    for name, attribute in {**names, "pending_points": "pending"}.items():
        if name in body:
            setattr(rule, attribute, getattr(fresh, attribute))
    rule.dates = values.given({**rule.dates, **values.read_dates(call, call.body)})
    rule.updated_at = project.now
    call.summary = f"earning rule on {rule.event} updated"
    return Reply(200, view(rule))


async def delete(call: Call[Project]) -> Reply:
    rule = find(call)
    del call.state.earning_rules[rule.id]
    for assignment in list(call.state.assignments_of(rule.id)):
        call.state.remove_assignment(assignment)
    call.summary = f"earning rule on {rule.event} deleted"
    return Reply(204)


async def enable(call: Call[Project]) -> Reply:
    return switch(call, True)


async def disable(call: Call[Project]) -> Reply:
    return switch(call, False)


def switch(call: Call[Project], active: bool) -> Reply:
    rule = find(call)
    rule.active, rule.updated_at = active, call.state.now
    call.summary = f"earning rule on {rule.event} {'enabled' if active else 'disabled'}"
    return Reply(200, view(rule))


# Earning


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """Something happened to a customer: rules that wait for it bring points."""
    if customer is None or not project.earning_rules:
        return
    subject = activity.subject
    event = {"customer.order.paid": "order.paid", "customer.custom_event": ""}.get(activity.type, activity.type)
    for rule in list(project.earning_rules.values()):
        wanted = subject.name if isinstance(subject, CustomEvent) else event
        if rule.event != wanted or (isinstance(subject, Segment) and rule.segment_id != subject.id):
            continue
        if isinstance(subject, TierChange) and not is_about(rule, subject):
            continue
        if is_open(project, rule) and holds(project, rule, customer, subject):
            bring(project, activity, rule, customer, subject)


def is_about(rule: EarningRule, change: TierChange) -> bool:
    """Whether a rule waits for this tier: the one that was come to, or the one that was left (assumed)."""
    tier = change.after or change.before
    if rule.tier_id in (None, ANY_TIER):
        return change.voucher.campaign is rule.campaign or rule.tier_id is None
    return tier is not None and rule.tier_id == tier.id


def is_open(project: Project, rule: EarningRule) -> bool:
    now, dates = project.now, rule.dates
    if not rule.active or not rule.campaign.active or rule.campaign.deleted:
        return False
    if now < dates.get("start_date", now) or now > dates.get("expiration_date", now):
        return False
    return timeframes.is_open(project, dates, dates.get("start_date"))


def holds(project: Project, rule: EarningRule, customer: Customer, subject: Any) -> bool:
    rules = [one.rule for one in project.assignments_of(rule.id)]
    if rule.validation_rule_id in project.rules:
        rules.append(project.rules[rule.validation_rule_id])
    case = judging.Case(project, customer, earnings.order_of(subject) or Order("", None, ""), {}, "")
    case.profile_metadata = customer.metadata or {}
    case.event = subject.metadata if isinstance(subject, CustomEvent) else {}
    return all(judging.judge(one, case) is None for one in rules)


def bring(project: Project, activity: Activity, rule: EarningRule, customer: Customer, subject: Any) -> None:
    """The customer's card gets the points; who has none is enrolled first where the program says so."""
    points, group = earnings.points_of(project, rule.loyalty, customer, subject), activity.group_id
    if points <= 0:
        return
    named = subject.loyalty if isinstance(subject, CustomEvent) else None
    card = named if named is not None and named.campaign is rule.campaign else cards.card_of(rule.campaign, customer)
    if card is None and rule.campaign.auto_join:
        card = enroll(project, group, rule.campaign, customer)
    if card is None or not card.active:
        return
    tier = project.ledger.tier_of(card)
    mapping = tier.earning_rules.get(rule.id) if tier is not None else None
    points = tier_moves.mapped(points, mapping)
    if points <= 0:
        return
    about = details(project, rule, activity, customer, subject)
    if tier is not None:
        about["holder_loyalty_tier"] = {"id": tier.id, "name": tier.name}
        if mapping is not None:
            about["loyalty_tier"] = {"id": tier.id, "name": tier.name}
    order = earnings.order_of(subject)
    if rule.pending is not None and order is not None:
        pending_points.park(
            project, group, rule, card, points, {"customer": customer, "order": order, "details": about}
        )
        return
    rules = rule.expiration_rules or buckets.rules_of(card.campaign)
    loyalties.earn(project, group, card, points, about, days.expiry(rules, days.current(project)))


def details(project: Project, rule: EarningRule, activity: Activity, customer: Customer, subject: Any) -> Json:
    """What a transaction or pending points say of how they came about."""
    about: Json = {
        "event": {"id": happenings.id_of(project, activity), "type": activity.type},
        "earning_rule": {"id": rule.id, "source": rule.source},
    }
    order = earnings.order_of(subject)
    if order is not None:
        about["order"] = {"id": order.id, "source_id": order.source_id}
    if isinstance(subject, Segment):
        about["segment"] = {"id": subject.id, "name": subject.name}
    return about


def enroll(project: Project, group: str, campaign: Campaign, customer: Customer) -> Voucher | None:
    call = desk.by_hand(project.world, project, {}, happenings.cause_of(group) or 0)
    body = {"campaign": campaign.id, "customer": customer.id, "channel": "Automation"}
    try:
        return publications.publish(call, publications.Order(body, False)).vouchers[0]
    except ApiError:
        return None
