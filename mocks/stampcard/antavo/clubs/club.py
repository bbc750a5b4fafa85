"""Clubs: templates, create, read, list, history, rename, disband, and club points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.antavo.amounts import total
from stampcard.antavo.clubs import expiry
from stampcard.antavo.clubs.records import (
    Club,
    Member,
    Template,
    answer,
    balance,
    check_actor,
    find_club,
    find_person,
    listed,
    member_of,
    member_view,
    note,
    refuse,
)
from stampcard.antavo.errors import NOT_FOUND, in_envelope, plain
from stampcard.antavo.fields import number
from stampcard.antavo.filters import instant
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import balance as points_of
from stampcard.core.endpoint import Call, Reply

_TEMPLATE_KEYS = ("id.eq", "name", "type", "status")
_CLUB_KEYS = ("id.eq", "template_id", "name", "type", "status")
_HISTORY_KEYS = ("type", "customer_id", "created_at")


async def templates(call: Call[Brand]) -> Reply:
    rows = [_template_view(one) for one in call.state.club_templates.values()]
    return listed(call, _filtered(call, rows), _TEMPLATE_KEYS, 201014)


async def list_all(call: Call[Brand]) -> Reply:
    """Clubs; none at all is HTTP 404 with a success body."""
    brand = call.state
    rows = [_list_view(brand, club) for club in brand.clubs.values()]
    reply = listed(call, _filtered(call, rows), _CLUB_KEYS, 201012)
    return reply if reply.body["metadata"]["total"] else Reply(404, reply.body)


def _filtered(call: Call[Brand], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for name in ("id.eq", "template_id", "name", "type", "status"):
        if name in call.query:
            rows = [row for row in rows if row.get(name.removesuffix(".eq")) == call.query[name]]
    return rows


async def create(call: Call[Brand]) -> Reply:
    """A club under an active template, with an active owner who is in no other club."""
    brand, body = call.state, call.body
    for name in ("name", "template_id", "owner_id"):
        if body.get(name) in (None, "", {}):
            raise refuse(201094, f"Property '{name}' cannot be empty")
    _check_name(body["name"])
    template = brand.club_templates.get(body["template_id"])
    if template is None:
        raise refuse(201040, "Club template with given ID does not exist")
    if template.status != "active":
        raise refuse(201041, "Club template with given ID is not active")
    owner = brand.customers.get(body["owner_id"])
    if owner is None or owner.status != "active":
        raise refuse(201044, "Only active customer can be owner of a club")
    other = member_of(brand, owner.id)
    if other is not None and other.owner == owner.id:
        raise refuse(201042, "The customer already owns a club")
    if other is not None:
        raise refuse(201043, "Customer is already a member of a club")
    club = Club(call.world.chance.hex(24), body["name"], template.id, owner.id, call.world.clock.now)
    club.members[owner.id] = Member(call.world.chance.hex(24), owner.id, "owner")
    brand.clubs[club.id] = club
    note(call, club, owner.id, "club_create", name=body["name"], template_id=template.id)
    # The answer to a creation has names of its own for the balance.
    points = {"points_earned": 0, "points_spent": 0, "points_expired": 0, "points_spendable": 0}
    return answer({**_view(club), "type": template.type, "balance": points})


async def get(call: Call[Brand]) -> Reply:
    club = find_club(call.state, call.path["club_id"])
    template = call.state.club_templates[club.template]
    return answer({**_view(club), "template_id": template.id, "type": template.type})


async def history(call: Call[Brand]) -> Reply:
    """What was done in the club; created_at keeps one day or later instants."""
    club = find_club(call.state, call.path["club_id"], 201099)
    rows = club.history
    for name in ("type", "customer_id"):
        if name in call.query:
            rows = [row for row in rows if row[name] == call.query[name]]
    since = instant(call.query["created_at"]) if "created_at" in call.query else None
    if since is not None:
        rows = [row for row in rows if (instant(row["created_at"]) or since) >= since]
    return listed(call, rows, _HISTORY_KEYS, 201100)


async def rename(call: Call[Brand]) -> Reply:
    """A new name, given by the owner."""
    club = find_club(call.state, call.path["club_id"])
    name = call.body.get("name")
    if name in (None, "", {}):
        raise refuse(201094, "Property 'name' cannot be empty")
    _check_name(name)
    if call.path["customer_id"] != club.owner:
        raise refuse(201039, "Actor has no permission to change status")
    club.name = name
    note(call, club, club.owner, "club_detail_change", name=name)
    return answer(_view(club))


async def disband(call: Call[Brand]) -> Reply:
    """End the club; only its owner may."""
    brand = call.state
    club = find_club(brand, call.path["club_id"])
    actor = (call.body or {}).get("actor")
    if not actor:
        raise refuse(201094, "Property 'actor' cannot be empty")
    find_person(brand, actor)
    if club.status != "active":
        raise refuse(201047, "Club is not active")
    if actor not in club.members:
        raise refuse(201048, "The actor could not be found as a club member in this club")
    check_actor(call, club, 201039)
    club.status = "disbanded"
    note(call, club, actor, "club_disband", actor=actor)
    return answer(_view(club))


async def adjust(call: Call[Brand]) -> Reply:
    """Add club points, or with a negative number remove them; the member's own points stay."""
    brand = call.state
    message = "Club not found or Club member not found"
    club = find_club(brand, call.path["club_id"], 201099, message)
    member = club.members.get(call.path["customer_id"])
    if member is None or member.status != "active":
        raise refuse(201099, message, 404)
    points = number(call.body.get("points"))
    if not points or not isinstance(points, int):
        raise refuse(201094, "Property 'points' cannot be empty")
    club.contributed = total((club.contributed, points))
    expiry.note(brand, club, points, call.id)
    kind = "club_point_add" if points > 0 else "club_point_remove"
    note(call, club, member.customer, kind, amount=abs(points), reason=call.body.get("reason"))
    return answer({"member": member_view(club, member), "club": _view(club)})


async def donate(call: Call[Brand]) -> Reply:
    """Turn a member's points into club points at the template's rate."""
    brand, body = call.state, call.body
    club = find_club(brand, call.path["club_id"])
    customer = find_person(brand, call.path["customer_id"])
    template: Template = brand.club_templates[club.template]
    member = _check_donation(brand, club, customer, body)
    given: int = body["donated_account_points"]
    points = total([given * template.point_conversion_rate])
    club.contributed = total((club.contributed, points))
    expiry.note(brand, club, points, call.id)
    member.contributed = total((member.contributed, points))
    member.donated = total((member.donated, given))
    rate = template.point_conversion_rate
    told = {"donating_points": given, "conversion_rate": rate, "converted_club_points": points}
    note(call, club, customer.id, "club_point_donation", given, **told)
    own = {"contributed": member.contributed, "spent": member.spent}
    limits = {"donation_limit": template.donation_limit, "used_from_donation_limit": member.donated}
    return answer(
        {
            "donated_account_points": given,
            "point_conversion_rate": rate,
            "donated_club_points": points,
            "reason": body.get("reason"),
            "member": {"id": member.id, **limits, "balance": own},
            "club": {"balance": balance(club)},
        }
    )


def _check_donation(brand: Brand, club: Club, customer: Customer, body: Mapping[str, Any]) -> Member:
    """The member who may donate so much. Raises ApiError."""
    template = brand.club_templates[club.template]
    given = body.get("donated_account_points")
    if given in (None, ""):
        raise refuse(201094, "Property 'donated_account_points' cannot be empty")
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise refuse(201103, "The 'donated_account_points' value must be a whole positive or negative number")
    if len(body.get("reason") or "") > 500:
        raise refuse(201102, "Property 'reason' is too long")
    member = club.members.get(customer.id)
    if member is None or member.status != "active":
        # Published with this type beside this status.
        raise in_envelope("/v1/", plain(400, NOT_FOUND, 201097, "Active club member not found"))
    if not template.point_donation:
        raise refuse(201150, "Account Group Settings on the Club Template not found")
    if given < template.minimum_points_threshold:
        raise refuse(201154, "Cannot donate points to this club below the minimum points threshold")
    if template.donation_limit is not None and total((member.donated, given)) > template.donation_limit:
        raise refuse(201156, "Donated points exceed the donation limit for the current period")
    if given > points_of(brand, customer):
        message = "Customer does not have enough points to donate (donation would exceed allowed spendable balance)"
        raise refuse(201157, message)
    return member


def _check_name(name: Any) -> None:
    texts = name.values() if isinstance(name, dict) else [name]
    if any(not isinstance(text, str) or len(text) < 3 for text in texts):
        raise refuse(201045, "The club name is too short. It must be at least 3 characters long.")


def _view(club: Club) -> dict[str, Any]:
    return {
        "id": club.id,
        "name": club.name,
        "status": club.status,
        "balance": balance(club),
        "member_count": club.size,
        "owner_customer_id": club.owner,
    }


def _list_view(brand: Brand, club: Club) -> dict[str, Any]:
    """A row of the list, where the balance says `spend`."""
    numbers = balance(club)
    numbers["spend"] = numbers.pop("spent")
    kind = brand.club_templates[club.template].type
    return {**_view(club), "template_id": club.template, "type": kind, "balance": numbers}


def _template_view(one: Template) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "type": one.type, "status": one.status, "contribution_type": "none"}
