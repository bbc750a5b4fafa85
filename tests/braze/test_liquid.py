"""Braze's Liquid: one test over the table liquid_cases.yaml, and what a table cannot show."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from stampcard.braze import variables
from stampcard.braze.liquid.render import Templates
from stampcard.braze.rendering import MessageAborted, Run, TemplateError
from stampcard.braze.state import User, Workspace
from stampcard.client import WorldClient

ROWS = yaml.safe_load((Path(__file__).parent / "liquid_cases.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
ANN = User(
    braze_id="0123456789abcdef01234567",
    created_at=NOW,
    updated_at=NOW,
    random_bucket=42,
    external_id="ann",
    profile={
        "first_name": "Ann",
        "email": "ann@example.com",
        "phone": "+4179",
        "dob": "1990-02-03",
        "gender": "F",
        "country": "CH",
        "language": "en",
        "home_city": "Bern",
        "time_zone": "Europe/Zurich",
    },
    custom={
        "n": 7,
        "off": False,
        "zip code": "12345",
        "größe": "XL",
        "tags": ["a", "b", "c"],
        "scores": [4, 5],
        "empty": [],
        "address": {"city": "Bern"},
        "since": datetime(2025, 12, 24, 18, tzinfo=UTC),
    },
)
SONGS = [{"title": "One", "album": {"name": "Blue"}}, {"title": "Two", "album": {"name": "Red"}}]
BLOCKS = {
    "greeting": "{% assign name = ${first_name} %}Hello {{name}}!",
    "outer": "<{{content_blocks.${greeting}}}>",
    "deep": "({{content_blocks.${outer}}})",
}


def run_of(world: WorldClient) -> Run:
    workspace: Workspace = world.inside.tenants["braze"]
    names = variables.namespaces(workspace, ANN) | {
        "event_properties": {"songs": SONGS, "order": {"location": {"city": "Oslo"}}},
        "api_trigger_properties": {"when": "2026-01-01T00:00:00Z"},
        "campaign": {"api_id": "cid", "name": "Welcome", "message_name": "Variant 1", "dispatch_id": "d1"},
    }
    return Run(NOW, names, BLOCKS)


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["template"][:70])
async def test_case(world: WorldClient, templates: Templates, row: dict[str, Any]) -> None:
    assert row["source"]
    run = run_of(world)
    if "abort" in row:
        with pytest.raises(MessageAborted) as aborted:
            await templates.find(row["template"]).render(run)
        assert row["abort"] in aborted.value.log
    elif "error" in row:
        with pytest.raises(TemplateError) as refused:
            templates.find(row["template"])
        assert row["error"] in str(refused.value)
    else:
        assert await templates.find(row["template"]).render(run) == row["output"]
        assert run.extras == row.get("extras", {})
        assert row.get("warning", "") in " ".join(run.warnings)
        assert bool(run.warnings) == ("warning" in row), run.warnings


async def test_a_template_is_parsed_once(world: WorldClient) -> None:
    templates = Templates()
    for _ in range(1000):
        assert await templates.find("Hello {{${first_name}}}").render(run_of(world)) == "Hello Ann"
    assert templates.parses == 1


def test_a_place_after_html_comments_is_the_place_in_the_source() -> None:
    with pytest.raises(TemplateError) as refused:
        Templates().find("<!-- one\ntwo -->\n<p>{% frob %}</p>")

    assert (refused.value.line, refused.value.column) == (3, 7)


def test_the_server_starts_without_python_liquid() -> None:
    import subprocess
    import sys

    code = "import sys; from stampcard.server import Emulator; Emulator(); print('liquid' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
