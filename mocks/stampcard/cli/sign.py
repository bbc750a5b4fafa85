"""`stampcard sign`: a signed call as a curl config, for calls made by hand."""

from __future__ import annotations

import argparse
import json
from urllib.parse import urlsplit

from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser("sign", help="print a signed call as a curl config (pipe it to `curl -K -`)")
    parser.add_argument("vendor", choices=("punchh", "antavo"))
    parser.add_argument("method")
    parser.add_argument("url")
    parser.add_argument("body", nargs="?", default="")
    parser.add_argument("--world", default="default", help="whose credentials (default %(default)s)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    print(signed_call(options.vendor, options.method.upper(), options.url, options.body, options.world))
    return 0


def signed_call(vendor: str, method: str, url: str, body: str, world: str) -> str:
    """A call with this world's signature, as a curl config."""
    from stampcard.core.clock import wall_now
    from stampcard.emulator import Emulator

    emulator = Emulator()
    facts = emulator.describe(emulator.add_world(world))
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    raw = body.encode()
    if vendor == "punchh":
        from stampcard.punchh.signing import digest

        algorithm = "sha1" if target.startswith("/api/auth") else "sha256"
        headers = {"x-pch-digest": digest(facts["punchh"]["secret"], target, raw, algorithm)}
    else:
        from stampcard.antavo.signing import Message, authorization, long_date

        antavo, now = facts["antavo"], wall_now()
        signed = {"Date": long_date(now), "Host": parts.netloc}
        message = Message(method, target, list(signed.items()), raw)
        key = authorization(message, key=antavo["api_key"], secret=antavo["api_secret"], stack=antavo["stack"], at=now)
        headers = {**signed, "Authorization": key}
    if raw:
        headers["Content-Type"] = "application/json"
    return "\n".join(
        [
            f"url = {json.dumps(url)}",
            f"request = {method}",
            *(f"header = {json.dumps(f'{name}: {value}')}" for name, value in headers.items()),
            *([f"data-binary = {json.dumps(body, ensure_ascii=False)}"] if body else []),
        ]
    )
