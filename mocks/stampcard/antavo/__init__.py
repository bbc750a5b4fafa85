"""Antavo: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from stampcard.antavo.state import Brand
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor
from stampcard.core.errors import ApiError, ContractError
from stampcard.core.http import Request
from stampcard.core.world import World


class Antavo(Vendor[Brand]):
    """The Antavo API."""

    name = "antavo"
    hosts: ClassVar[Mapping[str, str]] = {
        "api.antavo.com": "api",
        "api.*.antavo.com": "api",
        "read-api.*.antavo.com": "read",
        "promotion.*.antavo.com": "promotion",
    }
    public_host = "api.st2.antavo.com"
    handlers: ClassVar[Mapping[str, Callable[[Any], Awaitable[Reply]]]] = {}

    def add_tenant(self, world: World) -> Brand:
        return Brand(world)

    def remove_tenant(self, world: World) -> None:
        pass

    def credentials(self, state: Brand) -> dict[str, str]:
        return {}

    def identify(self, request: Request) -> Caller[Brand] | None:
        return None

    def authenticate(self, caller: Caller[Brand] | None, request: Request, operation: Operation) -> Caller[Brand]:
        raise ApiError(401, {"message": "Unauthorized"})

    def not_found(self, request: Request) -> ApiError:
        return ApiError(404, {"message": "Not Found"})

    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        return ApiError(405, {"message": "Method Not Allowed"}, [("Allow", ", ".join(allowed))])

    def too_large(self, request: Request) -> ApiError:
        return ApiError(413, {"message": "Payload Too Large"})

    def invalid(self, call: Call[Brand], error: ContractError) -> ApiError:
        return ApiError(400, {"message": error.first.message})
