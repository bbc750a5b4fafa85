"""Points of members' cards: given and taken, spent on rewards and orders, each by a transaction done in the background.

https://docs.voucherify.io/api-reference/loyalty-v2-members-overview
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import days, desk, errors, lists, values
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.events.records import Activity, CustomEvent
from stampcard.voucherify.loyalty import program_members, programs
from stampcard.voucherify.loyalty.program_records import Card, CardTransaction, Member, Program, ProgramReward, Spending
from stampcard.voucherify.orders.cart import left_of
from stampcard.voucherify.orders.records import Order
from stampcard.voucherify.redemptions.records import Redemption
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

WORDS = {"ADMIN_CREDIT": "added", "ADMIN_DEBIT": "subtracted", "POINTS_EARNED": "earned", "POINTS_EXPIRED": "expired"}
"""What a transaction adds to in a card's lifetime; all others are spent."""
DRY = "Dry run mode. No transaction was created. This is only a simulation."
UNITS = {"DAY": "D", "MONTH": "M", "YEAR": "Y"}


def find_card(call: Call[Project], member: Member, wanted: str) -> Card:
    for card in member.cards:
        if card.id == wanted:
            return card
    raise errors.not_found(call, "card", wanted)


def check_open(call: Call[Project], member: Member, what: str) -> None:
    """Program and member active, and the program's days on. The texts of `what` are the vendor's for points by hand."""
    program, now = member.program, call.state.now
    if program.status != "ACTIVE":
        message = f"Cannot {what} when program status is not ACTIVE"
        raise programs.locked(call, "non_active_program", message, "Invalid program status")
    if (program.start_date or now) > now or (program.end_date or now) < now:
        details = f"Cannot {what} when program is not active at this time"
        key = "program_outside_validity_window"
        raise programs.locked(call, key, "Program is not available at this time", details)
    if member.status != "ACTIVE":
        message = f"Cannot {what} when member status is not ACTIVE"
        raise programs.locked(call, "non_active_member", message, "Invalid member status")


# Transactions


def view(record: CardTransaction) -> Json:
    card = record.card
    return {
        "id": record.id,
        "card_id": card.id,
        "program_id": card.member.program.id,
        "member_id": card.member.id,
        "card_definition_id": card.definition.id,
        "card_type": "INDIVIDUAL",
        "type": record.type,
        "details": record.details,
        "status": record.status,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "card_transaction",
    }


def begin(project: Project, card: Card, kind: str, points: int, reason: str | None) -> CardTransaction:
    """A transaction that waits to be done; points that come say their last day."""
    told: Json = {"total": points}
    end = last_day(project, card) if points > 0 else None
    if end is not None:
        told["expiration_date"] = end
    details: Json = {"reason": reason, "rejection": None, "metadata": {}, "points": told}
    record = CardTransaction(project.serial_id("lctx_"), card, kind, points, details, project.now)
    project.programs.transactions.append(record)
    return record


def last_day(project: Project, card: Card) -> str | None:
    lasts = card.definition.lasts
    if lasts is None:
        return None
    return days.plus(days.current(project), f"P{lasts['value']}{UNITS[lasts['unit']]}").isoformat()


def do(project: Project, record: CardTransaction) -> bool:
    """Move the points, unless the card has too few now."""
    card, points = record.card, record.points
    record.updated_at = project.now
    if card.balance + points < 0:
        record.status = "REJECTED"
        record.details = {**record.details, "rejection": {"reason": "INSUFFICIENT_CARD_BALANCE"}}
        return False
    record.status = "APPROVED"
    card.balance += points
    word = WORDS.get(record.type, "spent")
    names = ("total", word) if points > 0 else (word,)
    card.lifetime = {**card.lifetime, **{name: card.lifetime.get(name, 0) + abs(points) for name in names}}
    end = record.details["points"].get("expiration_date")
    if end is not None:
        card.ending = {**card.ending, end: card.ending.get(end, 0) + points}
        plan_end(project, card, end)
    elif record.type != "POINTS_EXPIRED":
        take(card, -points)
    return True


def take(card: Card, points: int) -> None:
    """Points that end first go first."""
    left = dict(card.ending)
    for day in sorted(left):
        part = min(max(points, 0), left[day])
        left[day] -= part
        points -= part
    card.ending = {day: count for day, count in left.items() if count}


def plan_end(project: Project, card: Card, end: str) -> None:
    async def run() -> None:
        points = card.ending.get(end, 0)
        card.ending = {day: count for day, count in card.ending.items() if day != end}
        if points:
            do(project, begin(project, card, "POINTS_EXPIRED", -points, None))

    due = max(days.midnight(project, date.fromisoformat(end) + timedelta(days=1)), project.world.clock.now)
    project.world.clock.at(due, run, name=f"points of card {card.id} expire", vendor="voucherify")


def later(call: Call[Project], name: str, run: Callable[[], Any]) -> None:
    async def job() -> None:
        run()

    call.world.clock.after(timedelta(), job, name=name, vendor="voucherify", cause=call.id)


async def adjust(call: Call[Project]) -> Reply:
    """Points by hand; the transaction is done in the background, nothing happens for none."""
    project, program = call.state, programs.find(call)
    member = program_members.find(call, program)
    card = find_card(call, member, call.path["cardId"])
    check_open(call, member, "adjust member's card points")
    points: int = call.body["points"]
    if points == 0:
        message = "Provided amount is zero, transaction was not created"
        return Reply(200, {"transaction": None, "status": "NO_CHANGE", "message": message})
    kind = "ADMIN_CREDIT" if points > 0 else "ADMIN_DEBIT"
    record = begin(project, card, kind, points, call.body.get("reason"))
    answer = view(record)
    later(call, f"{points:+d} points on card {card.id}", lambda: do(project, record))
    what = "addition" if points > 0 else "subtraction"
    call.summary = f"{points:+d} points on card {card.id}"
    message = f"Points {what} transaction created"
    return Reply(200, {"transaction": answer, "status": "TRANSACTION_CREATED", "message": message})


async def browse(call: Call[Project]) -> Reply:
    """Newest first."""
    member = program_members.find(call, programs.find(call))
    card = find_card(call, member, call.path["cardId"])
    found = [one for one in reversed(call.state.programs.transactions) if one.card is card]
    return programs.page(call, lists.filtered(call, found, view), view)


# Spending


def shown(record: Spending, program: Program) -> Json:
    """A reward's or an order's transaction."""
    card = record.transaction.card
    body: Json = {
        "id": record.id,
        "program_id": program.id,
        "member_id": card.member.id,
        "card_id": card.id,
        "card_transaction_id": record.transaction.id,
        "status": record.status,
        "type": record.type,
        "details": record.details,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
    if record.reward is not None:
        return body | {"reward_id": record.reward.id, "object": "reward_transaction"}
    assert record.order is not None
    more = {"card_definition_id": card.definition.id, "order_id": record.order.id, "object": "order_transaction"}
    return body | more


def simulated(body: Json) -> Reply:
    """What would be made, without its id and its card's transaction."""
    made = {name: value for name, value in body.items() if name not in ("id", "created_at")}
    made |= {"card_transaction_id": None, "status": "SIMULATED", "updated_at": None}
    return Reply(200, {"transaction": made, "status": "DRY_RUN", "message": DRY})


def draft(project: Project, card: Card, kind: str, points: int, details: Json) -> Spending:
    """A spending and its card's transaction, not yet kept."""
    card_kind = "POINTS_SPENT_ON_REWARD" if kind == "PURCHASE" else "POINTS_SPENT_ON_ORDER"
    said: Json = {"reason": details["reason"], "rejection": None, "metadata": {}, "points": {"total": -points}}
    transaction = CardTransaction(project.serial_id("lctx_"), card, card_kind, -points, said, project.now)
    prefix = "lrtx_" if kind == "PURCHASE" else "lotx_"
    return Spending(project.serial_id(prefix), kind, transaction, details, project.now)


def keep(call: Call[Project], record: Spending, program: Program, message: str, done: Callable[[], None]) -> Reply:
    project = call.state
    project.programs.transactions.append(record.transaction)
    project.programs.spendings.append(record)
    answer = shown(record, program)

    def run() -> None:
        record.updated_at = project.now
        if record.status == "PENDING":
            done()

    later(call, message, run)
    call.summary = f"{-record.transaction.points} points of card {record.transaction.card.id} to be spent"
    return Reply(202, {"transaction": answer, "status": "TRANSACTION_CREATED", "message": message})


async def purchase(call: Call[Project]) -> Reply:
    """A reward for points; the code or product is handed over in the background. Raises 404, 423."""
    project, program = call.state, programs.find(call)
    member = program_members.find(call, program)
    reward = project.programs.rewards.get(call.body["reward_id"])
    if reward is None or reward.id not in program.rewards:
        raise errors.not_found(call, "reward", call.body["reward_id"])
    check_open(call, member, "purchase reward")
    left = program.rewards[reward.id]
    if left is not None and left <= 0:
        message = "Cannot purchase reward when stock is not available"
        raise programs.locked(call, "reward_out_of_stock", message, "Reward stock is not available")
    card = next((one for one in member.cards if one.definition.id == reward.card_definition), None)
    if card is None or card.balance < reward.points:
        details = "Operation exceeds the available card balance"
        raise programs.locked(call, "insufficient_card_balance", "Insufficient card balance", details)
    details_of: Json = {"reason": "Points spent on reward", "rejection": None, "metadata": {}}
    details_of |= {"points": {"total": reward.points}, "result": None}
    record = draft(project, card, "PURCHASE", reward.points, details_of)
    record.reward = reward
    if call.body.get("mode") == "DRY_RUN":
        return simulated(shown(record, program))
    hand = hand_over(project, record, program, reward, call.id)
    return keep(call, record, program, "Reward purchase transaction created", hand)


def hand_over(
    project: Project, record: Spending, program: Program, reward: ProgramReward, cause: int
) -> Callable[[], None]:
    """What the purchase comes to: stock, points and the reward go together or not at all."""

    def run() -> None:
        left = program.rewards.get(reward.id)
        member = record.transaction.card.member
        try:
            if left is not None and left <= 0:
                raise LookupError("REWARD_OUT_OF_STOCK")
            if record.transaction.card.balance < reward.points:
                raise LookupError("INSUFFICIENT_CARD_BALANCE")
            result = handed(project, reward, member, cause)
        except (ApiError, LookupError) as error:
            reason = str(error.body.get("key")) if isinstance(error, ApiError) else str(error)
            reject(project, record, reason)
            return
        do(project, record.transaction)
        program.rewards = program.rewards if left is None else {**program.rewards, reward.id: left - 1}
        record.status = "APPROVED"
        record.details = {**record.details, "result": result}

    return run


def handed(project: Project, reward: ProgramReward, member: Member, cause: int) -> Json:
    """A code of the reward's campaign, or the product. Raises ApiError when no code is left."""
    kind = "DIGITAL" if reward.campaign is not None else "MATERIAL"
    body: Json = {"reward": {"id": reward.id, "type": kind}, "quantity": 1, "material": None, "digital": None}
    if reward.campaign is None:
        body["material"] = {"type": "PRODUCT", "product": {"id": reward.product}}
        return body
    call = desk.by_hand(project.world, project, {}, cause)
    order = publications.Order({"campaign": reward.campaign, "customer": member.customer.id, "channel": "API"}, False)
    voucher = publications.publish(call, order).vouchers[0]
    coupons = [{"id": voucher.id, "code": voucher.code}]
    body["digital"] = {"type": "DISCOUNT_COUPONS", "discount_coupons": coupons}
    return body


def reject(project: Project, record: Spending, reason: str) -> None:
    rejection = {"reason": reason}
    record.status, record.details = "REJECTED", {**record.details, "rejection": rejection}
    transaction = record.transaction
    transaction.status, transaction.updated_at = "REJECTED", project.now
    transaction.details = {**transaction.details, "rejection": rejection}


async def pay(call: Call[Project]) -> Reply:
    """An order for points at the card's ratio, up to the balance and the limit. Raises 404, 423.

    A payment beyond what the order still costs is accepted and rejected in the background, as the vendor's example is.
    """
    project, program = call.state, programs.find(call)
    member = program_members.find(call, program)
    body = values.given(call.body)
    card = find_card(call, member, body["card_id"])
    named = values.given(body["order"])
    order = project.orders.get(named.get("id", "")) or project.order_sources.get(named.get("source_id", ""))
    if order is None:
        raise errors.not_found(call, "order", str(named.get("id") or named.get("source_id")))
    check_open(call, member, "pay with points")
    ratio = card.definition.ratio
    if ratio is None:
        details = "Card definition does not have pay with points enabled"
        raise programs.locked(call, "pay_with_points_not_enabled", "Pay with points is not enabled", details)
    if card.balance <= 0:
        details = "Operation requires a positive card balance"
        raise programs.locked(call, "zero_card_balance", "Card balance is zero", details)
    points, metadata = wanted_points(card, ratio, values.given(body.get("payment_limit")))
    payment = {"amount": int(points * ratio), "points_spent": points, "exchange_ratio": ratio}
    details_of = {
        "reason": "Points spent on order payment",
        "rejection": None,
        "metadata": metadata,
        "payment": payment,
    }
    record = draft(project, card, "PAY_WITH_POINTS", points, details_of)
    record.order = order
    if body.get("mode") == "DRY_RUN":
        return simulated(shown(record, program))
    return keep(call, record, program, "Pay with points transaction created", lambda: settle(project, record))


def wanted_points(card: Card, ratio: float, limit: Json) -> tuple[int, Json]:
    """Points to spend, and the limit as the transaction tells it."""
    kind = limit.get("type", "CARD_BALANCE")
    if kind == "POINTS_LIMIT":
        most = limit["points_limit"]["max"]
        return min(card.balance, most), {"points_limit": most}
    if kind == "AMOUNT_LIMIT":
        most = limit["amount_limit"]["max"]
        return min(card.balance, int(most // ratio)), {"amount_limit": most}
    return card.balance, {}


def settle(project: Project, record: Spending) -> None:
    payment, order = record.details["payment"], record.order
    assert order is not None
    paid = sum(
        one.details["payment"]["amount"]
        for one in project.programs.spendings
        if one.order is order and one.status == "APPROVED"
    )
    if payment["amount"] > left_of(order) - paid:
        reject(project, record, "PAYMENT_EXCEEDS_ORDER_TOTAL_AMOUNT")
    elif not do(project, record.transaction):
        reject(project, record, "INSUFFICIENT_CARD_BALANCE")
    else:
        record.status = "APPROVED"
        record.details = {**record.details, "payment": {"id": project.serial_id("ordpay_"), **payment}}


# Earning


def follow(project: Project, activity: Activity, customer: Customer | None) -> None:
    """Something happened to a member: rules of active programs bring points."""
    if customer is None or not project.programs.members:
        return
    subject = activity.subject
    event = subject.name if isinstance(subject, CustomEvent) else activity.type
    if event == "customer.order.paid" and isinstance(subject, Order | Redemption):
        event = "order.paid"
    for member in project.programs.members.values():
        program, now = member.program, project.now
        is_open = (program.start_date or now) <= now <= (program.end_date or now)
        if member.customer is not customer or program.status != "ACTIVE" or member.status != "ACTIVE" or not is_open:
            continue
        for rule in (project.programs.rules[one] for one in program.earning_rules):
            for card in member.cards:
                if rule.event == event and rule.card_definition in (None, card.definition.id):
                    do(project, begin(project, card, "POINTS_EARNED", rule.points, rule.name))
