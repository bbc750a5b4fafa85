"""Stacking rules of a project by management keys; what they say is done in `redemptions`.

https://docs.voucherify.io/api-reference/management (stacking rules), https://docs.voucherify.io/orchestrate/stacking-rules
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, views
from stampcard.voucherify.management.paths import of_path
from stampcard.voucherify.settings import STACKING, Json
from stampcard.voucherify.state import Project

LISTS = (
    "exclusive_categories",
    "joint_categories",
    "no_effect_skip_categories",
    "no_effect_redeem_anyway_categories",
    "initial_amount_mode_categories",
    "discounted_amount_mode_categories",
)
DISJOINT = (
    ("exclusive_categories", "joint_categories"),
    ("no_effect_skip_categories", "no_effect_redeem_anyway_categories"),
    ("initial_amount_mode_categories", "discounted_amount_mode_categories"),
)
"""A category is in one of two (documented for those without an effect, assumed for the others)."""
WITHIN = (
    ("applicable_redeemables_limit", "redeemables_limit"),
    ("applicable_redeemables_per_category_limit", "applicable_redeemables_limit"),
    ("applicable_exclusive_redeemables_per_category_limit", "applicable_exclusive_redeemables_limit"),
)
"""Documented: the first must be less than or equal to the second."""


def view(project: Project) -> Json:
    """The default rules have neither an id nor dates."""
    settings = project.settings
    if settings.stacking_id is None:
        return dict(settings.stacking)
    created, updated = settings.stacking_dates
    dates = {"created_at": created} if updated is None else {"created_at": created, "updated_at": updated}
    return {"id": settings.stacking_id, **settings.stacking, **dates}


def find(call: Call[Project]) -> Project:
    """The project, when its rules have the id of the path. Raises 404."""
    project, wanted = of_path(call), call.path["stackingRulesId"]
    if project.settings.stacking_id is None or project.settings.stacking_id != wanted:
        raise errors.not_found(call, "stacking_rules", wanted)
    return project


def read_rules(call: Call[Project], project: Project) -> Json:
    """The rules as they will be: what is sent replaces, lists as a whole. Raises 404, invalid_payload."""
    sent = {name: value for name, value in call.body.items() if name in STACKING and value is not None}
    known = project.categories
    named = [item for name in LISTS for item in sent.get(name, ())]
    for category in [*named, *sent.get("applicable_redeemables_category_limits", {})]:
        if category not in known:
            raise errors.not_found(call, "category", category)
    rules: Json = {**project.settings.stacking, **sent}
    for small, large in WITHIN:
        if small in sent and rules[small] > rules[large]:
            raise errors.invalid_payload(call, f"Property .{small} must be <= {rules[large]}")
    for one, other in DISJOINT:
        if set(rules[one]) & set(rules[other]):
            raise errors.invalid_payload(call, f"Properties .{one} and .{other} must not overlap")
    return rules


async def browse(call: Call[Project]) -> Reply:
    """Always one item: the default rules, or those that were created."""
    call.summary = "stacking rules"
    return Reply(200, views.listing("data", [view(of_path(call))], 1))


async def create(call: Call[Project]) -> Reply:
    """In place of the default rules. Raises 409 when that has happened already."""
    project = of_path(call)
    if project.settings.stacking_id is not None:
        details = "Cannot exist more stacking rules for given project"
        raise errors.refusal(call, 409, "stacking_rules_exist", "Stacking rules exist", details)
    project.settings.stacking = read_rules(call, project)
    project.settings.stacking_id = project.serial_id("stk_")
    project.settings.stacking_dates = (project.now, None)
    call.summary = "stacking rules created"
    return Reply(200, view(project))


async def read(call: Call[Project]) -> Reply:
    project = find(call)
    call.summary = "stacking rules"
    return Reply(200, view(project))


async def update(call: Call[Project]) -> Reply:
    """Counts from the next validation and redemption on."""
    project = find(call)
    project.settings.stacking = read_rules(call, project)
    project.settings.stacking_dates = (project.settings.stacking_dates[0], project.now)
    call.summary = "stacking rules updated"
    return Reply(200, view(project))


async def delete(call: Call[Project]) -> Reply:
    """The default rules are back."""
    project = find(call)
    project.settings.stacking, project.settings.stacking_id = dict(STACKING), None
    call.summary = "stacking rules restored to their defaults"
    return Reply(204)
