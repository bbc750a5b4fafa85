"""Braze: who is calling, what it answers when it refuses, and its table of handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from stampcard.braze import (
    apps,
    buttons,
    campaign_exports,
    canvas_exports,
    catalog_items,
    catalogs,
    cdi,
    content_blocks,
    custom_data,
    duplicates,
    email_templates,
    emails,
    errors,
    export_jobs,
    exports,
    keys,
    limits,
    live_activities,
    media_library,
    messages,
    news_feed,
    preference_centers,
    schedules,
    scim,
    sdk_authentication,
    segment_exports,
    series,
    setup,
    sms,
    subscriptions,
    transactional,
    translations,
    triggered,
    user_ids,
    users,
)
from stampcard.braze.canvas import api as canvas_api
from stampcard.braze.state import ApiKey, Workspace
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
        # users
        "users_track": users.track,
        "users_track_bulk": users.track_bulk,
        "users_track_sync": users.track_sync,
        # who users are
        "users_identify": user_ids.identify,
        "users_alias_new": user_ids.new_aliases,
        "users_alias_update": user_ids.update_aliases,
        "users_merge": user_ids.merge_users,
        "users_delete": user_ids.delete,
        "users_external_ids_rename": user_ids.rename_external_ids,
        "users_external_ids_remove": user_ids.remove_external_ids,
        # subscriptions
        "subscription_status_get": subscriptions.statuses,
        "subscription_user_status": subscriptions.groups_of_users,
        "subscription_status_set": subscriptions.set_status,
        "subscription_status_set_v2": subscriptions.set_statuses,
        "users_subscription_get": subscriptions.contacts,
        "users_subscription_delete": subscriptions.forget_contacts,
        "email_hard_bounces": emails.hard_bounces,
        "email_unsubscribes": emails.unsubscribes,
        "email_status": emails.set_status,
        "email_bounce_remove": emails.remove_bounces,
        "email_spam_remove": emails.remove_spam,
        "email_blocklist": emails.blocklist,
        "email_blacklist": emails.blocklist,
        "sms_invalid_phone_numbers": sms.invalid_numbers,
        "sms_invalid_phone_numbers_remove": sms.remove_invalid,
        # templates
        "templates_email_list": email_templates.list_templates,
        "templates_email_info": email_templates.template_info,
        "templates_email_create": email_templates.create_template,
        "templates_email_update": email_templates.update_template,
        "content_blocks_list": content_blocks.list_blocks,
        "content_blocks_info": content_blocks.block_info,
        "content_blocks_create": content_blocks.create_block,
        "content_blocks_update": content_blocks.update_block,
        # translations
        "campaigns_translations_get": translations.get_translations,
        "campaigns_translations_source": translations.get_source,
        "campaigns_translations_update": translations.update_translations,
        "canvas_translations_get": translations.get_translations,
        "canvas_translations_source": translations.get_source,
        "canvas_translations_update": translations.update_translations,
        "content_blocks_translations_get": translations.get_translations,
        "content_blocks_translations_update": translations.update_translations,
        "templates_translations_get": translations.get_translations,
        "templates_translations_get_legacy": translations.get_translations,
        "templates_translations_source": translations.get_source,
        "templates_translations_update": translations.update_translations,
        # catalogs
        "catalogs_list": catalogs.list_catalogs,
        "catalogs_create": catalogs.create_catalog,
        "catalogs_delete": catalogs.delete_catalog,
        "catalog_fields_create": catalogs.create_fields,
        "catalog_fields_delete": catalogs.delete_field,
        "catalog_selections_create": catalogs.create_selection,
        "catalog_selections_delete": catalogs.delete_selection,
        "catalog_items_list": catalog_items.list_items,
        "catalog_items_create_async": catalog_items.create_items,
        "catalog_items_update_async": catalog_items.update_items,
        "catalog_items_replace_async": catalog_items.replace_items,
        "catalog_items_delete_async": catalog_items.delete_items,
        "catalog_item_get": catalog_items.get_item,
        "catalog_item_create": catalog_items.create_item,
        "catalog_item_update": catalog_items.update_item,
        "catalog_item_replace": catalog_items.replace_item,
        "catalog_item_delete": catalog_items.delete_item,
        # exports
        "users_export_ids": exports.export_ids,
        "users_export_segment": export_jobs.export_segment,
        "users_export_global_control_group": export_jobs.export_control_group,
        "export_segment_cancel": export_jobs.cancel_segment,
        "stampcard_export_download": export_jobs.download,
        # custom data
        "events_get": custom_data.list_events,
        "events_list": custom_data.list_event_names,
        "custom_attributes_get": custom_data.list_attributes,
        "purchases_product_list": custom_data.list_products,
        # segments and campaigns
        "segments_list": segment_exports.list_segments,
        "segments_details": segment_exports.segment_details,
        "segments_data_series": segment_exports.segment_series,
        "campaigns_list": campaign_exports.list_campaigns,
        "campaigns_details": campaign_exports.campaign_details,
        "campaigns_data_series": campaign_exports.campaign_series,
        "sends_data_series": campaign_exports.send_series,
        "campaigns_duplicate": duplicates.duplicate_campaign,
        "canvas_list": canvas_exports.list_canvases,
        "canvas_details": canvas_exports.canvas_details,
        "canvas_data_series": canvas_exports.canvas_series,
        "canvas_data_summary": canvas_exports.canvas_summary,
        "canvas_duplicate": canvas_exports.duplicate_canvas,
        "live_activity_start": live_activities.start,
        "live_activity_update": live_activities.update,
        "feed_list": news_feed.list_cards,
        "feed_details": news_feed.no_card,
        "feed_data_series": news_feed.no_card,
        # preference centers
        "preference_center_list": preference_centers.list_centers,
        "preference_center_get": preference_centers.get_center,
        "preference_center_user_url": preference_centers.user_url,
        "preference_center_create": preference_centers.create_center,
        "preference_center_update": preference_centers.update_center,
        # administration
        "media_library_create": media_library.create,
        "stampcard_asset_download": media_library.download,
        "app_group_apps": apps.list_apps,
        "sdk_authentication_create": sdk_authentication.create_key,
        "sdk_authentication_keys": sdk_authentication.list_keys,
        "sdk_authentication_primary": sdk_authentication.set_primary,
        "sdk_authentication_delete": sdk_authentication.delete_key,
        "scim_users_search": scim.search,
        "scim_users_create": scim.create_user,
        "scim_users_get": scim.get_user,
        "scim_users_update": scim.update_user,
        "scim_users_delete": scim.delete_user,
        "cdi_integrations_list": cdi.list_integrations,
        "cdi_integration_sync": cdi.sync,
        "cdi_integration_job_status": cdi.job_status,
        # data series
        "events_data_series": series.events,
        "purchases_quantity_series": series.purchase_quantity,
        "purchases_revenue_series": series.revenue,
        "sessions_data_series": series.sessions,
        "kpi_new_users_data_series": series.new_users,
        "kpi_dau_data_series": series.daily_active,
        "kpi_mau_data_series": series.monthly_active,
        "kpi_uninstalls_data_series": series.uninstalls,
        # messaging
        "messages_send": messages.send,
        "campaigns_trigger_send": triggered.trigger,
        "transactional_send": transactional.send,
        "sends_id_create": schedules.create_send_id,
        # messaging_schedule
        "messages_schedule_create": schedules.create_messages,
        "messages_schedule_update": schedules.update_messages,
        "messages_schedule_delete": schedules.delete_messages,
        "campaigns_trigger_schedule_create": schedules.create_trigger,
        "campaigns_trigger_schedule_update": schedules.update_trigger,
        "campaigns_trigger_schedule_delete": schedules.delete_trigger,
        "canvas_trigger_send": canvas_api.trigger,
        "canvas_trigger_schedule_create": canvas_api.create_schedule,
        "canvas_trigger_schedule_update": canvas_api.update_schedule,
        "canvas_trigger_schedule_delete": canvas_api.delete_schedule,
        "messages_scheduled_broadcasts": schedules.list_broadcasts,
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
    return export_jobs.names(workspace, path) or media_library.holds(workspace, path)
