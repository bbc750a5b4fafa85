"""Braze: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from stampcard.braze.state import Workspace
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor
from stampcard.core.errors import ApiError, ContractError
from stampcard.core.http import Request
from stampcard.core.world import World


class Braze(Vendor[Workspace]):
    """The Braze API."""

    name = "braze"
    hosts: ClassVar[Mapping[str, str]] = {"rest.*.braze.com": "api", "rest.*.braze.eu": "api"}
    public_host = "rest.iad-01.braze.com"
    handlers: ClassVar[Mapping[str, Callable[[Any], Awaitable[Reply]]]] = {}

    def add_tenant(self, world: World) -> Workspace:
        return Workspace(world)

    def remove_tenant(self, world: World) -> None:
        pass

    def credentials(self, state: Workspace) -> dict[str, str]:
        return {}

    def identify(self, request: Request) -> Caller[Workspace] | None:
        return None

    def authenticate(
        self, caller: Caller[Workspace] | None, request: Request, operation: Operation
    ) -> Caller[Workspace]:
        raise ApiError(401, {"message": "Unauthorized"})

    def not_found(self, request: Request) -> ApiError:
        return ApiError(404, {"message": "Not Found"})

    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        return ApiError(405, {"message": "Method Not Allowed"}, [("Allow", ", ".join(allowed))])

    def too_large(self, request: Request) -> ApiError:
        return ApiError(413, {"message": "Payload Too Large"})

    def invalid(self, call: Call[Workspace], error: ContractError) -> ApiError:
        return ApiError(400, {"message": error.first.message})
