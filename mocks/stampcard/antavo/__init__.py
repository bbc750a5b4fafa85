"""Antavo: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from stampcard.antavo import (
    access,
    activities,
    async_events,
    auth,
    bids,
    braze,
    bulk,
    challenges,
    club_expiry,
    club_members,
    clubs,
    content,
    contests,
    coupon_pools,
    coupons,
    customer_lists,
    customers,
    entities,
    events,
    explorations,
    history,
    integrations,
    leaderboard,
    legacy_rewards,
    logins,
    offers,
    plugin,
    points_preview,
    prize_wheels,
    profiling,
    promotions,
    quizzes,
    read_api,
    rewards,
    setup,
    transactions,
    wallet,
)
from stampcard.antavo.errors import BAD_REQUEST, NOT_FOUND, in_envelope, plain, refused
from stampcard.antavo.forms import read_form
from stampcard.antavo.limits import check_rate
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
        # events
        "events_submit": events.submit,
        "events_submit_bulk": events.submit_bulk,
        "async_events_submit": async_events.submit,
        "async_events_status": async_events.status,
        "auth_token": auth.token,
        # customers
        "customer_get": customers.get,
        "customer_search": customers.search,
        "customer_count": customers.count,
        "customer_merge": customers.merge,
        # history
        "customer_events": history.of_customer,
        "customer_events_history_alias": history.of_customer,
        "transaction_events": history.of_transaction,
        "all_customers_events": history.of_everybody,
        # transactions
        "transactions_list": transactions.list_all,
        "transaction_get": transactions.get,
        "transactions_search_get": transactions.search,
        "transactions_search_post": transactions.search_by_body,
        # rewards
        "rewards_available_list": rewards.available,
        "reward_available_get": rewards.get,
        "rewards_claimed_list": rewards.claimed,
        "reward_claim": rewards.claim,
        "reward_revoke": rewards.revoke,
        # coupons
        "customer_coupons": coupons.of_customer,
        "coupons_search": coupons.search,
        # entities
        "entities_list": entities.list_all,
        "entities_get": entities.get,
        "entities_create": entities.create,
        "entities_create_with_id": entities.create_with_id,
        "entities_update": entities.update,
        "entities_archive": entities.archive,
        "entities_bulk": entities.bulk,
        "reward_entities_list": entities.list_rewards,
        "reward_entities_get": entities.get_reward,
        "reward_entities_create": entities.create_reward,
        "reward_entities_update": entities.update_reward,
        "reward_entities_archive": entities.archive_reward,
        "customer_lists_list": customer_lists.list_all,
        "customer_lists_create": customer_lists.create,
        "customer_lists_get": customer_lists.get,
        "customer_lists_update": customer_lists.update,
        "customer_lists_archive": customer_lists.archive,
        # challenges
        "challenges_available_v1": challenges.available,
        "challenges_completed_v1": challenges.completed,
        "challenges_available_v2": challenges.available_v2,
        "challenges_completed_v2": challenges.completed_v2,
        # activities
        "activities_list": activities.list_all,
        "activities_earn": activities.earn,
        "activities_spend": activities.spend,
        "leaderboard": leaderboard.top,
        "points_preview": points_preview.preview,
        "rewards_legacy_list": legacy_rewards.list_all,
        "rewards_legacy_get": legacy_rewards.get,
        "rewards_legacy_claim": legacy_rewards.claim,
        "segment_webhook": integrations.segment,
        # Read API
        "read_customer_get": read_api.customer,
        "read_customers_list": read_api.customers,
        "read_customer_coupons": read_api.customer_coupons,
        "read_customer_events": read_api.customer_events,
        "read_customer_transactions": read_api.customer_transactions,
        # offers
        "offers_available": offers.available,
        "offer_claim": offers.claim,
        "offers_for_cart": offers.for_cart,
        # logins
        "customer_optin_credentials": logins.opt_in,
        "customer_login": logins.login,
        "customer_verify": logins.verify,
        "customer_password_request": logins.request_reset,
        "customer_password_reset": logins.reset,
        # clubs
        "club_templates": clubs.templates,
        "clubs_list": clubs.list_all,
        "club_create": clubs.create,
        "club_get": clubs.get,
        "club_history": clubs.history,
        "club_update": clubs.rename,
        "club_disband": clubs.disband,
        "club_point_expiry": club_expiry.point_expiry,
        "club_points_adjust": clubs.adjust,
        "club_points_donate": clubs.donate,
        "club_members": club_members.list_all,
        "club_member_get": club_members.get,
        "club_join_public": club_members.join_public,
        "club_invite": club_members.invite,
        "club_join_private": club_members.join_private,
        "club_applicant_accept": club_members.accept_applicant,
        "club_applicant_refuse": club_members.refuse_applicant,
        "club_applicant_ban": club_members.ban,
        "club_member_ban": club_members.ban,
        "club_member_unban": club_members.unban,
        "club_member_remove": club_members.remove,
        "club_owner_assign": club_members.assign_owner,
        # content
        "faq_list": content.faq,
        "share_intent": content.share_intent,
        # gamification modules
        "contests_list": contests.list_all,
        "contest_enter": contests.enter,
        "quizzes_list": quizzes.list_all,
        "quiz_get": quizzes.get,
        "quiz_answer": quizzes.answer,
        "profiling_flows": profiling.flows,
        "profiling_next": profiling.next_question,
        "profiling_answer": profiling.answer,
        "customer_data_extension": profiling.data_extension,
        "content_consumption_list": explorations.contents,
        "treasure_hunt_list": explorations.treasures,
        "prize_wheels_list": prize_wheels.list_all,
        "prize_wheel_get": prize_wheels.get,
        "prize_wheel_spin": prize_wheels.spin,
        "reward_bid": bids.bid,
        "wallet_passes": wallet.passes,
        # promotion engine
        "promotions_list": promotions.list_all,
        "promotion_get": promotions.get,
        "promotion_status": promotions.set_status,
        "promotion_cart": promotions.simulate,
        "promotion_cart_finalize": promotions.finalize,
        # plugin
        "oauth_authorize": plugin.authorize,
        "oauth_access_token": plugin.access_token,
        "plugin_connect": plugin.connect,
        "plugin_settings_save": plugin.save,
        "plugin_settings_get": plugin.get,
        # coupon pools
        "coupon_pool_create": coupon_pools.create,
        "coupon_pool_update": coupon_pools.update,
        # bulk operations
        "bulk_list_add": bulk.list_add,
        "bulk_list_remove": bulk.list_remove,
        "bulk_list_status": bulk.list_status,
        "bulk_list_errors": bulk.list_errors,
        "bulk_coupons": bulk.coupons_change,
        "bulk_coupons_status": bulk.coupons_status,
        "bulk_coupons_errors": bulk.coupons_errors,
        "bulk_reward_claim": bulk.reward_claim,
        "bulk_reward_claim_status": bulk.reward_claim_status,
        "bulk_reward_claim_errors": bulk.reward_claim_errors,
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
        return access.find_caller(request, self._brands)

    def authenticate(self, caller: Caller[Brand] | None, request: Request, operation: Operation) -> Caller[Brand]:
        if request.oversize:
            raise self.too_large(request)
        return access.check(caller, request, operation)

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
        if call.request.media_type != access.FORM:
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
            return promotions.invalid(call.operation.id, error.first)
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
