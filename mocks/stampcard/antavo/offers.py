"""Offers: what is on for a member, which fit a cart, and claiming one for its coupon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.antavo import coupons
from stampcard.antavo.catalogue import Offer
from stampcard.antavo.errors import BAD_REQUEST, NOT_FOUND, plain
from stampcard.antavo.fields import number
from stampcard.antavo.filters import instant
from stampcard.antavo.processing import perform
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import GONE, Incoming, Work, find_customer
from stampcard.antavo.workflow import in_segments
from stampcard.core.endpoint import Call, Reply


async def available(call: Call[Brand]) -> Reply:
    """Offers that are on or coming for the member; their points are always 0."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    return Reply(200, {"data": rows(brand, customer)})


def rows(brand: Brand, customer: Customer) -> list[dict[str, Any]]:
    """Offers that run or will, for the member."""
    found = [(offer, status_of(brand, offer)) for offer in brand.offers.values()]
    return [
        _some(
            {
                "id": offer.id,
                "title": offer.name,
                "description": offer.description,
                "status": status,
                "points": 0,
                "starts_at": offer.starts_at or None,
                "ends_at": offer.ends_at or None,
                "card_title": offer.card_title,
                "card_description": offer.card_description,
                "stores": [{"id": name, "name": name} for name in offer.stores],
            }
        )
        for offer, status in found
        if status != "expired" and in_segments(brand, offer.segments, customer)
    ]


async def claim(call: Call[Brand]) -> Reply:
    """A coupon if the requirements are met, else an empty object."""
    brand = call.state
    customer = find_customer(brand, call.path["customer_id"])
    found = brand.offers.get(call.path["offer_id"])
    if found is None:
        raise plain(404, NOT_FOUND, 0, "Offer not found")
    offer, pool = found, brand.pools.get(found.coupon_pool)
    free = coupons.free_codes(pool) if pool else []
    may = status_of(brand, offer) == "active" and in_segments(brand, offer.segments, customer)
    if not may or pool is None or not free or offer.id in customer.offers:
        call.summary = f"{customer.id} does not meet the requirements of {offer.name}"
        return Reply(200, {})
    coupon = brand.coupons[free[0]]

    def act(work: Work) -> None:
        customer.offers.append(offer.id)
        coupons.assign(brand, coupon, customer)
        work.register()

    data = {"offer": offer.id, "code": coupon.code}
    perform(brand, customer, Incoming(customer.id, "offer_claim", data, source="Platform"), act, cause=call.id)
    call.summary = f"{customer.id} claimed {offer.name}"
    return Reply(200, {"coupon": coupons.view(brand, coupon)})


async def for_cart(call: Call[Brand]) -> Reply:
    """Offers that fit a cart; those that do not only with eligible_only=false. An unknown customer is HTTP 200."""
    brand, body = call.state, call.body
    _check_cart(body)
    customer = brand.customers.get(body["customer"])
    if customer is None or customer.status in GONE:
        return Reply(200, {"error": {"code": 160602, "type": None, "message": "Invalid customer ID"}})
    only = body.get("eligible_only", True)
    rows = []
    for offer in brand.offers.values():
        if status_of(brand, offer) != "active" or (offer.stores and body.get("store") not in offer.stores):
            continue
        eligible = _is_eligible(brand, offer, customer, body["cart"])
        if eligible or not only:
            rows.append(_cart_view(offer, eligible))
    cart = {"total": str(body["cart"]["total"]), "items": body["cart"]["items"]}
    return Reply(200, {"data": rows, "eligible_only": only, "customer": {"id": customer.id}, "cart": cart})


def _check_cart(body: Mapping[str, Any]) -> None:
    if not body.get("customer"):
        raise plain(400, BAD_REQUEST, 0, "Missing required parameter \u2018customer\u2019")
    cart = body.get("cart")
    if not isinstance(cart, dict) or number(cart.get("total")) is None or not isinstance(cart.get("items"), list):
        raise plain(400, BAD_REQUEST, 0, "Cart structure validation Error")
    for index, item in enumerate(cart["items"]):
        if not isinstance(item, dict) or not isinstance(item.get("product_id"), str):
            raise plain(400, BAD_REQUEST, 0, "Cart structure validation Error")
        if (number(item.get("quantity")) or 0) < 1:
            message = f"cart.items.{index}.quantity should be greater than or equal to 1"
            raise plain(400, BAD_REQUEST, 0, message)


def status_of(brand: Brand, offer: Offer) -> str:
    now = brand.world.clock.now
    begin = instant(offer.starts_at) if offer.starts_at else None
    end = instant(offer.ends_at) if offer.ends_at else None
    if begin is not None and now < begin:
        return "scheduled"
    return "expired" if end is not None and end <= now else "active"


def _is_eligible(brand: Brand, offer: Offer, customer: Customer, cart: Mapping[str, Any]) -> bool:
    """Total within bounds, and all (or any) of the required products in the cart."""
    total = number(cart["total"]) or 0
    if total < (offer.min_total or 0) or (offer.max_total is not None and total > offer.max_total):
        return False
    quantities: dict[str, float] = {}
    for item in cart["items"]:
        quantities[item["product_id"]] = quantities.get(item["product_id"], 0) + (number(item["quantity"]) or 0)
    met = [quantities.get(one["id"], 0) >= one.get("min_quantity", 1) for one in offer.required_items]
    enough = not met or (any(met) if offer.required_match == "any" else all(met))
    return enough and in_segments(brand, offer.segments, customer)


def _cart_view(offer: Offer, eligible: bool) -> dict[str, Any]:
    required = [{"type": "product", "min_quantity": 1, **one} for one in offer.required_items]
    return _some(
        {
            "id": offer.id,
            "name": offer.name,
            "type": offer.type,
            "weight": offer.weight,
            "min_total": offer.min_total,
            "max_total": offer.max_total,
            "required_match": offer.required_match,
            "required_items": required,
            "discount": offer.discount or None,
            "is_exclusive": offer.is_exclusive,
            "is_eligible": eligible,
            "card_title": offer.card_title,
            "card_description": offer.card_description,
        }
    )


def _some(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
