"""What commands share that ask a world of a server that runs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    import httpx


class NoControl(StampcardError):
    """Nothing that is a control API answers at the URL."""


def add_world(parser: argparse.ArgumentParser) -> None:
    """The options that say which world of which server."""
    parser.add_argument("--control", default="http://127.0.0.1:8100", metavar="URL", help="control URL of the server")
    parser.add_argument("--world", default="default")


def call(options: argparse.Namespace, method: str, path: str, body: Any = None) -> httpx.Response:
    """A call of the world's part of the control API; its answer is JSON. Raises NoControl."""
    import httpx

    url = f"{options.control.rstrip('/')}/_stampcard/worlds/{options.world}/{path}"
    try:
        response = httpx.request(method, url, json=body, trust_env=False)
        response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NoControl(f"no control API at {options.control}: {error}") from error
    return response
