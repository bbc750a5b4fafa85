"""`stampcard contract`: export, lint and diff of the vendors' contracts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stampcard.cli.commands import Commands
from stampcard.core.severity import SEVERITIES


def add(commands: Commands) -> None:
    parser = commands.add_parser("contract", help="export, lint or compare a vendor's contract")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    export = verbs.add_parser("export", help="one OpenAPI 3.1 document")
    export.add_argument("vendor")
    export.add_argument("--format", choices=("openapi-json", "openapi-yaml"), default="openapi-json")
    export.set_defaults(run=_export)

    lint = verbs.add_parser("lint", help="load every contract and handler, and say what does not fit")
    lint.set_defaults(run=_lint)

    diff = verbs.add_parser("diff", help="compare with a document of the vendor's")
    diff.add_argument("vendor")
    diff.add_argument("--spec", type=Path, required=True, help="OpenAPI 3.x or Postman collection, JSON or YAML")
    diff.add_argument("--fail-on", choices=SEVERITIES, default="error", help="status 1 from here (default %(default)s)")
    diff.add_argument("--show", choices=SEVERITIES, default="warning", help="print from here (default %(default)s)")
    diff.set_defaults(run=_diff)


def _export(options: argparse.Namespace) -> int:
    from stampcard.core import contract, export

    document = export.openapi(contract.load(options.vendor))
    if options.format == "openapi-yaml":
        import yaml

        yaml.safe_dump(document, sys.stdout, sort_keys=False, allow_unicode=True)
    else:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    return 0


def _lint(options: argparse.Namespace) -> int:
    from stampcard.emulator import Emulator

    for vendor in Emulator().vendors.values():
        for operation in vendor.contract:
            if operation.definition:
                _ = operation.parameters, operation.replies
                if operation.body is not None:
                    operation.body.check(None)
        emulated = sum(operation.emulation != "none" for operation in vendor.contract)
        print(f"{vendor.name}: {emulated} operations fit their handlers")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from stampcard.core import contract, export
    from stampcard.drift.differences import differences, ours_of, read
    from stampcard.drift.shapes import place

    own = contract.load(options.vendor)
    listed = {place(operation.method, operation.path) for operation in own}
    found = differences(ours_of(export.openapi(own)), read(options.spec), listed)
    for severity in reversed(SEVERITIES):
        rows = [one for one in found if one.severity == severity]
        if SEVERITIES.index(severity) >= SEVERITIES.index(options.show):
            for one in rows:
                print(f"{severity:<8} {' '.join(one.place):<60} {one.side:<7} {one.what}")
    counts = ", ".join(f"{sum(one.severity == s for one in found)} {s}" for s in reversed(SEVERITIES))
    print(f"{options.vendor} against {options.spec.name}: {counts}")
    limit = SEVERITIES.index(options.fail_on)
    return int(any(SEVERITIES.index(one.severity) >= limit for one in found))
