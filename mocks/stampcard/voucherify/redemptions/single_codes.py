"""The older calls about one code: validate it, publish it, redeem it from a browser.

https://docs.voucherify.io/api-reference/vouchers/validate-voucher (deprecated, in service)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import errors, lists
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.management import keys
from stampcard.voucherify.redemptions import redeemables, redemptions, sessions
from stampcard.voucherify.redemptions.redeemables import Item
from stampcard.voucherify.redemptions.validations import Request, final, tracking
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

NUMBERS = ("quantity", "price", "amount")


async def validate(call: Call[Project]) -> Reply:
    """200 for a code that is valid and one that is not; 400 when something it needs was not sent."""
    return judged(call, call.path["code"], call.body or {})


async def publish(call: Call[Project]) -> Reply:
    """As POST /v1/publications answers with the current version of the API."""
    return await publications.create(call)


async def validate_by_query(call: Call[Project]) -> Reply:
    """For browsers: everything stands in the query string, nested by brackets."""
    code = call.query.get("code")
    if code is None:
        raise errors.not_yet(call, "validating promotions by query")
    body = read_query(call)
    check_tracking(call, body)
    return judged(call, code, body)


async def redeem(call: Call[Project]) -> Reply:
    """For browsers, where the project's switch is on."""
    keys.check_switch(call, "redeem")
    return redemptions.redeem_code(call, call.query["code"])


# One code


def judged(call: Call[Project], code: str, body: Mapping[str, Any]) -> Reply:
    """What redeeming the code would do, or why it cannot be redeemed. Raises the missing_* errors."""
    row = {"object": "voucher", "id": code, "gift": body.get("gift"), "reward": body.get("reward")}
    items = redeemables.read_items(call, [row])
    request = Request(call, body)
    redeemables.evaluate(request.basket, items)
    item = items[0]
    error = item.error
    if error is not None and str(error.body["key"]).startswith("missing_"):
        raise error
    call.summary = f"{code} {'valid' if error is None else error.body['key']}"
    return Reply(200, invalid(item, error, request) if error is not None else valid(call, item, request))


def invalid(item: Item, error: ApiError, request: Request) -> Json:
    """The error whole, and its message as the reason; a code nobody has is `voucher not found`."""
    voucher = item.voucher
    return {
        "valid": False,
        "reason": error.body["message"] if voucher is not None else "voucher not found",
        "error": error.body,
        "tracking_id": request.tracking_id,
        "code": voucher.code if voucher is not None else item.reference,
        "metadata": (voucher.metadata or {}) if voucher is not None else {},
    }


def valid(call: Call[Project], item: Item, request: Request) -> Json:
    voucher, basket = item.voucher, request.basket
    assert voucher is not None
    body: Json = {"valid": True, "code": voucher.code}
    for name, data in (("applicable_to", item.scope), ("inapplicable_to", item.excluded)):
        body[name] = {"data": data, "total": len(data), "data_ref": "data", "object": "list"}
    body |= {"tracking_id": request.tracking_id, "order": final(basket), "metadata": voucher.metadata or {}}
    if basket.session is not None:
        body["session"] = sessions.reserve(call.state, basket.session, [(item.target, item.credits or 0)])
    if "discount" in item.result:
        body["discount"] = {name: value for name, value in item.result["discount"].items() if name != "is_dynamic"}
    elif item.reward is not None:
        points = {"points": item.credits or 0}
        body["loyalty"] = {"points_cost": item.credits or 0}
        body["reward"] = {"id": item.reward["id"], "assignment_id": item.reward["assignment_id"], **points}
    else:
        body["gift"] = voucher.value
    if voucher.campaign is not None:
        body |= {"campaign": voucher.campaign.name, "campaign_id": voucher.campaign.id}
    dates = {"start_date": voucher.start_date, "expiration_date": voucher.expiration_date}
    return body | {name: value for name, value in dates.items() if value is not None}


# The query string of browsers


def read_query(call: Call[Project]) -> Json:
    """The body the query string stands for. Raises invalid_query_params."""
    query, nested = call.query, lists.nested_query(call)
    order: Json = {name: query[name] for name in ("amount",) if name in query}
    block = nested.get("order")
    if isinstance(block, dict) and isinstance(block.get("metadata"), dict):
        order["metadata"] = block["metadata"]
    rows = nested.get("item")
    if isinstance(rows, dict):
        order["items"] = [read_item(call, place, row) for place, row in rows.items()]
    body: Json = {"order": order or None, "tracking_id": query.get("tracking_id")}
    customer = nested.get("customer", query.get("customer"))
    if customer is not None:
        body["customer"] = check_texts(call, "customer", customer)
    if isinstance(nested.get("metadata"), dict):
        body["metadata"] = nested["metadata"]
    if "session_type" in query:
        names = ("type", "key", "ttl", "ttl_unit")
        body["session"] = {name: query[f"session_{name}"] for name in names if f"session_{name}" in query}
    return body


def refused(call: Call[Project], details: str) -> ApiError:
    return errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)


def read_item(call: Call[Project], place: str, row: Any) -> Json:
    """One line of the cart: texts, and digits for what is a number."""
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise refused(call, f"Property .item.{place} should be object")
    for name in NUMBERS:
        if name in row and not (row[name].isdecimal() and len(row[name]) < 16):
            raise refused(call, f"Property .item.{place}.{name} should be number")
    if row.get("related_object", "product") not in ("product", "sku"):
        raise refused(call, f"Property .item.{place}.related_object should be one of product, sku")
    return dict(row)


def check_texts(call: Call[Project], name: str, given: Any) -> Any:
    """A reference to a customer: a text, or an object of texts that may have metadata."""
    block = given if isinstance(given, dict) else {}
    for key, value in block.items():
        if not isinstance(value, dict if key in ("metadata", "address") else str):
            raise refused(call, f"Property .{name}.{key} should be string")
    return given


def check_tracking(call: Call[Project], body: Json) -> None:
    """Raises ambiguous_tracking_id when the tracking id and the customer are two people."""
    given, customer = body.get("tracking_id"), body.get("customer")
    source = customer.get("source_id") if isinstance(customer, dict) else customer
    if given is None or source is None:
        return
    one, other = tracking(call.state, None, given), tracking(call.state, source, None)
    if one != other:
        message = f"Ambiguous trackingId ('{one}' vs. '{other}')"
        details = (
            "The customer cannot be identified as two different identifiers have been used between requests "
            "from same origin."
        )
        raise errors.refusal(call, 400, "ambiguous_tracking_id", message, details)
