"""One of several processes that use all worlds at once; imports little, to be there soon.

Reads a JSON line (`worker`, `workers`, and the ready lines of the worlds) and prints which code each send was given.
"""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any
from urllib.parse import urlsplit

Line = dict[str, Any]


def turns(worker: int, workers: int, worlds: int) -> list[tuple[int, int]]:
    """Step and world of everything a worker does: it goes round the worlds, starting at one of its own."""
    return [(step, (step + worker * worlds // workers) % worlds) for step in range(worlds)]


def work(worker: int, workers: int, lines: list[Line]) -> list[tuple[int, str]]:
    """World and code of each send."""
    made = []
    for step, number in turns(worker, workers, len(lines)):
        line, name = lines[number], f"{lines[number]['world']}-{worker}-{step}"
        call(line, "braze", "/users/track", {"attributes": [{"external_id": name, "home": line["world"]}]})
        body = {"campaign": {"name": "Spring"}, "customer": {"source_id": name}, "source_id": f"send-{worker}-{step}"}
        made.append((number, call(line, "voucherify", "/v1/publications", body)["voucher"]["code"]))
    return made


def call(line: Line, vendor: str, path: str, body: Any = None, expected: int = 200) -> Any:
    """A call with a world's own credentials (POST with a body, else GET) and the status it must have."""
    facts = line[vendor]
    keys = (
        {"Authorization": f"Bearer {facts['api_key']}"}
        if vendor == "braze"
        else {"X-App-Id": facts["app_id"], "X-App-Token": facts["app_token"]}
    )
    connection = http.client.HTTPConnection(urlsplit(line[vendor]["url"]).netloc, timeout=60)
    headers = {"Content-Type": "application/json", **keys}
    connection.request("GET" if body is None else "POST", path, body and json.dumps(body), headers)
    response = connection.getresponse()
    raw = response.read()
    connection.close()
    assert response.status in (expected, expected + 1), raw
    assert response.getheader("X-Stampcard-World") == line["world"]
    return json.loads(raw)


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())
    print(json.dumps(work(asked["worker"], asked["workers"], asked["lines"])))
