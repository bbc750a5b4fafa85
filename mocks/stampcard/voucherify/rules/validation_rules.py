"""Validation rules and their assignments.

https://docs.voucherify.io/api-reference/validation-rules
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import conditions, errors, happenings, lists, values, views
from stampcard.voucherify.rules import bundles, formulas, judging, line_rules, logic, product_limits
from stampcard.voucherify.rules.records import Assignment, Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

_LOGIC = re.compile(r"\s*(\(|\)|and\b|or\b|\d+)", re.IGNORECASE)
EFFECT = "APPLY_TO_EVERY"


def find(call: Call[Project], reference: str) -> Rule:
    found = call.state.rules.get(reference)
    if found is None:
        raise errors.not_found(call, "validation_rules", reference)
    return found


def view(rule: Rule) -> Json:
    body = {
        "id": rule.id,
        "name": rule.name,
        "rules": rule.rules,
        "applicable_to": rule.applicable_to,
        "type": rule.type,
        "context_type": rule.context_type,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
        "object": "validation_rules",
    }
    if rule.bundle_rules is not None:
        body["bundle_rules"] = rule.bundle_rules
    return body if rule.error is None else {**body, "error": rule.error}


async def browse(call: Call[Project]) -> Reply:
    found = list(reversed(call.state.rules.values()))
    found = lists.ordered(call, found, lambda rule, name: getattr(rule, name), "-created_at")
    return lists.page(call, "data", found, view)


async def create(call: Call[Project]) -> Reply:
    project, body = call.state, values.given(call.body)
    rules = read_rules(call, body.get("rules") or {})
    rule = Rule(project.random_id("val_", 12), body["name"], rules, project.now)
    fill(call, rule, body)
    project.rules[rule.id] = rule
    happenings.note(call, "business_validation_rule.created", rule)
    call.summary = f"validation rule {rule.name} created"
    return Reply(200, view(rule))


def fill(call: Call[Project], rule: Rule, body: Json) -> None:
    if body.get("bundle_rules") is not None:
        rule.bundle_rules = bundles.read(call, body["bundle_rules"])
    elif call.body.get("bundle_rules", rule) is None:
        rule.bundle_rules = {}
    rule.type = body.get("type", rule.type)
    rule.context_type = body.get("context_type", rule.context_type)
    rule.error = body.get("error", rule.error)
    if "applicable_to" in body or not rule.applicable_to:
        rule.applicable_to = read_scope(call, body.get("applicable_to") or {})


FORMULAS = ("price_formula", *(f"{limit}_formula" for limit in product_limits.LIMITS))
"""Members of a scope that are calculated for each order."""


def read_scope(call: Call[Project], given: Mapping[str, Any]) -> Json:
    def items(name: str) -> list[Json]:
        for item in given.get(name) or ():
            if item["object"] == "products_collection" and item.get("id") not in call.state.collections:
                message = "no product collection has this id; the scope matches no line"
                call.diagnose("unknown-reference", message, f"/applicable_to/{name}")
            for member in [key for key in values.given(item) if key in FORMULAS]:
                known = formulas.OPERANDS | (formulas.ITEM_OPERANDS if member == "price_formula" else frozenset())
                formulas.check(call, item[member], f".applicable_to.{name}.{member}", known)
        return [{"effect": EFFECT, **values.given(item)} for item in given.get(name) or ()]

    whole = bool(given.get("included_all"))
    return {"excluded": items("excluded"), "included": items("included"), "included_all": whole}


def read_rules(call: Call[Project], given: Mapping[str, Any], known: frozenset[str] = judging.EMULATED) -> Json:
    """The numbered rules, each complete, and the logic that joins them. Raises invalid_validation_rules."""
    numbered = {key: value for key, value in given.items() if key != "logic" and value is not None}
    found: Json = {key: read_rule(call, value, known) for key, value in numbered.items()}
    joined = given.get("logic") or " and ".join(numbered) or "1"
    words = _LOGIC.findall(joined) if isinstance(joined, str) else []
    if not words or _LOGIC.sub("", joined).strip() or not logic.parses([word.lower() for word in words]):
        raise invalid(call, f"Logic '{joined}' is not valid")
    for word in words:
        if word.isdigit() and numbered and word not in numbered:
            raise invalid(call, f"Logic refers to rule '{word}' that does not exist")
    return {**found, "logic": joined} if found else found


def read_rule(call: Call[Project], given: Any, known: frozenset[str]) -> Json:
    """One rule, and those within it, which may look at lines only. Raises invalid_validation_rules, 501."""
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise invalid(call, "Rule should have required property 'name'")
    rule = values.given(given)
    name = rule["name"]
    if name not in judging.KNOWN:
        raise invalid(call, f"Rule '{name}' is not supported")
    if name.endswith("metadata") and not rule.get("property"):
        raise invalid(call, f"Rule '{name}' must have a 'property'")
    if name not in known:
        raise errors.not_yet(call, f"validation rule {name}" if known is judging.EMULATED else f"{name} within")
    wanted = rule.get("conditions", {})
    if not isinstance(wanted, dict):
        raise invalid(call, f"Rule '{name}' must have 'conditions'")
    for operator in wanted:
        if operator not in conditions.OPERATORS:
            raise errors.not_yet(call, f"validation rule operator {operator}")
    inner = rule.get("rules") or {}
    found: Json = {"name": name, "property": rule.get("property"), "conditions": wanted}
    found["rules"] = read_rules(call, inner, line_rules.WITHIN) if isinstance(inner, dict) else {}
    if isinstance(rule.get("error"), dict) and isinstance(rule["error"].get("message"), str):
        found["error"] = {"message": rule["error"]["message"]}
    return found


def invalid(call: Call[Project], details: str) -> Exception:
    return errors.refusal(call, 400, "invalid_validation_rules", "Invalid Validation Rule Definition", details)


async def read(call: Call[Project]) -> Reply:
    rule = find(call, call.path["validationRuleId"])
    call.summary = f"validation rule {rule.name}"
    return Reply(200, view(rule))


async def update(call: Call[Project]) -> Reply:
    body = values.given(call.body)
    rule = find(call, call.path["validationRuleId"])
    rules = read_rules(call, body["rules"]) if "rules" in body else rule.rules
    fill(call, rule, body)
    rule.rules, rule.name, rule.updated_at = rules, body.get("name", rule.name), call.state.now
    happenings.note(call, "business_validation_rule.updated", rule)
    call.summary = f"validation rule {rule.name} updated"
    return Reply(200, view(rule))


async def delete(call: Call[Project]) -> Reply:
    """Its assignments go with it."""
    project = call.state
    rule = find(call, call.path["validationRuleId"])
    del project.rules[rule.id]
    for assignment in [item for item in project.assignments.values() if item.rule is rule]:
        project.remove_assignment(assignment)
    happenings.note(call, "business_validation_rule.deleted", rule)
    call.summary = f"validation rule {rule.name} deleted"
    return Reply(204)


# Assignments


async def browse_all_assignments(call: Call[Project]) -> Reply:
    found = list(reversed(call.state.assignments.values()))
    if "rule" in call.query:
        found = [item for item in found if item.rule.id == call.query["rule"]]
    if "related_object_id" in call.query:
        found = [item for item in found if item.related_object_id == call.query["related_object_id"]]
    return lists.page(call, "data", found, views.assignment)


async def browse_assignments(call: Call[Project]) -> Reply:
    rule = find(call, call.path["validationRuleId"])
    found = [item for item in reversed(call.state.assignments.values()) if item.rule is rule]
    return lists.page(call, "data", found, views.assignment)


async def assign(call: Call[Project]) -> Reply:
    """`campaign`, `voucher` or `promotion_tier` name what the rule is for; a code becomes the voucher's id."""
    project, body = call.state, values.given(call.body)
    rule = find(call, call.path["validationRuleId"])
    kind, wanted = next(
        ((name, body[name]) for name in ("voucher", "campaign", "promotion_tier") if name in body), ("", "")
    )
    if "related_object_id" in body:
        kind, wanted = body.get("related_object_type", "voucher"), body["related_object_id"]
    target = find_target(call, kind, wanted)
    if any(item.rule is rule for item in project.assignments_of(target)):
        raise errors.duplicate(call, "validation_rules_assignment", "with id", rule.id)
    assignment = project.assign(rule, kind, target)
    happenings.note(call, "business_validation_rule.assignment.created", assignment)
    call.summary = f"validation rule {rule.name} assigned to {kind} {wanted}"
    return Reply(200, views.assignment(assignment))


def find_target(call: Call[Project], kind: str, wanted: str) -> str:
    """The id of what a rule is to be assigned to. Raises 404, invalid_payload."""
    project = call.state
    if kind == "voucher":
        found = project.vouchers.get(project.fold(wanted)) or project.voucher_ids.get(wanted)
        if found is None:
            raise errors.not_found(call, "voucher", wanted)
        return found.id
    if kind == "campaign":
        campaign = project.find_campaign(wanted)
        if campaign is None:
            raise errors.not_found(call, "campaign", wanted)
        return campaign.id
    known: dict[str, Mapping[str, Any]] = {
        "promotion_tier": project.tiers,
        "reward_assignment": project.reward_assignments,
        "earning_rule": project.earning_rules,
    }
    if kind in known:
        if wanted not in known[kind]:
            raise errors.not_found(call, kind, wanted)
        return wanted
    if kind:
        raise errors.not_yet(call, f"validation rules of a {kind}")
    raise errors.invalid_payload(call, "Payload should have required property 'voucher'")


async def unassign(call: Call[Project]) -> Reply:
    project = call.state
    rule = find(call, call.path["validationRuleId"])
    wanted = call.path["assignmentId"]
    found: Assignment | None = project.assignments.get(wanted)
    if found is None or found.rule is not rule:
        raise errors.not_found(call, "validation_rules_assignment", wanted)
    project.remove_assignment(found)
    happenings.note(call, "business_validation_rule.assignment.deleted", found)
    call.summary = f"validation rule {rule.name} is no longer assigned to {found.related_object_id}"
    return Reply(204)
