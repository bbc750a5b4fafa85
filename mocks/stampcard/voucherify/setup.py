"""The Voucherify section of a setup document: what people click in its dashboard.

Rows are read by the code that reads the API's bodies, with a call that nobody made; what it refuses is a SetupError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec.structs import replace

from stampcard.core.chance import Chance
from stampcard.core.endpoint import Call
from stampcard.core.errors import ApiError, SetupError
from stampcard.core.world import World
from stampcard.voucherify.campaigns import campaigns, codes, definitions, issuing, vouchers
from stampcard.voucherify.campaigns.records import Category
from stampcard.voucherify.customers import customers, segments
from stampcard.voucherify.customers.records import Consent
from stampcard.voucherify.desk import by_hand
from stampcard.voucherify.distributions import setup as sending
from stampcard.voucherify.loyalty import setup
from stampcard.voucherify.management.keys import Keys
from stampcard.voucherify.orders import products, skus
from stampcard.voucherify.referrals import rewards
from stampcard.voucherify.settings import Key
from stampcard.voucherify.state import Json, Project

Row = Mapping[str, Any]
ROOT = "/voucherify"


class _Stand:
    """A world's time with a chance of its own: checking a document draws nothing from the world's."""

    def __init__(self, world: World) -> None:
        self.clock = world.clock
        self.chance = Chance(0)


@contextmanager
def placed(pointer: str) -> Iterator[None]:
    """The vendor's refusal of a row, said of its place in the document."""
    try:
        yield
    except ApiError as error:
        body = error.body
        raise SetupError(pointer, str(body.get("details") or body.get("message"))) from error


# Check


def check(world: World, project: Project, section: Row, known: Keys) -> None:
    """Raises SetupError; changes nothing."""
    stand = replace(project, world=cast(World, _Stand(world)))
    check_keys(world, project, section.get("keys", ()), known)
    check_timezone(section.get("project", {}).get("timezone", "UTC"))
    names: set[str] = set()
    for index, row in enumerate(section.get("campaigns", ())):
        pointer = f"{ROOT}/campaigns/{index}"
        if row["name"] in names:
            raise SetupError(pointer, f"there are two campaigns called {row['name']!r}")
        names.add(row["name"])
        with placed(pointer):
            check_campaign(by_hand(stand.world, stand, row), pointer)
            check_referral_tiers(project, section, row, pointer)
    for index, row in enumerate(section.get("vouchers", ())):
        with placed(f"{ROOT}/vouchers/{index}"):
            check_voucher(by_hand(stand.world, stand, row), section, f"{ROOT}/vouchers/{index}")
    for index, row in enumerate(section.get("customers", ())):
        with placed(f"{ROOT}/customers/{index}"):
            customers.read_profile(by_hand(stand.world, stand, row), row, "")
    for index, row in enumerate(section.get("segments", ())):
        with placed(f"{ROOT}/segments/{index}"):
            check_segment(by_hand(stand.world, stand, row), section)
    sending.check(project, section)
    setup.check(project, section)


def check_timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SetupError(f"{ROOT}/project/timezone", f"no time zone is called {name!r}") from error


def check_keys(world: World, project: Project, rows: list[Row], known: Keys) -> None:
    for index, row in enumerate(rows):
        owner = known.get(row["id"])
        if owner is not None and (owner[0] is not world or owner[2] in project.keys.values()):
            raise SetupError(f"{ROOT}/keys/{index}/id", "another key has this id")


def check_campaign(call: Call[Project], pointer: str) -> None:
    body = call.body
    if "category" in body or "category_id" in body:
        call.body = {key: value for key, value in body.items() if key != "category"}
    campaign, voucher = definitions.read_new(call, {**body, "category": None})
    code = voucher.get("code")
    if campaign.type == "STANDALONE":
        taken = call.state.vouchers.get(call.state.fold(code or ""))
        if code is None:
            raise SetupError(f"{pointer}/voucher/code", "a STANDALONE campaign needs its code")
        if taken is not None and (taken.campaign is None or taken.campaign.name != campaign.name):
            raise SetupError(f"{pointer}/voucher/code", f"there is a voucher {code!r} already")
    else:
        issuing.check_capacity(
            call, campaign, codes.read_config(voucher.get("code_config")), body.get("vouchers_count", 0)
        )


def check_referral_tiers(project: Project, section: Row, row: Row, pointer: str) -> None:
    """What referrers get comes from a campaign of this document, or of the project."""
    known = (
        {campaign["name"] for campaign in section["campaigns"]}
        | project.campaigns.keys()
        | project.campaign_names.keys()
    )
    for index, tier in enumerate(row.get("referral_tiers", ())):
        if tier["reward"]["campaign"] not in known:
            place = f"{pointer}/referral_tiers/{index}/reward/campaign"
            raise SetupError(place, f"there is no campaign {tier['reward']['campaign']!r}")


def check_voucher(call: Call[Project], section: Row, pointer: str) -> None:
    """A voucher of a campaign in the same document is checked against what that campaign will be."""
    body = call.body
    reference = body.get("campaign")
    campaign = None
    if reference is not None:
        for row in section.get("campaigns", ()):
            if reference in (row["name"], row.get("id")):
                campaign, _ = definitions.read_new(call, {**row, "category": None})
                break
        else:
            campaign = campaigns.find(call, reference)
        if campaign.type == "STANDALONE":
            raise SetupError(f"{pointer}/campaign", "a STANDALONE campaign has one code, its own")
    kind = vouchers.voucher_type(call, body, campaign)
    vouchers.read_value_of(call, body, kind, campaign)
    vouchers.read_own(call, body)


def check_segment(call: Call[Project], section: Row) -> None:
    """A fixed list may name customers of the same document."""
    named = {row["source_id"] for row in section.get("customers", ())}
    given = call.body
    if "customers" in given:
        call.body = {**given, "customers": [item for item in given["customers"] if item not in named]}
    segments.read_new(call)


# Apply


def apply(world: World, project: Project, section: Row, known: Keys) -> None:
    """Apply a checked section."""
    apply_settings(project, section)
    for row in section.get("keys", ()):
        old = next((key for key in project.keys.values() if key.name == row["name"]), None)
        if old is not None and old.name not in ("server", "client", "management"):
            known.pop(old.id, None)
        key = Key(row["type"], row["id"], row["token"], row["name"], tuple(row.get("permissions", ())))
        project.keys[f"{row['type']}:{row['name']}"] = key
        known[key.id] = (world, project, key)
    tables: dict[str, Callable[[Call[Project], Row], None]] = {
        "categories": add_category,
        "consents": add_consent,
        "campaigns": add_campaign,
        "vouchers": add_voucher,
        "customers": add_customer,
        "products": add_product,
        "segments": add_segment,
    }
    for name, add in tables.items():
        for row in section.get(name, ()):
            add(by_hand(world, project, row), row)
    sending.apply(project, section)
    setup.apply(project, section)


def apply_settings(project: Project, section: Row) -> None:
    settings = project.settings
    settings.client_side = {**settings.client_side, **section.get("client_side", {})}
    settings.stacking = {**settings.stacking, **section.get("stacking_rules", {})}
    for name, value in {**section.get("project", {}), **section.get("switches", {})}.items():
        if name == "plan":
            settings.calls_limit, settings.calls_window = value["calls"], value["per"]
        else:
            setattr(settings, name, value)


def add_category(call: Call[Project], row: Row) -> None:
    project = call.state
    old = next((item for item in project.categories.values() if item.name == row["name"]), None)
    record = old or Category(project.serial_id("cat_"), row["name"], 0, project.now)
    record.hierarchy = row.get("hierarchy", record.hierarchy)
    project.categories[record.id] = record


def add_consent(call: Call[Project], row: Row) -> None:
    project = call.state
    old = project.consents.get(row["id"])
    record = Consent(**row, created_at=old.created_at if old is not None else project.now)
    record.updated_at = project.now if old is not None else None
    project.consents[record.id] = record


def add_campaign(call: Call[Project], row: Row) -> None:
    """Codes are made at once; a campaign of the same name or id goes, with its codes."""
    project = call.state
    old = project.campaign_names.get(row["name"]) or project.campaigns.get(row.get("id", ""))
    if old is not None:
        for code in [item for item in old.vouchers if not item.deleted]:
            project.remove_voucher(code, keep_code=False)
        old.deleted = True
        del project.campaigns[old.id], project.campaign_names[old.name]
    project.bin.pop(f"campaign:{row['name']}", None)
    campaign, voucher = definitions.read_new(call, dict(row))
    campaign.id = row.get("id") or (old.id if old is not None else campaign.id)
    campaign.active, campaign.protected = row.get("active", True), row.get("protected", False)
    campaign.referral_tiers = [rewards.tier(project, tier) for tier in row.get("referral_tiers", ())]
    campaigns.add(project, campaign)
    if campaign.type == "STANDALONE":
        issuing.issue(project, campaign, voucher["code"], {}, project.now)
    else:
        wanted = row.get("vouchers_count", 0)
        steps = [*issuing.generating(project, campaign, campaign.config, wanted, {})]
        campaign.status = "DONE" if steps[-1] == wanted else "FAILED"


def add_voucher(call: Call[Project], row: Row) -> None:
    project = call.state
    old = project.vouchers.get(project.fold(row["code"]))
    if old is not None:
        project.remove_voucher(old, keep_code=False)
    project.bin.pop(f"voucher:{project.fold(row['code'])}", None)
    vouchers.make(call, row["code"])


def add_customer(call: Call[Project], row: Row) -> None:
    project = call.state
    known = project.source_ids.get(row["source_id"])
    profile: Json = customers.read_profile(call, row, "")
    if known is None:
        project.add_customer(row["source_id"], profile, row.get("metadata"))
    else:
        customers.change(project, known, profile, row.get("metadata"))


def add_product(call: Call[Project], row: Row) -> None:
    project = call.state
    product = project.product_sources.get(row["source_id"]) or products.add(project, row["source_id"])
    products.change(project, product, dict(row), touched=False)
    for item in row.get("skus", ()):
        sku = project.sku_sources.get(item["source_id"]) or skus.add(project, product, item["source_id"])
        products.change(project, sku, dict(item), touched=False)


def add_segment(call: Call[Project], row: Row) -> None:
    project = call.state
    old = next((item for item in project.segments.values() if item.name == row["name"]), None)
    record = segments.read_new(call)
    record.id = old.id if old is not None else record.id
    segments.add(project, record, call.id)
