"""`stampcard play`: stories and their timelines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stampcard.cli.commands import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser("play", help="play stories and print their timelines")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a story of scenarios/, or the path of a file")
    parser.add_argument("--all", action="store_true", help="every story of scenarios/")
    parser.add_argument("--live", action="store_true", help="over real sockets, against servers started for it")
    parser.add_argument("--control", metavar="URL", help="against a server that runs already")
    parser.add_argument("--pace", type=float, default=0.0, metavar="S", help="seconds to wait before each step")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="keep a storyboard: one HTML file that needs nothing else"
    )
    parser.add_argument("--mermaid", type=Path, metavar="FILE", help="keep the calls as a Mermaid sequence diagram")
    parser.add_argument("--guests", type=int, metavar="N", help="size of a story's audience")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stampcard.play import Stage, play_all, story_names

    names = story_names() if options.all else options.names
    if not names:
        print(f"stampcard: name a story, or --all; there are {', '.join(story_names())}", file=sys.stderr)
        return 2
    return play_all(
        names, Stage(options.live, options.control, options.pace, options.html, options.mermaid, options.guests)
    )
