"""The punchh section of a setup document: what a person clicks in the Punchh dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stampcard.core.errors import ConnectError, SetupError
from stampcard.punchh import coupons, events, guests, ledger, params, schedules, setup_wallets
from stampcard.punchh.errors import MOBILE
from stampcard.punchh.state import Adapter, Business, Campaign, Location, Member, Redeemable, Segment, Webhook
from stampcard.punchh.switches import Program, Switches, struct_from
from stampcard.punchh.times import zone_named
from stampcard.punchh.webhooks import webhook

Section = Mapping[str, Any]


def instant(business: Business, value: Any) -> datetime | None:
    """An ISO 8601 instant; without a zone it is meant in UTC."""
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


# Checking


def check(business: Business, section: Section) -> None:
    """Raises SetupError for a reference to what is not there, or a value that cannot be read."""
    zone = section.get("business", {}).get("time_zone")
    if zone is not None and zone_named(zone) is None:
        raise SetupError("/punchh/business/time_zone", f"{zone!r} is no IANA time zone")
    redeemables = _names(section, "redeemables", business.redeemables)
    segments = _names(section, "segments", business.segments)
    levels = section.get("program", {}).get("levels", [])
    for index, row in enumerate(section.get("campaigns", ())):
        where = f"/punchh/campaigns/{index}"
        if row.get("redeemable") is not None and row["redeemable"] not in redeemables:
            raise SetupError(f"{where}/redeemable", f"no redeemable {row['redeemable']!r}")
        if row.get("segment") not in (None, "All signed up") and row["segment"] not in segments:
            raise SetupError(f"{where}/segment", f"no segment {row['segment']!r}")
        for name in ("start", "end"):
            _check_instant(where, row, name)
        if row["type"] in ("mass_offer",) and "start" not in row:
            raise SetupError(where, "a mass offer needs a start")
    for index, row in enumerate(section.get("redeemables", ())):
        for name in ("start_time", "end_time"):
            _check_instant(f"/punchh/redeemables/{index}", row, name)
    if len({row["id"] for row in levels}) != len(levels):
        raise SetupError("/punchh/program/levels", "two levels have the same id")
    for key in ("redeemables", "segments", "campaigns", "locations"):
        _check_names(business, section, key)
    _check_guests(business, section)
    _check_members(business, section)
    setup_wallets.check(business, section)


def _names(section: Section, key: str, known: Mapping[int, Any]) -> set[Any]:
    rows = section.get(key, ())
    mine = {row["name"] for row in rows} | {row["id"] for row in rows if "id" in row}
    return mine | {record.name for record in known.values()} | set(known)


def _check_names(business: Business, section: Section, key: str) -> None:
    """Names, ids and store numbers tell records apart: one of them for two would hide one of the two."""
    known = getattr(business, key)
    seen: dict[tuple[str, Any], int] = {}
    for index, row in enumerate(section.get(key, ())):
        where = f"/punchh/{key}/{index}"
        for name in ("name", "id", "store_number"):
            if name in row and seen.setdefault((name, row[name]), index) != index:
                raise SetupError(f"{where}/{name}", f"{row[name]!r} is that of another row of this document")
        if key in ("redeemables", "segments") and "id" in row and row["id"] not in known:
            named = next((one.id for one in known.values() if one.name == row["name"]), None)
            if named is not None:
                raise SetupError(f"{where}/id", f"{row['name']!r} is there with the id {named}")
        if key == "campaigns" and (other := known.get(row.get("id"))) is not None and other.name != row["name"]:
            raise SetupError(f"{where}/id", f"{row['id']} is the campaign {other.name!r}")


def _check_instant(where: str, row: Mapping[str, Any], name: str) -> None:
    if name in row:
        try:
            datetime.fromisoformat(str(row[name]))
        except ValueError as error:
            raise SetupError(f"{where}/{name}", f"not an ISO 8601 instant: {row[name]!r}") from error


def _check_guests(business: Business, section: Section) -> None:
    seen: dict[Any, int] = {}
    for index, row in enumerate(section.get("guests", ())):
        where = f"/punchh/guests/{index}"
        email = row["email"].lower()
        pair = (row.get("external_source"), row.get("external_source_id"))
        if not params.is_email(email):
            raise SetupError(f"{where}/email", f"not an e-mail address: {row['email']!r}")
        if (pair[0] is None) != (pair[1] is None):
            raise SetupError(where, "external_source and external_source_id come together")
        known = business.by_email.get(email)
        owner = business.by_external.get((pair[0] or "", pair[1] or ""))
        for key in (email, pair if pair[0] else None, row.get("id")):
            if key is not None and seen.setdefault(key, index) != index:
                raise SetupError(where, f"{key!r} belongs to another guest of this document")
        if owner is not None and owner is not known:
            raise SetupError(f"{where}/external_source_id", f"{pair!r} belongs to guest {owner.id}")
        if row.get("id") in business.guests and business.guests[row["id"]] is not known:
            raise SetupError(f"{where}/id", f"{row['id']} is another guest")


def _check_members(business: Business, section: Section) -> None:
    emails = {row["email"].lower() for row in section.get("guests", ())} | set(business.by_email)
    for index, row in enumerate(section.get("segments", ())):
        for position, email in enumerate(row.get("members", ())):
            if email.lower() not in emails:
                where = f"/punchh/segments/{index}/members/{position}"
                raise SetupError(where, f"no guest with the e-mail {email!r}")


# Applying


def apply(business: Business, section: Section) -> None:
    """Apply a checked section; a row with the name (or id, or e-mail) of an earlier one replaces it."""
    for name, value in section.get("business", {}).items():
        setattr(business, name, value)
    if "switches" in section:
        flat = _flat(section["switches"])
        if flat.get("signature_mode") is False:  # YAML's plain `off`
            flat["signature_mode"] = "off"
        business.switches = struct_from(Switches, business.switches, flat)
    starts = section.get("ids", {}).get("start", {})
    business.switches.id_starts = {**business.switches.id_starts, **starts}
    if "program" in section:
        business.program = struct_from(Program, business.program, dict(section["program"]))
    for row in section.get("locations", ()):
        _location(business, row)
    for row in section.get("redeemables", ()):
        _redeemable(business, row)
    for row in section.get("social_identities", ()):
        business.social_identities[row["token"]] = dict(row)
    for row in section.get("guests", ()):
        _guest(business, row)
    for row in section.get("segments", ()):
        _segment(business, row)
    for row in section.get("campaigns", ()):
        _campaign(business, row)
    setup_wallets.apply(business, section)
    for row in section.get("adapters", ()):
        values = {**row, "events": tuple(row["events"]), "endpoint": _address(row["endpoint"])}
        values.pop("adapter", None)
        business.adapters[row["name"]] = Adapter(**values)
    for row in section.get("webhooks", ()):
        _webhook(business, row)
    for row in section.get("approvals", ()):
        _approve(business, row)
    schedules.plan(business)


def _flat(switches: Mapping[str, Any]) -> dict[str, Any]:
    """`signature: {mode: off}` as `signature_mode`."""
    flat: dict[str, Any] = {}
    for group, values in switches.items():
        if isinstance(values, Mapping) and group != "id_starts":
            for name, value in values.items():
                if isinstance(value, Mapping) and name != "type_names":
                    flat |= {f"{group}_{name}_{part}": item for part, item in value.items()}
                else:
                    flat[f"{group}_{name}"] = value
        else:
            flat[group] = values
    return flat


def _address(endpoint: str) -> str:
    """The Braze REST endpoint, with a scheme and without a slash at its end."""
    return (endpoint if "://" in endpoint else f"https://{endpoint}").rstrip("/")


def _same(records: Mapping[int, Any], row: Mapping[str, Any]) -> Any:
    """The record a row replaces: that of its id, else that of its name."""
    if "id" in row and row["id"] in records:
        return records[row["id"]]
    return next((record for record in records.values() if record.name == row["name"]), None)


def _location(business: Business, row: Mapping[str, Any]) -> None:
    """A row with the store number of a location is about it, so that no two answer to one number."""
    store = row.get("store_number")
    found = (one for one in business.locations.values() if one.store_number == store)
    old = _same(business.locations, row) or next(found, None)
    number = row.get("id") or (old.id if old else business.next_id("locations"))
    facts = {name: value for name, value in row.items() if name not in ("id", "name", "store_number", "key")}
    key = row.get("key") or (old.key if old else business.world.secrets.hex(f"punchh location {number}", 32))
    store = row.get("store_number") or str(number)
    if old is not None:
        del business.locations[old.id]
    business.locations[number] = Location(number, row["name"], store, key, business.now, business.now, facts)


def _redeemable(business: Business, row: Mapping[str, Any]) -> None:
    old = _same(business.redeemables, row)
    number = row.get("id") or (old.id if old else business.next_id("redeemables"))
    values = {**row, "id": number}
    values |= {name: instant(business, row.get(name)) for name in ("start_time", "end_time")}
    values["facts"] = {"deal": values.pop("deal", False)}
    deleted = values.pop("deleted", False)
    if deleted:
        values["active"] = False
    values.setdefault("uuid", business.world.secrets.uuid(f"punchh redeemable {number}"))
    made = Redeemable(created_at=old.created_at if old else business.now, updated_at=business.now, **values)
    business.redeemables[number] = made
    if business.webhooks or business.adapters:
        entry = business.world.record(
            "punchh", "dashboard", f"redeemable {number} {made.name!r} is {'deleted' if deleted else 'saved'}"
        )
        action = "delete" if deleted else "update" if old else "create"
        events.redeemable(business, made, action, cause=entry)


def _guest(business: Business, row: Mapping[str, Any]) -> None:
    known = business.by_email.get(row["email"].lower())
    made = guests.draft(business, row, MOBILE, known)
    for _, text, name in made.notes:
        business.world.record("punchh", "setup", f"{name} of {row['email']}: {text}")
    made.changes |= {name: row[name] for name in ("guest_type", "status") if name in row}
    if known is not None:
        guests.put(business, known, made.changes)
        return
    if "id" in row:
        made.changes["id"] = row["id"]
    guests.add(business, made, channel=row.get("signup_channel", "MobileEmail"))


def _segment(business: Business, row: Mapping[str, Any]) -> None:
    """A row that names members is the whole list; one that does not leaves it to what the calls have made of it."""
    old = _same(business.segments, row)
    number = row.get("id") or (old.id if old else business.next_id("segments"))
    made = Segment(
        id=number,
        name=row["name"],
        created_at=old.created_at if old else business.now,
        updated_at=business.now,
        description=row.get("description", ""),
        type=row.get("type", "custom_list"),
        filters=[dict(one) for one in row.get("filters", ())],
    )
    if old is not None:
        made.waiting = old.waiting
        made.members = {} if "members" in row else old.members
    for email in row.get("members", ()):
        guest = business.by_email[email.lower()]
        made.members[guest.id] = Member(business.next_id("members"), guest.id, guest.email, business.now)
    business.segments[number] = made


def _campaign(business: Business, row: Mapping[str, Any]) -> None:
    old = next((one for one in business.campaigns.values() if one.name == row["name"] and one.parent_id is None), None)
    number = row.get("id") or (old.id if old else business.next_id("campaigns"))
    segment = None if row.get("segment") in (None, "All signed up") else _find(business.segments, row["segment"])
    redeemable = _find(business.redeemables, row["redeemable"]) if row.get("redeemable") is not None else None
    if old is not None:
        business.campaigns.pop(old.id, None)
    made = business.campaigns[number] = Campaign(
        id=number,
        name=row["name"],
        kind=row["type"],
        created_at=business.now,
        segment_id=segment,
        redeemable_id=redeemable,
        points=row.get("points", 0),
        gift_reason=row.get("gift_reason", ""),
        run_delay_minutes=row.get("run_delay_minutes", 0),
        active=row.get("status", "active") == "active",
        start=instant(business, row.get("start")),
        end=instant(business, row.get("end")),
        settings=dict(row.get("settings", {})),
        messages={channel: dict(content) for channel, content in row.get("messages", {}).items()},
    )
    if old is not None:
        made.given, made.spells, made.steps, made.free_codes = old.given, old.spells, old.steps, old.free_codes
        made.ran = old.ran and old.start == made.start
        if old.kind == made.kind and old.start == made.start and schedules.pace(old) == schedules.pace(made):
            made.last_run = old.last_run
    for code in made.settings.pop("codes", ()):
        if code not in business.coupons:
            coupons.make(business, made, code)


def _find(records: Mapping[int, Any], wanted: Any) -> int:
    found = (number for number, record in records.items() if wanted in (number, record.name))
    return next(found)


def _approve(business: Business, row: Mapping[str, Any]) -> None:
    """Approve a waiting check-in; after a reset there is none yet, which is told and nothing else."""
    for guest in business:
        for checkin in guest.checkins:
            if checkin.id == row["checkin_id"] and checkin.state in ("unapproved", "pending"):
                entry = business.world.record("punchh", "approval", f"an admin approves check-in {checkin.id}")
                if "receipt_amount" in row:
                    ledger.amend(business, guest, checkin, {"receipt_amount": row["receipt_amount"]}, cause=entry)
                ledger.approve(business, guest, checkin, cause=entry)
                return
    business.world.record("punchh", "approval", f"no check-in {row['checkin_id']} waits for an approval")


def _webhook(business: Business, row: Mapping[str, Any]) -> None:
    made = Webhook(**{**row, "events": tuple(row["events"])})
    made.client_name = made.client_name or business.slug
    made.active = False
    business.webhooks[made.name] = made


# Buttons


async def connect(business: Business, section: Section) -> None:
    """Submit the webhooks: each is active once its URL answered the check with 200. Raises ConnectError."""
    refused: ConnectError | None = None
    for index, row in enumerate(section.get("webhooks", ())):
        made = business.webhooks[row["name"]]
        if row.get("active") is False:
            continue
        if await webhook.ping(business, made, None):
            made.active = True
            webhook.watch(business, made)
        elif refused is None:
            where = f"/punchh/webhooks/{index}/url"
            refused = ConnectError(where, f"{made.url} did not answer a GET with 200; the webhook is not active")
    if refused is not None:
        raise refused
