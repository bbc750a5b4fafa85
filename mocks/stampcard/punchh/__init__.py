"""Punchh: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from stampcard.core import codec
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor
from stampcard.core.errors import ApiError, ContractError, ReplyFault, SetupError, Violation
from stampcard.core.http import Request
from stampcard.core.world import World
from stampcard.punchh import access, buttons, dashboard, errors, limits, mobile, params, pos, setup, sso
from stampcard.punchh.access import Keys
from stampcard.punchh.mobile import meta as program_meta
from stampcard.punchh.state import Business, Location

HEADERS = (("x-pch-env", "sandbox"), ("Cache-Control", "no-cache, private"))


class Punchh(Vendor[Business]):
    """The Punchh API: four families (mobile, online ordering and SSO, platform functions, POS) on one host."""

    name = "punchh"
    hosts: ClassVar[Mapping[str, str]] = {"*.punchh.com": "api"}
    public_host = "sandbox.punchh.com"
    handlers: ClassVar[Mapping[str, Callable[[Any], Awaitable[Reply]]]] = {
        **mobile.HANDLERS,
        **sso.HANDLERS,
        **dashboard.HANDLERS,
        **pos.HANDLERS,
    }
    buttons: ClassVar[Mapping[str, Callable[[Any, Mapping[str, Any]], Awaitable[Any]]]] = {"why": buttons.why}

    def __init__(self, contracts: Path | None = None) -> None:
        super().__init__(contracts)
        self._keys = Keys({}, {}, {})

    # Tenants and their keys

    def add_tenant(self, world: World) -> Business:
        secrets = world.secrets
        business = Business(
            world,
            client=secrets.hex("punchh client", 60),
            secret=secrets.hex("punchh secret", 60),
            admin_key=secrets.alnum("punchh admin key", 32),
            location_key=secrets.hex("punchh location key", 32),
            business_key=secrets.hex("punchh business key", 32),
            id=1,
            uuid=secrets.uuid("punchh business"),
            slug=world.name,
            name=world.name,
        )
        number = business.next_id("locations")
        business.locations[number] = Location(
            number, "Main Street", "1", business.location_key, world.clock.now, world.clock.now
        )
        self._keys.clients[business.client] = business
        self._keys.admin_keys[business.admin_key] = business
        self._keys.location_keys[business.location_key] = business
        return business

    def remove_tenant(self, world: World) -> None:
        for keys in (self._keys.clients, self._keys.admin_keys, self._keys.location_keys):
            for key in [key for key, business in keys.items() if business.world is world]:
                del keys[key]

    def credentials(self, state: Business) -> dict[str, str]:
        names = ("client", "secret", "admin_key", "location_key", "business_key")
        return {name: getattr(state, name) for name in names}

    def check_setup(self, world: World, state: Business, section: Mapping[str, Any]) -> None:
        setup.check(state, section)
        if given := section.get("business", {}).get("program_meta"):
            told = {**program_meta.settings(state), **given}
            try:
                self.contract.operations["mobile_meta__get"].replies.check(200, told)
            except ReplyFault as error:
                raise SetupError("/punchh/business/program_meta", str(error)) from error

    def apply_setup(self, world: World, state: Business, section: Mapping[str, Any]) -> None:
        setup.apply(state, section)
        for location in state.locations.values():
            self._keys.location_keys[location.key] = state

    async def connect(self, world: World, state: Business, section: Mapping[str, Any]) -> None:
        await setup.connect(state, section)

    # Who is calling

    def identify(self, request: Request) -> Caller[Business] | None:
        business, client = self._keys.find(request)
        return Caller(business.world, business, access.Access(client=client)) if business else None

    def authenticate(self, caller: Caller[Business] | None, request: Request, operation: Operation) -> Caller[Business]:
        business, client = (caller.state, caller.key.client) if caller else self._keys.find(request)
        business, key = access.check(business, client, request, operation)
        return Caller(business.world, business, key)

    def started(self, call: Call[Business]) -> None:
        limits.check(call.state, call.operation)

    # The vendor's words

    def not_found(self, request: Request) -> ApiError:
        return errors.not_found_path()

    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        """A route is method and path on the stack below: another method is no route (assumed)."""
        return errors.not_found_path()

    def too_large(self, request: Request) -> ApiError:
        return errors.too_large()

    def invalid(self, call: Call[Business], error: ContractError) -> ApiError:
        """What has the wrong type is dropped by the stack below, and so counts as missing (assumed)."""
        first = error.first
        if first.where in ("json", "media") or (first.where == "body" and not first.path and first.keyword == "type"):
            return errors.bad_json()
        words = errors.words_for(call.operation.path)
        if first.keyword == "required":
            return words.missing(str(first.limit))
        names = [part for part in first.path if isinstance(part, str)]
        return words.missing(names[-1] if names else "params")

    def read_body(self, call: Call[Business]) -> Any:
        try:
            return params.read_body(call.request)
        except codec.BadJson as error:
            raise ContractError([Violation("json", (), "json", None, None, str(error))]) from error

    def response_headers(self, world: World, call: Call[Business] | None) -> list[tuple[str, str]]:
        number = call.id if call is not None else len(world.journal) + 1
        return [("X-Request-Id", f"{world.name}-{number:08x}"), *HEADERS]
