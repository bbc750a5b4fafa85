"""`stampcard schema`: the JSON Schema of the setup document, for editors."""

from __future__ import annotations

import argparse

from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    commands.add_parser("schema", help="print the JSON Schema of the setup document").set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stampcard.core import codec, setup
    from stampcard.emulator import Emulator

    print(codec.encode(setup.schema(Emulator().vendors.values())).decode())
    return 0
