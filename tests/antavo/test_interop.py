"""A public Escher implementation, configured for Antavo, is understood over a real socket."""

from __future__ import annotations

import json

import httpx
from escherauth import Escher

from stampcard.blocking import LiveWorld
from stampcard.core.clock import FROZEN_START


def send(live: LiveWorld, method: str, path: str, body: str = "", secret: str = "") -> httpx.Response:
    """A call signed by escherauth as its users configure it for Antavo."""
    door = live["antavo"]
    options = {
        "algo_prefix": "ANTAVO",
        "vendor_key": "Antavo",
        "auth_header_name": "Authorization",
        "date_header_name": "Date",
        "current_time": FROZEN_START,
    }
    escher = Escher(door["api_key"], secret or door["api_secret"], f"{door['stack']}/api/antavo_request", options)
    host = door["url"].removeprefix("http://")
    request = {
        "method": method,
        "url": path,
        "host": host,
        "headers": [["Content-Type", "application/json"]],
        "body": body,
    }
    signed = escher.sign_request(request, ["Content-Type"])
    headers = {name: value for name, value in signed["headers"] if name != "Host"}
    return httpx.request(method, door["url"] + path, content=body or None, headers=headers, trust_env=False)


def test_escherauth_signs_an_event_and_a_search(live_world: LiveWorld) -> None:
    body = json.dumps({"customer": "ann", "action": "opt_in", "data": {"first_name": "Änn"}}, ensure_ascii=False)

    enrolled = send(live_world, "POST", "/events", body)
    read = send(live_world, "GET", "/customers/ann/transactions?limit=50&id=T%2C1")

    assert (enrolled.status_code, enrolled.json()["first_name"]) == (200, "Änn")
    assert (read.status_code, read.json()) == (200, {"data": []})


def test_escherauth_with_a_wrong_secret_is_refused(live_world: LiveWorld) -> None:
    response = send(live_world, "GET", "/customers/ann", secret="another-secret")

    assert (response.status_code, response.json()["error"]["message"]) == (401, "The signatures do not match")
