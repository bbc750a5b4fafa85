"""Application keys: whose project they name, what each kind may call, and how often."""

from __future__ import annotations

from base64 import b64decode

from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller
from stampcard.core.errors import ApiError
from stampcard.core.http import Request
from stampcard.core.world import World
from stampcard.voucherify import errors
from stampcard.voucherify.management import tokens
from stampcard.voucherify.settings import Key
from stampcard.voucherify.state import Project

HEADERS = {
    "server": ("x-app-id", "x-app-token"),
    "client": ("x-client-application-id", "x-client-token"),
    "management": ("x-management-id", "x-management-token"),
    "integration": ("applicationid", "secretkey"),
}
"""Headers by the first words of a path; integration keys travel like server keys."""

REGION_HOSTS = {"eu": "api.voucherify.io", "us1": "us1.api.voucherify.io", "as1": "as1.api.voucherify.io"}
WINDOWS = {"minute": 60, "hour": 3600}

AUDIENCES = {"client": "client", "braze": "integration", "management": "management"}
"""Kinds of keys by the first word of a path; all others want server keys."""

Keys = dict[str, tuple[World, Project, Key]]


def derived(world: World) -> list[Key]:
    """The keys every project has."""
    secrets = world.secrets
    return [
        Key(kind, secrets.uuid(f"voucherify {kind} id"), secrets.uuid(f"voucherify {kind} token"), kind)
        for kind in ("server", "client", "management")
    ]


def audience(path: str) -> str:
    """Which kind of key a path wants."""
    return AUDIENCES.get(path[1:].partition("/")[0], "server")


def identify(keys: Keys, request: Request) -> Caller[Project] | None:
    if is_download(request):
        return identify_download(keys, request)
    if "authorization" in request.headers and HEADERS[audience(request.raw_path)][0] not in request.headers:
        return identify_token(keys, request)
    name = HEADERS[audience(request.raw_path)][0]
    found = keys.get(request.headers.get(name))
    return Caller(*found) if found is not None else None


def is_download(request: Request) -> bool:
    return request.raw_path.startswith("/v1/exports/") and "download.voucherify.io" in request.host.lower()


def identify_download(keys: Keys, request: Request) -> Caller[Project] | None:
    """A download names its project by the export's token and nothing else."""
    wanted = request.raw_path.rpartition("/")[2]
    token = request.query.get("token", [""])[-1]
    for world, project, key in keys.values():
        export = project.exports.get(wanted)
        if export is not None and export.token is not None and export.token == token:
            return Caller(world, project, key)
    return None


def identify_token(keys: Keys, request: Request) -> Caller[Project] | None:
    """By bearer token, or by the name and secret of an OAuth service key (HTTP Basic)."""
    value = request.bearer or None
    if value is None:
        found = keys.get(basic(request)[0])
        return Caller(*found) if found is not None else None
    for world, project, _ in keys.values():
        if value in project.tokens:
            return Caller(world, project, project.tokens[value].key)
    return None


def basic(request: Request) -> tuple[str, str]:
    """Name and secret of HTTP Basic authentication; empty where there is none."""
    kind, _, value = request.headers.get("authorization").partition(" ")
    try:
        name, _, secret = b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, secret) if kind.lower() == "basic" else ("", "")


def check_pair(caller: Caller[Project], request: Request, operation: Operation) -> None:
    """Raises 401 for a wrong token or for the wrong kind of key."""
    key: Key = caller.key
    if operation.path == "/v2/oauth/token":
        if key.kind != "oauth" or basic(request) != (key.id, key.token):
            raise ApiError(401, errors.UNAUTHORIZED)
        return
    wanted = audience(operation.path)
    if request.headers.get(HEADERS[wanted][1]) != key.token:
        raise ApiError(401, errors.UNAUTHORIZED)
    if key.kind != wanted and not (wanted == "server" and key.kind == "integration"):
        raise ApiError(401, errors.UNAUTHORIZED)


def authenticate(caller: Caller[Project] | None, request: Request, operation: Operation) -> Caller[Project]:
    """Raises 401 for a wrong pair, 403 for another region's, the wrong kind of key, or a scope a token lacks."""
    if caller is None:
        raise ApiError(401, errors.UNAUTHORIZED)
    key: Key = caller.key
    if operation.service == "download":
        return caller
    token = caller.state.tokens.get(request.bearer or "")
    if token is not None and HEADERS[audience(operation.path)][0] not in request.headers:
        tokens.check(token, operation, caller.world.clock.epoch)
    else:
        check_pair(caller, request, operation)
    host = request.host.partition(":")[0].lower()
    if host.endswith("api.voucherify.io") and host != REGION_HOSTS.get(caller.state.settings.region, host):
        raise ApiError(403, errors.WRONG_REGION)
    if operation.extra.get("keys") == "integration" and key.kind != "integration":
        raise ApiError(403, errors.INTEGRATION_KEY)
    return caller


def check_accept(request: Request) -> None:
    """406 when the caller takes no JSON at all (wording assumed)."""
    accept = request.headers.get("accept")
    if accept and "*/*" not in accept and "json" not in accept and "application/*" not in accept:
        raise ApiError(406, errors.NOT_ACCEPTABLE)


def count_call(project: Project) -> None:
    """One call of the window's allowance. Raises 429 when it is used up."""
    settings = project.settings
    seconds = WINDOWS[settings.calls_window]
    project.second = int(project.world.clock.epoch)
    window = project.second // seconds * seconds
    if window != project.window_started:
        project.window_started, project.window_calls = window, 0
    if project.window_calls >= settings.calls_limit:
        wait = window + seconds - project.second
        raise ApiError(429, errors.TOO_MANY, [("Retry-After", str(wait)), ("X-Rate-Limit-Type", "api_calls")])
    project.window_calls += 1


def rate_headers(project: Project) -> list[tuple[str, str]]:
    """Limit, what is left of it, and when the next call is possible (seconds since 1970)."""
    settings = project.settings
    left = settings.calls_limit - project.window_calls
    retry = project.second if left else project.window_started + WINDOWS[settings.calls_window]
    return [
        ("X-Rate-Limit-Limit", str(settings.calls_limit)),
        ("X-Rate-Limit-Remaining", str(left)),
        ("X-Rate-Limit-Retry", str(retry)),
    ]


def check_switch(call: Call[Project], name: str) -> None:
    """Raises 403 for what the project's settings do not open to browsers (text assumed)."""
    if not call.state.settings.client_side[name]:
        details = f"Client-side {name.replace('_', ' ')} is disabled in the project settings"
        raise errors.refusal(call, 403, "forbidden", "Forbidden", details)
