"""The Braze part of a setup document: what a person would click in Braze's dashboard.

SECTIONS is a table: every top key of the part has a check (raises SetupError, changes nothing) and an application
(must not fail). Sections are applied in the table's order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import msgspec

from stampcard.braze.access.limits import BUCKETS
from stampcard.braze.content import locales, webhook_templates
from stampcard.braze.currencies import is_currency
from stampcard.braze.dashboard import campaigns as campaign_setup
from stampcard.braze.dashboard import canvases, devices, settings, simulation
from stampcard.braze.dashboard import content as content_setup
from stampcard.braze.sending import currents
from stampcard.braze.state import ApiKey, Contact, Definition, SubscriptionGroup, User, Workspace
from stampcard.braze.tracking import attributes, cdi
from stampcard.braze.tracking.objects import fault_of_attributes, happened
from stampcard.braze.users import identity
from stampcard.braze.values import read_time
from stampcard.core.errors import SetupError

Row = Mapping[str, Any]
Document = Mapping[str, Any]


def unchecked(workspace: Workspace, document: Document) -> None:
    """For sections whose schema says it all."""


class Section(msgspec.Struct, frozen=True):
    """One top key: how its value is checked, in the light of the whole part, and applied."""

    name: str
    apply: Callable[[Workspace, Any], None]
    check: Callable[[Workspace, Document], None] = unchecked


def check(workspace: Workspace, document: Document) -> None:
    """Raises SetupError; changes nothing."""
    document = webhook_templates.copied(workspace, document)
    for section in SECTIONS:
        if section.name in document:
            section.check(workspace, document)


def apply(workspace: Workspace, document: Document) -> None:
    """Apply a checked part."""
    document = webhook_templates.copied(workspace, document)
    for row in document.get("webhook_templates", ()):
        workspace.engine.webhook_templates[row["name"]] = row
    for section in SECTIONS:
        if section.name in document:
            section.apply(workspace, document[section.name])


# Keys and apps


def key_of(workspace: Workspace, row: Row) -> str:
    """The key a row gives, the one its name had before, or a new one derived from the name."""
    known = workspace.keys.get(row["name"])
    return str(row.get("key") or (known.key if known else workspace.world.secrets.uuid(f"braze.key.{row['name']}")))


def _check_keys(workspace: Workspace, document: Document) -> None:
    for index, row in enumerate(document["api_keys"]):
        for place, network in enumerate(row.get("ip_allowlist", ())):
            try:
                ip_network(network, strict=False)
            except ValueError as error:
                raise SetupError(f"/braze/api_keys/{index}/ip_allowlist/{place}", str(error)) from error
        owner = next((key.name for key in workspace.keys.values() if key.key == row.get("key")), row["name"])
        if owner != row["name"]:
            raise SetupError(f"/braze/api_keys/{index}/key", f"this is the key called {owner!r}")


def _apply_keys(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        permissions = frozenset(row["permissions"]) if "permissions" in row else None
        key = ApiKey(key_of(workspace, row), row["name"], permissions, tuple(row.get("ip_allowlist", ())))
        workspace.keys[row["name"]] = key


def _apply_scim(workspace: Workspace, row: Row) -> None:
    workspace.keys["scim"] = ApiKey(row["token"], "scim", scheme="scim")


def _apply_apps(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        workspace.apps[row["id"]] = row["name"]
        if "platform" in row:
            workspace.engine.platforms[row["id"]] = row["platform"]


def _apply_switches(workspace: Workspace, row: Row) -> None:
    for name, value in row.items():
        setattr(workspace.switches, name, value)


def _check_limits(workspace: Workspace, document: Document) -> None:
    for name in document["api_limits"]:
        if name not in BUCKETS:
            raise SetupError(f"/braze/api_limits/{name}", f"no such limit; there are {', '.join(sorted(BUCKETS))}")


def _apply_limits(workspace: Workspace, row: Row) -> None:
    workspace.api_limits.update(row)


def _check_rates(workspace: Workspace, document: Document) -> None:
    for code in document["exchange_rates"]:
        if not is_currency(code) or code == "USD":
            raise SetupError(f"/braze/exchange_rates/{code}", "not an ISO 4217 currency other than USD")


def _apply_rates(workspace: Workspace, row: Row) -> None:
    workspace.exchange_rates.update(row)


def _apply_dummies(workspace: Workspace, external_ids: Sequence[str]) -> None:
    workspace.dummy_ids |= set(external_ids)


def _apply_tags(workspace: Workspace, names: Sequence[str]) -> None:
    workspace.tags |= set(names)


# Custom data and groups


def _definitions(place: str) -> Callable[[Workspace, Sequence[Row]], None]:
    def apply_rows(workspace: Workspace, rows: Sequence[Row]) -> None:
        known: dict[str, Definition] = getattr(workspace, place)
        for row in rows:
            known[row["name"]] = Definition(
                row["name"],
                row.get("data_type", ""),
                row.get("description"),
                row.get("status") == "Blocklisted",
                tuple(row.get("tags", ())),
                "data_type" not in row,
            )
            if "segmentation_properties" in row:
                workspace.engine.segmentable[row["name"]] = tuple(row["segmentation_properties"])

    return apply_rows


def _apply_groups(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        workspace.subscription_groups[row["id"]] = SubscriptionGroup(row["id"], row["name"], row["channel"])


def _apply_addresses(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        contact = workspace.addresses.setdefault(row["email"].lower(), Contact())
        contact.hard_bounced_at = read_time(row.get("hard_bounced_at"))
        contact.spam_at = read_time(row.get("marked_as_spam_at"))


def _apply_numbers(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        contact = workspace.numbers.setdefault(row["phone"], Contact())
        contact.invalid_at = read_time(row.get("invalid_detected_at")) or workspace.world.clock.now
        contact.invalid_reason = row.get("reason", "provider_error")


def _times(name: str, *members: str) -> Callable[[Workspace, Document], None]:
    """A check that these members of a section's rows are times."""

    def check_rows(workspace: Workspace, document: Document) -> None:
        for index, row in enumerate(document[name]):
            for member in members:
                if member in row and read_time(row[member]) is None:
                    raise SetupError(f"/braze/{name}/{index}/{member}", "not an ISO 8601 time")

    return check_rows


# What devices would have told


def _check_device_rows(name: str) -> Callable[[Workspace, Document], None]:
    times = _times(name, "time")

    def check_rows(workspace: Workspace, document: Document) -> None:
        apps = workspace.apps.keys() | {row["id"] for row in document.get("apps", ())}
        users = workspace.by_external_id.keys() | {row.get("external_id") for row in document.get("users", ())}
        for index, row in enumerate(document[name]):
            if row["external_id"] not in users:
                raise SetupError(f"/braze/{name}/{index}/external_id", "no user has this external_id")
            if row.get("app_id", next(iter(apps))) not in apps:
                raise SetupError(f"/braze/{name}/{index}/app_id", "no app has this id")
        times(workspace, document)

    return check_rows


def _apply_sessions(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        user, app, time = _device_row(workspace, row)
        devices.note_session(workspace, user, app, time)


def _apply_uninstalls(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        user, app, time = _device_row(workspace, row)
        happened(workspace, "uninstall", "", time, app)
        user.profile["uninstalled_at"] = time


def _device_row(workspace: Workspace, row: Row) -> tuple[User, str, datetime]:
    user = workspace.by_external_id[row["external_id"]]
    time = read_time(row.get("time")) or workspace.world.clock.now
    return user, row.get("app_id", next(iter(workspace.apps))), time


# Users


def _check_users(workspace: Workspace, document: Document) -> None:
    for index, row in enumerate(document["users"]):
        fault = fault_of_attributes(_attributes_of(row) | {"external_id": row.get("external_id", "none")})
        if fault:
            raise SetupError(f"/braze/users/{index}", fault)
        if not any(name in row for name in ("external_id", "user_aliases", "email", "phone")):
            raise SetupError(f"/braze/users/{index}", "a user has an external_id, an alias, an email or a phone")


def _apply_users(workspace: Workspace, rows: Sequence[Row]) -> None:
    for row in rows:
        aliases = row.get("user_aliases", ())
        by = row if "external_id" in row or not aliases else {"user_alias": aliases[0]}
        user = identity.find_tracked(workspace, by) or identity.add_user(workspace, by)
        for alias in aliases:
            if identity.by_alias(workspace, alias) is None:
                identity.add_alias(workspace, user, alias["alias_label"], alias["alias_name"])
        user.in_control_group = row.get("in_global_control_group", user.in_control_group)
        attributes.store(workspace, user, _attributes_of(row))


def _attributes_of(row: Row) -> dict[str, Any]:
    """A user's row as a user attributes object."""
    other = ("custom_attributes", "user_aliases", "external_id", "in_global_control_group")
    return {**{key: value for key, value in row.items() if key not in other}, **row.get("custom_attributes", {})}


SECTIONS: tuple[Section, ...] = (
    Section("switches", _apply_switches),
    Section("api_limits", _apply_limits, _check_limits),
    Section("exchange_rates", _apply_rates, _check_rates),
    Section("api_keys", _apply_keys, _check_keys),
    Section("apps", _apply_apps),
    Section("custom_attributes", _definitions("attributes")),
    Section("custom_events", _definitions("events")),
    Section("products", _definitions("products")),
    Section("subscription_groups", _apply_groups),
    Section("email_addresses", _apply_addresses, _times("email_addresses", "hard_bounced_at", "marked_as_spam_at")),
    Section("invalid_phone_numbers", _apply_numbers, _times("invalid_phone_numbers", "invalid_detected_at")),
    Section("tags", _apply_tags),
    Section("dummy_users", _apply_dummies),
    Section("users", _apply_users, _check_users),
    Section("locales", locales.apply_setup),
    Section("content_blocks", content_setup.apply_blocks, content_setup.check_blocks),
    Section("templates", content_setup.apply_templates, content_setup.check_templates),
    Section("catalogs", content_setup.apply_catalogs, content_setup.check_catalogs),
    Section("scim", _apply_scim),
    Section("cdi_integrations", cdi.apply_setup),
    Section("connected_content_credentials", settings.apply_credentials),
    Section("segments", settings.apply_segments, settings.check_segments),
    Section("sessions", _apply_sessions, _check_device_rows("sessions")),
    Section("uninstalls", _apply_uninstalls, _check_device_rows("uninstalls")),
    Section("promotion_code_lists", settings.apply_code_lists, settings.check_code_lists),
    Section("company_time_zone", settings.apply_time_zone, settings.check_time_zone),
    Section("frequency_capping", settings.apply_caps, settings.check_caps),
    Section("currents", currents.apply_setup),
    Section("simulated_audiences", simulation.apply_setup, simulation.check_setup),
    Section("canvases", canvases.apply_canvases, canvases.check_canvases),
    Section("campaigns", campaign_setup.apply_campaigns, campaign_setup.check_campaigns),
)
