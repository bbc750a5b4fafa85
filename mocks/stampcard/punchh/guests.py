"""Guests: the rules of a profile, the same for every family that writes one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from stampcard.punchh import campaigns, events, identifiers, migrations, params
from stampcard.punchh.errors import Words
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business

TEXT_LIMIT = 255
PASSWORD_MINIMUM = 8
RESET_HOURS = 24
_PHONE = re.compile(r"\+?[\d().\s-]{7,20}")

TEXTS = frozenset(
    {
        "first_name",
        "last_name",
        "address",
        "address_line1",
        "avatar_remote_url",
        "city",
        "favourite_location_ids",
        "fb_uid",
        "gender",
        "preferred_locale",
        "secondary_email",
        "signup_channel",
        "state",
        "title",
        "unsubscribe_reason",
        "verification_mode",
        "work_zip_code",
        "zip_code",
    }
)
FLAGS = frozenset(
    {
        "age_verified_status",
        "marketing_email_subscription",
        "marketing_pn_subscription",
        "age_verified",
        "allow_multiple",
        "allow_push_notifications",
        "privacy_policy",
        "sms_subscription",
        "terms_and_conditions",
        "unsubscribed",
    }
)
CHANNELS = """mobileemail mobilefacebook pos webemail webfacebook eclub onlineorder chatbot wifi mobileapple""".split()
UNTOLD = ("password", "devices", "referred_by", "sign_in_count")
"""What changes without a word in `previous_changes`."""

MEMBERS = frozenset(Guest.__struct_fields__)
RECORD = ("first_name", "last_name", "signup_channel")
"""Texts that are members of the record; the others live in its profile."""


class Draft(msgspec.Struct):
    """What a call wants to change, checked; `notes` are what the vendor ignores without a word, as code, text, name.

    `guest` is whose profile it is, None for a new one.
    """

    guest: Guest | None = None
    changes: dict[str, Any] = {}
    notes: list[tuple[str, str, str]] = []


def draft(business: Business, values: Mapping[str, Any], words: Words, guest: Guest | None = None) -> Draft:
    """Check the members of `values` that are present, for a new guest or a change of `guest`. Raises ApiError."""
    made = Draft(guest or club_guest(business, values))
    wrong: list[tuple[str, str]] = []
    for check, names in CHECKS.items():
        if not names.isdisjoint(values):
            check(business, values, made.guest, made, wrong.append)
    if wrong:
        raise words.invalid_all(wrong)
    return made


def club_guest(business: Business, values: Mapping[str, Any]) -> Guest | None:
    """The guest of the e-mail club with this address: a sign-up makes it a member (assumed)."""
    found = business.by_email.get(params.text(values.get("email")).lower())
    return found if found is not None and found.guest_type == "eClub" and found.is_open else None


Wrong = Callable[[tuple[str, str]], None]


def _email(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    email = params.text(values.get("email")).lower()
    if not email:
        return
    owner = business.by_email.get(email)
    if not params.is_email(email):
        wrong(("email", "is invalid"))
    elif owner is not None and owner is not guest:
        wrong(("email", "has already been taken"))
    else:
        made.changes["email"] = email


def _phone(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    phone = params.text(values.get("phone"))
    if not phone:
        return
    number = re.sub(r"[^\d+]", "", phone)
    owner = business.by_phone.get(number)
    if not _PHONE.fullmatch(phone):
        wrong(("phone", "is invalid"))
    elif business.switches.phone_unique and owner is not None and owner is not guest:
        wrong(("phone", "has already been taken"))
    else:
        made.changes["phone"] = number


def _password(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    if values.get("password") is None:
        return
    password = str(values["password"])
    repeated = values.get("password_confirmation")
    if len(password) < PASSWORD_MINIMUM:
        wrong(("password", f"is too short (minimum is {PASSWORD_MINIMUM} characters)"))
    elif repeated is not None and str(repeated) != password:
        wrong(("password_confirmation", "doesn't match Password"))
    else:
        made.changes["password"] = password


def _days(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    """A birthday or anniversary may be set once; a later one is ignored with a success."""
    for name in ("birthday", "anniversary"):
        if not params.text(values.get(name)):
            continue
        day = params.day(values[name])
        known = getattr(guest, name) if guest is not None else None
        if day is None:
            wrong((name, "is invalid"))
        elif known is None:
            made.changes[name] = day
        elif known != day:
            made.notes.append(("already-set", f"Punchh keeps the first {name} and ignores this one", name))


def _external(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    source, number = params.text(values.get("external_source")), params.text(values.get("external_source_id"))
    if not source and not number:
        return
    if not business.external_user_identifier:
        text = "External User Identifier is switched off for this business; the pair is ignored (assumed)"
        made.notes.append(("external-user-identifier-off", text, "external_source_id"))
        return
    owner = business.by_external.get((source, number))
    allowed = business.switches.external_sources_allowed
    if not source:
        wrong(("external_source", "can't be blank"))
    elif not number:
        wrong(("external_source_id", "can't be blank"))
    elif allowed and source not in allowed:
        wrong(("external_source", "is not included in the list"))
    elif owner is not None and owner is not guest:
        wrong(("external_source_id", business.switches.errors_external_id_text))
    elif len(source) > TEXT_LIMIT or len(number) > TEXT_LIMIT:
        wrong(("external_source_id", f"is too long (maximum is {TEXT_LIMIT} characters)"))
    else:
        made.changes |= {"external_source": source, "external_source_id": number}


def _channel(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    channel = params.text(values.get("signup_channel"))
    if channel and channel.lower() not in CHANNELS:
        wrong(("signup_channel", "is not included in the list"))


def _relations(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    """Rows with an id change a relation, others add one."""
    rows = values.get("user_relations", values.get("user_relations_attributes"))
    if not isinstance(rows, list) or not rows:
        return
    kept = {row["id"]: dict(row) for row in (guest.relations if guest is not None else ())}
    for row in rows:
        found = relation(business, row if isinstance(row, dict) else {}, wrong)
        number = params.integer(row.get("id")) if isinstance(row, dict) else None
        if number in kept:
            kept[number].update({name: value for name, value in found.items() if name != "created_at"})
        else:
            number = business.next_id("relations")
            kept[number] = {"id": number, **found}
    made.changes["relations"] = tuple(kept.values())


def relation(business: Business, row: Mapping[str, Any], wrong: Wrong) -> dict[str, Any]:
    """One relation of a guest, checked."""
    kind = params.text(row.get("relation")).lower()
    birthday = params.day(row.get("birthday"))
    if kind not in ("kid", "spouse"):
        wrong(("relation", "is not included in the list"))
    if params.text(row.get("birthday")) and birthday is None:
        wrong(("birthday", "is invalid"))
    times = {"created_at": business.now, "updated_at": business.now}
    return {"relation": kind, "name": params.text(row.get("name"))[:TEXT_LIMIT], "birthday": birthday, **times}


def _plain(business: Business, values: Mapping[str, Any], guest: Guest | None, made: Draft, wrong: Wrong) -> None:
    for name, value in values.items():
        if name in TEXTS:
            text = params.text(value)
            if len(text) > TEXT_LIMIT:
                wrong((name, f"is too long (maximum is {TEXT_LIMIT} characters)"))
            made.changes[name] = text or None if name not in RECORD else text
        elif name in FLAGS and value is not None:
            made.changes[name] = params.truth(value)
    answers = values.get("profile_field_answers")
    if isinstance(answers, dict):
        made.changes["profile_field_answers"] = {
            str(code): "|".join(map(params.text, value)) if isinstance(value, list) else params.text(value)
            for code, value in answers.items()
        }


CHECKS: dict[Callable[[Business, Mapping[str, Any], Guest | None, Draft, Wrong], None], frozenset[str]] = {
    _email: frozenset({"email"}),
    _phone: frozenset({"phone"}),
    _password: frozenset({"password"}),
    _days: frozenset({"birthday", "anniversary"}),
    _external: frozenset({"external_source", "external_source_id"}),
    _channel: frozenset({"signup_channel"}),
    _relations: frozenset({"user_relations", "user_relations_attributes"}),
    _plain: TEXTS | FLAGS | {"profile_field_answers"},
}
"""The rules, in their order, each with the members it is about."""


def sign_up(business: Business, made: Draft, *, channel: str, app: bool = False, cause: int | None) -> Guest:
    """Make the guest a draft describes, tell everybody, and start what a sign-up starts.

    The notification of a sign-up is that of the `app`.
    """
    guest = made.guest
    if guest is not None:
        changes = {**made.changes, "guest_type": "Loyalty", "signup_channel": channel}
        changed = [name for name, value in changes.items() if name not in UNTOLD and value_of(guest, name) != value]
        put(business, guest, changes)
        admit(business, guest)
        entry = events.guest(business, guest, "update", changed=changed, cause=cause)
    else:
        guest = add(business, made, channel=channel)
        entry = events.guest(business, guest, "create", cause=cause)
    if app:
        events.signed_up(business, guest, cause=cause)
    migrations.take_over(business, guest, cause=entry or cause)
    campaigns.signed_up(business, guest, cause=entry or cause)
    return guest


def add(business: Business, made: Draft, *, channel: str) -> Guest:
    """Make the guest a draft describes, without a word to anybody."""
    now = business.now
    user_code, referral_code, barcode = codes(business)
    guest = Guest(
        id=made.changes.pop("id", None) or business.next_id("users"),
        email="",
        created_at=now,
        updated_at=now,
        last_activity_at=now,
        user_code=user_code,
        referral_code=referral_code,
        barcode=barcode,
        signup_channel=channel,
    )
    business.guests[guest.id] = guest
    for code in (guest.user_code, guest.referral_code, guest.barcode):
        business.by_code[code] = guest
    write(guest, made.changes)
    identifiers.index(business, guest)
    admit(business, guest)
    return guest


def admit(business: Business, guest: Guest) -> None:
    """Put a new member into the lists that wait for its address."""
    for segment in business.segments.values():
        if guest.email in segment.waiting and guest.guest_type == "Loyalty":
            segment.members[guest.id] = segment.waiting.pop(guest.email)
            segment.members[guest.id].user_id = guest.id


def codes(business: Business) -> tuple[str, str, str]:
    """User code, referral code and bar code that nobody has."""
    while True:
        drawn = business.world.chance.bits(160)
        digits = f"{drawn % 10**20:020d}"
        made = f"P{digits[12:]}", f"{drawn >> 128:08X}", digits[:12]
        if business.by_code.keys().isdisjoint(made):
            return made


def referrer(business: Business, values: Mapping[str, Any], words: Words) -> Guest | None:
    """Who owns the `invite_code`, if one is given. Raises ApiError for a code that nobody has."""
    code = params.text(values.get("invite_code"))
    if not code:
        return None
    found = business.by_code.get(code)
    if found is None or found.gone:
        raise words.invalid("base", "Please check your invite code and try again.")
    return found


def change(business: Business, guest: Guest, made: Draft, *, cause: int | None) -> list[str]:
    """Apply a draft; returns the names that changed, and tells everybody when there are any."""
    changed = [name for name, value in made.changes.items() if value_of(guest, name) != value and name not in UNTOLD]
    put(business, guest, made.changes)
    if changed:
        guest.updated_at = business.now
        entry = events.guest(business, guest, "update", changed=changed, cause=cause)
        campaigns.updated(business, guest, changed, cause=entry or cause)
    return changed


def value_of(guest: Guest, name: str) -> Any:
    return getattr(guest, name) if name in MEMBERS else guest.profile.get(name)


def put(business: Business, guest: Guest, changes: Mapping[str, Any]) -> None:
    """Write checked changes into a guest, without a word to anybody."""
    phone = guest.phone
    identifiers.unindex(business, guest)
    write(guest, changes)
    identifiers.index(business, guest)
    identifiers.hand_on(business, phone)


def write(guest: Guest, changes: Mapping[str, Any]) -> None:
    """Write checked changes into the record alone."""
    for name, value in changes.items():
        if name in MEMBERS:
            setattr(guest, name, value)
        elif name == "profile_field_answers":
            guest.profile[name] = {**guest.profile.get(name, {}), **value}
        else:
            guest.profile[name] = value


def revoke_tokens(business: Business, guest: Guest) -> None:
    """Log a guest out everywhere."""
    for tokens in (business.mobile_tokens, business.sso_tokens):
        for token in [token for token, owner in tokens.items() if owner is guest]:
            del tokens[token]
    guest.sso_token = ""


def mobile_token(business: Business, guest: Guest) -> str:
    """A new access token of the mobile family; it does not expire."""
    token = business.world.chance.hex(56)
    business.mobile_tokens[token] = guest
    return token


def sso_token(business: Business, guest: Guest) -> str:
    """The authentication token of the SSO family: the one the guest has, or a new one."""
    guest.sso_token = guest.sso_token or business.world.chance.alnum(20)
    business.sso_tokens[guest.sso_token] = guest
    return guest.sso_token


def new_reset_token(business: Business, guest: Guest) -> str:
    """A token that changes the password once; its life of a day is assumed."""
    token = business.world.chance.alnum(20)
    business.reset_tokens[token] = (guest, business.now + timedelta(hours=RESET_HOURS))
    return token
