"""The part of a setup document that connects Braze and defines distributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.core.errors import SetupError
from stampcard.voucherify.customers.records import Segment
from stampcard.voucherify.distributions import distributions
from stampcard.voucherify.distributions.records import BrazeConnection, Distribution
from stampcard.voucherify.state import Project

Row = Mapping[str, Any]
ROOT = "/voucherify"
ENDPOINT = "https://rest.iad-01.braze.com"

NEEDS = {"customer_entered_segment": "segment", "customer_left_segment": "segment", "custom_event": "event"}


def check(project: Project, section: Row) -> None:
    """Raises SetupError; changes nothing."""
    segments = {row["name"] for row in section.get("segments", ())} | {item.name for item in project.segments.values()}
    campaigns = {row["name"] for row in section.get("campaigns", ())} | {*project.campaign_names, *project.campaigns}
    campaigns |= {row["id"] for row in section.get("campaigns", ()) if "id" in row}
    names: set[str] = set()
    for index, row in enumerate(section.get("distributions", ())):
        pointer = f"{ROOT}/distributions/{index}"
        if row["name"] in names:
            raise SetupError(f"{pointer}/name", f"there are two distributions called {row['name']!r}")
        names.add(row["name"])
        if "segment" in row and row["segment"] not in segments:
            raise SetupError(f"{pointer}/segment", f"there is no segment called {row['segment']!r}")
        if "campaign" in row and row["campaign"] not in campaigns:
            raise SetupError(f"{pointer}/campaign", f"there is no campaign called {row['campaign']!r}")
        check_trigger(row, pointer)


def check_trigger(row: Row, pointer: str) -> None:
    """What a manual distribution and each trigger need, and that the code is mapped where there is one."""
    trigger = row["trigger"]
    if trigger == "manual":
        if ("segment" in row) is ("customer" in row):
            raise SetupError(pointer, "a manual distribution goes to a segment or to one customer")
        if "campaign" not in row:
            raise SetupError(f"{pointer}/campaign", "a manual distribution needs the campaign its codes come from")
    needed = NEEDS.get(trigger)
    if needed is not None and needed not in row:
        raise SetupError(f"{pointer}/{needed}", f"the trigger {trigger} needs its {needed}")
    if ("campaign" in row or trigger == "publication_succeeded") and "code" not in row["fields"]:
        raise SetupError(f"{pointer}/fields", "the field `code` must be mapped; the others are optional")


def apply(project: Project, section: Row) -> None:
    """Apply a checked section."""
    braze = section.get("integrations", {}).get("braze")
    if braze is not None:
        endpoint = braze.get("endpoint", ENDPOINT).rstrip("/")
        address = endpoint if "://" in endpoint else f"https://{endpoint}"
        project.braze = BrazeConnection(address, braze["api_key"])
    for row in section.get("distributions", ()):
        apply_row(project, row)


def apply_row(project: Project, row: Row) -> None:
    old = next((item for item in project.distributions.values() if item.name == row["name"]), None)
    if row.get("retry_failed") and old is not None:
        distributions.retry_failed(project, old)
        return
    segment: Segment | None = None
    if "segment" in row:
        segment = next(item for item in project.segments.values() if item.name == row["segment"])
    named = row.get("campaign", "")
    campaign = project.campaign_names.get(named) or project.campaigns.get(named)
    distribution = Distribution(
        old.id if old is not None else project.random_id("distr_"),
        row["name"],
        row["trigger"],
        dict(row["fields"]),
        campaign_id=campaign.id if campaign is not None else None,
        segment_id=segment.id if segment is not None else None,
        customer=row.get("customer"),
        event=row.get("event"),
        consent=row.get("consent"),
    )
    project.distributions[distribution.id] = distribution
    if distribution.trigger == "manual":
        distributions.schedule(project, distribution)
