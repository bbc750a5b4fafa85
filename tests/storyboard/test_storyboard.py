"""Storyboards: what a played story leaves to keep."""

from __future__ import annotations

import html.parser
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stampcard.play import Stage, play_all
from stampcard.storyboard.mermaid import mermaid
from stampcard.storyboard.page import curl, page
from stampcard.storyboard.recording import Recording


def entry(number: int, **changes: Any) -> dict[str, Any]:
    """A call of somebody's to Braze, as the journal tells it."""
    request = {"method": "POST", "url": "/users/track?t=1", "headers": {"X-A": "b"}, "body": {"name": "O'Hara"}}
    response = {"status": 201, "headers": {}, "body": {"message": "success"}}
    call = {
        "id": number,
        "at": "2026-01-15T09:00:00.000Z",
        "kind": "call",
        "caller": "outside",
        "vendor": "braze",
        "operation": "users_track",
        "cause": None,
        "summary": "",
        "error": None,
        "status": 201,
        "diagnostics": [],
        "request": request,
        "response": response,
    }
    return {**call, **changes}


def recorded(*entries: dict[str, Any], **more: Any) -> Recording:
    recording = Recording("a_story", "A story.\n\nTold <b>plainly</b>.", **more)
    recording("say", "Something; happens #1")
    recording("entries", list(entries))
    recording("expected", "It held")
    return recording


def test_calls_alike_fold_and_are_counted() -> None:
    recording = recorded(*(entry(number) for number in range(10)))
    steps = list(recording.steps(recording.scenes[-1]))
    assert [step.times for step in steps] == [0, 0, 0, 7]
    assert "(7 more)" in mermaid(recording)


def test_mermaid_names_who_took_part_and_breaks_no_label() -> None:
    text = mermaid(recorded(entry(1)))
    assert "participant p0 as your system" in text
    assert "Note over p0,p1: Something, happens no. 1" in text
    assert "p0->>p1: POST /users/track → 201" in text


def test_a_refused_call_is_a_broken_arrow() -> None:
    assert "p0--xp1: POST /users/track → 401" in mermaid(recorded(entry(1, status=401)))


def test_a_message_is_an_arrow_to_people() -> None:
    event = entry(5, kind="event", caller="braze", operation="message.email", summary="email to ada: sent", status=None)
    mail = {"entry": 5, "status": "sent", "channel": "email", "user": "ada", "at": event["at"], "reason": None}
    mail |= {"campaign": "Hello", "parts": {"subject": "Hi Ada", "body": "<p>Hello</p>"}}
    recording = recorded(event, messages=[mail])
    assert recording.lanes == ["your system", "braze", "people"]
    assert "p1->>p2: email: Hi Ada" in mermaid(recording)


def test_a_curl_line_repeats_the_call_quoted_for_a_shell() -> None:
    line = curl(entry(1), "http://127.0.0.1:8101/")
    assert line.startswith("curl -X POST 'http://127.0.0.1:8101/users/track?t=1' -H 'X-A: b' --data-raw ")
    echoed = subprocess.run(
        f"printf %s {line.rpartition('--data-raw ')[2]}", shell=True, capture_output=True, check=True
    )
    assert echoed.stdout == b'{"name":"O\'Hara"}'


def test_the_page_needs_nothing_from_outside_and_escapes_what_it_shows() -> None:
    text = page(recorded(entry(1, summary="<script>alert(1)</script>")))
    assert "<script" not in text
    assert "&lt;b&gt;plainly&lt;/b&gt;" in text

    class Links(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert not {"src", "href"} & {name for name, _ in attrs}, (tag, attrs)

    Links().feed(text)


def test_a_mail_is_shown_without_anything_that_acts_or_is_fetched() -> None:
    mail = {"entry": 5, "status": "sent", "channel": "email", "user": "ada", "at": "2026-01-15T09:00:00.000Z"}
    mail |= {
        "reason": None,
        "campaign": "Hello",
        "parts": {"subject": "Hi", "body": '<img src="https://example.com/p">'},
    }
    text = page(recorded(entry(1), messages=[mail]))
    assert "<iframe sandbox srcdoc=" in text
    assert "default-src &#x27;none&#x27;" in text


def test_play_keeps_storyboards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(html=tmp_path / "story.html", mermaid=tmp_path / "story.mmd")
    assert play_all(["antavo_field_mapping"], stage) == 0
    assert "sequenceDiagram" in (tmp_path / "story.mmd").read_text(encoding="utf-8")
    assert "Antavo takes the event opt_in" in (tmp_path / "story.html").read_text(encoding="utf-8")
    assert "kept in" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")
def test_a_browser_renders_the_page_without_a_complaint(tmp_path: Path) -> None:
    path = tmp_path / "story.html"
    assert play_all(["antavo_field_mapping"], Stage(html=path)) == 0
    quiet = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    command = ["chromium", *quiet.split(), "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--enable-logging=stderr", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Who called whom" in done.stdout
    assert "CONSOLE" not in done.stderr
