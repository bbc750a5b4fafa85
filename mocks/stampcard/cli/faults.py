"""`stampcard faults`: what goes wrong from now on in a world of a server that runs."""

from __future__ import annotations

import argparse
import json
import sys

from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser("faults", help="show or set what goes wrong in a world")
    parser.add_argument(
        "fault", nargs="*", metavar="FAULT", help='such as vendor=voucherify status=500 times=3, or "{...}"'
    )
    parser.add_argument("--control", default="http://127.0.0.1:8100", metavar="URL", help="control URL of the server")
    parser.add_argument("--world", default="default")
    parser.add_argument("--clear", action="store_true", help="heal everything")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Without a fault it shows what is set; 1 when the server refuses it."""
    import httpx

    url = f"{options.control.rstrip('/')}/_stampcard/worlds/{options.world}/faults"
    try:
        if options.fault or options.clear:
            response = httpx.put(url, json=_rows(options.fault), trust_env=False)
        else:
            response = httpx.get(url, trust_env=False)
    except httpx.HTTPError as error:
        print(f"stampcard: no control API at {options.control}: {error}", file=sys.stderr)
        return 2
    print(response.text)
    return int(response.is_error)


def _rows(words: list[str]) -> list[dict[str, object]]:
    """`name=value` words make one fault; a word in braces is a fault of its own, as JSON."""
    rows: list[dict[str, object]] = [json.loads(word) for word in words if word.startswith("{")]
    pairs = dict(word.partition("=")[::2] for word in words if not word.startswith("{"))
    if pairs:
        rows.append({name: _value(text) for name, text in pairs.items()})
    return rows


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
