"""Redemptions: discounts taken, credits spent, the order paid, all in one step or not at all.

https://docs.voucherify.io/api-reference/redemptions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors, happenings, lists, views
from stampcard.voucherify.campaigns import promotions, vouchers
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.loyalty import rewards
from stampcard.voucherify.orders import cart, orders
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.points import balances
from stampcard.voucherify.redemptions import redeemables, sessions
from stampcard.voucherify.redemptions.records import Redemption, Rollback
from stampcard.voucherify.redemptions.redeemables import Item
from stampcard.voucherify.redemptions.validations import Request, told
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


async def redeem(call: Call[Project]) -> Reply:
    """Several redeemables at once, by the stacking rules."""
    items = redeemables.read_items(call, call.body["redeemables"])
    request, made = perform(call, call.body, items)
    parent = made[0].parent
    assert made[0].order is not None
    body: Json = {"redemptions": [view(call.state, item) for item in made], "order": orders.view(made[0].order)}
    if parent is not None:
        body["parent_redemption"] = view(call.state, parent)
    for name, status in (("inapplicable_redeemables", "INAPPLICABLE"), ("skipped_redeemables", "SKIPPED")):
        body[name] = [item.view() for item in request.basket.of(status)]
    return Reply(200, body)


async def redeem_voucher(call: Call[Project]) -> Reply:
    """The older call for one code; a failure names the failed redemption it left."""
    return redeem_code(call, call.path["code"])


def redeem_code(call: Call[Project], code: str) -> Reply:
    body = call.body or {}
    row = {"object": "voucher", "id": code, **{name: body.get(name) for name in ("gift", "reward")}}
    tracked = {**body, "tracking_id": call.query.get("tracking_id")}
    _, made = perform(call, tracked, redeemables.read_items(call, [row]), names_failure=True)
    return Reply(200, view(call.state, made[0]))


async def redeem_tier(call: Call[Project]) -> Reply:
    """The older call for one promotion tier."""
    row = {"object": "promotion_tier", "id": call.path["promotionTierId"]}
    _, made = perform(call, call.body or {}, redeemables.read_items(call, [row]), names_failure=True)
    return Reply(200, view(call.state, made[0]))


def perform(
    call: Call[Project], body: Mapping[str, Any], items: list[Item], *, names_failure: bool = False
) -> tuple[Request, list[Redemption]]:
    """Check all, then change all. Raises the failing redeemable's error with nothing changed."""
    request = Request(call, body)
    basket = request.basket
    redeemables.evaluate(basket, items)
    if not basket.applicable:
        raise failure(call, request, names_failure)
    hand_over(call, basket.applicable)
    group = errors.request_id(call)
    customer = customers.settle(call.state, request.reference, group) if request.reference is not None else None
    if customer is None and request.draft.known is not None:
        customer = request.draft.known.customer
    made = record(call, request, customer or holder_of(basket.applicable), body.get("metadata"))
    if basket.session_key is not None:
        sessions.release(call.state, basket.session_key)
    who = f" by {customer.source_id or customer.id}" if customer else ""
    call.summary = f"redeemed{who}: {told(basket.items)}"
    return request, made


def hand_over(call: Call[Project], items: list[Item]) -> None:
    """The codes, credits and points of rewards, before anything else changes: there may be no code left."""
    from stampcard.voucherify.redemptions import reward_redemptions

    for item in items:
        assignment, card = item.assignment, item.voucher
        if assignment is None or assignment.reward.type == "COIN" or card is None or card.holder is None:
            continue
        given = reward_redemptions.hand_over(call, assignment, card.holder)
        assignment.reward.redeemed += 1
        item.reward = rewards.redeemed_view(call, assignment, card.holder, given)


def holder_of(items: list[Item]) -> Customer | None:
    """Who pays with points is the card's holder, named or not."""
    cards = (item.voucher for item in items if item.voucher is not None and item.voucher.type == "LOYALTY_CARD")
    return next((card.holder for card in cards if card.holder is not None), None)


def failure(call: Call[Project], request: Request, names_failure: bool) -> ApiError:
    """The error of the first redeemable that failed; the failed redemption of a known one is kept."""
    project, basket = call.state, request.basket
    failed = next((item for item in basket.items if item.error is not None), basket.items[0])
    if failed.error is None:
        details = failed.result["details"]
        return errors.refusal(call, 400, details["key"], details["message"], failed.reference)
    body = dict(failed.error.body)
    call.summary = f"redemption failed: {told(basket.items)}"
    if failed.voucher is None and failed.tier is None:
        return failed.error
    customer = request.reference.known if request.reference is not None else None
    kept = Redemption(
        project.serial_id("rf_"),
        project.now,
        customer,
        request.tracking_id,
        basket.metadata or None,
        call.key.id,
        voucher=failed.voucher,
        tier=failed.tier,
        failure=(body["key"], body["message"]),
        key=call.key.id,
    )
    keep(project, kept, failed.target)
    if customer is not None:
        count(customer, total_failed=1)
    happenings.tell(project, errors.request_id(call), "customer.redemption.failed", customer, kept)
    if names_failure:
        body |= {"resource_id": kept.id, "resource_type": "redemption"}
    return ApiError(failed.error.status, body)


def keep(project: Project, redemption: Redemption, target: str) -> None:
    project.redemptions[redemption.id] = redemption
    project.object_redemptions.setdefault(target, []).append(redemption)
    voucher, tier = redemption.voucher, redemption.tier
    campaign = voucher.campaign if voucher else tier.campaign if tier else None
    if campaign is not None:
        project.campaign_redemptions.setdefault(campaign.id, []).append(redemption)


def count(customer: Customer, **changes: int) -> None:
    """Add to the counters of a customer's redemptions."""
    summary = customer.summary or views.NO_SUMMARY
    redemptions = dict(summary["redemptions"])
    for name, change in changes.items():
        redemptions[name] += change
    customer.summary = {**summary, "redemptions": redemptions}


def record(call: Call[Project], request: Request, customer: Customer | None, metadata: Json | None) -> list[Redemption]:
    """The order is paid, codes and cards are used, and each use is a redemption; several have a parent."""
    project, basket = call.state, request.basket
    priced = cart.copied(basket.order)
    priced.applied, priced.items_applied = priced.discount, priced.items_discount
    if priced.amount is None:
        priced.amount = 0
    order = orders.store(call, request.draft, priced, "PAID", customer)
    now, key = project.now, call.key.id
    parent = None
    common = (now, customer, request.tracking_id, metadata, key)
    if len(basket.applicable) > 1:
        parent = Redemption(project.serial_id("r_"), *common, order=order, key=key)
        project.redemptions[parent.id] = parent
    made = []
    for item in basket.applicable:
        redemption = Redemption(project.serial_id("r_"), *common, order=order, parent=parent, key=key)
        redemption.voucher, redemption.tier, redemption.amount = item.voucher, item.tier, item.credits
        redemption.reward, redemption.discounted = item.reward, item.discounted
        use(call, item, redemption)
        keep(project, redemption, item.target)
        made.append(redemption)
    link(order, parent, made, now)
    for redemption, item in zip(made, basket.applicable, strict=True):
        assert item.snapshot is not None
        redemption.order_view = view_of(order, item.snapshot)
        happenings.tell(project, errors.request_id(call), "customer.redemption.succeeded", customer, redemption)
        if item.assignment is not None and item.assignment.reward.type != "COIN":
            kind = "customer.reward_redemptions.completed"
            happenings.tell(project, errors.request_id(call), kind, customer, redemption)
    if parent is not None:
        parent.children = made
        parent.order_view = orders.view(order)
    return made


def view_of(order: Order, snapshot: Order) -> Json:
    """The stored order with the amounts it had after one redeemable."""
    fields = {name: getattr(order, name) for name in order.__struct_fields__}
    for name in ("amount", "discount", "items_discount", "applied", "items_applied", "lines"):
        fields[name] = getattr(snapshot, name)
    return orders.view(Order(**fields))


def use(call: Call[Project], item: Item, redemption: Redemption) -> None:
    """One use of the code or tier, and the credits it spent."""
    project, customer = call.state, redemption.customer
    if customer is not None:
        count(customer, total_redeemed=1, total_succeeded=1)
    if item.tier is not None and item.snapshot is not None:
        item.tier.redeemed += 1
        item.tier.orders_amount += item.snapshot.amount or 0
        item.tier.discounts_amount += item.snapshot.applied + item.snapshot.items_applied
    voucher = item.voucher
    if voucher is None:
        return
    voucher.redeemed_quantity += 1
    voucher.updated_at = project.now
    if item.credits is not None:
        spend(project, redemption, item.credits, errors.request_id(call))


def spend(project: Project, redemption: Redemption, amount: int, group: str) -> None:
    """Credits or points leave the card."""
    voucher = redemption.voucher
    assert voucher is not None
    voucher.redeemed_amount += amount
    about = {"redemption": {"id": redemption.id}}
    if redemption.order is not None:
        about["order"] = {"id": redemption.order.id, "source_id": redemption.order.source_id or ""}
    balances.move(
        project, voucher, -amount, "REDEMPTION", group=group, operation="AUTOMATIC", granted=False, about=about
    )
    if redemption.customer is not None:
        note_spent(redemption.customer, voucher.type, amount)


def note_spent(customer: Customer, kind: str, amount: int) -> None:
    summary = customer.summary or views.NO_SUMMARY
    block, word = ("gift", "redeemed_amount") if kind == "GIFT_VOUCHER" else ("loyalty_card", "redeemed_points")
    redemptions = summary["redemptions"]
    changed = {**redemptions[block], word: redemptions[block][word] + amount}
    customer.summary = {**summary, "redemptions": {**redemptions, block: changed}}


def link(order: Order, parent: Redemption | None, made: list[Redemption], now: str) -> None:
    """The order says by which redemptions it was paid."""
    if parent is not None:
        stacked = [item.id for item in made]
        pointer = {"date": now, "related_object_type": "redemption", "related_object_id": parent.id, "stacked": stacked}
        order.redemptions = {**order.redemptions, parent.id: pointer}
        return
    redemption = made[0]
    kind, target, home = related(redemption)
    pointer = {"date": now, "related_object_type": kind, "related_object_id": target}
    order.redemptions = {
        **order.redemptions,
        redemption.id: pointer | ({"related_object_parent_id": home} if home else {}),
    }


def related(redemption: Redemption) -> tuple[str, str, str | None]:
    """Type and id of what was redeemed, and the id of its campaign."""
    if redemption.voucher is not None:
        campaign = redemption.voucher.campaign
        return "voucher", redemption.voucher.id, campaign.id if campaign else None
    if redemption.tier is not None:
        return "promotion_tier", redemption.tier.id, redemption.tier.campaign.id
    return "redemption", redemption.id, None


# Views


def view(project: Project, record: Redemption) -> Json:

    kind, target, _ = related(record)
    body: Json = {
        "id": record.id,
        "object": "redemption",
        "date": record.date,
        "customer_id": record.customer.id if record.customer else None,
        "tracking_id": record.tracking_id,
        "metadata": record.metadata,
        "redemption": record.parent.id if record.parent else None,
        "result": "FAILURE" if record.failure else "SUCCESS",
        "status": "FAILED" if record.failure else "ROLLED_BACK" if record.rolled_back else "SUCCEEDED",
        "order": record.order_view,
        "channel": {"channel_id": record.channel, "channel_type": "API"},
        "customer": views.short_customer(record.customer) if record.customer else None,
        "related_object_type": kind,
        "related_object_id": target,
    }
    if record.failure:
        body["failure_code"], body["failure_message"] = record.failure
    if record.voucher is not None:
        body["voucher"] = views.listed(views.voucher(record.voucher))
    if record.tier is not None:
        body["promotion_tier"] = promotions.view(project, record.tier)
    if record.reward is not None:
        body["reward"] = record.reward
    return body | spent_view(record)


def spent_view(record: Redemption | Rollback) -> Json:
    """What was spent of a card."""
    redemption = record if isinstance(record, Redemption) else record.redemption
    if record.amount is None or redemption.voucher is None:
        return {}
    if redemption.voucher.type == "GIFT_VOUCHER":
        return {"amount": record.amount, "gift": {"amount": record.amount}}
    return {"amount": record.amount, "loyalty_card": {"points": record.amount}}


def any_view(project: Project, record: Redemption | Rollback) -> Json:
    from stampcard.voucherify.redemptions import rollbacks

    return view(project, record) if isinstance(record, Redemption) else rollbacks.view(project, record)


async def read(call: Call[Project]) -> Reply:
    """A redemption or a rollback."""
    wanted = call.path["redemptionId"]
    found = call.state.redemptions.get(wanted)
    if found is None:
        raise errors.not_found(call, "redemption", wanted)
    call.summary = f"redemption {wanted}"
    return Reply(200, any_view(call.state, found))


async def browse(call: Call[Project]) -> Reply:
    """Redemptions and rollbacks, newest first; parents of stacked ones are not listed."""
    project, query = call.state, call.query
    ranges = lists.nested_query(call) if "created_at" in call.request.raw_query else {}
    found = [item for item in reversed(project.redemptions.values()) if not is_parent(item)]
    wanted = query.get("result")
    if wanted is not None:
        found = [item for item in found if ("FAILURE" if failed(item) else "SUCCESS") in wanted]
    if "campaign" in query:
        found = [item for item in found if campaign_name(item) == query["campaign"]]
    if "customer" in query:
        who = query["customer"]
        found = [item for item in found if item.customer and who in (item.customer.id, item.customer.source_id)]
    found = [item for item in found if lists.in_range(call, "created_at", item.date, ranges)]
    found = lists.filtered(call, found, lambda item: for_filters(project, item))
    return lists.page(call, "redemptions", found, lambda item: any_view(project, item))


def is_parent(record: Redemption | Rollback) -> bool:
    one = record if isinstance(record, Redemption) else record.redemption
    return one.voucher is None and one.tier is None


def failed(record: Redemption | Rollback) -> bool:
    return isinstance(record, Redemption) and record.failure is not None


def campaign_name(record: Redemption | Rollback) -> str | None:
    one = record if isinstance(record, Redemption) else record.redemption
    campaign = one.voucher.campaign if one.voucher else one.tier.campaign if one.tier else None
    return campaign.name if campaign else None


def for_filters(project: Project, record: Redemption | Rollback) -> Json:
    body = any_view(project, record)
    voucher = body.get("voucher") or {}
    return {**body, "voucher_code": voucher.get("code"), "campaign_name": campaign_name(record), "channel": "API"}


async def of_voucher(call: Call[Project]) -> Reply:
    """A voucher's own counters and entries, rollbacks among them."""
    project = call.state
    voucher = vouchers.find(call, call.path["code"])
    found = [item for item in project.redemptions.values() if redeemed_by(item) is voucher and not failed(item)]
    block = views.voucher(voucher)["redemption"]
    entries = [any_view(project, item) for item in reversed(found)]
    body = {**block, "data_ref": "redemption_entries", "total": len(entries), "redemption_entries": entries}
    call.summary = f"{len(entries)} redemptions of {voucher.code}"
    return Reply(200, body)


def redeemed_by(record: Redemption | Rollback) -> Any:
    return record.voucher if isinstance(record, Redemption) else record.redemption.voucher
