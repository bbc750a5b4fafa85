"""`stampcard check webhooks`: does a consumer take what a vendor sends, and nothing else?"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stampcard.cli.commands import Commands
from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    from stampcard.consumer.sending import Told
    from stampcard.consumer.signing import Keys
    from stampcard.core.events import Event

SECRET = "STAMPCARD_WEBHOOK_SECRET"
VENDORS = ("braze", "punchh", "voucherify", "antavo")


class CannotTell(StampcardError):
    """The check cannot begin."""


def add(commands: Commands) -> None:
    parser = commands.add_parser(
        "webhooks", help="send a consumer of webhooks every documented event, rightly and wrongly signed"
    )
    parser.add_argument("sender", choices=VENDORS, metavar="VENDOR", help="whose events: " + ", ".join(VENDORS))
    parser.add_argument("--to", required=True, metavar="URL", help="the consumer's address for this vendor's webhooks")
    parser.add_argument("--auth", metavar="MODE", help="hmac_sha256, hmac_sha1, basic, bearer, jwt, header or none")
    parser.add_argument("--secret", default="", help=f"what both sides know; basic: user:password (default ${SECRET})")
    parser.add_argument("--client", default="stampcard", help="Punchh's x-pch-key (default %(default)s)")
    parser.add_argument(
        "--hmac-uri", choices=("path", "full"), default="path", help="what Punchh signs beside the body"
    )
    parser.add_argument("--hmac-encoding", choices=("hex", "base64"), default="hex", help="of Punchh's digest")
    parser.add_argument("--header", action="append", default=[], metavar="NAME: VALUE", help="Braze: sent with each")
    parser.add_argument("--event", action="append", default=[], metavar="PATTERN", help="only these (`redemption.*`)")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="for an answer (default: the vendor's)")
    parser.add_argument("--allow-host", action="append", default=[], metavar="HOST", help="a host not on this machine")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML as well")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """1 when the consumer did not take an event, or took a forged one."""
    import asyncio

    from stampcard.consumer import rendering, sending, signing
    from stampcard.core.contract import load

    vendor, url = options.sender, options.to
    _check_url(url, options.allow_host)
    keys = signing.Keys(
        options.auth or signing.MODES[vendor][0],
        options.secret or os.environ.get(SECRET, ""),
        options.client,
        dict(_header(text) for text in options.header),
        options.hmac_uri,
        options.hmac_encoding,
    )
    signing.check(vendor, keys)
    contract = load(vendor)
    events = sending.chosen(contract, options.event)
    if not events:
        raise CannotTell(f"{vendor} has no event {' or '.join(options.event)}; `stampcard coverage --json` lists them")
    _announce(vendor, keys, events, url)
    unknown = sum(len(row["names"]) for row in contract.document["undescribed"])
    if unknown and not options.event:
        print(f"{unknown} more are published by name only: they have no body to be sent.", file=sys.stderr)
    found = asyncio.run(_told(vendor, keys, url, events, options.timeout))
    sys.stdout.write(rendering.as_text(found, sending.manners(keys)))
    if options.junit is not None:
        options.junit.write_text(rendering.as_junit(found, f"stampcard check webhooks {vendor}"), encoding="utf-8")
    return int(any(told.failed for told in found))


def _announce(vendor: str, keys: Keys, events: list[Event], url: str) -> None:
    """Say what goes where before it goes."""
    from stampcard.consumer.sending import manners
    from stampcard.consumer.signing import FORGERIES

    ways = manners(keys)
    print(
        f"{len(events)} events of {vendor} to {url}, signed by {keys.mode}, each {len(ways)} times "
        f"({', '.join(ways)}): {len(events) * len(ways) + (vendor == 'punchh')} calls",
        file=sys.stderr,
    )
    if not FORGERIES[keys.mode]:
        print("Nothing signs these: whether forged ones are refused is not checked.", file=sys.stderr)


async def _told(vendor: str, keys: Keys, url: str, events: list[Event], timeout: float | None) -> list[Told]:
    from stampcard.consumer.sending import Sender
    from stampcard.core.clock import wall_now

    now = wall_now()
    first = int(now.timestamp() * 1000)
    async with Sender(vendor, keys, url, now=wall_now, timeout=timeout) as sender:
        found = await sender.ping()
        for number, event in enumerate(events, first):
            found.append(await sender.tell(event, number))
    return found


def _check_url(url: str, allowed: list[str]) -> None:
    from stampcard.core.wire import is_loopback

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        good = parts.scheme in ("http", "https") and bool(host) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise CannotTell(f"--to {url}: not an http or https URL")
    if not is_loopback(host) and host not in allowed:
        raise CannotTell(f"{host} is not on this machine; nothing was sent (ask for it: --allow-host {host})")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip().isascii() or not value.strip().isascii() or not name.strip():
        raise CannotTell(f"--header {text!r}: write 'Name: value'")
    return name.strip(), value.strip()
