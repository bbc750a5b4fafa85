"""The custom login module: enrolment with a password, login, and resetting a forgotten one."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from stampcard.antavo import views
from stampcard.antavo.catalogue.records import ResetToken
from stampcard.antavo.errors import BAD_REQUEST, plain
from stampcard.antavo.processing import perform, process
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import Incoming, Work
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

LIFETIME = timedelta(days=1)
"""How long a reset token is good (assumed; the vendor publishes only that tokens expire)."""

_LOGIN_FIELDS = (
    "id optin_at last_login_at updated_at first_name last_name email birth_date gender language nickname status score "
    "spent reserved spendable pending properties purchase_total purchase_count purchase_last_date"
).split()


async def opt_in(call: Call[Brand]) -> Reply:
    """Enrol with a password; the event opt_in is registered as well. An id that exists is refused in other words.

    With the verification option the member is inactive until a token is confirmed; how the real token travels is up to
    the workspace's messages, so here the journal tells it.
    """
    brand, body = call.state, call.body
    _check_pair(body)
    name = call.path["customer_id"]
    known = brand.customers.get(name)
    if known is not None and not (known.status == "opted_out" and brand.settings.customers.reoptin):
        raise _refuse("Customer already exists")
    data = {key: value for key, value in body.items() if key not in ("password", "confirm_password", "api_key")}
    work = process(brand, Incoming(name, "opt_in", data), cause=call.id)
    work.customer.password = _digest(name, body["password"])
    call.summary = f"opt-in of {name} with a password"
    if brand.settings.customers.verification:
        work.customer.status = "inactive"
        made = _issue(call, work.customer, "verification")
        call.summary += f"; to be verified with the token {made.token}"
    return Reply(200, _view(brand, work.customer))


async def login(call: Call[Brand]) -> Reply:
    """The member, by id or e-mail address; daily_login is registered once a calendar day (UTC)."""
    brand, body = call.state, call.body or {}
    customer = _by_username(brand, body.get("username"))
    good = customer is not None and customer.password == _digest(customer.id, body.get("password") or "")
    if customer is None or not good:
        raise _refuse("Invalid username or password")
    now, last = call.world.clock.now, customer.last_login_at
    customer.last_login_at = now
    if last is None or last.date() != now.date():
        event = Incoming(customer.id, "daily_login", {}, source="Platform")
        perform(brand, customer, event, _register, cause=call.id)
    call.summary = f"login of {customer.id}"
    return Reply(200, _view(brand, customer))


async def request_reset(call: Call[Brand]) -> Reply:
    """A token that lets the member set a new password once."""
    customer = _by_username(call.state, (call.body or {}).get("username"))
    if customer is None:
        raise _refuse("Customer not found")
    return Reply(200, {"token": _issue(call, customer, "password").token})


async def reset(call: Call[Brand]) -> Reply:
    """Set a new password with a token."""
    brand, body = call.state, call.body or {}
    found, customer = _find_token(brand, body.get("token") or "", "password")
    _check_pair(body)
    customer.password = _digest(customer.id, body["password"])
    found.state = "used"
    return Reply(200, {"token": found.token})


async def verify(call: Call[Brand]) -> Reply:
    """Confirm a registration: inactive becomes active. With `redirect_url` the browser goes on to it."""
    target = call.query.get("redirect_url", "")
    if target and not (target.isascii() and target.isprintable()):
        raise _refuse("Invalid value for parameter 'redirect_url'")
    found, customer = _find_token(call.state, call.query.get("token", ""), "verification")
    found.state = "used"
    if customer.status == "inactive":
        customer.status = "active"
        customer.updated_at = call.world.clock.now
    call.summary = f"registration of {customer.id} verified"
    return Reply(302, None, [("Location", target)]) if target else Reply(200, {})


def _issue(call: Call[Brand], customer: Customer, purpose: str) -> ResetToken:
    """A new token; older open ones for the same thing are deactivated."""
    for other in call.state.resets.values():
        if (other.customer, other.purpose, other.state) == (customer.id, purpose, "open"):
            other.state = "deactivated"
    made = ResetToken(call.world.chance.alnum(40), customer.id, call.world.clock.now + LIFETIME, purpose=purpose)
    call.state.resets[made.token] = made
    return made


def _find_token(brand: Brand, text: str, purpose: str) -> tuple[ResetToken, Customer]:
    """An open token of this purpose and its member. Raises ApiError."""
    found = brand.resets.get(text)
    customer = brand.customers.get(found.customer) if found else None
    if found is None or customer is None or found.purpose != purpose:
        raise _refuse("This request token is not valid")
    if found.state == "used":
        raise _refuse("This token has already been used")
    if found.state == "deactivated":
        raise _refuse("This token is already deactivated")
    if found.expires_at <= brand.world.clock.now:
        raise _refuse("This token has been expired")
    return found, customer


def _register(work: Work) -> None:
    work.register()


def _refuse(message: str) -> ApiError:
    return plain(400, BAD_REQUEST, 0, message)


def _check_pair(body: dict[str, Any]) -> None:
    if not body.get("password") or body["password"] != body.get("confirm_password"):
        raise _refuse("Passwords do not match")


def _by_username(brand: Brand, name: Any) -> Customer | None:
    """By id or e-mail address (assumed: what a username is depends on the workspace)."""
    if not isinstance(name, str) or not name:
        return None
    found = brand.customers.get(name)
    if found is None:
        found = next((c for c in brand.customers.values() if c.fields.get("email") == name), None)
    return found if found is not None and found.status == "active" else None


def _digest(name: str, password: str) -> str:
    return hashlib.sha256(f"{name}:{password}".encode(errors="surrogatepass")).hexdigest()


def _view(brand: Brand, customer: Customer) -> dict[str, Any]:
    full = views.profile(brand, customer)
    return {name: full[name] for name in _LOGIN_FIELDS}
