"""The control API: journal, outbox, faults, setup, and bad input of every kind."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from stampcard.core.journal import Diagnostic, Entry
from stampcard.core.outbox import Message
from tests.control_calls import created, problem

# Journal and outbox


def call_entry(number: int, **more: Any) -> Entry:
    values: dict[str, Any] = {"kind": "call", "caller": "outside", "vendor": "braze", "operation": "op", "status": 200}
    return Entry(id=number, **{**values, **more})


async def test_an_entry_has_everything_a_tool_needs(world: WorldClient) -> None:
    assert world.inside
    entry = call_entry(
        1,
        at=world.inside.clock.now,
        cause=None,
        method="POST",
        url="/users/track?x=1",
        request_head=b"Authorization\0Bearer 0123456789abcdef",
        request_body=b'{"a":1}',
        response_body=b'{"b":2}',
        diagnostics=(Diagnostic("unknown-field", "warning", "ignored", "/a"),),
    )
    world.inside.journal.add(entry)
    assert await world.journal() == [
        {
            "id": 1,
            "at": "2026-01-15T09:00:00.000Z",
            "kind": "call",
            "caller": "outside",
            "vendor": "braze",
            "operation": "op",
            "cause": None,
            "summary": "",
            "error": None,
            "status": 200,
            "diagnostics": [
                {"code": "unknown-field", "severity": "warning", "message": "ignored", "pointer": "/a"},
            ],
            "request": {
                "method": "POST",
                "url": "/users/track?x=1",
                "headers": {"Authorization": "Bearer 0123…"},
                "body": {"a": 1},
            },
            "response": {"status": 200, "headers": {}, "body": {"b": 2}},
        }
    ]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [1, 2, 3]),
        ({"vendor": "punchh"}, [2]),
        ({"operation": "op", "status": 200}, [1, 2]),
        ({"status": "404"}, [3]),
        ({"cause": 1}, [2, 3]),
        ({"since": 2}, [3]),
        ({"since": 0, "vendor": "none"}, []),
    ],
    ids=str,
)
async def test_the_journal_is_filtered(world: WorldClient, filters: dict[str, Any], ids: list[int]) -> None:
    assert world.inside
    now = world.inside.clock.now
    world.inside.journal.add(call_entry(1, at=now))
    world.inside.journal.add(call_entry(2, at=now, vendor="punchh", cause=1))
    world.inside.journal.add(call_entry(3, at=now, status=404, cause=1))
    assert [entry["id"] for entry in await world.journal(**filters)] == ids


@pytest.mark.parametrize("name", ["status", "cause", "since"])
@pytest.mark.parametrize("value", ["x", "-1", "1.5", "", "9" * 5000])
async def test_a_filter_that_is_no_number_is_refused(control: httpx.AsyncClient, name: str, value: str) -> None:
    world = await created(control)
    assert problem(await control.get(f"/worlds/{world}/journal", params={name: value})) == (400, "BadRequest")


async def test_the_outbox_is_told_and_filtered(world: WorldClient) -> None:
    assert world.inside
    for number, (channel, user) in enumerate([("email", "ann"), ("webhook", "ann"), ("email", "bob")]):
        message = Message(f"m{number}", world.inside.clock.now, "braze", channel, user, "c", "sent", {"subject": "Hi"})
        world.inside.outbox.add(message)
    assert [message["id"] for message in await world.outbox()] == ["m0", "m1", "m2"]
    assert [message["id"] for message in await world.outbox(channel="email", user="ann")] == ["m0"]
    [told] = await world.outbox(user="bob", campaign="c")
    assert (told["parts"], told["status"], told["reason"]) == ({"subject": "Hi"}, "sent", None)


async def test_the_lobby_keeps_calls_whose_key_names_no_world(control: httpx.AsyncClient) -> None:
    typo = {"Host": "rest.iad-01.braze.com", "Authorization": "Bearer typo"}
    response = await control.get("https://rest.iad-01.braze.com/campaigns/list", headers=typo)
    assert response.status_code in (401, 501)
    last = (await control.get("/worlds/lobby/journal")).json()["entries"][-1]
    assert (last["vendor"], last["status"]) == ("braze", response.status_code)


# Faults and setup


async def test_faults_are_put_and_told(control: httpx.AsyncClient) -> None:
    path = f"/worlds/{await created(control)}/faults"
    rows = [{"vendor": "braze", "status": 503, "times": 2}, {"host": "example.com", "delay": "2s", "probability": 0.5}]
    assert (await control.put(path, json=rows)).json() == rows
    assert (await control.get(path)).json() == rows
    assert (await control.put(path, json=[])).json() == []


@pytest.mark.parametrize(
    "rows", [{}, None, "x", [1], [{"status": 1}], [{"status": 500}, {"colour": "red"}], [[]]], ids=str
)
async def test_faults_that_cannot_be_change_nothing(control: httpx.AsyncClient, rows: Any) -> None:
    path = f"/worlds/{await created(control)}/faults"
    await control.put(path, json=[{"status": 418}])
    assert problem(await control.put(path, json=rows))[0] in (400, 422)
    assert (await control.get(path)).json() == [{"status": 418}]


@pytest.mark.parametrize(
    "row", [{"vendor": "brazen", "status": 500}, {"vendor": "braze", "operation": "users.trakc", "status": 500}]
)
async def test_a_fault_for_what_is_not_there_is_refused(control: httpx.AsyncClient, row: Any) -> None:
    name = await created(control)
    assert problem(await control.put(f"/worlds/{name}/faults", json=[row])) == (422, "BadFault")
    document = {"stampcard": {"faults": [row]}}
    assert problem(await control.put(f"/worlds/{name}/setup", json=document)) == (422, "SetupError")


async def test_setups_are_told_as_one_and_each(control: httpx.AsyncClient) -> None:
    path = f"/worlds/{await created(control)}/setup"
    assert (await control.get(path)).json() == {}
    first, second = ({"stampcard": {"allowed_hosts": [host]}} for host in ("a.example", "b.example"))
    assert (await control.put(path, json=first)).json() == first
    whole = (await control.put(path, json=second)).json()
    assert whole == {"stampcard": {"allowed_hosts": ["a.example", "b.example"]}, "documents": [first, second]}
    assert (await control.get(path)).json() == whole


@pytest.mark.parametrize("document", [[], 1, {"braze": None}, {"brazen": {}}, {"stampcard": {"x": 1}}], ids=str)
async def test_a_setup_that_does_not_fit_changes_nothing(control: httpx.AsyncClient, document: Any) -> None:
    path = f"/worlds/{await created(control)}/setup"
    assert problem(await control.put(path, json=document)) == (422, "SetupError")
    assert (await control.get(path)).json() == {}


# Bad input of every kind

BODIES = {
    "not JSON": b"hello",
    "not UTF-8": b'{"a": "\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "deep": b"[" * 5000,
    "NaN": b'{"advance": NaN}',
    "too large a number": b'{"advance": 1e400}',
    "a surrogate": b'{"set": "\\ud800"}',
}
CALLS = [("POST", "/worlds"), ("POST", "/worlds/{}/clock"), ("PUT", "/worlds/{}/faults"), ("PUT", "/worlds/{}/setup")]


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_bad_json_is_a_problem(control: httpx.AsyncClient, method: str, path: str, raw: bytes) -> None:
    name = await created(control)
    response = await control.request(method, path.format(name), content=raw)
    assert problem(response) == (400, "BadRequest")


@pytest.mark.parametrize(
    "body",
    [
        {"name": 1},
        {"seed": 1.5},
        {"seed": []},
        {"frozen": "yes"},
        {"setup": []},
        {"colour": 1},
        [],
        "x",
        1,
        {"seed": True},
    ],
    ids=str,
)
async def test_a_world_is_made_of_the_right_types(control: httpx.AsyncClient, body: Any) -> None:
    assert problem(await control.post("/worlds", json=body)) == (400, "BadRequest")


@pytest.mark.parametrize("path", ["", "/clock", "/journal", "/outbox", "/faults", "/setup", "/reset", "/settle"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
async def test_an_unknown_world_is_a_problem_everywhere(control: httpx.AsyncClient, method: str, path: str) -> None:
    response = await control.request(method, f"/worlds/nowhere{path}", json={})
    assert problem(response) in ((404, "UnknownWorld"), (405, "NoSuchCall"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/health", 405), ("PUT", "/worlds", 405), ("GET", "/worlds/a/b/c/d", 404)],
)
async def test_what_the_control_api_lacks_is_a_problem(
    control: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    assert problem(await control.request(method, path)) == (status, "NoSuchCall")
