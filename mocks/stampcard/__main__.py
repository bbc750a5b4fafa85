"""The command line: up, play, coverage, sign, schema. Each command imports what it needs and no more."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from stampcard.core.errors import StampcardError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it did what it says, 1 when an expectation failed, 2 when it could not begin."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        return status
    except (StampcardError, OSError) as error:
        print(f"stampcard: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stampcard", description="Fake Braze, Punchh, Voucherify and Antavo servers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="serve until Ctrl-C")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    up.add_argument("--port", type=int, default=8100, help="control's port; vendors on +1 to +4; 0 takes free ones")
    up.add_argument("--setup", action="append", default=[], metavar="FILE", help="setup document to apply")
    up.add_argument("--frozen", action="store_true", help="clocks stand until they are moved")
    up.add_argument("--journal", type=int, default=10_000, metavar="N", help="journal entries a world keeps")
    up.add_argument("--json", action="store_true", help="one JSON line once ready, nothing else")
    up.set_defaults(run=_up)

    play = commands.add_parser("play", help="play stories and print their timelines")
    play.add_argument("names", nargs="*", metavar="NAME", help="a story of scenarios/, or the path of a file")
    play.add_argument("--all", action="store_true", help="every story of scenarios/")
    play.add_argument("--live", action="store_true", help="over real sockets, against servers started for it")
    play.add_argument("--control", metavar="URL", help="against a server that runs already")
    play.add_argument("--pace", type=float, default=0.0, metavar="S", help="seconds to wait before each step")
    play.set_defaults(run=_play)

    coverage = commands.add_parser("coverage", help="what is documented and what is emulated")
    form = coverage.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--markdown", action="store_true")
    coverage.set_defaults(run=_coverage)

    sign = commands.add_parser("sign", help="print a signed call as a curl config (pipe it to `curl -K -`)")
    sign.add_argument("vendor", choices=("punchh", "antavo"))
    sign.add_argument("method")
    sign.add_argument("url")
    sign.add_argument("body", nargs="?", default="")
    sign.add_argument("--world", default="default", help="whose credentials (default %(default)s)")
    sign.set_defaults(run=_sign)

    schema = commands.add_parser("schema", help="print the JSON Schema of the setup document")
    schema.set_defaults(run=_schema)
    return parser


def _up(options: argparse.Namespace) -> int:
    from stampcard.up import serve

    return serve(options)


def _play(options: argparse.Namespace) -> int:
    from stampcard.play import Stage, play_all, story_names

    names = story_names() if options.all else options.names
    if not names:
        print(f"stampcard: name a story, or --all; there are {', '.join(story_names())}", file=sys.stderr)
        return 2
    return play_all(names, Stage(options.live, options.control, options.pace))


def _coverage(options: argparse.Namespace) -> int:
    from stampcard import coverage
    from stampcard.core import codec

    contracts = coverage.contracts()
    if options.json:
        print(codec.encode(coverage.as_json(contracts)).decode())
    else:
        print(coverage.as_markdown(contracts) if options.markdown else coverage.as_text(contracts))
    return 0


def _sign(options: argparse.Namespace) -> int:
    from stampcard.up import signed_call

    print(signed_call(options.vendor, options.method.upper(), options.url, options.body, options.world))
    return 0


def _schema(options: argparse.Namespace) -> int:
    from stampcard.core import codec, setup
    from stampcard.emulator import Emulator

    print(codec.encode(setup.schema(Emulator().vendors.values())).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
