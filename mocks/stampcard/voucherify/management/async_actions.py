"""Background jobs as callers see them.

https://docs.voucherify.io/api-reference/async-actions
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import dates, errors, lists, views
from stampcard.voucherify.management.records import AsyncAction
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


def listed(record: AsyncAction) -> Json:
    return {key: value for key, value in views.async_action(record).items() if key != "result"}


async def browse(call: Call[Project]) -> Reply:
    """Newest first; `end_date` goes on with what was created before it. Entries have no result."""
    found = list(reversed(call.state.async_actions.values()))
    end = call.query.get("end_date")
    if end is not None:
        limit = dates.normal(end)
        if limit is None:
            details = "Property .end_date cannot be recognized as a ISO-8601 compliant date"
            raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
        found = [item for item in found if item.created_at < limit]
    shown = found[: call.query.get("limit", lists.DEFAULT_LIMIT)]
    body = {"object": "list", "data_ref": "async_actions", "async_actions": [listed(item) for item in shown]}
    call.summary = f"{len(shown)} async actions"
    return Reply(200, {**body, "has_more": len(found) > len(shown)})


async def read(call: Call[Project]) -> Reply:
    wanted = call.path["asyncActionId"]
    found = call.state.async_actions.get(wanted)
    if found is None:
        raise errors.not_found(call, "async_action", wanted)
    call.summary = f"{found.type} {found.status}"
    return Reply(200, views.async_action(found))
