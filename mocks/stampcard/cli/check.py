"""`stampcard check`: does a server keep its vendor's contract?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stampcard.cli import check_webhooks
from stampcard.cli.commands import Commands
from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    from stampcard.check.session import Plan, Task

VENDORS = ("braze", "punchh", "voucherify", "antavo")


class CannotCheck(StampcardError):
    """The check cannot begin."""


def add(commands: Commands) -> None:
    """A subcommand per vendor, and beside them what is checked otherwise."""
    parser = commands.add_parser("check", help="drive a server with valid and invalid calls of its vendor's contract")
    subjects = parser.add_subparsers(required=True, metavar="VENDOR | webhooks", dest="vendor")
    for vendor in VENDORS:
        add_options(subjects.add_parser(vendor, help=f"check a server of {vendor.capitalize()}'s contract"))
    check_webhooks.add(subjects)


def add_options(parser: argparse.ArgumentParser) -> None:
    where = parser.add_argument_group("where (default: a fresh world of this process)")
    where.add_argument("--url", help="a server's URL for this vendor (default with --credentials: the one in there)")
    where.add_argument(
        "--credentials", type=Path, metavar="FILE", help="its credentials: the ready line of `up --json`, or a section"
    )
    where.add_argument("--control", metavar="URL", help="a running stampcard: worlds are made there and removed again")
    where.add_argument("--allow-writes", action="store_true", help="more than GET, on a server that is not ours")
    where.add_argument("--rate", type=positive, metavar="N", help="calls a second at most (2 where it is not ours)")
    where.add_argument("--timeout", type=positive, metavar="S", default=10.0, help="seconds an answer may take (10)")
    what = parser.add_argument_group("what")
    what.add_argument("--group", help="operations of this group only, as in `stampcard coverage`")
    what.add_argument("--seed", type=int, default=0, help="of the random cases (default %(default)s)")
    what.add_argument("--max-examples", type=int, default=20, metavar="N", help="random cases an operation (20)")
    what.add_argument("--max-calls", type=int, metavar="N", help="calls for boundary values, an operation (0: none)")
    what.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default %(default)s)")
    what.add_argument("--dry-run", action="store_true", help="say what would be called, and call nothing")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML as well")
    parser.set_defaults(run=run)


def positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def run(options: argparse.Namespace) -> int:
    """1 when an operation broke its contract."""
    try:
        import schemathesis  # noqa: F401
    except ImportError:
        raise CannotCheck("checking needs schemathesis: pip install 'stampcard[check]'") from None
    from stampcard.check import rendering, session

    plan = _plan(options)
    todo = session.tasks(plan)
    if not todo:
        raise CannotCheck(f"{options.vendor} has no emulated operation in group {options.group!r}")
    _announce(plan, todo, options)
    if options.dry_run:
        return 0
    plan = _prepared(plan)
    found = list(rendering.followed(session.run(plan, todo, options.workers), len(todo), sys.stderr))
    sys.stdout.write(rendering.as_text(found))
    if options.junit is not None:
        options.junit.write_text(rendering.as_junit(found, f"stampcard check {options.vendor}"), encoding="utf-8")
    return int(any(checked.broken for checked in found))


def _plan(options: argparse.Namespace) -> Plan:
    from stampcard.check.pace import FOREIGN_RATE
    from stampcard.check.session import Plan

    facts: dict[str, str] | None = None
    ours = True
    if options.url is not None or options.credentials is not None:
        if options.control is not None:
            raise CannotCheck("--control makes worlds of its own: leave out --url and --credentials")
        line = _credentials(options)
        facts = _section(options, line)
        ours = _is_ours(options.vendor, facts["url"], line)
    rate = options.rate or (None if ours else FOREIGN_RATE)
    return Plan(
        vendor=options.vendor,
        group=options.group,
        seed=options.seed,
        examples=options.max_examples,
        max_calls=options.max_calls,
        writes=ours or options.allow_writes,
        facts=tuple(sorted(facts.items())) if facts is not None else None,
        control=options.control,
        rate=rate / max(1, options.workers) if rate else None,
        timeout=options.timeout,
    )


def _announce(plan: Plan, todo: list[Task], options: argparse.Namespace) -> None:
    """Say what will be called, and where, before anything is."""
    from stampcard.check import session

    labels = session.load(plan).labels()
    chains = sum(kind != "operation" for kind, _ in todo)
    where = plan.control or dict(plan.facts or ()).get("url") or "a fresh world"
    what = "all operations" if plan.writes else "GET only (--allow-writes for the rest)"
    pace = f", at most {plan.rate * max(1, options.workers):g} calls a second" if plan.rate else ""
    print(
        f"{len(labels)} operations and {chains} chains of {plan.vendor} against {where}: {what}{pace}", file=sys.stderr
    )
    if plan.facts is not None or options.dry_run:
        print("\n".join(f"  {label}" for label in labels), file=sys.stderr, flush=True)


def _prepared(plan: Plan) -> Plan:
    """For a server that lives on: put there, once, what is needed to be found, if it may be written to."""
    from dataclasses import replace

    from stampcard.check.session import target_of
    from stampcard.check.target import NoAnswer
    from stampcard.emulator import Emulator

    if plan.facts is None or not plan.writes:
        return plan
    target = target_of(plan, Emulator())
    try:
        target.prepare()
    except NoAnswer:
        pass  # The operations will tell.
    finally:
        target.close()
    return replace(plan, facts=tuple(sorted(target.facts.items())), known=tuple(sorted(target.known.items())))


def _credentials(options: argparse.Namespace) -> dict[str, Any]:
    """A ready line, or a vendor's section of one alone."""
    from stampcard.core import codec

    if options.credentials is None:
        raise CannotCheck("--url needs --credentials FILE, a JSON file such as `stampcard up --json` prints")
    try:
        document = codec.decode(options.credentials.read_bytes())
    except codec.BadJson as error:
        raise CannotCheck(f"{options.credentials}: not JSON: {error}") from error
    if not isinstance(document, dict):
        raise CannotCheck(f"{options.credentials}: no credentials of {options.vendor}")
    return document


def _section(options: argparse.Namespace, line: dict[str, Any]) -> dict[str, str]:
    section = line.get(options.vendor, line)
    if not isinstance(section, dict) or not all(isinstance(value, str) for value in section.values()):
        raise CannotCheck(f"{options.credentials}: no credentials of {options.vendor}")
    url = options.url or section.get("url", "")
    if not url.startswith(("http://", "https://")):
        raise CannotCheck(f"{url or options.credentials}: no http or https URL to call")
    return {**section, "url": url.rstrip("/")}


def _is_ours(vendor: str, url: str, line: dict[str, Any]) -> bool:
    from stampcard.check.ours import is_ours

    return is_ours(vendor, url, line)
