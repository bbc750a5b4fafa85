"""Members of programs, and what a customer is a member of.

https://docs.voucherify.io/api-reference/loyalty-v2-members-overview
"""

from __future__ import annotations

from datetime import timedelta

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, lists, values
from stampcard.voucherify.campaigns import codes
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.loyalty import programs
from stampcard.voucherify.loyalty.program_records import Card, Member, Program
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

LIFETIME = (
    "total earned added purchased purchased_reversed subtracted expired spent refunded returned locked unlocked".split()
)
NO_PROGRESS: Json = {
    "current": None,
    "tier_structure": None,
    "deferred": [],
    "risks": [],
    "opportunities": [],
    "object": "member_tier_progress",
}
"""Tier structures are not emulated, so nobody is on the way anywhere."""


def find(call: Call[Project], program: Program) -> Member:
    wanted = call.path["memberId"]
    found = call.state.programs.members.get(wanted)
    if found is None or found.program is not program:
        raise errors.not_found(call, "member", wanted)
    return found


def view(record: Member) -> Json:
    return {
        "id": record.id,
        "customer_id": record.customer.id,
        "program_id": record.program.id,
        "status": record.status,
        "metadata": record.metadata,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "member",
    }


def card_view(card: Card) -> Json:
    ending = min(((day, points) for day, points in card.ending.items() if points), default=None)
    inner: Json = {
        "id": card.id,
        "card_definition_id": card.definition.id,
        "card_type": "INDIVIDUAL",
        "code": card.code,
        "lifetime_bucket": {
            "points": {name: card.lifetime.get(name, 0) for name in LIFETIME},
            "pending_points": {"total": 0, "activated": 0, "canceled": 0},
        },
        "balance": {"points": card.balance, "pending_points": 0},
        "next_expiration": {"points": ending[1], "date": ending[0]} if ending is not None else None,
        "next_activation": None,
        "object": "card",
    }
    return {"member_role": "OWNER", "created_at": card.created_at, "card": inner, "object": "member_card"}


def with_cards(record: Member) -> Json:
    return {**view(record), "cards": [card_view(card) for card in record.cards]}


async def create(call: Call[Project]) -> Reply:
    """A customer joins once and gets a card of every definition. Raises 404, 409, 423."""
    project, program, body = call.state, programs.find(call), values.given(call.body)
    if program.status != "ACTIVE":
        details = "Cannot create member when program status is not ACTIVE"
        raise programs.locked(call, "non_active_program", "Invalid program status", details)
    customer = find_customer(call, values.given(body["customer_identification"]))
    if any(one.customer is customer and one.program is program for one in project.programs.members.values()):
        details = f"Customer '{customer.id}' already is a member of program '{program.id}'"
        raise errors.refusal(call, 409, "member_already_exists", "Member already exists", details)
    member = Member(project.serial_id("lmbr_"), customer, program, project.now, body.get("status", "ACTIVE"))
    member.metadata = body.get("metadata", {})
    member.cards = [
        Card(project.serial_id("lcrd_"), member, project.programs.definitions[one], project.now)
        for one in program.card_definitions
    ]
    project.programs.members[member.id] = member

    async def name_cards() -> None:
        for card in member.cards:
            card.code = codes.generate(card.definition.config, project.world.chance, project.is_taken)

    project.world.clock.after(timedelta(), name_cards, name="codes of cards", vendor="voucherify", cause=call.id)
    call.summary = f"{customer.source_id or customer.id} is a member of {program.name}"
    return Reply(200, with_cards(member))


def find_customer(call: Call[Project], given: Json) -> Customer:
    """By the kind of name the request says. Raises invalid_payload, 404."""
    kind = given["type"]
    if kind not in given:
        place = "Property .customer_identification"
        raise errors.invalid_payload(call, f"{place} should have required property '{kind}'")
    return named(call, given[kind], kind)


def named(call: Call[Project], wanted: str, kind: str) -> Customer:
    project = call.state
    found = project.customers.get(wanted) if kind == "customer_id" else project.source_ids.get(wanted)
    if found is None:
        raise errors.not_found(call, "customer", wanted)
    return found


async def browse(call: Call[Project]) -> Reply:
    """Without their cards, newest first."""
    program = programs.find(call)
    found = [one for one in reversed(call.state.programs.members.values()) if one.program is program]
    return programs.page(call, lists.filtered(call, found, view), view)


async def read(call: Call[Project]) -> Reply:
    member = find(call, programs.find(call))
    call.summary = f"member {member.id}"
    return Reply(200, with_cards(member))


def brief(program: Program) -> Json:
    return {
        "id": program.id,
        "name": program.name,
        "status": program.status,
        "metadata": program.metadata,
        "object": "program",
    }


def membership(member: Member) -> Json:
    cards = [card_view(card) for card in member.cards]
    return {"member": view(member), "program": brief(member.program), "cards": cards, "object": "membership"}


def wanted_customer(call: Call[Project]) -> Customer:
    """`identification_type` says how the path names the customer; by id without it (assumed)."""
    return named(call, call.path["customerId"], call.query.get("identification_type", "customer_id"))


async def of_customer(call: Call[Project]) -> Reply:
    customer = wanted_customer(call)
    mine = [membership(one) for one in call.state.programs.members.values() if one.customer is customer]
    call.summary = f"{len(mine)} memberships"
    who = {"id": customer.id, "source_id": customer.source_id, "object": "customer"}
    return Reply(200, {"customer": who, "memberships": mine, "object": "memberships_result"})


async def of_program(call: Call[Project]) -> Reply:
    """One membership with each card's way through the tiers. Raises 404."""
    program, customer = programs.find(call), wanted_customer(call)
    found = next(
        (one for one in call.state.programs.members.values() if one.customer is customer and one.program is program),
        None,
    )
    if found is None:
        raise errors.not_found(call, "member", call.path["customerId"])
    body = membership(found)
    body["cards"] = [{**card, "tier_progress": NO_PROGRESS} for card in body["cards"]]
    call.summary = f"membership of {customer.source_id or customer.id} in {program.name}"
    return Reply(200, body)
