"""What `GET .../setup` shows of several documents agrees with what they made of a world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from stampcard import Emulator
from stampcard.core import setup
from stampcard.core.contract import load

VENDORS = ("braze", "punchh", "voucherify", "antavo")
Documents = tuple[dict[str, Any], dict[str, Any]]


def braze(facts: Mapping[str, Any]) -> Documents:
    cap = {"channel": "email", "per": 1, "unit": "days"}
    group = {"id": "0c1f2f51-6b5a-4c0a-9a56-0a0d8f4b5a01", "channel": "email"}
    ada = {"external_id": "ada", "email": "ada@example.com"}
    return (
        {
            "frequency_capping": [{**cap, "limit": 1}, {**cap, "limit": 5, "per": 7}],
            "users": [ada],
            "subscription_groups": [{**group, "name": "News"}],
            "tags": ["spring"],
            "simulated_audiences": [{"channel": "email", "open_rate": 1}],
            "apps": [{"id": APP, "name": "Shop", "platform": "android"}],
            "sessions": [{"external_id": "ada", "app_id": APP}],
            "promotion_code_lists": [{**CODES, "codes": ["a", "b"]}],
        },
        {
            "frequency_capping": [{**cap, "limit": 2}],
            "users": [{"external_id": "ada", "first_name": "Ada"}],
            "subscription_groups": [{**group, "name": "Letters"}],
            "tags": ["autumn"],
            "simulated_audiences": [],
            "apps": [{"id": APP, "name": "Shops"}],
            "sessions": [{"external_id": "ada", "app_id": APP, "time": "2026-01-10T09:00:00Z"}],
            "promotion_code_lists": [{**CODES, "codes": ["b", "c"]}],
        },
    )


APP = "1d4b6a0e-8d0a-4d7e-9a39-5a4f2c7a1e02"
CODES = {"name": "Codes", "snippet": "codes", "expires_at": "2026-03-01T00:00:00Z"}


def braze_state(workspace: Any) -> Any:
    ada = workspace.by_external_id["ada"]
    groups = {group.name for group in workspace.subscription_groups.values()}
    engine = workspace.engine
    names = ada.profile["email"], ada.profile["first_name"], groups, workspace.tags
    codes = list(engine.promotions["codes"].unused)
    return engine.caps, names, engine.audiences, workspace.apps, engine.platforms, codes, ada.profile.get("apps")


def punchh(facts: Mapping[str, Any]) -> Documents:
    ada = {"email": "ada@example.com", "first_name": "Ada"}
    return (
        {
            "program": {"levels": [{"id": 1, "name": "Silver", "points": 10}, {"id": 2, "name": "Gold", "points": 50}]},
            "guests": [{**ada, "id": 7, "birthday": "1990-12-10"}],
            "business": {"locales": ["en", "de"]},
            "segments": [
                {"name": "Fans", "members": ["ada@example.com"]},
                {"name": "Early", "members": ["ada@example.com"]},
            ],
            "social_identities": [{"provider": "google", "token": "one", "email": "ada@example.com"}],
            "conversion_rules": [{"id": 1, "name": "A", "source_value": 10, "converted_value": 1}],
        },
        {
            "program": {"levels": [{"id": 2, "name": "Gold", "points": 40}]},
            "guests": [{"email": "ada@example.com", "last_name": "Lovelace"}],
            "business": {"locales": ["en"]},
            "segments": [{"name": "Fans", "description": "of stamps"}, {"name": "Early", "members": []}],
            "social_identities": [{"provider": "google", "token": "two", "email": "ada@example.com"}],
            "conversion_rules": [{"id": 1, "name": "B", "source_value": 20, "converted_value": 1}],
        },
    )


def punchh_state(business: Any) -> Any:
    [ada] = list(business)
    names = (ada.id, ada.first_name, ada.last_name, ada.birthday)
    rules = [rule.name for rule in business.conversion_rules.values()]
    fans = [(one.name, one.description, list(one.members)) for one in business.segments.values()]
    return business.program.levels, names, business.locales, rules, fans, business.social_identities


def voucherify(facts: Mapping[str, Any]) -> Documents:
    return (
        {
            "client_side": {"allowed_origins": ["https://a.example", "https://b.example"]},
            "customers": [{"source_id": "1", "name": "Ada", "email": "ada@example.com"}],
            "products": [{"source_id": "p", "name": "Tea", "price": 100}],
            "campaigns": [{"name": "Spring", "campaign_type": "GIFT_VOUCHERS", "voucher": GIFT, "vouchers_count": 2}],
        },
        {
            "client_side": {"allowed_origins": ["https://a.example"]},
            "customers": [{"source_id": "2", "name": "Ada"}, {"source_id": "1", "phone": "+48123"}],
            "products": [{"source_id": "p", "price": 200}],
            "campaigns": [{"name": "Spring", "campaign_type": "GIFT_VOUCHERS", "voucher": GIFT, "vouchers_count": 1}],
        },
    )


GIFT = {"type": "GIFT_VOUCHER", "gift": {"amount": 100}}


def voucherify_state(project: Any) -> Any:
    who = {name: (one.profile, one.metadata) for name, one in project.source_ids.items()}
    [tea] = project.product_sources.values()
    return project.settings.client_side, who, (tea.name, tea.price), len(project.vouchers)


def antavo(facts: Mapping[str, Any]) -> Documents:
    connected = {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": facts["braze"]["api_key"],
        "app_identifier": facts["braze"]["app_id"],
    }
    points = {"loyalty_field": "score", "remote_field": "points"}
    shoe = {"loyalty_field": "shoe", "remote_field": "shoe_size"}
    return (
        {
            "fields": [{"name": "shoe", "type": "numeric"}],
            "braze": {**connected, "fields": [points, shoe]},
            "treasure_hunts": [{"title": "Find", "url": "https://a.example"}],
            "offers": [{"id": "o", "name": "One"}],
            "members": [{"id": "ada", "points": 10}],
        },
        {
            "fields": [{"name": "hat", "type": "string"}],
            "braze": {"fields": [points]},
            "treasure_hunts": [{"title": "Seek", "url": "https://a.example"}],
            "offers": [{"id": "o", "name": "Two"}],
            "members": [{"id": "ada", "points": 20}],
        },
    )


def antavo_state(brand: Any) -> Any:
    hunts = [hunt.title for hunt in brand.modules.treasures]
    offers = [offer.name for offer in brand.offers.values()]
    return brand.braze.fields, set(brand.fields), hunts, offers, brand.customers["ada"].score


CASES: dict[str, tuple[Callable[[Mapping[str, Any]], Documents], Callable[[Any], Any]]] = {
    "braze": (braze, braze_state),
    "punchh": (punchh, punchh_state),
    "voucherify": (voucherify, voucherify_state),
    "antavo": (antavo, antavo_state),
}


@pytest.mark.parametrize("vendor", CASES)
async def test_the_view_makes_what_the_documents_made(vendor: str, stampcard_emulator: Emulator) -> None:
    """A world that is set up with the view alone is like one that had the documents, one after the other."""
    world = stampcard_emulator.add_world()
    made, state = CASES[vendor]
    documents = [{vendor: section} for section in made(stampcard_emulator.describe(world))]
    for document in documents:
        await stampcard_emulator.set_up(world, document)
    held = state(world.tenants[vendor])
    view = setup.view(world, stampcard_emulator.vendors.values())
    assert view.pop("documents") == documents
    world.setups[:] = [view]
    await stampcard_emulator.reset_world(world.name)
    assert state(world.tenants[vendor]) == held
    stampcard_emulator.remove_world(world.name)


async def test_a_mapped_field_that_a_later_list_leaves_out_is_not_shown(stampcard_emulator: Emulator) -> None:
    world = stampcard_emulator.add_world()
    for section in antavo(stampcard_emulator.describe(world)):
        await stampcard_emulator.set_up(world, {"antavo": section})
    shown = setup.view(world, stampcard_emulator.vendors.values())["antavo"]["braze"]["fields"]
    held = [(field.loyalty_field, field.remote_field) for field in world.tenants["antavo"].braze.fields]
    assert [(row["loyalty_field"], row["remote_field"]) for row in shown] == held == [("score", "points")]
    stampcard_emulator.remove_world(world.name)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_rule_is_about_a_setting_that_is_there(vendor: str) -> None:
    contract = load(vendor)
    assert contract.document["setups"].keys() <= {"whole", "joined", "kept"}
    for pointer in [pointer for pointers in contract.document["setups"].values() for pointer in pointers]:
        schema, kinds = contract.setup_schema, contract.setup_schema.get("$defs", {})
        for name in pointer[1:].split("/"):
            schema = schema["items"] if name == "*" else schema["properties"][name]
            schema = kinds[schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema
        assert schema["type"] in ("array", "object"), pointer
