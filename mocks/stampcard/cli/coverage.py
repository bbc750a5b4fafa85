"""`stampcard coverage`: the table of what is documented and what is emulated."""

from __future__ import annotations

import argparse

from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser("coverage", help="what is documented and what is emulated")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--markdown", action="store_true")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stampcard.core import codec, coverage

    contracts = coverage.contracts()
    if options.json:
        print(codec.encode(coverage.as_json(contracts)).decode())
    else:
        print(coverage.as_markdown(contracts) if options.markdown else coverage.as_text(contracts))
    return 0
