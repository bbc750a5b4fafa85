"""The command line, a file per command. A command imports what it needs only when it runs."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from stampcard.cli import (
    check,
    contract,
    coverage,
    faults,
    message_events,
    play,
    record,
    report,
    schema,
    sign,
    up,
    why,
)
from stampcard.core.errors import StampcardError

COMMANDS = (up, play, coverage, check, report, record, faults, contract, schema, sign, why, message_events)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    whole = argparse.ArgumentParser(prog="stampcard", description="Fake Braze, Punchh, Voucherify and Antavo servers.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it did what it says, 1 when an expectation failed, 2 when it could not begin."""
    options = parser().parse_args(arguments)
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
