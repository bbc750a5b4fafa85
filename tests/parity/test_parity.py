"""Behaviour as data: every row of tests/parity/<vendor>/*.yaml is one case with its source.

A row: `name`; `source` (where the behaviour is known from) and `provenance` (documented, observed or assumed);
optional `setup` (a setup document) and `before` (calls made first, each of which must succeed); `call`; `reply` with
`status`, and `body` (exact) or `contains` (members that must be there, recursively) and optional `headers`.

A call: `method`, `path`, one of `json`, `text` (raw) or `form` (parts of a multipart form), `headers`, `query`, `auth`
(default: this vendor's usual credentials; `none`: nothing is added). Text in a call or a reply may name what a world
knows: `<api_key>` or another credential of the ready line; `save` maps a name to a dotted path in a reply of `before`,
used as `<name>` afterwards.
What is too large to be written out: `{repeat: text, times: 3}` is a text, and `{numbered: item, times: 3}` in a list
stands for three items with `<n>` 0, 1, 2. A part of a form has a `name`, a `file` name where it is one, and a `text` or
a `zip` (of files with these names).
"""

from __future__ import annotations

import importlib
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest
import yaml

from stampcard.client import Door, WorldClient

HERE = Path(__file__).parent
ROWS = [
    pytest.param(file.parent.name, row, id=f"{file.parent.name}-{file.stem}-{row['name']}")
    for file in sorted(HERE.glob("*/*.yaml"))
    for row in yaml.safe_load(file.read_text(encoding="utf-8"))
]
KNOWN = {"name", "source", "provenance", "setup", "before", "call", "reply"}


@pytest.mark.parametrize(("vendor", "row"), ROWS)
async def test_row(world: WorldClient, vendor: str, row: dict[str, Any]) -> None:
    assert row.keys() <= KNOWN, f"unknown members: {row.keys() - KNOWN}"
    assert row["source"], "a case without a source is a guess"
    assert row["provenance"] in ("documented", "observed", "assumed")
    door: Door = getattr(world, vendor)
    names = dict(door.credentials)
    if "setup" in row:
        await world.setup(filled(row["setup"], names))
    for call in row.get("before", ()):
        response = await make(door, vendor, filled(call, names))
        assert response.is_success, f"{call}: {response.status_code} {response.text}"
        for name, place in call.get("save", {}).items():
            names[name] = picked(response.json(), place)

    response = await make(door, vendor, filled(row["call"], names))

    reply = filled(row["reply"], names)
    assert response.status_code == reply["status"], response.text
    if "body" in reply:
        got = msgspec.json.decode(response.content) if response.content else None
        assert got == reply["body"]
    if "contains" in reply:
        assert_contains(msgspec.json.decode(response.content), reply["contains"], "")
    for name, value in reply.get("headers", {}).items():
        assert response.headers[name] == value


async def make(door: Door, vendor: str, call: dict[str, Any]) -> Any:
    """Make one call of a row, with the vendor's usual credentials unless it says `auth: none`."""
    body = b""
    headers = dict(call.get("headers", {}))
    if "json" in call:
        body = msgspec.json.encode(call["json"])
        headers.setdefault("Content-Type", "application/json")
    elif "text" in call:
        body = call["text"].encode()
    elif "form" in call:
        body = b"".join(map(part, call["form"])) + b"--parity--\r\n"
        headers["Content-Type"] = "multipart/form-data; boundary=parity"
    target = call["path"] + (f"?{call['query']}" if "query" in call else "")
    if call.get("auth") != "none":
        calls = importlib.import_module(f"tests.{vendor}.calls")
        headers = calls.authorize(door, call["method"], target, body, headers)
    return await door.request(call["method"], target, content=body or None, headers=headers)


def part(row: dict[str, Any]) -> bytes:
    """One part of a multipart form."""
    content = zipped(row["zip"]) if "zip" in row else row["text"].encode()
    named = f'; filename="{row["file"]}"' if "file" in row else ""
    return (
        f'--parity\r\nContent-Disposition: form-data; name="{row["name"]}"{named}\r\n\r\n'.encode() + content + b"\r\n"
    )


def zipped(names: list[str]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "<svg/>")
    return packed.getvalue()


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        whole = re.fullmatch(r"<(\w+)>", value)
        if whole and whole[1] in names:
            return names[whole[1]]
        return re.sub(r"<(\w+)>", lambda m: str(names.get(m[1], m[0])), value)
    if isinstance(value, dict) and value.keys() == {"repeat", "times"}:
        return value["repeat"] * value["times"]
    if isinstance(value, dict):
        return {filled(key, names): filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for row in value for item in numbered(row)]
    return value


def numbered(row: Any) -> list[Any]:
    """An item of a list, or the many items it stands for."""
    if not isinstance(row, dict) or row.keys() != {"numbered", "times"}:
        return [row]
    return [filled(row["numbered"], {"n": str(number)}) for number in range(row["times"])]


def picked(value: Any, place: str) -> Any:
    for part in place.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def assert_contains(got: Any, wanted: Any, place: str) -> None:
    if isinstance(wanted, dict):
        assert isinstance(got, dict), f"{place}: {got!r} is no object"
        for key, item in wanted.items():
            assert key in got, f"{place}/{key} is absent from {got!r}"
            assert_contains(got[key], item, f"{place}/{key}")
    else:
        assert got == wanted, place
