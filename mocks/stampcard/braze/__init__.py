"""Braze: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from stampcard.braze import errors, setup
from stampcard.braze.access import handlers as access
from stampcard.braze.access import keys, limits
from stampcard.braze.catalogs import handlers as catalogs
from stampcard.braze.content import handlers as content
from stampcard.braze.content import media_library
from stampcard.braze.dashboard import buttons
from stampcard.braze.exports import handlers as exports
from stampcard.braze.exports import jobs
from stampcard.braze.messaging import handlers as messaging
from stampcard.braze.state import ApiKey, Workspace
from stampcard.braze.subscriptions import handlers as subscriptions
from stampcard.braze.tracking import handlers as tracking
from stampcard.braze.users import handlers as users
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor
from stampcard.core.errors import ApiError, ContractError, SetupError
from stampcard.core.http import Request
from stampcard.core.world import World


class Braze(Vendor[Workspace]):
    """The Braze API. One API key sees one workspace."""

    name = "braze"
    hosts: ClassVar[Mapping[str, str]] = {"rest.*.braze.com": "api", "rest.*.braze.eu": "api"}
    public_host = "rest.iad-01.braze.com"
    handlers: ClassVar[Mapping[str, Callable[[Any], Awaitable[Reply]]]] = {
        **access.HANDLERS,
        **catalogs.HANDLERS,
        **content.HANDLERS,
        **exports.HANDLERS,
        **messaging.HANDLERS,
        **subscriptions.HANDLERS,
        **tracking.HANDLERS,
        **users.HANDLERS,
    }

    buttons: ClassVar[Mapping[str, Callable[[Any, Mapping[str, Any]], Awaitable[Any]]]] = {
        "preview": buttons.preview,
        "why": buttons.why,
        "test_send": buttons.test_send,
        "engage": buttons.engage,
        "device": buttons.device,
        "sending": buttons.sending,
        "message_events": buttons.message_events,
    }

    def __init__(self, contracts: Path | None = None) -> None:
        self._callers: dict[str, Caller[Workspace]] = {}
        super().__init__(contracts)

    def add_tenant(self, world: World) -> Workspace:
        workspace = Workspace(world)
        key = ApiKey(world.secrets.uuid("braze.api_key"), "default")
        app_id = world.secrets.uuid("braze.app_id")
        workspace.keys[key.name] = key
        workspace.apps[app_id] = "Default app"
        self._register(workspace)
        return workspace

    def remove_tenant(self, world: World) -> None:
        for key in [key for key, caller in self._callers.items() if caller.world is world]:
            del self._callers[key]

    def credentials(self, state: Workspace) -> dict[str, str]:
        return {"api_key": state.keys["default"].key, "app_id": state.world.secrets.uuid("braze.app_id")}

    def _register(self, workspace: Workspace) -> None:
        """Make each of a workspace's keys name its world, and keys that were replaced name none."""
        self.remove_tenant(workspace.world)
        for key in workspace.keys.values():
            self._callers[key.key] = Caller(workspace.world, workspace, key)

    def check_setup(self, world: World, state: Workspace, section: Mapping[str, Any]) -> None:
        for index, row in enumerate(section.get("api_keys", ())):
            caller = self._callers.get(setup.key_of(state, row))
            if caller is not None and caller.world is not world:
                raise SetupError(f"/braze/api_keys/{index}/key", "another world has this key")
        setup.check(state, section)

    def apply_setup(self, world: World, state: Workspace, section: Mapping[str, Any]) -> None:
        setup.apply(state, section)
        self._register(state)

    def identify(self, request: Request) -> Caller[Workspace] | None:
        caller = self._callers.get(keys.sent_key(request))
        if caller is None and request.raw_path.startswith("/stampcard/"):
            return next((at for at in self._callers.values() if _keeps(at.state, request.raw_path)), None)
        return caller

    def authenticate(
        self, caller: Caller[Workspace] | None, request: Request, operation: Operation
    ) -> Caller[Workspace]:
        scheme = operation.extra.get("auth", "rest")
        if scheme == "url":
            if caller is None:
                raise self.not_found(request)
            return caller
        if caller is None or caller.key.scheme != scheme:
            if operation.id == "transactional_send":
                raise ApiError(401, {"message": "Error authenticating credentials"}, errors.NO_RATE_HEADERS)
            sent = keys.sent_key(request)
            raise errors.scim_error("Invalid token", 401) if scheme == "scim" else errors.invalid_key(sent)
        keys.check_allowed(caller.key, request, operation, caller.state.switches)
        return caller

    def started(self, call: Call[Workspace]) -> None:
        limits.take(call, limits.bucket_for(call))

    def response_headers(self, world: World, call: Call[Workspace] | None) -> list[tuple[str, str]]:
        limited = call.state.rate_headers.pop(call.id, []) if call is not None else []
        return [("X-Request-Id", world.chance.uuid()), *limited]

    def not_found(self, request: Request) -> ApiError:
        return errors.refused("Not Found", 404)

    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        return ApiError(405, {"message": "Method Not Allowed"}, [("Allow", ", ".join(allowed))])

    def too_large(self, request: Request) -> ApiError:
        return errors.refused("Payload Too Large", 413)

    def read_body(self, call: Call[Workspace]) -> Any:
        """No body is read as an empty object, so that a call is told what it lacks; some operations take a form."""
        if call.request.media_type == "multipart/form-data" and call.operation.extra.get("form"):
            return media_library.read_form(call.request)
        if call.request.body and "json" not in (sent := call.request.headers.get("content-type")):
            why = f"Braze asks for application/json, this is {sent or 'of no type'}; it is read all the same (assumed)"
            call.diagnose("content-type", why)
        return super().read_body(call) if call.request.body else {}

    def invalid(self, call: Call[Workspace], error: ContractError) -> ApiError:
        for violation in error.violations:
            call.diagnose("invalid", violation.message, errors.pointer(violation), "error")
        if error.first.where == "json":
            return errors.not_json()
        if call.operation.extra.get("auth") == "scim":
            return errors.scim_error("Bad Request", 400)
        return errors.off_contract(call.operation.extra.get("refusals", ()), error)


def _keeps(workspace: Workspace, path: str) -> bool:
    """Whether a path is the emulator's own address of a workspace's file: whoever knows it may fetch it."""
    return jobs.names(workspace, path) or media_library.holds(workspace, path)
