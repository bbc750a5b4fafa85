"""`stampcard check`: does a server keep its vendor's contract?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stampcard.cli.commands import Commands
from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    from stampcard.check.target import Target

VENDORS = ("braze", "punchh", "voucherify", "antavo")


class CannotCheck(StampcardError):
    """The check cannot begin."""


def add(commands: Commands) -> None:
    parser = commands.add_parser("check", help="drive a server with valid and invalid calls of its vendor's contract")
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("--url", help="a server's URL for this vendor (default: a fresh world of this process)")
    parser.add_argument(
        "--credentials", type=Path, metavar="FILE", help="its credentials: the ready line, or a section"
    )
    parser.add_argument("--allow-writes", action="store_true", help="with --url: more than GET, on a server not ours")
    parser.add_argument("--group", help="operations of this group only, as in `stampcard coverage`")
    parser.add_argument("--seed", type=int, default=0, help="of the random cases (default %(default)s)")
    parser.add_argument("--max-examples", type=int, default=20, metavar="N", help="random cases an operation")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML as well")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """1 when an operation broke its contract."""
    try:
        import schemathesis  # noqa: F401
    except ImportError:
        raise CannotCheck("checking needs schemathesis: pip install 'stampcard[check]'") from None
    from stampcard.check import rendering, running
    from stampcard.emulator import Emulator

    emulator = Emulator()
    writes = options.url is None or options.allow_writes or _is_ours(options.url)
    contract = emulator.vendors[options.vendor].contract
    operations = list(running.operations(contract, group=options.group, writes=writes))
    if not operations:
        raise CannotCheck(f"{options.vendor} has no emulated operation in group {options.group!r}")
    where = options.url or "a fresh world"
    what = "all operations" if writes else "GET only (--allow-writes for the rest)"
    print(f"{len(operations)} operations of {options.vendor} against {where}: {what}", file=sys.stderr)
    found = []
    for operation in operations:
        target = _target(options, emulator)
        try:
            found.append(running.check_operation(operation, target, examples=options.max_examples, seed=options.seed))
        finally:
            target.close()
    sys.stdout.write(rendering.as_text(found))
    if options.junit is not None:
        options.junit.write_text(rendering.as_junit(found, f"stampcard check {options.vendor}"), encoding="utf-8")
    return int(any(checked.failures for checked in found))


def _target(options: argparse.Namespace, emulator: Any) -> Target:
    from stampcard.check.target import FreshWorld, Server

    if options.url is None:
        return FreshWorld(emulator, options.vendor)
    return Server(options.vendor, {**_credentials(options), "url": options.url.rstrip("/")})


def _credentials(options: argparse.Namespace) -> dict[str, str]:
    """The vendor's section of a ready line, or a file that is that section alone."""
    from stampcard.core import codec

    if options.credentials is None:
        raise CannotCheck("--url needs --credentials FILE, a JSON file such as `stampcard up --json` prints")
    try:
        document = codec.decode(options.credentials.read_bytes())
    except codec.BadJson as error:
        raise CannotCheck(f"{options.credentials}: not JSON: {error}") from error
    section = document.get(options.vendor, document) if isinstance(document, dict) else None
    if not isinstance(section, dict) or not all(isinstance(value, str) for value in section.values()):
        raise CannotCheck(f"{options.credentials}: no credentials of {options.vendor}")
    return section


def _is_ours(url: str) -> bool:
    """On this machine: nobody else's account is at stake."""
    from urllib.parse import urlsplit

    from stampcard.core.wire import is_loopback

    return is_loopback(urlsplit(url).hostname or "")
