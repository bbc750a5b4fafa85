"""`stampcard message-events`: Braze's message events of a world, as JSON lines in the shape of Currents."""

from __future__ import annotations

import argparse
import json
import sys

from stampcard.cli import remote
from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser("message-events", help="print Braze's message events as JSON lines")
    parser.add_argument("--type", metavar="TYPE", help="only these, such as users.messages.email.Open")
    parser.add_argument("--user", metavar="EXTERNAL_ID", help="only of this user")
    remote.add_world(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """One event a line, the oldest first; 1 when the server refuses."""
    asked = {"event_type": options.type, "user": options.user}
    body = {name: value for name, value in asked.items() if value is not None}
    response = remote.call(options, "POST", "braze/message_events", body)
    found = response.json()
    if response.is_error:
        print(f"stampcard: {found.get('detail') or response.text}", file=sys.stderr)
        return 1
    for event in found:
        print(json.dumps(event, ensure_ascii=False, separators=(",", ":")))
    return 0
