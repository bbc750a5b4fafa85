"""The HTTP call behind `{% connected_content %}`: what goes on the wire, cache, unhealthy hosts, stored credentials.

Source: Braze docs, "Making a Connected Content call", "Caching responses", "Connected Content retries" and "Webhook and
Connected Content errors" (braze-inc/braze-docs).
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from stampcard.braze.engine import Cached, HostHealth
from stampcard.braze.rendering import Ask, Fetched, MessageAborted
from stampcard.braze.state import Workspace
from stampcard.core.errors import HostRefused, WireError
from stampcard.core.wire import is_loopback

TIMEOUT = 2.0
"""Seconds in which an answer must be there."""
CACHE_DEFAULT, CACHE_MIN, CACHE_MAX = 300, 300, 14_400
"""Seconds. Values outside the range are clamped (assumed)."""
MAX_RESPONSE = 1024 * 1024
KEPT_ANSWERS = 10_000

UNHEALTHY = frozenset({408, 429, 502, 503, 504, 529})
"""Answers that count towards halting a host."""
MAX_FAILURES, MAX_ERROR_RATE, WINDOW = 3_000, 0.9, 60
HALTED, NO_CONNECTION = 598, 599
"""Statuses that Braze makes itself."""


def user_agent(workspace: Workspace) -> str:
    """`Braze Sender <40 hex>`; the hex changes from day to day."""
    world = workspace.world
    return f"Braze Sender {world.secrets.hex(f'sender {world.clock.now.date()}', 40)}"


async def fetch(workspace: Workspace, ask: Ask, *, cause: int, preview: bool = False) -> Fetched:
    """Make the call, or answer from the cache. Raises MessageAborted for a deleted credential or a refused host.

    Previews have a cache of their own, and it holds POSTs too: Voucherify's partner page in the Braze docs speaks of a
    Connected Content cache of at least five minutes while testing a template whose POST asks for none, while the page
    on caching says that only GETs are cached by default; sends follow the latter.
    """
    seconds = _cache_seconds(ask, preview)
    key = (preview, ask.method, ask.url)
    now = workspace.world.clock.now
    answers = workspace.engine.answers
    if seconds is not None:
        cached = answers.get(key)
        if cached is not None and cached.until > now:
            return cached.fetched
    fetched = await _call(workspace, ask, cause)
    if seconds is not None and fetched.ok and len(fetched.text.encode()) <= MAX_RESPONSE:
        if len(answers) >= KEPT_ANSWERS:
            _forget(workspace)
        answers[key] = Cached(now + timedelta(seconds=seconds), fetched)
    return fetched


def _cache_seconds(ask: Ask, preview: bool) -> int | None:
    """How long an answer stands, or None when it does not."""
    if ask.no_cache:
        return None
    if ask.cache_max_age is not None:
        return min(max(ask.cache_max_age, CACHE_MIN), CACHE_MAX)
    return CACHE_DEFAULT if ask.method == "GET" or preview else None


def _forget(workspace: Workspace) -> None:
    """Make room: what has run out goes, and when nothing has, the oldest half."""
    now, answers = workspace.world.clock.now, workspace.engine.answers
    for key in [key for key, cached in answers.items() if cached.until <= now]:
        del answers[key]
    if len(answers) >= KEPT_ANSWERS:
        for key in list(answers)[: KEPT_ANSWERS // 2]:
            del answers[key]


async def _call(workspace: Workspace, ask: Ask, cause: int) -> Fetched:
    parts = urlsplit(ask.url)
    host = (parts.hostname or "").lower()
    fault = fault_of_url(ask.url)
    if fault:
        return Fetched(0, error=fault)
    headers = _headers(workspace, ask, host)
    if _is_halted(workspace, host):
        return Fetched(HALTED, error=f"{host}: calls are halted, the host is unhealthy")
    body = _body(ask)
    try:
        response = await workspace.world.wire.send(
            ask.method, ask.url, caller="braze", cause=cause, headers=headers, body=body, timeout=TIMEOUT
        )
    except HostRefused as error:
        raise MessageAborted("stampcard_host_refused", f"connected_content: {error}") from error
    except WireError as error:
        _note(workspace, host, 504)
        return Fetched(NO_CONNECTION, error=str(error))
    _note(workspace, host, response.status)
    return Fetched(response.status, response.body.decode("utf-8", "replace"))


def fault_of_url(url: str) -> str:
    """Why Braze cannot call a URL, or nothing. Ports other than 80 and 443 are for this machine only."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"not a URL: {url[:200]!r}"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"not an http or https URL: {url[:200]!r}"
    if any(char.isspace() or ord(char) < 32 for char in url):
        return f"a URL with a blank in it: {url[:200]!r}"
    usual = 443 if parts.scheme == "https" else 80
    if port not in (None, usual) and not is_loopback(parts.hostname):
        return f"only the ports 80 (http) and 443 (https) are open: {url[:200]!r}"
    return ""


def _headers(workspace: Workspace, ask: Ask, host: str) -> list[tuple[str, str]]:
    given = {name.lower() for name, _ in ask.headers}
    default = "application/json" if ask.method == "GET" else "application/x-www-form-urlencoded"
    own = [
        ("User-Agent", user_agent(workspace)),
        ("Content-Type", ask.content_type or default),
        ("Accept", ask.content_type or "*/*"),
    ]
    headers = [(name, value) for name, value in own if name.lower() not in given]
    headers += [(name, _clean(value)) for name, value in ask.headers]
    return headers + _credentials(workspace, ask, host)


def _clean(value: str) -> str:
    """A header value: one line, and nothing that cannot stand in one."""
    return " ".join(value.split())


def _credentials(workspace: Workspace, ask: Ask, host: str) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    if ask.basic_auth is not None:
        stored = workspace.engine.basic_auth.get(ask.basic_auth)
        if stored is None:
            raise MessageAborted("liquid_abort_message", f"connected_content: no credential called {ask.basic_auth!r}")
        text = base64.b64encode(f"{stored.username}:{stored.password}".encode()).decode()
        headers.append(("Authorization", f"Basic {text}"))
    if ask.auth_credentials is not None:
        held = workspace.engine.auth_credentials.get(ask.auth_credentials)
        if held is None:
            text = f"connected_content: no credential called {ask.auth_credentials!r}"
            raise MessageAborted("liquid_abort_message", text)
        if host != held.allowed_domain and not host.endswith(f".{held.allowed_domain}"):
            text = f"connected_content: {ask.auth_credentials!r} may be sent to {held.allowed_domain} only"
            raise MessageAborted("liquid_abort_message", text)
        headers += held.headers
    return headers


def _body(ask: Ask) -> bytes:
    """The body as sent: a form becomes a JSON object of strings when `:content_type application/json` asks for it.

    A body on a GET is sent too (assumed; the docs do not say).
    """
    text = ask.body
    if text is None:
        return b""
    if (ask.content_type or "").partition(";")[0].strip().lower() == "application/json" and _is_form(text):
        pairs = dict(parse_qsl(text, keep_blank_values=True))
        return json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return text.encode("utf-8", "surrogatepass")


def _is_form(text: str) -> bool:
    return "=" in text and text.lstrip()[:1] not in ("{", "[", '"')


def _is_halted(workspace: Workspace, host: str) -> bool:
    return not may_call(workspace, workspace.engine.hosts.get(host))


def may_call(workspace: Workspace, health: HostHealth | None) -> bool:
    """Whether a host is not halted; the first call after a halt is a probe."""
    if health is None or health.halted_until is None:
        return True
    if workspace.world.clock.now < health.halted_until:
        return False
    health.halted_until, health.probing = None, True
    return True


def _note(workspace: Workspace, host: str, status: int) -> None:
    """Count a call; over 3,000 failures and 90 % errors in a moving minute halt the host for a minute."""
    note_call(workspace, workspace.engine.hosts.setdefault(host, HostHealth()), status, MAX_ERROR_RATE)


def note_call(workspace: Workspace, health: HostHealth, status: int, max_error_rate: float) -> None:
    """Count a call to a host and halt it when too many failed."""
    now = workspace.world.clock.now
    failed = status in UNHEALTHY
    if health.probing:
        health.probing = False
        health.seconds.clear()
        if failed:
            health.halted_until = now + timedelta(seconds=WINDOW)
            return
    second = int(now.timestamp())
    calls, failures = health.seconds.get(second, (0, 0))
    health.seconds[second] = (calls + 1, failures + failed)
    if len(health.seconds) > WINDOW:
        for old in [at for at in health.seconds if at <= second - WINDOW]:
            del health.seconds[old]
    if failed:
        recent = [counts for at, counts in health.seconds.items() if at > second - WINDOW]
        all_calls, all_failures = sum(c for c, _ in recent), sum(f for _, f in recent)
        if all_failures > MAX_FAILURES and all_failures > max_error_rate * all_calls:
            health.halted_until = now + timedelta(seconds=WINDOW)
