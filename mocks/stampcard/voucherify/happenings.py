"""What happens in a project is told once, here: the customer's activity, and whoever listens."""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call
from stampcard.voucherify import dates, errors
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.events.records import Activity
from stampcard.voucherify.state import Project


def tell(
    project: Project, group: str, kind: str, customer: Customer | None, subject: Any = None, now: str | None = None
) -> None:
    """Something of a kind (`customer.created`, `customer.publication.succeeded` ...) happened in request `group`.

    `now` is the project's, from callers that know it already.
    """
    activity = Activity(project.next_number(), kind, now or project.now, group, subject)
    if customer is not None:
        customer.activity.append(activity)
    for listen in project.listeners:
        listen(project, activity, customer)


def note(call: Call[Project], kind: str, subject: Any) -> None:
    """Something happened to a record of the project (`voucher.created` ...) and to no customer."""
    tell(call.state, errors.request_id(call), kind, None, subject)


def cause_of(group: str | None) -> int | None:
    """The journal id that ends a request id."""
    return int(group[-6:], 16) or None if group else None


def id_of(project: Project, record: Activity) -> str:
    millis = int((dates.read_instant(record.created_at) or project.world.clock.now).timestamp() * 1000)
    return f"evcus_{millis:012x}{record.number & 0xFFFFFF:06x}"


def group_of(project: Project, cause: int | None) -> str:
    """The request id of a background job: `w-` and 18 hexadecimal digits, the last six the call that planned it."""
    return f"w-{int(project.world.clock.epoch * 1000):012x}{(cause or 0) & 0xFFFFFF:06x}"
