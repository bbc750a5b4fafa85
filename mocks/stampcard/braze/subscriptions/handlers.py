"""Operations of this room: subscription groups, e-mail addresses, phone numbers, preference centers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.subscriptions import emails, groups, preference_centers, sms
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "subscription_status_get": groups.statuses,
    "subscription_user_status": groups.groups_of_users,
    "subscription_status_set": groups.set_status,
    "subscription_status_set_v2": groups.set_statuses,
    "users_subscription_get": groups.contacts,
    "users_subscription_delete": groups.forget_contacts,
    "email_hard_bounces": emails.hard_bounces,
    "email_unsubscribes": emails.unsubscribes,
    "email_status": emails.set_status,
    "email_bounce_remove": emails.remove_bounces,
    "email_spam_remove": emails.remove_spam,
    "email_blocklist": emails.blocklist,
    "email_blacklist": emails.blocklist,
    "sms_invalid_phone_numbers": sms.invalid_numbers,
    "sms_invalid_phone_numbers_remove": sms.remove_invalid,
    "preference_center_list": preference_centers.list_centers,
    "preference_center_get": preference_centers.get_center,
    "preference_center_user_url": preference_centers.user_url,
    "preference_center_create": preference_centers.create_center,
    "preference_center_update": preference_centers.update_center,
}
