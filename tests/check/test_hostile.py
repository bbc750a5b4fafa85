"""A server that hangs, resets, answers garbage or far too much is told call by call, and the run goes on."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import httpx
import pytest

from stampcard.check.target import MAX_ANSWER, NoAnswer, Server
from stampcard.cli import main
from tests.check import hostile

pytestmark = pytest.mark.filterwarnings("ignore")

FACTS = {"api_key": "key", "api_secret": "secret", "stack": "st2"}
SILENT: dict[str, tuple[hostile.Behaviour, str, str]] = {
    "hangs": (hostile.hangs, "too slow", "no whole answer within 0.3 s"),
    "dribbles a body": (hostile.dribbles, "too slow", "no whole answer within 0.3 s"),
    "dribbles a header": (hostile.dribbles_headers, "too slow", "no whole answer within 0.3 s"),
    "resets": (hostile.resets, "no answer", "ReadError"),
    "says nothing": (hostile.says_nothing, "no answer", "RemoteProtocolError"),
    "speaks no HTTP": (hostile.speaks_no_http, "no answer", "RemoteProtocolError"),
    "breaks off": (hostile.breaks_off, "no answer", "RemoteProtocolError"),
    "sends 50 MB": (hostile.sends_50_megabytes, "too large", f"over {MAX_ANSWER} bytes"),
    "sends without end": (hostile.sends_without_end, "too large", f"over {MAX_ANSWER} bytes"),
    "sends a bomb": (hostile.sends_a_bomb, "too large", f"over {MAX_ANSWER} bytes"),
}
"""Behaviour -> the kind and a part of what is told."""

BAD: dict[str, hostile.Behaviour] = {
    "garbage": hostile.answers_garbage,
    "an odd content type": hostile.has_an_odd_type,
    "deep nesting": hostile.nests_deeply,
}


@pytest.mark.parametrize("name", SILENT)
def test_a_call_without_a_usable_answer_says_what_happened(name: str) -> None:
    behave, kind, says = SILENT[name]
    with hostile.server(behave) as url:
        large = kind == "too large"
        target = Server("antavo", {**FACTS, "url": url}, timeout=30.0 if large else 0.3)
        try:
            with pytest.raises(NoAnswer) as told:
                target.send(httpx.Request("GET", f"{url}/customers/ada"))
        finally:
            target.close()
    assert told.value.kind == kind
    assert says in str(told.value)


@pytest.mark.parametrize(
    "behave",
    [hostile.sends_50_megabytes, hostile.sends_without_end, hostile.sends_a_bomb],
    ids=lambda one: one.__name__,
)
def test_memory_is_bounded_however_much_is_sent(behave: hostile.Behaviour) -> None:
    with hostile.server(behave) as url:
        target = Server("antavo", {**FACTS, "url": url}, timeout=60.0)
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer):
                target.send(httpx.Request("GET", f"{url}/faq"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            target.close()
    assert peak < 4 * MAX_ANSWER


def checked(url: str, folder: Path, *more: str) -> int:
    credentials = folder / "antavo.json"
    credentials.write_text(json.dumps(FACTS))
    where = ["--url", url, "--credentials", str(credentials), "--timeout", "0.3", "--rate", "10000"]
    return main(["check", "antavo", "--group", "faq", "--max-examples", "2", "--max-calls", "9", *where, *more])


@pytest.mark.parametrize("name", ["hangs", "resets", "speaks no HTTP", "sends 50 MB"])
def test_the_run_goes_on_and_gives_an_operation_up_that_nobody_answers(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    behave, kind, _ = SILENT[name]
    with hostile.server(behave) as url:
        assert checked(url, tmp_path, "--timeout", "5" if kind == "too large" else "0.3") == 1
    told = capsys.readouterr().out
    assert f"GET /faq: {kind}" in told
    assert "none x3" in told
    assert "GET /faq: given up, as nobody answers" in told
    assert f"{url}/faq" in told


@pytest.mark.parametrize("name", BAD)
def test_an_answer_that_makes_no_sense_is_a_failure_like_others(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hostile.server(BAD[name]) as url:
        assert checked(url, tmp_path) == 1
    told = capsys.readouterr().out
    assert "1 operations, 0 chains" in told
    assert "200 x" in told
    assert told.count("\nGET /faq: ") <= 20
