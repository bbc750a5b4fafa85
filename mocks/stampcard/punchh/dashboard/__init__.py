"""Platform functions: what the brand's backend calls with the key of a business admin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.dashboard import (
    checkins,
    custom_segments,
    eclub,
    feedbacks,
    gifts,
    locations,
    migration_users,
    offers,
    redemptions,
    segment_members,
    users,
)

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "dashboard_custom_segments__post": custom_segments.create,
    "dashboard_custom_segments__get": custom_segments.listing,
    "dashboard_custom_segments__patch": custom_segments.update,
    "dashboard_custom_segments__delete": custom_segments.delete,
    "dashboard_custom_segments_members__post": segment_members.add,
    "dashboard_custom_segments_members__get": segment_members.search,
    "dashboard_custom_segments_members__delete": segment_members.remove,
    "dashboard_custom_segments_members_add_users__post": segment_members.add_users,
    "dashboard_custom_segments_members_bulk_add__post": segment_members.bulk_add,
    "dashboard_custom_segments_members_bulk_remove__delete": segment_members.bulk_remove,
    "dashboard_users_info__get": users.info,
    "dashboard_users__patch": users.update,
    "dashboard_users__delete": users.delete,
    "dashboard_users_ban__post": users.ban,
    "dashboard_users_ban__delete": users.lift_ban,
    "dashboard_users_deactivate__delete": users.deactivate,
    "dashboard_users_reactivate__post": users.reactivate,
    "dashboard_users_extensive_timeline__get": users.extensive_timeline,
    "dashboard_users_support__post": gifts.support,
    "dashboard_users_support_gifting__post": gifts.support_gifting,
    "dashboard_users_send_message__post": gifts.send_message,
    "dashboard_checkins__post": checkins.check_in,
    "dashboard_campaigns__post": offers.create_campaign,
    "dashboard_redeemables__get": offers.redeemables,
    "dashboard_segments__get": offers.list_segments,
    "dashboard_meta__get": offers.meta,
    "dashboard_redemptions__get": redemptions.show,
    "dashboard_redemptions__patch": redemptions.process,
    "dashboard_redemptions_force_redeem__post": redemptions.force_redeem,
    "dashboard_locations__get": locations.show,
    "dashboard_locations__post": locations.create,
    "dashboard_locations__patch": locations.update,
    "dashboard_locations__delete": locations.delete,
    "dashboard_feedbacks__post": feedbacks.create,
    "dashboard_feedbacks_feedback_id__patch": feedbacks.update,
    "dashboard_eclub_guests__post": eclub.upsert,
    "dashboard_migration_users__post": migration_users.create,
    "dashboard_migration_users_ID__patch": migration_users.update,
    "dashboard_migration_users_ID__delete": migration_users.delete,
    "dashboard_migration_users_bulk_bmu_upload__post": migration_users.upload,
}
