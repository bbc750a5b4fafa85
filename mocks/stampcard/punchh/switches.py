"""Settings of a business: what its dashboard sets for the program, and what is not known for certain."""

from __future__ import annotations

from typing import Any

import msgspec

ID_STARTS = {
    "users": 500000001,
    "segments": 15001,
    "members": 700001,
    "campaigns": 1001,
    "rewards": 900001,
    "redeemables": 101,
    "checkins": 800001,
    "redemptions": 600001,
    "locations": 301,
    "coupons": 400001,
    "redemption_codes": 650001,
    "coupon_redemptions": 450001,
    "migration_users": 60001,
    "feedbacks": 70001,
    "favourites": 80001,
    "basket_items": 200001,
    "messages": 100001,
    "relations": 50001,
}


class Switches(msgspec.Struct):
    """Choices where Punchh's documents are silent, contradict each other or the live service; defaults as assumed."""

    signature_mode: str = "strict"
    signature_include_query: bool = True
    errors_invalid_signature_text: str = "newest"
    errors_login_style: str = "invalid_email_password"
    errors_token_style: str = "unauthorized"
    errors_external_id_text: str = "has already been taken"
    external_sources_allowed: list[str] = []
    segments_duplicate_add: str = "return_existing"
    segments_accept_unknown_email: bool = False
    segments_enforce_bulk_window: bool = False
    webhooks_timestamp_unit: str = "milliseconds"
    webhooks_hmac_uri: str = "path"
    webhooks_hmac_encoding: str = "hex"
    webhooks_retry_4xx: bool = False
    webhooks_delay_seconds: float = 0
    adapter_retry: bool = True
    adapter_keep_nulls: bool = False
    adapter_generic_notifications: bool = False
    adapter_emit_users_event: bool = False
    adapter_on_missing_external_id: str = "skip"
    campaigns_type_names: dict[str, str] = {}
    campaigns_minimum_lead_minutes: float = 15
    rate_limits_enabled: bool = False
    transport_require_user_agent: bool = False
    max_guests_per_device: int | None = None
    phone_unique: bool = False
    deletion_days: int | None = 7
    events_for_deleted_guests: bool = False
    id_starts: dict[str, int] = msgspec.field(default_factory=lambda: dict(ID_STARTS))


class Level(msgspec.Struct):
    """A membership level, reached at `points` qualification points."""

    id: int
    name: str
    points: int


class Program(msgspec.Struct):
    """How guests earn and what points become. `type` as in the published program meta."""

    type: str = "points_unlock_redeemables"
    points_conversion_type: str = "none"
    points_per_amount: float = 1.0
    conversion_threshold: int = 100
    conversion_value: float = 5.0
    conversion_redeemable_id: int | None = None
    visits_per_card: int = 10
    card_redeemable_id: int | None = None
    pending_minutes: float = 0
    pending: bool = False
    approve_receipt_images: bool = False
    receipt_update_minutes: float = 0
    receipt_age_days: int | None = None
    scan_interval_minutes: float = 0
    redemption_code_minutes: float = 120
    max_redemptions_in_transaction: int | None = None
    transfers: bool = True
    transfer_maximum: float | None = None
    transfer_receiver_limit: int | None = None
    transfer_receiver_hours: int = 24
    transfer_daily_receiving: float | None = None
    levels: list[Level] = []
    level_expiry_days: int | None = None
    rolling_expiry_days: int | None = None
    expiry_reminder_days: int | None = None
    reward_reminder_days: int | None = None


def struct_from(kind: type[Any], base: msgspec.Struct, values: dict[str, Any]) -> Any:
    """A copy of `base` with `values` put in."""
    return msgspec.convert({**msgspec.to_builtins(base), **values}, kind)
