"""Signing in to the app with Google, Facebook or Apple."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import guests, params, social
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.mobile import views
from stampcard.punchh.mobile.users import user_of
from stampcard.punchh.state import Business
from stampcard.punchh.times import caller_zone


def answer(call: Call[Business], person: Mapping[str, Any], values: Mapping[str, Any]) -> Reply:
    """Sign in or up, with an access token."""
    business = call.state
    guest, made, new = social.sign_in(business, person, values, MOBILE, cause=call.id)
    for code, text, name in made.notes:
        call.diagnose(code, text, f"/{name}")
    token = guests.mobile_token(business, guest)
    call.summary = f"guest {guest.id} signs {'up' if new else 'in'} with {person['provider']}"
    return Reply(200, views.session(business, guest, token, caller_zone(call)))


async def google(call: Call[Business]) -> Reply:
    """`errors` is an array here."""
    values = params.given(call)
    if not social.configured(call.state, "google"):
        raise ApiError(422, {"errors": ["Google sign-in not enabled."]})
    token = params.required(values, "google_id_token", MOBILE)
    person = social.identity(call.state, "google", token)
    if person is None:
        raise ApiError(422, {"errors": ["Google ID token is not valid"]})
    return answer(call, person, values)


async def facebook(call: Call[Business]) -> Reply:
    """The refusal is published in an envelope of its own."""
    user = user_of(call)
    token = params.required(user, "facebook_access_token", MOBILE)
    person = social.identity(call.state, "facebook", token)
    if person is None:
        raise ApiError(422, {"message": "Sending invalid Entity", "code": 422})
    return answer(call, person, user)


async def apple(call: Call[Business]) -> Reply:
    """By authorization code; the refusal is assumed."""
    user = user_of(call)
    token = params.required(user, "authorization_code", MOBILE)
    person = social.identity(call.state, "apple", token)
    if person is None:
        raise MOBILE.invalid("authorization_code", "is invalid")
    return answer(call, person, user)
