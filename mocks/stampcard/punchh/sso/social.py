"""Signing in on the ordering site with Google, Facebook, Apple, or a session of the app."""

from __future__ import annotations

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import blocks, guests, params, social
from stampcard.punchh.errors import SSO
from stampcard.punchh.mobile import social as mobile_social
from stampcard.punchh.sso.users import RENAMED, user_of
from stampcard.punchh.state import Business


async def google(call: Call[Business]) -> Reply:
    """`errors` is an array here."""
    business, values = call.state, params.given(call)
    if not social.configured(business, "google"):
        raise ApiError(422, {"errors": ["Google sign-in not enabled."]})
    token = params.required(values, "google_id_token", SSO)
    person = social.identity(business, "google", token)
    if person is None:
        raise ApiError(422, {"errors": ["Google Id Token is not valid."]})
    guest, _, new = social.sign_in(business, person, values, SSO, cause=call.id)
    call.summary = f"guest {guest.id} signs {'up' if new else 'in'} with google"
    return Reply(200, blocks.user(business, guest))


async def facebook(call: Call[Business]) -> Reply:
    """By the token of Facebook; the refusal is assumed."""
    business = call.state
    values = {RENAMED.get(name, name): value for name, value in params.given(call).items()}
    token = params.required(values, "access_token", SSO)
    person = social.identity(business, "facebook", token)
    if person is None:
        raise SSO.invalid("access_token", "is invalid")
    guest, _, new = social.sign_in(business, person, values, SSO, cause=call.id)
    call.summary = f"guest {guest.id} signs {'up' if new else 'in'} with facebook"
    return Reply(200, blocks.user(business, guest))


async def apple(call: Call[Business]) -> Reply:
    """By authorization code; the answer is that of the app, the refusal is assumed."""
    user = user_of(call)
    token = params.required(user, "authorization_code", SSO)
    person = social.identity(call.state, "apple", token)
    if person is None:
        raise SSO.invalid("authorization_code", "is invalid")
    return mobile_social.answer(call, person, user)


async def session(call: Call[Business]) -> Reply:
    """The session token of the app signs in once."""
    business = call.state
    token = params.required(params.given(call), "security_token", SSO)
    found = business.session_tokens.pop(token, None)
    if found is None or found[1] <= business.now or not found[0].is_member:
        text = {"message": "Invalid/Expired security token.", "code": "invalid_token"}
        raise ApiError(401, {"error": text})
    guest = found[0]
    call.summary = f"guest {guest.id} takes the session of the app to the ordering site"
    access_token = {"access_token": guests.sso_token(business, guest)}
    return Reply(200, {"token": access_token, "user": blocks.user(business, guest)})
