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
from stampcard.voucherify import (
    activities,
    async_actions,
    balances,
    braze_audiences,
    campaign_vouchers,
    campaigns,
    categories,
    client_side,
    consents,
    customers,
    distributions,
    earning_rules,
    errors,
    events,
    exports,
    forms,
    handlers,
    imports,
    incentives,
    keys,
    loyalties,
    loyalty_rewards,
    orders,
    products,
    program_points,
    promotions,
    publications,
    redemptions,
    referral_rewards,
    referrals,
    reward_redemptions,
    rewards,
    rollbacks,
    segments,
    sessions,
    setup,
    skus,
    validation_rules,
    validations,
    vouchers,
    webhooks,
)
from stampcard.voucherify.forms import FORM
from stampcard.voucherify.state import Project

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
        "create-campaign": campaigns.create,
        "list-campaigns": campaigns.browse,
        "get-campaign": campaigns.read,
        "update-campaign": campaigns.update,
        "delete-campaign": campaigns.delete,
        "enable-campaign": campaigns.enable,
        "disable-campaign": campaigns.disable,
        "add-vouchers-to-campaign": campaign_vouchers.add_vouchers,
        "add-voucher-with-specific-code-to-campaign": campaign_vouchers.add_voucher,
        "list-vouchers": vouchers.browse,
        "generate-random-code": vouchers.generate,
        "create-voucher": vouchers.create,
        "get-voucher": vouchers.read,
        "update-voucher": vouchers.update,
        "delete-voucher": vouchers.delete,
        "enable-voucher": vouchers.enable,
        "disable-voucher": vouchers.disable,
        "create-publication": publications.create,
        "create-publication-1": publications.create_by_get,
        "list-publications": publications.browse,
        "list-customers": customers.browse,
        "create-customer": customers.create,
        "get-customer": customers.read,
        "update-customer": customers.update,
        "delete-customer": customers.delete,
        "customer-permanently-deletion": customers.erase,
        "list-categories": categories.browse,
        "create-category": categories.create,
        "get-category": categories.read,
        "update-category": categories.update,
        "delete-category": categories.delete,
        "list-products": products.browse,
        "create-product": products.create,
        "get-product": products.read,
        "update-product": products.update,
        "delete-product": products.delete,
        "list-SKUs-in-product": skus.browse,
        "create-sku": skus.create,
        "get-sku": skus.read,
        "update-sku": skus.update,
        "delete-sku": skus.delete,
        "list-orders": orders.browse,
        "create-order": orders.create,
        "get-order": orders.read,
        "update-order": orders.update,
        "list-validation-rules": validation_rules.browse,
        "create-validation-rules": validation_rules.create,
        "get-validation-rule": validation_rules.read,
        "update-validation-rule": validation_rules.update,
        "delete-validation-rules": validation_rules.delete,
        "list-validation-rule-assignments": validation_rules.browse_assignments,
        "create-validation-rule-assignment": validation_rules.assign,
        "delete-validation-rule-assignment": validation_rules.unassign,
        "list-validation-rules-assignments": validation_rules.browse_all_assignments,
        "validate-stacked-discounts": validations.validate,
        "release-validation-session": sessions.delete,
        "redeem-stacked-discounts": redemptions.redeem,
        "list-redemptions": redemptions.browse,
        "get-redemption": redemptions.read,
        "get-voucher-redemptions": redemptions.of_voucher,
        "redeem-voucher": redemptions.redeem_voucher,
        "redeem-promotion": redemptions.redeem_tier,
        "rollback-redemption": rollbacks.roll_back,
        "rollback-stacked-redemptions": rollbacks.roll_back_stacked,
        "update-voucher-balance": balances.change,
        "list-voucher-transactions": balances.browse,
        "list-campaign-transactions": balances.browse_campaign,
        "list-promotion-tiers": promotions.browse,
        "list-promotion-tiers-from-campaign": promotions.browse_campaign,
        "add-promotion-tier-to-campaign": promotions.create,
        "get-promotion-tier": promotions.read,
        "update-promotion-tier": promotions.update,
        "delete-promotion-tier": promotions.delete,
        "enable-promotion-tier": promotions.enable,
        "disable-promotion-tier": promotions.disable,
        "list-async-actions": async_actions.browse,
        "get-async-action": async_actions.read,
        "list-segment": segments.browse,
        "create-segment": segments.create,
        "get-segment": segments.read,
        "delete-segment": segments.delete,
        "list-customer-segments": segments.of_customer,
        "track-custom-event": events.track,
        "list-customer-activity": activities.browse,
        "update-customer-consents": consents.update,
        "create-export": exports.create,
        "list-exports": exports.browse,
        "get-export": exports.read,
        "delete-export": exports.delete,
        "download-export": exports.download,
        "list-loyalty-programs": loyalties.browse,
        "create-loyalty-program": loyalties.create,
        "get-loyalty-program": loyalties.read,
        "update-loyalty-program": loyalties.update,
        "delete-loyalty-program": loyalties.delete,
        "list-members": loyalties.browse_members,
        "add-member": loyalties.add_member,
        "get-member-1": loyalties.read_member,
        "get-member": loyalties.read_member,
        "update-loyalty-card-balance-1": loyalties.change_balance,
        "update-loyalty-card-balance": loyalties.change_balance,
        "transfer-points": loyalties.transfer,
        "list-loyalty-campaign-transactions": loyalties.browse_campaign_transactions,
        "list-loyalty-card-transactions-1": loyalties.browse_transactions,
        "list-loyalty-card-transactions": loyalties.browse_transactions,
        "list-earning-rules": earning_rules.browse,
        "create-earning-rule": earning_rules.create,
        "get-earning-rule": earning_rules.read,
        "update-earning-rule": earning_rules.update,
        "delete-earning-rule": earning_rules.delete,
        "enable-earning-rule": earning_rules.enable,
        "disable-earning-rule": earning_rules.disable,
        "list-rewards": rewards.browse,
        "create-reward": rewards.create,
        "get-reward": rewards.read,
        "update-reward": rewards.update,
        "delete-reward": rewards.delete,
        "list-reward-assignments": rewards.browse_assignments,
        "create-reward-assignment": rewards.assign,
        "get-reward-assignment": rewards.read_assignment,
        "update-reward-assignment": rewards.update_assignment,
        "delete-reward-assignment": rewards.delete_assignment,
        "redeem-reward": reward_redemptions.redeem,
        "redeem-reward-1": reward_redemptions.redeem,
        "list-member-rewards": reward_redemptions.browse,
        "validate-stacked-discounts-client-side": client_side.validate,
        "redeem-stacked-discounts-client-side": client_side.redeem,
        "create-publication-client-side": client_side.publish,
        "track-custom-event-client-side": client_side.track,
        "list-promotion-tiers-client-side": client_side.browse_tiers,
        "client-create-customer": client_side.create_customer,
        "braze-customer-webhook": braze_audiences.change,
        "import-vouchers": imports.vouchers_from_json,
        "import-vouchers-using-csv": imports.vouchers_from_csv,
        "import-vouchers-to-campaign": imports.campaign_from_json,
        "import-vouchers-to-campaign-using-csv": imports.campaign_from_csv,
        "import-customers-using-csv": imports.customers_from_csv,
        "update-customers-in-bulk": imports.customers_in_bulk,
        "create-webhook": webhooks.create,
        "list-webhooks": webhooks.browse,
        "get-webhook": webhooks.read,
        "update-webhook": webhooks.update,
        "delete-webhook": webhooks.delete,
        "referrals-add-holders-1": referrals.add,
        "referrals-code-holders": referrals.browse,
        "referrals-remove-holder-1": referrals.remove,
        "referrals-add-holders": referrals.add,
        "referrals-code-holders-1": referrals.browse,
        "referrals-remove-holder": referrals.remove,
        "list-reward-assignments-2": loyalty_rewards.browse,
        "create-reward-assignment-1": loyalty_rewards.create,
        "get-reward-assignment-2": loyalty_rewards.read,
        "update-reward-assignment-1": loyalty_rewards.update,
        "delete-reward-assignment-1": loyalty_rewards.delete,
        **incentives.HANDLERS,
        **handlers.MORE,
    }

    # Projects and their keys

    def __init__(self, contracts: Path | None = None) -> None:
        self._keys: keys.Keys = {}
        super().__init__(contracts)

    def add_tenant(self, world: World) -> Project:
        project = Project(world, {key.kind: key for key in keys.derived(world)}, registry=self._keys)
        project.listeners = [
            referrals.follow,
            referral_rewards.follow,
            segments.follow,
            earning_rules.follow,
            program_points.follow,
            distributions.follow,
            webhooks.follow,
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
            await distributions.connect(state, "/voucherify/integrations/braze")

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
