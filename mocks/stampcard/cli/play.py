"""`stampcard play`: stories and their timelines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stampcard.cli.commands import Commands
from stampcard.cli.remote import NoControl


def add(commands: Commands) -> None:
    parser = commands.add_parser("play", help="play stories and print their timelines")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a story of scenarios/, or the path of a file")
    parser.add_argument("--all", action="store_true", help="every story of scenarios/")
    parser.add_argument("--live", action="store_true", help="over real sockets, against servers started for it")
    parser.add_argument("--control", metavar="URL", help="against a server that runs already")
    parser.add_argument("--world", metavar="NAME", help="with --control: in a world that is there, and stays")
    parser.add_argument("--reuse", action="store_true", help="with --world: although it has been used")
    parser.add_argument("--pace", type=float, default=0.0, metavar="S", help="seconds to wait before each step")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="keep a storyboard: one HTML file that needs nothing else"
    )
    parser.add_argument("--mermaid", type=Path, metavar="FILE", help="keep the calls as a Mermaid sequence diagram")
    parser.add_argument("--show-secrets", action="store_true", help="keys and passwords in the storyboard, unmasked")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, other people, codes and ids")
    parser.add_argument("--locale", default="en_US", metavar="L", help="names and addresses, such as de_DE or ja_JP")
    parser.add_argument("--guests", type=int, metavar="N", help="size of a story's audience")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from httpx import TransportError

    from stampcard.play import Stage, play_all, story_names

    if options.world and not options.control:
        print("stampcard: --world goes with --control URL", file=sys.stderr)
        return 2
    if options.reuse and not options.world:
        print("stampcard: --reuse goes with --world NAME", file=sys.stderr)
        return 2
    names = story_names() if options.all else options.names
    if not names:
        print(f"stampcard: name a story, or --all; there are {', '.join(story_names())}", file=sys.stderr)
        return 2
    stage = Stage(
        live=options.live,
        control=options.control,
        pace=options.pace,
        html=options.html,
        mermaid=options.mermaid,
        guests=options.guests,
        world=options.world,
        reuse=options.reuse,
        secrets=options.show_secrets,
        seed=options.seed,
        locale=options.locale,
    )
    try:
        return play_all(names, stage)
    except TransportError as error:
        raise NoControl(f"no control API at {options.control}: {error}") from error
