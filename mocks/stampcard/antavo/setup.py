"""The Antavo section of the setup document: switches, fields, actions, members, the Braze module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stampcard.antavo import (
    braze,
    catalogue_setup,
    expiry,
    module_setup,
    processing,
    promotion_setup,
    tier_expiry,
    tiers,
    workflow_setup,
)
from stampcard.antavo.catalogue import ResetToken
from stampcard.antavo.club_records import Template
from stampcard.antavo.fields import BUILT_IN, READ_ONLY, read
from stampcard.antavo.logins import LIFETIME
from stampcard.antavo.processing import ACTIONS, INTERNAL
from stampcard.antavo.settings import changed
from stampcard.antavo.state import Action, AuthClient, Brand, Customer, Field, MappedField, Row
from stampcard.core.clock import parse_instant
from stampcard.core.errors import ApiError, SetupError


def check(brand: Brand, section: Mapping[str, Any]) -> None:
    """References and values that the schema cannot check. Raises SetupError; changes nothing."""
    fields = {**brand.fields, **_fields(section)}
    for index, row in enumerate(section.get("fields", ())):
        if row["name"] in BUILT_IN or row["name"] in READ_ONLY:
            raise SetupError(f"/antavo/fields/{index}/name", f"{row['name']} is a built-in field")
    for index, row in enumerate(section.get("auth_clients", ())):
        workflow_setup.check_instant(row.get("expires_at"), f"/antavo/auth_clients/{index}/expires_at")
    members = brand.customers.keys() | {row["id"] for row in section.get("members", ())}
    for index, row in enumerate(section.get("login_tokens", ())):
        workflow_setup.check_instant(row.get("expires_at"), f"/antavo/login_tokens/{index}/expires_at")
        if row["member"] not in members:
            raise SetupError(f"/antavo/login_tokens/{index}/member", f"no member has the id {row['member']!r}")
    for index, row in enumerate(section.get("actions", ())):
        if row["name"] in ACTIONS or row["name"] in INTERNAL:
            raise SetupError(f"/antavo/actions/{index}/name", f"{row['name']} is a built-in event")
    for name in section.get("customers", {}).get("external_id_fields", ()):
        if name not in fields and name not in BUILT_IN:
            raise SetupError("/antavo/customers/external_id_fields", f"no field is called {name!r}")
    for index, row in enumerate(section.get("members", ())):
        _check_member(fields, row, f"/antavo/members/{index}/fields")
    _check_braze(brand, fields, section.get("braze", {}))
    catalogue_setup.check(brand, section)
    module_setup.check(brand, section)
    promotion_setup.check(brand, section)
    workflow_setup.check(brand, section)


def _check_member(fields: Mapping[str, Field], row: Mapping[str, Any], pointer: str) -> None:
    for name, value in row.get("fields", {}).items():
        field = fields.get(name) or BUILT_IN.get(name)
        if field is None:
            raise SetupError(f"{pointer}/{name}", "no field of this name is set up")
        try:
            read(field, value)
        except ApiError as error:
            raise SetupError(f"{pointer}/{name}", f"{value!r} is no value of type {field.type}") from error


def _check_braze(brand: Brand, fields: Mapping[str, Field], section: Mapping[str, Any]) -> None:
    if "fields" in section and "instance_url" not in section and not brand.braze.instance_url:
        raise SetupError("/antavo/braze/fields", "Braze is not connected; fields can be mapped once it is")
    seen: set[str] = set()
    for index, row in enumerate(section.get("fields", ())):
        name, pointer = row["loyalty_field"], f"/antavo/braze/fields/{index}"
        first = name.removeprefix("properties.").partition(".")[0]
        if not {name, first} & (fields.keys() | BUILT_IN.keys() | READ_ONLY):
            raise SetupError(f"{pointer}/loyalty_field", f"no loyalty field is called {name!r}")
        if row["remote_field"] in seen:
            raise SetupError(f"{pointer}/remote_field", f"{row['remote_field']!r} is mapped twice")
        seen.add(row["remote_field"])


def apply(brand: Brand, section: Mapping[str, Any]) -> None:
    """Apply a checked section; a row of a name that is there already replaces it."""
    brand.settings = changed(brand.settings, section)
    brand.fields |= _fields(section)
    for row in section.get("auth_clients", ()):
        expires = parse_instant(row["expires_at"]) if "expires_at" in row else None
        brand.clients[row["id"]] = AuthClient(row["id"], row["secret"], row.get("status", "active"), expires)
    for row in section.get("login_tokens", ()):
        until = parse_instant(row["expires_at"]) if "expires_at" in row else brand.world.clock.now + LIFETIME
        state, purpose = row.get("status", "open"), row.get("purpose", "verification")
        brand.resets[row["token"]] = ResetToken(row["token"], row["member"], until, state, purpose)
    brand.faq |= {row["title"]: row["description"] for row in section.get("faq", ())}
    for row in section.get("club_templates", ()):
        brand.club_templates[row["id"]] = msgspec.convert(row, Template)
    for row in section.get("actions", ()):
        brand.actions[row["name"]] = Action(
            row["name"], row.get("label", ""), row.get("repeatable", True), row.get("points", 0)
        )
    catalogue_setup.apply(brand, section)
    for row in section.get("members", ()):
        _add_member(brand, row)
    module_setup.apply(brand, section)
    promotion_setup.apply(brand, section)
    module = section.get("braze", {})
    if "instance_url" in module:
        brand.braze.instance_url = module["instance_url"]
        brand.braze.api_token = module["api_token"]
        brand.braze.app_identifier = module["app_identifier"]
    if "fields" in module:
        # Save: the list as it stands now; rows that are gone are no longer synced.
        brand.braze.fields = tuple(MappedField(row["loyalty_field"], row["remote_field"]) for row in module["fields"])
        braze.take_baseline(brand)
    workflow_setup.apply(brand, section)


def _fields(section: Mapping[str, Any]) -> dict[str, Field]:
    return {
        row["name"]: Field(
            name=row["name"],
            type=row.get("type", "string"),
            tags=tuple(row.get("tags", ())),
            options=tuple(row.get("options", ())),
        )
        for row in section.get("fields", ())
    }


def _add_member(brand: Brand, row: Mapping[str, Any]) -> None:
    """A member as an import makes one: no event reaches a workflow, nothing is sent to Braze."""
    now = brand.world.clock.now
    customer = Customer(row["id"], row.get("status", "active"), now, now, optin_at=now)
    for name, value in row.get("fields", {}).items():
        found = read(brand.fields.get(name) or BUILT_IN[name], value)
        if found is not None:
            customer.fields[name] = found
    old = brand.customers.get(customer.id)
    for purchase in old.transactions if old else ():
        brand.transactions.pop(purchase.id, None)
    brand.customers[customer.id] = customer
    points = row.get("points", 0)
    if points:
        customer.score = points
        first = Row(
            brand.world.chance.hex(24), customer.id, "point_add", points, now, now, {"points": points}, "Import"
        )
        customer.events.append(first)
        expiry.note(brand, customer, points, [first], processing.expire, None)
    for name, tier in row.get("tiers", {}).items():
        tiers.put(brand, customer, brand.tiers[name], tier, None, manual=True)
        tier_expiry.arm(brand, customer, brand.tiers[name], processing.lose_tier, None)
    for structure, reached in list(tiers.due(brand, customer)):
        tiers.put(brand, customer, structure, reached.id, None, manual=False)
        tier_expiry.arm(brand, customer, structure, processing.lose_tier, None)
    customer.mapped = braze.mapped_values(brand, customer)
