"""`stampcard contract`: export, lint and diff of the vendors' contracts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stampcard.cli.commands import Commands
from stampcard.core.severity import SEVERITIES

if TYPE_CHECKING:
    from stampcard.drift.differences import Difference


def add(commands: Commands) -> None:
    parser = commands.add_parser("contract", help="export, lint or compare a vendor's contract")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    export = verbs.add_parser("export", help="one OpenAPI 3.1 document")
    export.add_argument("vendor")
    export.add_argument("--format", choices=("openapi-json", "openapi-yaml"), default="openapi-json")
    export.set_defaults(run=_export)

    lint = verbs.add_parser("lint", help="load every contract and handler, and say what does not fit")
    lint.add_argument("--contracts", type=Path, metavar="FOLDER", help="other contracts than those that came with it")
    lint.set_defaults(run=_lint)

    diff = verbs.add_parser("diff", help="compare with a document of the vendor's")
    diff.add_argument("vendor")
    diff.add_argument("--spec", type=Path, required=True, help="OpenAPI 3.x or Postman collection, JSON or YAML")
    diff.add_argument("--fail-on", choices=SEVERITIES, default="error", help="status 1 from here (default %(default)s)")
    diff.add_argument("--show", choices=SEVERITIES, default="warning", help="print from here (default %(default)s)")
    diff.add_argument("--write", type=Path, metavar="FILE", help="keep these differences, to be measured against")
    diff.add_argument("--against", type=Path, metavar="FILE", help="only what is not in there counts and is printed")
    diff.set_defaults(run=_diff)


def _export(options: argparse.Namespace) -> int:
    from stampcard.core import contract, export

    document = export.openapi(contract.load(options.vendor))
    if options.format == "openapi-yaml":
        import yaml

        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        yaml.dump(document, sys.stdout, Dumper=dumper, sort_keys=False, allow_unicode=True)
    else:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    return 0


def _lint(options: argparse.Namespace) -> int:
    from stampcard.core.export import openapi
    from stampcard.emulator import Emulator

    for vendor in Emulator(contracts=options.contracts).vendors.values():
        openapi(vendor.contract)
        for operation in vendor.contract:
            if operation.definition:
                _ = operation.parameters, operation.replies
                if operation.body is not None:
                    operation.body.check(None)
        emulated = sum(operation.emulation != "none" for operation in vendor.contract)
        print(f"{vendor.name}: {emulated} operations fit their handlers")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from stampcard.core import codec, contract, export
    from stampcard.drift import differences as drift
    from stampcard.drift.shapes import place

    own = contract.load(options.vendor)
    listed = {place(operation.method, operation.path) for operation in own}
    known = drift.known(options.against) if options.against is not None else set()
    every = drift.differences(drift.ours_of(export.openapi(own)), drift.read(options.spec), listed)
    found = [one for one in every if drift.key(one) not in known]
    for line in _table(found, SEVERITIES.index(options.show)):
        print(line)
    counts = ", ".join(f"{sum(one.severity == s for one in found)} {s}" for s in reversed(SEVERITIES))
    gone = len(known - {drift.key(one) for one in every})
    told = f"; {len(every) - len(found)} known, {gone} gone" if options.against is not None else ""
    print(f"{options.vendor} against {options.spec.name}: {counts}{told}")
    if options.write is not None:
        options.write.write_bytes(codec.encode(sorted(drift.key(one) for one in every)))
    limit = SEVERITIES.index(options.fail_on)
    return int(any(SEVERITIES.index(one.severity) >= limit for one in found))


def _table(found: list[Difference], lowest: int) -> Iterator[str]:
    """A row per difference, the worst first; `ours` is only in our contract, `theirs` only in the document."""
    shown = [one for one in found if SEVERITIES.index(one.severity) >= lowest]
    if shown:
        yield f"{'severity':<8} {'operation':<60} {'only in':<7} what"
    for one in sorted(shown, key=lambda one: -SEVERITIES.index(one.severity)):
        yield f"{one.severity:<8} {' '.join(one.place):<60} {one.side:<7} {one.what}"
