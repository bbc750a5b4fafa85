"""`stampcard report`: the consumer contract of a client, from a world's journal or a HAR file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stampcard.cli.commands import Commands
from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    from stampcard.report.exchanges import Reader
    from stampcard.report.usage import Usage


VENDORS = ("braze", "punchh", "voucherify", "antavo")


class BadOption(StampcardError):
    """Options that do not go together, or a file that cannot be read."""


def add(commands: Commands) -> None:
    parser = commands.add_parser("report", help="which operations, fields and answers a client relies on")
    parser.add_argument("--url", metavar="CONTROL", default="http://127.0.0.1:8100", help="control URL of a server")
    parser.add_argument("--world", default="default", help="the world whose journal is read (default %(default)s)")
    parser.add_argument("--har", type=Path, metavar="FILE", help="a HAR file instead of a journal")
    parser.add_argument(
        "--host", action="append", default=[], metavar="HOST=VENDOR", help="a further host of a vendor in the HAR"
    )
    parser.add_argument("--format", choices=("markdown", "json", "junit"), default="markdown")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the report as JSON, to compare with later")
    parser.add_argument("--against", type=Path, metavar="FILE", help="fail when the use grew since that report")
    parser.add_argument("--cases", type=Path, metavar="FILE", help="with --har: write parity cases as well (YAML)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """1 when something is an error, or the use grew since `--against`."""
    from stampcard.report.findings import compared, findings
    from stampcard.report.rendering import as_json, as_junit, as_markdown

    if options.cases is not None and options.har is None:
        raise BadOption("--cases needs --har FILE: a journal masks what a case would have to say")
    usage = _usage(options)
    found = findings(usage)
    if options.against is not None:
        found = [*compared(_earlier(options.against), usage), *found]
    if options.format == "json":
        sys.stdout.write(as_json(usage))
    else:
        sys.stdout.write(as_junit(found) if options.format == "junit" else as_markdown(usage, found))
    if options.write is not None:
        options.write.write_text(as_json(usage), encoding="utf-8")
    if options.cases is not None:
        write_cases(options.har, options.cases, dict(_pair(text, VENDORS) for text in options.host))
    return int(any(finding.severity == "error" for finding in found))


def write_cases(har: Path, path: Path, hosts: Mapping[str, str]) -> None:
    """Parity cases of the calls in a HAR, a vendor after the other, as one file of rows each vendor's folder takes."""
    import yaml

    from stampcard.report.cases import cases

    by_vendor: dict[str, list[Any]] = {}
    for exchange in _reader(hosts).har(har):
        by_vendor.setdefault(exchange.vendor, []).append(exchange)
    lines = ["# Recorded, not judged: read every row, name its source, and leave out what only this account says."]
    for vendor, exchanges in by_vendor.items():
        rows = list(cases(exchanges, f"recorded on {exchanges[0].at[:10]}, {har.name}"))
        lines.append(f"# {vendor}: {len(rows)} cases of {len(exchanges)} calls; the place is tests/parity/{vendor}/")
        if rows:
            lines.append(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=110))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _reader(hosts: Mapping[str, str]) -> Reader:
    from stampcard.core import coverage
    from stampcard.emulator import Emulator
    from stampcard.report.exchanges import Reader

    patterns = {vendor.name: vendor.hosts for vendor in Emulator().vendors.values()}
    return Reader(coverage.contracts(), patterns, hosts)


def _usage(options: argparse.Namespace) -> Usage:
    from stampcard.report.usage import collect

    reader = _reader(dict(_pair(text, VENDORS) for text in options.host))
    exchanges = reader.har(options.har) if options.har else reader.journal(_entries(options.url, options.world))
    usage = collect(exchanges)
    usage.strangers = reader.strangers
    return usage


def _entries(control: str, world: str) -> Any:
    import httpx

    url = f"{control.rstrip('/')}/_stampcard/worlds/{world}/journal"
    try:
        response = httpx.get(url, trust_env=False)
    except httpx.HTTPError as error:
        raise BadOption(f"no control API at {control}: {error}") from error
    if response.is_error:
        raise BadOption(f"{url}: {response.text}")
    return response.json()["entries"]


def _earlier(path: Path) -> Usage:
    import msgspec

    from stampcard.report.usage import Usage

    try:
        return msgspec.json.decode(path.read_bytes(), type=Usage)
    except msgspec.MsgspecError as error:
        raise BadOption(f"{path}: not a report of this command: {error}") from error


def _pair(text: str, vendors: Any) -> tuple[str, str]:
    host, _, vendor = text.partition("=")
    if vendor not in vendors:
        raise BadOption(f"--host {text}: write HOST=VENDOR with one of {', '.join(vendors)}")
    return host.lower(), vendor
