"""Voucherify: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from stampcard.core import codec
from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor
from stampcard.core.errors import ApiError, ContractError, Violation
from stampcard.core.http import Request
from stampcard.core.world import World
from stampcard.voucherify import client_side, errors, forms, setup
from stampcard.voucherify.campaigns import handlers as campaigns
from stampcard.voucherify.customers import handlers as customers
from stampcard.voucherify.customers import segments
from stampcard.voucherify.distributions import distributions as braze
from stampcard.voucherify.distributions import handlers as distributions
from stampcard.voucherify.distributions import publications
from stampcard.voucherify.events import handlers as events
from stampcard.voucherify.forms import FORM
from stampcard.voucherify.loyalty import earning_rules, program_points
from stampcard.voucherify.loyalty import handlers as loyalty
from stampcard.voucherify.management import handlers as management
from stampcard.voucherify.management import imports, keys
from stampcard.voucherify.orders import handlers as orders
from stampcard.voucherify.points import handlers as points
from stampcard.voucherify.redemptions import handlers as redemptions
from stampcard.voucherify.referrals import handlers as referrals
from stampcard.voucherify.referrals import referrals as referral_codes
from stampcard.voucherify.referrals import rewards as referral_rewards
from stampcard.voucherify.rules import handlers as rules
from stampcard.voucherify.state import Project
from stampcard.voucherify.webhooks import handlers as webhooks
from stampcard.voucherify.webhooks import webhook

JSON_TYPES = ("", "application/json", "text/json")


class Voucherify(Vendor[Project]):
    """The Voucherify API."""

    name = "voucherify"
    hosts: ClassVar[Mapping[str, str]] = {
        "api.voucherify.io": "api",
        "*.api.voucherify.io": "api",
        "download.voucherify.io": "download",
        "*.download.voucherify.io": "download",
        "braze.voucherify.io": "braze",
        "*.braze.voucherify.io": "braze",
    }
    public_host = "api.voucherify.io"
    max_body = 10 * 1024 * 1024
    handlers: ClassVar[Mapping[str, Callable[[Any], Awaitable[Reply]]]] = {
        "validate-stacked-discounts-client-side": client_side.validate,
        "redeem-stacked-discounts-client-side": client_side.redeem,
        "create-publication-client-side": client_side.publish,
        "track-custom-event-client-side": client_side.track,
        "list-promotion-tiers-client-side": client_side.browse_tiers,
        "client-create-customer": client_side.create_customer,
        "client-list-vouchers": client_side.list_vouchers,
        **campaigns.HANDLERS,
        **customers.HANDLERS,
        **distributions.HANDLERS,
        **events.HANDLERS,
        **loyalty.HANDLERS,
        **management.HANDLERS,
        **orders.HANDLERS,
        **points.HANDLERS,
        **redemptions.HANDLERS,
        **referrals.HANDLERS,
        **rules.HANDLERS,
        **webhooks.HANDLERS,
    }

    # Projects and their keys

    def __init__(self, contracts: Path | None = None) -> None:
        self._keys: keys.Keys = {}
        super().__init__(contracts)

    def add_tenant(self, world: World) -> Project:
        project = Project(world, {key.kind: key for key in keys.derived(world)}, registry=self._keys)
        project.listeners = [
            referral_codes.follow,
            referral_rewards.follow,
            segments.follow,
            earning_rules.follow,
            program_points.follow,
            braze.follow,
            webhook.follow,
        ]
        for key in project.keys.values():
            self._keys[key.id] = (world, project, key)
        return project

    def remove_tenant(self, world: World) -> None:
        for key in [key for key, found in self._keys.items() if found[0] is world]:
            del self._keys[key]

    def credentials(self, state: Project) -> dict[str, str]:
        server, client, management = (state.keys[kind] for kind in ("server", "client", "management"))
        return {
            "app_id": server.id,
            "app_token": server.token,
            "client_app_id": client.id,
            "client_token": client.token,
            "management_id": management.id,
            "management_token": management.token,
        }

    def check_setup(self, world: World, state: Project, section: Mapping[str, Any]) -> None:
        setup.check(world, state, section, self._keys)

    def apply_setup(self, world: World, state: Project, section: Mapping[str, Any]) -> None:
        setup.apply(world, state, section, self._keys)

    async def connect(self, world: World, state: Project, section: Mapping[str, Any]) -> None:
        if "braze" in section.get("integrations", {}):
            await braze.connect(state, "/voucherify/integrations/braze")

    # Who is calling

    def identify(self, request: Request) -> Caller[Project] | None:
        return keys.identify(self._keys, request)

    def authenticate(self, caller: Caller[Project] | None, request: Request, operation: Operation) -> Caller[Project]:
        found = keys.authenticate(caller, request, operation)
        if found.key.kind == "client":
            client_side.check_origin(request, found.state)
        return found

    def started(self, call: Call[Project]) -> None:
        keys.check_accept(call.request)
        keys.count_call(call.state)

    def response_headers(self, world: World, call: Call[Project] | None) -> list[tuple[str, str]]:
        if call is None:
            return []
        headers = keys.rate_headers(call.state)
        return headers + client_side.cors_of(call.request) if call.key.kind == "client" else headers

    # What it says when it refuses

    def not_found(self, request: Request) -> ApiError:
        return ApiError(404, errors.UNKNOWN_PATH)

    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        if request.method == "OPTIONS" and client_side.is_client(request):
            return client_side.preflight(request, tuple(allowed))
        return errors.wrong_method(request.method, tuple(allowed))

    def too_large(self, request: Request) -> ApiError:
        return errors.too_large(self.max_body)

    def invalid(self, call: Call[Project], error: ContractError) -> ApiError:
        return errors.off_contract(call, error)

    def read_body(self, call: Call[Project]) -> Any:
        """JSON; where the contract says `x-form`, a form too, whatever the content type calls it."""
        request = call.request
        if imports.takes_file(call.operation):
            return imports.read_file(request)
        if call.operation.body is not None and FORM in call.operation.body.media_types:
            return forms.read_only(request)
        takes_form = call.operation.extra.get("form", False)
        if request.media_type not in JSON_TYPES and not (takes_form and request.media_type == FORM):
            raise ContractError([Violation("media", (), "media", None, None, request.media_type)])
        try:
            return request.json
        except codec.BadJson as error:
            found = publications.read_body(request.body) if takes_form else None
            if found is None:
                raise ContractError([Violation("json", (), "json", None, None, str(error))]) from error
            return found
