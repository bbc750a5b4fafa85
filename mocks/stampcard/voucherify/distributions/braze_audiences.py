"""Braze audiences: a Canvas webhook tells who enters or leaves, kept in the customer's metadata.

https://support.voucherify.io/article/113-braze
"""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, values
from stampcard.voucherify.customers import customers
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project


async def change(call: Call[Project]) -> Reply:
    """The customer is created or updated by source_id = the Braze user id."""
    project, body = call.state, values.given(call.body)
    known = project.source_ids.get(body["user_id"])
    audiences = [*((known.metadata if known else None) or {}).get("brazeAudiences", [])]
    if body["action"] == "add" and body["audience_id"] not in audiences:
        audiences.append(body["audience_id"])
    elif body["action"] == "delete":
        audiences = [item for item in audiences if item != body["audience_id"]]
    reference = customers.Reference(known, body["user_id"], profile(body), {"brazeAudiences": audiences})
    customers.settle(project, reference, errors.request_id(call))
    moved = "enters" if body["action"] == "add" else "leaves"
    call.summary = f"{body['user_id']} {moved} the Braze audience {body['audience_id']}"
    return Reply(200, {})


def profile(body: Json) -> Json:
    names = [body[name] for name in ("first_name", "last_name") if name in body]
    address = {name: body[name] for name in ("country", "city") if name in body}
    found = {"name": " ".join(names), "email": body.get("email_address"), "phone": body.get("phone_number")}
    return {key: value for key, value in found.items() if value} | ({"address": address} if address else {})
