"""Whether a server is stampcard's own, so that nobody's account is at stake. An address alone tells nothing of the
kind: behind a port of this machine there may be a tunnel, a proxy, or `stampcard record` with a vendor behind it.
"""

from __future__ import annotations

from typing import Any

import httpx

from stampcard.core.clock import wall_now
from stampcard.core.http import OUTSIDE

MARK = "/stampcard-is-this-you"
"""A path no vendor has."""

TIMEOUT = 5.0


def is_ours(vendor: str, url: str, line: Any) -> bool:
    """Send a marked request to `url`, without credentials, and look for it in the journal of the ready line's control.

    Only an emulator whose control API can be asked is ours: the mark must have arrived there, as a call to `vendor`,
    straight from a client. Nothing is sent to `url` unless `line` is a whole ready line and its control API answers.
    """
    control = line.get("control") if isinstance(line, dict) else None
    if not isinstance(control, dict) or not isinstance(control.get("url"), str):
        return False
    mark = f"{MARK}/{wall_now().timestamp():.6f}"
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=False) as http:
            health = http.get(f"{control['url']}/_stampcard/health").json()
            if not isinstance(health, dict) or health.get("status") != "ok":
                return False
            http.get(url.rstrip("/") + mark)
            journal = f"{control['url']}/_stampcard/worlds/lobby/journal"
            entries = http.get(journal, params={"vendor": vendor}).json()["entries"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return False
    return any(entry["request"]["url"].endswith(mark) and entry["caller"] == OUTSIDE for entry in entries)
