"""Antavo: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from stampcard.antavo import (
    async_events,
    customers,
    events,
    history,
    leaderboard,
    points_preview,
    read_api,
    setup,
    transactions,
)
from stampcard.antavo.access import auth, callers
from stampcard.antavo.access import handlers as access
from stampcard.antavo.catalogue import handlers as catalogue
from stampcard.antavo.clubs import handlers as clubs
from stampcard.antavo.errors import BAD_REQUEST, NOT_FOUND, in_envelope, plain, refused
from stampcard.antavo.forms import read_form
from stampcard.antavo.integrations import braze
from stampcard.antavo.integrations import handlers as integrations
from stampcard.antavo.limits import check_rate
from stampcard.antavo.modules import handlers as modules
from stampcard.antavo.promotions import engine
from stampcard.antavo.promotions import handlers as promotions
from stampcard.antavo.state import ApiKey, Brand
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor
from stampcard.core.errors import ApiError, ContractError, SetupError, Violation
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
    handlers: ClassVar[Mapping[str, Callable[[Any], Awaitable[Reply]]]] = {
        "events_submit": events.submit,
        "events_submit_bulk": events.submit_bulk,
        "async_events_submit": async_events.submit,
        "async_events_status": async_events.status,
        "customer_get": customers.get,
        "customer_search": customers.search,
        "customer_count": customers.count,
        "customer_merge": customers.merge,
        "customer_events": history.of_customer,
        "customer_events_history_alias": history.of_customer,
        "transaction_events": history.of_transaction,
        "all_customers_events": history.of_everybody,
        "transactions_list": transactions.list_all,
        "transaction_get": transactions.get,
        "transactions_search_get": transactions.search,
        "transactions_search_post": transactions.search_by_body,
        "leaderboard": leaderboard.top,
        "points_preview": points_preview.preview,
        "read_customer_get": read_api.customer,
        "read_customers_list": read_api.customers,
        "read_customer_coupons": read_api.customer_coupons,
        "read_customer_events": read_api.customer_events,
        "read_customer_transactions": read_api.customer_transactions,
        **access.HANDLERS,
        **catalogue.HANDLERS,
        **clubs.HANDLERS,
        **integrations.HANDLERS,
        **modules.HANDLERS,
        **promotions.HANDLERS,
    }

    def __init__(self, contracts: Path | None = None) -> None:
        super().__init__(contracts)
        self._brands: dict[str, Brand] = {}

    # Tenants and their keys

    def add_tenant(self, world: World) -> Brand:
        key = ApiKey(world.secrets.alnum("antavo api key", 20), world.secrets.hex("antavo api secret", 40))
        brand = Brand(world, key)
        self._brands[key.key] = brand
        return brand

    def remove_tenant(self, world: World) -> None:
        self._brands = {name: brand for name, brand in self._brands.items() if brand.world is not world}

    def credentials(self, state: Brand) -> dict[str, str]:
        return {"stack": state.settings.stack, "api_key": state.key.key, "api_secret": state.key.secret}

    def check_setup(self, world: World, state: Brand, section: Mapping[str, Any]) -> None:
        for index, row in enumerate(section.get("auth_clients", ())):
            if self._brands.get(row["id"], state) is not state or row["id"] == state.key.key:
                raise SetupError(f"/antavo/auth_clients/{index}/id", "another credential has this id")
        secret = section.get("promotion", {}).get("jwt_secret")
        others = [brand for brand in self._brands.values() if brand is not state]
        if secret and any(brand.settings.promotion.jwt_secret == secret for brand in others):
            raise SetupError("/antavo/promotion/jwt_secret", "another workspace has this secret: its tokens name it")
        client = section.get("plugin", {}).get("client_id")
        if client and any(brand.settings.plugin.client_id == client for brand in others):
            raise SetupError("/antavo/plugin/client_id", "another workspace has this client id")
        setup.check(state, section)

    def apply_setup(self, world: World, state: Brand, section: Mapping[str, Any]) -> None:
        setup.apply(state, section)
        self._brands |= dict.fromkeys(state.clients, state)

    async def connect(self, world: World, state: Brand, section: Mapping[str, Any]) -> None:
        if "instance_url" in section.get("braze", {}):
            await braze.connect(state)

    # Who is calling

    def identify(self, request: Request) -> Caller[Brand] | None:
        return callers.find_caller(request, self._brands)

    def authenticate(self, caller: Caller[Brand] | None, request: Request, operation: Operation) -> Caller[Brand]:
        if request.oversize:
            raise self.too_large(request)
        return callers.check(caller, request, operation)

    def started(self, call: Call[Brand]) -> None:
        check_rate(call)

    # The vendor's words

    def not_emulated(self, operation: Operation) -> ApiError:
        error = super().not_emulated(operation)
        error.body |= {"reason": operation.extra["reason"]}
        return error

    def not_found(self, request: Request) -> ApiError:
        if request.host.startswith("read-api."):
            return read_api.refused(404, 404, "Not Found")
        return in_envelope(request.raw_path, plain(404, NOT_FOUND, 0, "Not Found"))

    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        error = plain(405, "MethodNotAllowedException", 0, "Method Not Allowed")
        error.headers = (("Allow", ", ".join(allowed)),)
        return in_envelope(request.raw_path, error)

    def too_large(self, request: Request) -> ApiError:
        return in_envelope(request.raw_path, plain(413, BAD_REQUEST, 0, "Payload Too Large"))

    def read_body(self, call: Call[Brand]) -> Any:
        """JSON, or a form in PHP's bracket notation (once the only format)."""
        if call.request.media_type != callers.FORM:
            return super().read_body(call)
        try:
            body = read_form(call.request.body)
        except ValueError as error:
            raise ContractError([Violation("json", (), "json", None, None, str(error))]) from error
        # A form cannot hold an empty object.
        return {"data": {}, **body} if call.operation.id == "events_submit" else body

    def invalid(self, call: Call[Brand], error: ContractError) -> ApiError:
        if call.operation.service == "read":
            return read_api.invalid(call.state)
        if call.operation.service == "promotion":
            return engine.invalid(call.operation.id, error.first)
        if call.operation.id == "points_preview" and error.first.keyword == "required":
            return plain(400, BAD_REQUEST, 0, f"Property {error.first.limit} cannot be empty")
        if call.operation.id == "auth_token":
            return auth.refused("invalid_request")
        return in_envelope(call.operation.path, _worded(call.state, call.operation, error.first))


def _worded(brand: Brand, operation: Operation, first: Violation) -> ApiError:
    """The vendor publishes a text for missing parameters only; the others are assumed."""
    code = 203401 if operation.id == "async_events_submit" else 113401
    if first.where == "json":
        return plain(400, BAD_REQUEST, 0, "Invalid JSON in request body")
    if first.keyword == "required" and first.where == "body" and first.limit is not None:
        return refused(brand.settings, code, first.limit)
    name = ".".join(map(str, first.path)) or "body"
    if first.value is None or first.value == "":
        return refused(brand.settings, code, name)
    return plain(400, BAD_REQUEST, 0, f"Invalid value for parameter '{name}'")
