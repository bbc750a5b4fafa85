"""The command line, a file per command. A command imports what it needs only when it runs."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from stampcard.cli import check, check_webhooks, contract, coverage, faults, play, report, schema, sign, up, why
from stampcard.core.errors import StampcardError

TWO_WORDS = ("check webhooks",)
"""Commands whose name is two words; beside them, `check` alone takes the name of a vendor."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it did what it says, 1 when an expectation failed, 2 when it could not begin."""
    parser = argparse.ArgumentParser(prog="stampcard", description="Fake Braze, Punchh, Voucherify and Antavo servers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (up, play, coverage, check, check_webhooks, report, faults, contract, schema, sign, why):
        command.add(commands)
    options = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a character shows a question mark rather than end the story.
        sys.stdout.reconfigure(errors="replace")
    try:
        status: int = options.run(options)
        return status
    except BrokenPipeError:
        # Whoever read our output (`| head`) has gone; Python must not flush to it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (StampcardError, OSError) as error:
        print(f"stampcard: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _joined(arguments: Sequence[str]) -> list[str]:
    """The arguments with a name of two words made one."""
    given = list(arguments)
    return [" ".join(given[:2]), *given[2:]] if " ".join(given[:2]) in TWO_WORDS else given
