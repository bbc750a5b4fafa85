"""Validations: what a redemption would do, without doing it; a session may reserve it.

https://docs.voucherify.io/api-reference/validations/validate-stackable-discounts
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import metadata
from stampcard.voucherify.campaigns import summaries
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.orders import cart, orders
from stampcard.voucherify.redemptions import redeemables, sessions
from stampcard.voucherify.redemptions.redeemables import Basket, Item
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

HIDDEN = ("discount_calculation_mode", "initial_amount_mode_categories", "discounted_amount_mode_categories")


def tracking(project: Project, source_id: str | None, given: str | None) -> str:
    """A hash of the customer's source id, the same for the same customer; random for nobody."""
    if given is not None and given.startswith("track_"):
        return given
    name = source_id or given
    if name is None:
        return "track_" + project.world.chance.alnum(22)
    digest = hashlib.md5(name.encode("utf-8", "replace"), usedforsecurity=False).digest()
    return "track_" + base64.b64encode(digest).decode()


class Request:
    """A request of validations and redemptions, read: the order's draft, who buys, and the basket."""

    def __init__(self, call: Call[Project], body: Mapping[str, Any]) -> None:
        self.draft = orders.read_draft(call, body.get("order"))
        metadata.check(call, "redemption", body.get("metadata"))
        given = body.get("customer")
        reference = customers.read_reference(call, given) if given is not None else self.draft.customer
        self.reference = reference
        buyer: Customer | None = None
        if reference is not None:
            buyer = reference.known or Customer("", reference.source_id, "", reference.profile)
        elif self.draft.known is not None:
            buyer = self.draft.known.customer
        self.basket = Basket(call, self.draft.priced(), buyer, body)
        sent = reference.metadata if reference is not None else None
        self.basket.profile_metadata = {**((buyer.metadata if buyer else None) or {}), **(sent or {})}
        source = buyer.source_id if buyer is not None else None
        self.tracking_id = tracking(call.state, source, body.get("tracking_id"))


async def validate(call: Call[Project]) -> Reply:
    """200 for a valid basket and for one that is not; only a malformed one is refused."""
    project = call.state
    items = redeemables.read_items(call, call.body["redeemables"])
    request = Request(call, call.body)
    basket = request.basket
    redeemables.evaluate(basket, items)
    summaries.note_validation(project, items)
    body: Json = {"id": project.serial_id("valid_"), "valid": is_valid(basket)}
    if body["valid"]:
        body["redeemables"] = [item.view() for item in basket.applicable]
        body["order"] = final(basket)
        if basket.session is not None:
            targets = [(item.target, item.credits or 0) for item in basket.applicable]
            body["session"] = sessions.reserve(project, basket.session, targets)
    else:
        body["redeemables"] = [item.view() for item in basket.items]
    body |= set_aside(basket)
    body["tracking_id"] = request.tracking_id
    body["stacking_rules"] = stacking_view(project)
    call.summary = f"{'valid' if body['valid'] else 'not valid'}: {told(basket.items)}"
    return Reply(200, body)


def stacking_view(project: Project) -> Json:
    """The rules as validations show them: how discounts are calculated is told by the management API alone."""
    return {name: value for name, value in project.settings.stacking.items() if name not in HIDDEN}


def is_valid(basket: Basket) -> bool:
    return bool(basket.applicable)


def set_aside(basket: Basket) -> Json:
    """The inapplicable and the skipped, left out when there are none."""
    found = {}
    for name, status in (("inapplicable_redeemables", "INAPPLICABLE"), ("skipped_redeemables", "SKIPPED")):
        if basket.of(status):
            found[name] = [item.view() for item in basket.of(status)]
    return found


def final(basket: Basket) -> Json:
    """The order with everything applied; there what was applied is the total."""
    order = basket.order
    order.applied, order.items_applied = order.discount, order.items_discount
    for line in order.lines:
        line.applied = line.discount
    return cart.calculated(order)


def told(items: list[Item]) -> str:
    def one(item: Item) -> str:
        if item.status == "INAPPLICABLE" and item.error is not None:
            return f"{item.reference} {item.error.body['key']}"
        return f"{item.reference} {item.status.lower()}"

    return ", ".join(one(item) for item in items)
