"""Redemptions 2.0: one discount basket per guest, filled by app, site and register, and processed as one.

A register or site that evaluates a basket with an `external_uid` locks it for that order until it is unlocked or
processed; whoever comes with another order is told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.errors import ApiError
from stampcard.punchh import errors, params, receipts, redemptions, rewards
from stampcard.punchh.errors import Words
from stampcard.punchh.records import Basket, BasketItem, Guest, Redemption
from stampcard.punchh.redemptions import TEXTS, Plan
from stampcard.punchh.state import Business
from stampcard.punchh.times import local, utc, zone_of

LOCKED = "Unable to access the user\u2019s Discount Basket, the Basket is currently locked"
NO_BASKET = "User does not have an active basket"
NOT_FOUND = "Unable to find valid discount basket"
NOTHING = "No Basket found"
TAKEN = "Discount basket items have already been taken for the user"
TWICE = "Same parameters provided multiple times"
NO_ITEMS = "Discount Items not found with any given ids"
BAD_AMOUNT = "Invalid Receipt Amount"
NOT_SUPPORTED = redemptions.TEXTS["feature"]
ONE_SUBSCRIPTION = "Cannot add more than one subscription into basket"
TOO_MANY = "Redemption limit reached"
NOT_ALLOWED = (
    "Guest is not allowed to select/unselect from basket as he/she is banned or deactivated from the Loyalty program"
)
CLOSED = "Guest is not allowed to earn/redeem as he/she is banned or deactivated from the Loyalty program"
"""Published where a register finds a guest; that the use of a basket is refused in these words is assumed."""

COMPANIONS = {
    "reward": "reward_id",
    "redeemable": "redeemable_id",
    "discount_amount": "redeemed_points",
    "redemption_code": "redemption_code",
    "subscription": "subscription_id",
}


def refuse(text: str) -> ApiError:
    """The texts are published, the envelope is assumed."""
    return errors.one(422, text)


def find(business: Business, guest: Guest, uid: str) -> Basket:
    """The guest's basket, unless another order has locked it. Raises ApiError."""
    check_enabled(business)
    if guest.basket is None or not guest.basket.items:
        raise errors.one(404, NO_BASKET)
    check_lock(guest, uid)
    return guest.basket


def check_enabled(business: Business) -> None:
    """Raises ApiError where the business has switched Redemptions 2.0 off."""
    if not business.multiple_redemptions:
        raise refuse(NOT_SUPPORTED)


def check_lock(guest: Guest, uid: str) -> None:
    if guest.basket is not None and guest.basket.locked and guest.basket.external_uid != uid:
        raise refuse(LOCKED)


def check_member(guest: Guest) -> None:
    if not guest.is_member:
        raise refuse(NOT_ALLOWED)


# Filling


def select(business: Business, guest: Guest, values: Mapping[str, Any], words: Words) -> Basket:
    """Put things in, all or none. Raises ApiError."""
    check_enabled(business)
    check_member(guest)
    rows = values.get("discount_basket_items_attributes")
    if not isinstance(rows, list) or not rows:
        raise words.missing("discount_basket_items_attributes")
    uid = params.text(values.get("external_uid"))
    check_lock(guest, uid)
    known = [(item.discount_type, item.discount_id) for item in guest.basket.items] if guest.basket else []
    wanted: list[tuple[str, str, float | None]] = []
    for row in rows:
        wanted.append(_selected(business, guest, row if isinstance(row, dict) else {}, words))
        if wanted[-1] in wanted[:-1]:
            raise refuse(TWICE)
        if wanted[-1][:2] in known:
            raise refuse(TAKEN)
    _check_whole(business, [kind for kind, _ in known] + [kind for kind, _, _ in wanted])
    basket = guest.basket = guest.basket or Basket(business.world.chance.uuid(), business.now)
    for kind, number, value in wanted:
        basket.items.append(BasketItem(business.next_id("basket_items"), kind, number, value, business.now))
    return basket


def _check_whole(business: Business, kinds: list[str]) -> None:
    """Rules about all that a basket will hold. Raises ApiError."""
    most = business.program.max_redemptions_in_transaction
    if kinds.count("subscription") > 1:
        raise refuse(ONE_SUBSCRIPTION)
    if most is not None and len(kinds) > most:
        raise refuse(TOO_MANY)


def _selected(business: Business, guest: Guest, row: Mapping[str, Any], words: Words) -> tuple[str, str, float | None]:
    kind = params.required(row, "discount_type", words)
    number, value = params.text(row.get("discount_id")), params.number(row.get("discount_value"))
    _plan(business, guest, kind, number, value)
    return kind, number, value


def _plan(business: Business, guest: Guest, kind: str, number: str, value: float | None) -> Plan:
    """What an item stands for. Raises ApiError when it is not good (any more)."""
    given: dict[str, Any] = {"discount_type": kind}
    if kind in COMPANIONS:
        given[COMPANIONS[kind]] = value if kind == "discount_amount" else number
    return redemptions.plan(business, guest, given, refuse, TEXTS)


def unselect(business: Business, guest: Guest, values: Mapping[str, Any], words: Words) -> Basket:
    """Take things out; ids that are none of them are passed over as long as one is."""
    check_enabled(business)
    check_member(guest)
    ids = values.get("discount_basket_item_ids")
    if isinstance(ids, str):
        ids = ids.split(",")
    if not isinstance(ids, list) or not ids:
        raise words.missing("discount_basket_item_ids")
    basket = find(business, guest, params.text(values.get("external_uid")))
    wanted = {params.integer(one) for one in ids}
    kept = [item for item in basket.items if item.id not in wanted]
    if len(kept) == len(basket.items):
        raise refuse(NO_ITEMS)
    basket.items = kept
    return basket


def auto_select(business: Business, guest: Guest, values: Mapping[str, Any], words: Words) -> Basket:
    """Put every usable reward in that takes something off this receipt, and lock the basket for its order."""
    check_enabled(business)
    check_member(guest)
    facts = receipt(business, values, words)
    uid = params.text(values.get("external_uid"))
    check_lock(guest, uid)
    basket = guest.basket = guest.basket or Basket(business.world.chance.uuid(), business.now)
    known = {item.discount_id for item in basket.items if item.discount_type == "reward"}
    for one in rewards.usable(business, guest):
        plan = Plan("", "reward", reward=one, redeemable=business.redeemables[one.redeemable_id])
        if str(one.id) not in known and plan.discount(facts["subtotal_amount"], facts["menu_items"]):
            basket.items.append(BasketItem(business.next_id("basket_items"), "reward", str(one.id), None, business.now))
    _lock(basket, uid)
    return basket


def _lock(basket: Basket, uid: str) -> None:
    if uid:
        basket.locked, basket.external_uid = True, uid


def unlock(business: Business, guest: Guest, values: Mapping[str, Any], words: Words) -> None:
    """Only the order that locked a basket unlocks it."""
    check_enabled(business)
    uid = params.required(values, "external_uid", words)
    if guest.basket is None:
        raise refuse(NO_BASKET)
    if guest.basket.external_uid != uid:
        raise refuse(NOT_FOUND)
    guest.basket.locked, guest.basket.external_uid = False, ""


# Processing


def receipt(business: Business, values: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Receipt and line items of a 2.0 call. Raises ApiError."""
    params.required(values, "receipt_amount", words)
    rows = values.get("line_items")
    if not isinstance(rows, list) or not rows:
        raise words.missing("line_items")
    items = []
    for index, row in enumerate(rows):
        row = row if isinstance(row, dict) else {}
        for name in ("item_name", "item_qty"):
            if not params.text(row.get(name)):
                raise words.missing(f"{name}_{index}")
        items.append(
            {"item_name": params.text(row["item_name"]), "item_amount": params.number(row.get("amount")) or 0.0}
        )
    amount = params.number(values["receipt_amount"])
    if amount is None or amount < 0:
        raise refuse(BAD_AMOUNT)
    facts = receipts.facts_of(business, {name: values[name] for name in values if name != "menu_items"}, words)
    facts["receipt_datetime"] = facts.pop("receipt_date", None)
    return {"subtotal_amount": amount, **facts, "menu_items": items}


def evaluate(
    business: Business, guest: Guest, values: Mapping[str, Any], words: Words, *, commit: bool, cause: int
) -> dict[str, Any]:
    """What the basket takes off this receipt, item after item; `commit` uses what qualifies and closes the basket."""
    check_enabled(business)
    facts = receipt(business, values, words)
    if not guest.is_member:
        raise refuse(CLOSED)
    uid = params.text(values.get("external_uid"))
    check_lock(guest, uid)
    basket = guest.basket
    if basket is None or not basket.items:
        raise refuse(NOTHING)
    left, success, failures = facts["subtotal_amount"], [], []
    held: list[Plan] = []
    for item in list(basket.items):
        try:
            plan = _plan(business, guest, item.discount_type, item.discount_id, item.discount_value)
            if not commit and (text := redemptions.conflict(business, guest, plan, held)):
                raise refuse(TEXTS[text])
        except ApiError as error:
            failures.append(_result(item, None, None, 0.0, error.body["error"]))
            continue
        discount = round(plan.discount(left, facts["menu_items"]), 2)
        if not discount:
            failures.append(_result(item, plan, None, 0.0, "Redemption not possible since amount is 0."))
            continue
        made = None
        if commit:
            used = {**facts, "subtotal_amount": left, "external_uid": uid, "redemption_ref": basket.ref}
            made = redemptions.use(business, guest, plan, used, cause=cause)
        held.append(plan)
        left = round(left - discount, 2)
        success.append(_result(item, plan, made, discount, ""))
    if commit:
        guest.basket = None
    else:
        _lock(basket, uid)
    return {"redemption_ref": basket.ref, "success": success, "failures": failures}


def _result(item: BasketItem, plan: Plan | None, made: Redemption | None, amount: float, text: str) -> dict[str, Any]:
    """Shape basket_result_item, in the part that is known here."""
    offer = plan.redeemable if plan else None
    return {
        "discount_basket_item_id": item.id,
        "discount_type": item.discount_type,
        "discount_id": item.discount_id,
        "discount_value": item.discount_value,
        "discount_amount": amount,
        "redemption_id": made.id if made else None,
        "redemption_type": made.type if made else None,
        "message": [text] if text else [],
        "qualified": not text,
        "discount_details": {"name": offer.name, "item_id": offer.id} if offer else {},
        "qualified_items": [],
    }


def void(business: Business, guest: Guest, ref: str, *, cause: int) -> int:
    """Undo all uses of one processed basket; returns how many there were.

    Raises ApiError, too when the order's check-in counts already.
    """
    found = [
        one
        for one in guest.redemptions.values()
        if one.facts.get("redemption_ref") == ref and one.status == "processed"
    ]
    check_enabled(business)
    if not found:
        raise refuse(NOTHING)
    uid = found[0].facts.get("external_uid")
    checkin = business.uids.get(f"external_uid:{uid}") if uid else None
    if checkin is not None and checkin[1].state == "approved":
        text = f"Checkin associated with external_uid {uid} has been committed."
        raise ApiError(410, {"error": {"message": text, "code": "commited"}})
    for one in found:
        redemptions.void(business, guest, one, cause=cause)
    return len(found)


# Views


def view(business: Business, guest: Guest, basket: Basket) -> dict[str, Any]:
    return {
        "redemption_ref": basket.ref,
        "locked": basket.locked,
        "location_id": basket.location_id,
        "created_at": utc(basket.created_at),
        "discount_basket_items": [_item(business, guest, item) for item in basket.items],
    }


def _item(business: Business, guest: Guest, item: BasketItem) -> dict[str, Any]:
    """Shape basket_item."""
    return {
        "discount_basket_item_id": item.id,
        "discount_type": item.discount_type,
        "discount_id": item.discount_id,
        "discount_value": item.discount_value,
        "created_at": utc(item.created_at),
        "discount_details": details(business, guest, item),
        "message": [],
    }


def details(business: Business, guest: Guest, item: BasketItem) -> dict[str, Any]:
    """What an item is about."""
    reward = guest.rewards.get(params.integer(item.discount_id) or 0) if item.discount_type == "reward" else None
    number = reward.redeemable_id if reward else params.integer(item.discount_id)
    offer = business.redeemables.get(number or 0) if item.discount_type in ("reward", "redeemable") else None
    zone = zone_of(business)
    return {
        "item_id": offer.id if offer else 0,
        "name": offer.name if offer else "",
        "campaign_name": (reward.origin.get("campaign_name") or "") if reward else "",
        "image": offer.image_url if offer else "",
        "points": offer.points if offer else None,
        "base_amount": None,
        "description": offer.description if offer else "",
        "item_properties": "",
        "meta_detail": offer.meta_data if offer else None,
        "start_date_tz": local(reward.available_at, zone) if reward else None,
        "end_date_tz": local(reward.expires_at, zone) if reward and reward.expires_at else None,
        "created_at": utc(reward.created_at if reward else item.created_at),
        "auto_select": False,
    }
