"""What the gamification modules share: who plays, what is open to them, and the events playing registers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stampcard.antavo import processing
from stampcard.antavo.amounts import Number, total
from stampcard.antavo.errors import BAD_REQUEST, NOT_FOUND, plain, refused
from stampcard.antavo.filters import instant
from stampcard.antavo.state import Brand, Customer, Row
from stampcard.antavo.work import Incoming, Work, balance, find_customer
from stampcard.antavo.workflow import in_segments
from stampcard.core.errors import ApiError


def find_player(brand: Brand, name: str) -> Customer:
    """A member, or 160212 in the spelling of these routes ("Customer not Found")."""
    try:
        return find_customer(brand, name)
    except ApiError as error:
        error.body["error"]["message"] = "Customer not Found"
        raise


def not_found(message: str = "Not found") -> ApiError:
    return plain(404, NOT_FOUND, 0, message)


def bad(message: str) -> ApiError:
    return plain(400, BAD_REQUEST, 0, message)


def is_open(brand: Brand, starts: str, ends: str) -> bool:
    """Whether now is between two instants; an empty one is no bound."""
    return phase(brand, starts, ends) == "active"


def phase(brand: Brand, starts: str, ends: str) -> str:
    """scheduled, active or expired."""
    now = brand.world.clock.now
    begin, end = instant(starts) if starts else None, instant(ends) if ends else None
    if begin is not None and now < begin:
        return "scheduled"
    return "expired" if end is not None and end <= now else "active"


def may_see(brand: Brand, segments: Iterable[str], customer: Customer) -> bool:
    return in_segments(brand, segments, customer)


def check_affordable(brand: Brand, customer: Customer, price: Number) -> None:
    """Raises 110003 for a suspended member, 120241 without the points."""
    if price and customer.status == "suspended":
        raise refused(brand.settings, 110003)
    if price and price > balance(brand, customer):
        raise refused(brand.settings, 120241)


def action_of(brand: Brand, name: str) -> str:
    """What the workspace calls an event of the engine's own."""
    return brand.settings.events.names.get(name, name)


def register(
    brand: Brand,
    customer: Customer,
    name: str,
    data: Mapping[str, Any],
    cause: int | None,
    *,
    earned: Number = 0,
    spent: Number = 0,
    more: Callable[[Work], None] | None = None,
) -> Row:
    """Register an event of a module: score += earned, spent += spent, then what `more` does."""

    def act(work: Work) -> None:
        customer.score = total((customer.score, earned))
        customer.spent = total((customer.spent, spent))
        work.register(total((earned, -spent)))
        if more is not None:
            more(work)

    event = Incoming(customer.id, action_of(brand, name), dict(data), source="Platform")
    return processing.perform(brand, customer, event, act, cause=cause).rows[0]


def present(view: Mapping[str, Any]) -> dict[str, Any]:
    """A view without what is not set."""
    return {name: value for name, value in view.items() if value not in (None, "", {})}
