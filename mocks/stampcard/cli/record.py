"""`stampcard record`: pass calls on to a vendor's own server, check them, and keep them without secrets."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stampcard.cli.commands import Commands
from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    from stampcard.record.forwarding import Upstream
    from stampcard.record.recorder import Recorder

VENDORS = ("braze", "punchh", "voucherify", "antavo")


class CannotRecord(StampcardError):
    """The recording cannot begin."""


def add(commands: Commands) -> None:
    parser = commands.add_parser("record", help="pass calls on to a vendor, check both directions, write a masked HAR")
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("--upstream", required=True, metavar="URL", help="the vendor's base URL")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="the HAR file; it must not be there yet"
    )
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--timeout", type=float, default=30.0, metavar="SECONDS", help="of silence (default %(default)s)"
    )
    parser.add_argument("--mask", action="append", default=[], metavar="NAME", help="a further member that is a secret")
    parser.add_argument(
        "--pseudonyms", metavar="KEY", help="the same key makes the same pseudonyms (default: a new one)"
    )
    parser.add_argument("--cases", type=Path, metavar="FILE", help="at the end, also write parity cases")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """1 when a call could not be written."""
    from stampcard.core.chance import unguessable
    from stampcard.core.contract import load
    from stampcard.record.forwarding import Upstream
    from stampcard.record.har import HarWriter
    from stampcard.record.masking import Masker
    from stampcard.record.recorder import Recorder

    parts = urlsplit(options.upstream)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise CannotRecord(f"--upstream {options.upstream}: not a base URL such as https://api.voucherify.io")
    if options.timeout <= 0:
        raise CannotRecord(f"--timeout {options.timeout:g}: more than 0 seconds")
    try:
        har = HarWriter(options.out, options.vendor)
    except FileExistsError:
        raise CannotRecord(f"{options.out} is there already; nothing was recorded") from None
    masker = Masker(options.pseudonyms or unguessable(), options.mask)
    recorder = Recorder(load(options.vendor), masker, har, lambda line: print(line, flush=True))
    try:
        asyncio.run(_served(Upstream(options.upstream, options.timeout), recorder, options))
    finally:
        har.close()
    print(recorder.summary())
    if options.cases is not None:
        _write_cases(options)
    return int(recorder.unwritten > 0)


async def _served(upstream: Upstream, recorder: Recorder, options: argparse.Namespace) -> None:
    from stampcard.core.clock import wall_now
    from stampcard.record.forwarding import Forwarder
    from stampcard.record.serving import serving

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    own: list[str] = []
    forwarder = Forwarder(upstream, recorder.note, wall_now, lambda: own[0])
    async with serving(forwarder, options.port) as port:
        own.append(f"127.0.0.1:{port}")
        print(
            f"http://127.0.0.1:{port} passes every call on to {upstream.url} and writes {options.out}; Ctrl-C ends it."
        )
        print(
            "Secrets and people become pseudonyms; name members of your own that hold either: --mask NAME.", flush=True
        )
        await stop.wait()
    await forwarder.close()


def _write_cases(options: argparse.Namespace) -> None:
    from stampcard.cli.report import write_cases

    write_cases(options.out, options.cases, {urlsplit(options.upstream).netloc: options.vendor})
