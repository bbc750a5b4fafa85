"""`stampcard why`: why a user got a Braze campaign or Canvas, or did not, in a world of a server that runs."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from stampcard.cli import remote
from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser("why", help="why a user got a Braze campaign or Canvas, or did not")
    parser.add_argument("user", help="external_id")
    parser.add_argument("campaign", help="name or id of a campaign or Canvas")
    remote.add_world(parser)
    parser.add_argument("--json", action="store_true", help="the answer as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when the server knows both, whatever the answer; 1 when it refuses the question."""
    body = {"user": options.user, "campaign": options.campaign}
    response = remote.call(options, "POST", "braze/why", body)
    found: dict[str, Any] = response.json()
    if response.is_error:
        print(f"stampcard: {found.get('detail') or response.text}", file=sys.stderr)
        return 1
    print(json.dumps(found, indent=2, ensure_ascii=False) if options.json else told(found))
    return 0


def told(found: dict[str, Any]) -> str:
    """The conclusion, then each rule in Braze's order, the last stop and the newest messages."""
    lines = [f"{found['user']} and the {found['kind']} {found['campaign']!r}: {found['conclusion']}", ""]
    width = max(len(rule["rule"]) for rule in found["rules"])
    lines += [f"  {rule['verdict']:<7} {rule['rule']:<{width}}  {rule['value']}" for rule in found["rules"]]
    if found["last_stop"] is not None:
        stop = found["last_stop"]
        lines += ["", f"  last stop  {stop['at']}  {stop['rule']}: {stop['text']}"]
    for message in found["messages"]:
        why = message["reason"] or (f"due {message['due']}" if message["due"] else "")
        lines += ["", f"  message    {message['at']}  {message['channel']} {message['status']} {why}".rstrip()]
    return "\n".join(lines)
