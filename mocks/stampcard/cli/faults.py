"""`stampcard faults`: what goes wrong from now on in a world of a server that runs."""

from __future__ import annotations

import argparse
import json

from stampcard.cli import remote
from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser("faults", help="show or set what goes wrong in a world")
    parser.add_argument(
        "fault", nargs="*", metavar="FAULT", help='such as vendor=voucherify status=500 times=3, or "{...}"'
    )
    remote.add_world(parser)
    parser.add_argument("--clear", action="store_true", help="heal everything")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Without a fault it shows what is set; 1 when the server refuses it."""
    if options.fault or options.clear:
        response = remote.call(options, "PUT", "faults", _rows(options.fault))
    else:
        response = remote.call(options, "GET", "faults")
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
