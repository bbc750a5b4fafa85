"""Clubs, their members and history; finding them, and the refusals every club route shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.errors import BAD_REQUEST, NOT_FOUND, in_envelope, plain
from stampcard.antavo.paging import links
from stampcard.antavo.processing import perform
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso
from stampcard.antavo.work import GONE, Incoming, Work
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError


class Template(msgspec.Struct, frozen=True):
    """What clubs are made from. `approval_required`: joining a public club makes an applicant first."""

    id: str
    name: str
    type: str = "public"
    status: str = "active"
    approval_required: bool = False
    member_limit: int | None = None
    point_donation: bool = False
    point_conversion_rate: float = 1
    minimum_points_threshold: int = 0
    donation_limit: int | None = None
    point_expiration_days: int | None = None


class Lot(msgspec.Struct):
    """Club points that were added together, and when they expire; `over` once that day has come."""

    points: Number
    due: datetime
    over: bool = False


class Member(msgspec.Struct):
    """`status` is applicant, active, kicked, removed or banned."""

    id: str
    customer: str
    role: str = "member"
    status: str = "active"
    contributed: Number = 0
    spent: Number = 0
    donated: Number = 0


class Club(msgspec.Struct):
    id: str
    name: Any
    template: str
    owner: str
    created_at: datetime
    status: str = "active"
    contributed: Number = 0
    spent: Number = 0
    expired: Number = 0
    members: dict[str, Member] = {}
    history: list[dict[str, Any]] = []
    lots: list[Lot] = []
    expirations: dict[str, Number] = {}

    @property
    def spendable(self) -> Number:
        return total((self.contributed, -self.spent, -self.expired))

    @property
    def size(self) -> int:
        return sum(member.status == "active" for member in self.members.values())


class Invitation(msgspec.Struct):
    id: str
    club: str
    inviter: str
    invitee: str
    created_at: datetime
    expires_at: datetime
    used: bool = False


def refuse(code: int, message: str, status: int = 400) -> ApiError:
    kind = NOT_FOUND if status == 404 else BAD_REQUEST
    return in_envelope("/v1/", plain(status, kind, code, message))


def find_club(brand: Brand, name: str, code: int = 201054, message: str = "Club not found") -> Club:
    found = brand.clubs.get(name)
    if found is None:
        raise refuse(code, message, 404)
    return found


def find_person(brand: Brand, name: str) -> Customer:
    """A customer of any status but opted out or merged. Raises 320620."""
    found = brand.customers.get(name)
    if found is None or found.status in GONE:
        raise refuse(320620, "Customer not found", 404)
    return found


def find_member(club: Club, name: str) -> Member:
    found = club.members.get(name)
    if found is None:
        message = "The customer could not be found as a club member or applicant in this club"
        raise refuse(201079, message, 404)
    return found


def check_actor(call: Call[Brand], club: Club, code: int = 201027, empty: int = 201094) -> str:
    """The owner, who alone may change statuses. Raises ApiError."""
    actor: str = (call.body or {}).get("actor") or ""
    if not actor:
        raise refuse(empty, "Property 'actor' cannot be empty")
    if actor != club.owner:
        raise refuse(code, "Actor has no permission to change status")
    return actor


def member_of(brand: Brand, customer: str) -> Club | None:
    """The club somebody is an active member of."""
    return next(
        (
            club
            for club in brand.clubs.values()
            if club.status == "active" and customer in club.members and club.members[customer].status == "active"
        ),
        None,
    )


def note(call: Call[Brand], club: Club, customer: str, kind: str, points: Number = 0, **properties: Any) -> None:
    """Register a club event: in the club's history, and among the member's events."""
    brand = call.state
    club.history.append(
        {
            "id": brand.world.chance.hex(24),
            "customer_id": customer,
            "type": kind,
            "source": "Clubs API",
            "properties": properties,
            "created_at": iso(brand.world.clock.now),
        }
    )
    found = brand.customers.get(customer)
    if found is None or found.status in GONE:
        return

    def act(work: Work) -> None:
        if points:
            work.customer.spent = total((work.customer.spent, points))
        work.register(-points)

    event = Incoming(customer, kind, {"club": club.id, **properties}, source="Platform")
    perform(brand, found, event, act, cause=call.id)
    call.summary = f"{kind} of {customer} in {club.id}"


def answer(payload: Any) -> Reply:
    return Reply(200, {"status": "success", "metadata": [], "payload": payload})


def member_view(club: Club, member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "customer_id": member.customer,
        "club_id": club.id,
        "role": member.role,
        "status": member.status,
        "balance": {"contributed": member.contributed, "spent": member.spent},
    }


def balance(club: Club) -> dict[str, Number]:
    numbers = {name: getattr(club, name) for name in ("contributed", "spent", "expired")}
    return {**numbers, "spendable": club.spendable}


def listed(call: Call[Brand], rows: list[dict[str, Any]], known: Iterable[str], unknown_code: int) -> Reply:
    """A page of rows after the checks on limit, offset and unknown keys."""
    if call.query.get("offset", 0) < 0:
        raise refuse(201011, "Offset cannot be negative")
    if not 1 <= call.query.get("limit", 20) <= 100:
        raise refuse(201010, "Limit must be between 1 and 100")
    if call.request.query.keys() - {*known, "limit", "offset", "api_key"}:
        raise refuse(unknown_code, "Invalid query string parameter(s)")
    start, size = call.query.get("offset", 0), call.query.get("limit", 20)
    pager: Mapping[str, Any] = {"total": len(rows), "next": "", "previous": "", **links(call, len(rows), limit=20)}
    return Reply(200, {"status": "success", "metadata": pager, "payload": rows[start : start + size]})
