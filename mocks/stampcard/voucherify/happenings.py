"""What happens in a project is told once, here: the customer's activity, and whoever waits for it."""

from __future__ import annotations

from typing import Any

from stampcard.voucherify.state import Activity, Customer, Project


def tell(project: Project, group: str, kind: str, customer: Customer | None, subject: Any = None) -> None:
    """Something of a kind (`customer.created`, `customer.publication.succeeded` ...) happened in request `group`."""
    if customer is not None:
        customer.activity.append(Activity(project.next_number(), kind, project.now, group, subject))
