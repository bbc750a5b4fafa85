"""`stampcard up`: serve until told to stop, and say in the terminal how to begin."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stampcard.cli.commands import Commands
from stampcard.core import codec

DEFAULT_WORLD = "default"


def add(commands: Commands) -> None:
    parser = commands.add_parser("up", help="serve until Ctrl-C")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8100, help="control's port; vendors on +1 to +4; 0 takes free ones")
    parser.add_argument("--ssl-certfile", metavar="FILE", help="serve the vendors over HTTPS: a certificate (PEM)")
    parser.add_argument("--ssl-keyfile", metavar="FILE", help="its key, where that is in another file")
    parser.add_argument("--setup", action="append", default=[], metavar="FILE", help="setup document to apply")
    parser.add_argument("--frozen", action="store_true", help="clocks stand until they are moved")
    parser.add_argument("--journal", type=int, default=10_000, metavar="N", help="journal entries a world keeps")
    parser.add_argument("--json", action="store_true", help="one JSON line once ready, nothing else")
    parser.set_defaults(run=serve)


def serve(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM.

    Raises SetupError for a setup file that does not fit, OSError for a taken port or a certificate that is none.
    """
    # What is made until then stays: `serving` keeps it out of every collection and sets the collector to work.
    gc.disable()
    from stampcard.core import setup
    from stampcard.emulator import Emulator
    from stampcard.server import Certificate, listen, run, serving

    if options.ssl_keyfile and not options.ssl_certfile:
        raise OSError("--ssl-keyfile is of no use without --ssl-certfile")
    certificate = Certificate(options.ssl_certfile, options.ssl_keyfile) if options.ssl_certfile else None
    documents = [setup.read(Path(file)) for file in options.setup]
    emulator = Emulator(journal_size=options.journal)
    world = emulator.add_world(DEFAULT_WORLD, frozen=options.frozen)

    async def main() -> None:
        sockets = listen(emulator, options.host, options.port)
        async with serving(emulator, sockets, frozen=options.frozen, certificate=certificate):
            for document in documents:
                await emulator.set_up(world, document)
            facts = emulator.describe(world)
            print(codec.encode(facts).decode() if options.json else welcome(facts), flush=True)
            await _told_to_stop()

    run(main())
    return 0


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


def welcome(facts: Mapping[str, Any]) -> str:
    """URLs and credentials of a world, and one line per vendor to paste."""
    lines = [f"stampcard serves the world {facts['world']!r}; Ctrl-C stops it.", ""]
    for name, section in facts.items():
        if name == "world":
            continue
        lines.append(f"{name:<11} {section['url']}")
        lines += [f"{'':<11}   {key:<17} {value}" for key, value in section.items() if key != "url"]
    lines += ["", "Try it:"]
    lines += [f"  {line}" for line in first_calls(facts)]
    return "\n".join(lines)


def first_calls(facts: Mapping[str, Any]) -> list[str]:
    """One call per vendor that works when pasted; Punchh and Antavo demand signatures, which `stampcard sign` makes."""
    braze, voucherify = facts["braze"], facts["voucherify"]
    command = shlex.quote(sys.argv[0]) if sys.argv[0].endswith("stampcard") else f"{sys.executable} -m stampcard"
    person = {"email": "ada@example.com", "password": "Passw0rd!", "first_name": "Ada", "last_name": "Lovelace"}
    guest = json.dumps({"client": facts["punchh"]["client"], "user": person}, separators=(",", ":"))
    event = json.dumps({"customer": "ada", "action": "opt_in", "data": {"first_name": "Ada"}}, separators=(",", ":"))
    return [
        f"curl {braze['url']}/users/track -H 'Authorization: Bearer {braze['api_key']}' "
        f"-H 'Content-Type: application/json' "
        f"""-d '{{"attributes":[{{"external_id":"ada","first_name":"Ada"}}]}}'""",
        f"{command} sign punchh POST {facts['punchh']['url']}/api2/mobile/users '{guest}' | curl -K -",
        f"curl {voucherify['url']}/v1/customers -H 'X-App-Id: {voucherify['app_id']}' "
        f"-H 'X-App-Token: {voucherify['app_token']}' -H 'Content-Type: application/json' "
        f"""-d '{{"source_id":"ada","name":"Ada"}}'""",
        f"{command} sign antavo POST {facts['antavo']['url']}/events '{event}' | curl -K -",
    ]
