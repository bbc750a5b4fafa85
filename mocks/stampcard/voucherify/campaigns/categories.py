"""Categories: a name and a place in the hierarchy, lower first.

https://docs.voucherify.io/api-reference/categories
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, views
from stampcard.voucherify.campaigns.records import Category
from stampcard.voucherify.state import Project


def find(call: Call[Project]) -> Category:
    wanted = call.path["categoryId"]
    found = call.state.categories.get(wanted)
    if found is None:
        raise errors.not_found(call, "category", wanted)
    return found


async def browse(call: Call[Project]) -> Reply:
    found = [views.category(item) for item in call.state.categories.values()]
    call.summary = f"{len(found)} categories"
    return Reply(200, {**views.listing("data", found, len(found)), "has_more": False})


async def create(call: Call[Project]) -> Reply:
    project, body = call.state, call.body
    record = Category(project.serial_id("cat_"), body["name"], body["hierarchy"], project.now)
    project.categories[record.id] = record
    call.summary = f"category {record.name} created"
    return Reply(200, views.category(record))


async def read(call: Call[Project]) -> Reply:
    record = find(call)
    call.summary = f"category {record.name}"
    return Reply(200, views.category(record))


async def update(call: Call[Project]) -> Reply:
    record = find(call)
    record.name, record.hierarchy = call.body["name"], call.body["hierarchy"]
    record.updated_at = call.state.now
    call.summary = f"category {record.name} updated"
    return Reply(200, views.category(record))


def without(value: Any, category: str) -> Any:
    """A stacking rule that no longer names a category."""
    if isinstance(value, list):
        return [item for item in value if item != category]
    return {key: item for key, item in value.items() if key != category} if isinstance(value, dict) else value


async def delete(call: Call[Project]) -> Reply:
    """Vouchers and campaigns of the category are left without one.

    Raises resource_in_use while stacking rules name it, unless the call takes it out of them (texts assumed).
    """
    project, record = call.state, find(call)
    rules = project.settings.stacking
    if any(record.id in value for value in rules.values() if isinstance(value, (list, dict))):
        if not call.query.get("remove_from_stacking_rules", False):
            details = f"Resource category with id {record.id} is in use by stacking_rules"
            more = {"related_object_ids": [project.settings.stacking_id or ""], "related_object_type": "stacking_rules"}
            raise errors.refusal(call, 400, "resource_in_use", "Resource in use", details, **more)
        project.settings.stacking = {name: without(value, record.id) for name, value in rules.items()}
    del project.categories[record.id]
    for campaign in project.campaigns.values():
        if campaign.category is record:
            campaign.category = None
    for voucher in project.vouchers.values():
        if voucher.category is record:
            voucher.category = None
    call.summary = f"category {record.name} deleted"
    return Reply(204)
