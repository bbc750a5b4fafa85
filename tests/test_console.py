"""The console: one page that needs nothing else, and shows a world as the control API tells it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from stampcard.blocking import LiveWorld
from stampcard.control import CONSOLE


def test_the_page_fetches_nothing_from_elsewhere() -> None:
    text = CONSOLE.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href|action)\s*=\s*["']?(https?:)?//|url\(|@import""", text)
    assert re.findall(r"fetch\(([^,)]+)", text) == ["root + path"]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("start", []),
        ("journal", ["POST /users/track", "⚠ 1", "tracked 1 attributes"]),
        ("messages", ["ada", "&lt;b&gt;Hi&lt;/b&gt; Ada"]),
        ("faults", ['faults-count">1<']),
    ],
)
def test_a_browser_shows_the_world(live_world: LiveWorld, tmp_path: Path, part: str, shown: list[str]) -> None:
    braze, control = live_world.facts["braze"], live_world.facts["control"]["url"]
    ada = {"external_id": "ada", "first_name": "Ada", "email": "ada@example.com"}
    mail = {
        "app_id": braze["app_id"],
        "from": "A <a@example.com>",
        "subject": "<b>Hi</b> {{${first_name}}}",
        "body": "x",
    }
    calls = {
        "/users/track": {"attributes": [ada], "unknown": 1},
        "/messages/send": {"external_user_ids": ["ada"], "messages": {"email": mail}},
    }
    with httpx.Client(headers={"Authorization": f"Bearer {braze['api_key']}"}, trust_env=False) as client:
        for path, body in calls.items():
            client.post(f"{braze['url']}{path}", json=body).raise_for_status()
    live_world.faults({"vendor": "antavo", "status": 500})
    live_world.settle()
    quiet = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    command = ["chromium", *quiet.split(), "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"]
    url = f"{control}/?world={live_world.name}#{part}"
    command += ["--enable-logging=stderr", "--virtual-time-budget=3000", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    if part == "start":
        shown = [braze["api_key"], live_world.facts["punchh"]["secret"]]
    assert [text for text in shown if text not in done.stdout] == []
    assert "CONSOLE" not in done.stderr
    assert re.search(rf'<section id="{part}" role="tabpanel">', done.stdout), "the part that was asked for is shown"
