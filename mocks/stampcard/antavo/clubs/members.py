"""Who is in a club: joining, invitations, applicants, bans, ownership."""

from __future__ import annotations

from datetime import timedelta

from stampcard.antavo.clubs.records import (
    Club,
    Invitation,
    Member,
    answer,
    check_actor,
    find_club,
    find_member,
    find_person,
    listed,
    member_of,
    member_view,
    note,
    refuse,
)
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.times import iso
from stampcard.core.endpoint import Call, Reply

INVITATION_LIFETIME = timedelta(days=30)
"""Assumed; the vendor publishes only that invitations expire."""


async def list_all(call: Call[Brand]) -> Reply:
    club = find_club(call.state, call.path["club_id"])
    rows = [member_view(club, member) for member in club.members.values()]
    for name, key in (("id.eq", "id"), ("role", "role"), ("status", "status")):
        if name in call.query:
            rows = [row for row in rows if row[key] == call.query[name]]
    reply = listed(call, rows, ("id.eq", "role", "status"), 201100)
    found = reply.body["metadata"]
    pagination = {"next": found["next"], "previous": found["previous"]}
    return Reply(200, {**reply.body, "metadata": {"total": found["total"], "pagination": pagination}})


async def get(call: Call[Brand]) -> Reply:
    club = find_club(call.state, call.path["club_id"], 201092)
    return answer(member_view(club, find_member(club, call.path["customer_id"])))


async def join_public(call: Call[Brand]) -> Reply:
    """Join a public club, as an applicant where its template asks for approval."""
    brand, body = call.state, call.body
    club = find_club(brand, call.path["club_id"])
    customer = find_person(brand, body["customer_id"])
    template = brand.club_templates[club.template]
    if template.type != "public":
        raise refuse(0, "Only public clubs can be joined without an invitation")
    _check_may_join(brand, club, customer)
    member = _add(call, club, customer, "applicant" if template.approval_required else "active")
    note(call, club, customer.id, "club_member_join", status=member.status, channel=body.get("channel"))
    return answer(member_view(club, member))


async def invite(call: Call[Brand]) -> Reply:
    """An invitation to a private club, from one of its active members."""
    brand, body = call.state, call.body
    club = find_club(brand, call.path["club_id"])
    inviter, invitee = (
        brand.customers.get(body["inviter_customer_id"]),
        brand.customers.get(body["invitee_customer_id"]),
    )
    if inviter is None:
        raise refuse(201060, "Inviter customer not found")
    if invitee is None:
        raise refuse(201061, "Invitee customer not found")
    _check_invitation(brand, club, inviter, invitee)
    now = call.world.clock.now
    made = Invitation(call.world.chance.hex(24), club.id, inviter.id, invitee.id, now, now + INVITATION_LIFETIME)
    brand.invitations[made.id] = made
    call.summary = f"{inviter.id} invites {invitee.id} to {club.id}"
    return answer(
        {
            "invitation_id": made.id,
            "invitation_link": f"/v1/clubs/invitations/{made.id}",
            "inviter_customer_id": inviter.id,
            "invitee_customer_id": invitee.id,
            "created_at": iso(made.created_at),
            "expires_at": iso(made.expires_at),
        }
    )


def _check_invitation(brand: Brand, club: Club, inviter: Customer, invitee: Customer) -> None:
    if club.status != "active":
        raise refuse(201065, "Club with given ID is not active")
    if inviter.status != "active":
        raise refuse(201066, "The inviter customer is not active, only active customers can invite members to the club")
    if invitee.status != "active":
        raise refuse(201067, "The invitee customer is not active, only active customers can be members of a club")
    if inviter.id not in club.members:
        raise refuse(201068, "The inviter customer is not a member of the club")
    old = club.members.get(invitee.id)
    if old is not None and old.status in ("active", "applicant"):
        raise refuse(201069, "The invitee customer is already a member of the club")
    if club.members[inviter.id].status != "active":
        message = "The member status is not active, only active club members can invite members to the club"
        raise refuse(201070, message)
    if brand.club_templates[club.template].type != "private":
        raise refuse(201071, "Invitation ID can only be generated for private clubs")
    if old is not None and old.status == "banned":
        raise refuse(201072, "The invitee customer is already banned from the club")
    for one in brand.invitations.values():
        if (one.club, one.invitee) == (club.id, invitee.id) and not one.used and one.expires_at > brand.world.clock.now:
            raise refuse(201064, f"Invitation already exists: {one.id}")


async def join_private(call: Call[Brand]) -> Reply:
    """Accept an invitation."""
    brand = call.state
    found = brand.invitations.get(call.path["invitation_id"])
    if found is None or found.used or found.expires_at <= call.world.clock.now:
        raise refuse(300891, "Club invitation not found", 404)
    club, customer = brand.clubs[found.club], find_person(brand, found.invitee)
    _check_may_join(brand, club, customer)
    member = _add(call, club, customer, "active")
    found.used = True
    channel = (call.body or {}).get("channel")
    note(call, club, customer.id, "club_member_join", status="active", channel=channel)
    return answer(member_view(club, member))


def _check_may_join(brand: Brand, club: Club, customer: Customer) -> None:
    if club.status != "active":
        raise refuse(201047, "Club is not active")
    if customer.status != "active":
        raise refuse(201067, "The invitee customer is not active, only active customers can be members of a club")
    if member_of(brand, customer.id) is not None:
        raise refuse(300390, "Customer is already a member of a club")
    old = club.members.get(customer.id)
    if old is not None and old.status == "banned":
        raise refuse(201072, "The invitee customer is already banned from the club")
    _check_limit(brand, club)


def _check_limit(brand: Brand, club: Club) -> None:
    limit = brand.club_templates[club.template].member_limit
    if limit is not None and club.size >= limit:
        raise refuse(201078, "Member limit exceeded")


def _add(call: Call[Brand], club: Club, customer: Customer, status: str) -> Member:
    member = club.members.get(customer.id) or Member(call.world.chance.hex(24), customer.id)
    member.status = status
    club.members[customer.id] = member
    return member


# Applicants and members


async def accept_applicant(call: Call[Brand]) -> Reply:
    club, member = _addressed(call)
    actor = check_actor(call, club)
    if member.role == "owner":
        raise refuse(201017, "Owners cannot be applicants")
    if member.status != "applicant":
        raise refuse(201016, "Only applicants can be accepted")
    _check_limit(call.state, club)
    if member_of(call.state, member.customer) is not None:
        raise refuse(300390, "Customer is already a member of a club")
    return _move(call, club, member, "active", "club_applicant_accept", actor)


async def refuse_applicant(call: Call[Brand]) -> Reply:
    club, member = _addressed(call)
    actor = check_actor(call, club)
    if member.status != "applicant":
        raise refuse(201016, "Only applicants can be accepted")
    return _move(call, club, member, "removed", "club_applicant_refuse", actor)


async def ban(call: Call[Brand]) -> Reply:
    """Ban a member or an applicant."""
    club, member = _addressed(call)
    actor = check_actor(call, club)
    if member.role == "owner":
        raise refuse(201024, "Owners cannot be banned. Ownership must be reassigned!")
    if member.status == "banned":
        raise refuse(201025, "Banned club members cannot be banned again")
    return _move(call, club, member, "banned", "club_member_ban", actor)


async def unban(call: Call[Brand]) -> Reply:
    """Lift a ban: the member is active again (assumed)."""
    club, member = _addressed(call)
    actor = check_actor(call, club, empty=300840)
    if member.status != "banned":
        raise refuse(0, "Only banned club members can be unbanned")
    if member_of(call.state, member.customer) is not None:
        raise refuse(300390, "Customer is already a member of a club")
    _check_limit(call.state, club)
    return _move(call, club, member, "active", "club_member_unban", actor)


async def remove(call: Call[Brand]) -> Reply:
    """The owner removes a member, or a member leaves."""
    club, member = _addressed(call)
    actor = (call.body or {}).get("actor")
    if actor != member.customer:
        actor = check_actor(call, club)
    if member.role == "owner":
        raise refuse(201024, "Owners cannot be banned. Ownership must be reassigned!")
    if member.status not in ("active", "applicant"):
        raise refuse(201079, "The customer could not be found as a club member or applicant in this club", 404)
    return _move(call, club, member, "removed", "club_member_remove", actor)


async def assign_owner(call: Call[Brand]) -> Reply:
    """The owner hands the club to an active member."""
    brand = call.state
    club = find_club(brand, call.path["club_id"])
    actor = check_actor(call, club, 201039)
    customer = find_person(brand, call.path["customer_id"])
    member = club.members.get(customer.id)
    if member is None:
        raise refuse(201081, "Club Member not found", 404)
    if member.role == "owner":
        raise refuse(201033, "Owners role is already set as member")
    if member.status != "active":
        raise refuse(201036, "Only active club members can be owners of the club")
    if customer.status != "active":
        raise refuse(201035, "Only active customer can be owner of a club")
    club.members[actor].role, member.role, club.owner = "member", "owner", customer.id
    note(call, club, actor, "club_ownership_revoke", actor=actor)
    note(call, club, customer.id, "club_ownership_assign", actor=actor)
    return answer(member_view(club, member))


def _addressed(call: Call[Brand]) -> tuple[Club, Member]:
    club = find_club(call.state, call.path["club_id"])
    find_person(call.state, call.path["customer_id"])
    return club, find_member(club, call.path["customer_id"])


def _move(call: Call[Brand], club: Club, member: Member, status: str, kind: str, actor: str) -> Reply:
    previous, member.status = member.status, status
    note(call, club, member.customer, kind, actor=actor, previous_status=previous, status=status)
    return answer(member_view(club, member))
