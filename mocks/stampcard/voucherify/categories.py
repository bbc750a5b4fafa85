"""Categories: a name and a place in the hierarchy, lower first.

https://docs.voucherify.io/api-reference/categories
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, views
from stampcard.voucherify.state import Category, Project


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


async def delete(call: Call[Project]) -> Reply:
    """Vouchers and campaigns of the category are left without one."""
    project, record = call.state, find(call)
    del project.categories[record.id]
    for campaign in project.campaigns.values():
        if campaign.category is record:
            campaign.category = None
    for voucher in project.vouchers.values():
        if voucher.category is record:
            voucher.category = None
    call.summary = f"category {record.name} deleted"
    return Reply(204)
