"""Keys and settings of a project: what its dashboard shows under project settings."""

from __future__ import annotations

from typing import Any

import msgspec

Json = dict[str, Any]


class Key(msgspec.Struct):
    """One pair of keys; `kind` is server, client, integration, management or oauth (an OAuth service key).

    `permissions` are the codes an OAuth service key's tokens may carry.
    """

    kind: str
    id: str
    token: str
    name: str = ""
    permissions: tuple[str, ...] = ()


class Token(msgspec.Struct):
    """A bearer token; `expires_at` in seconds since 1970."""

    value: str
    key: Key
    scopes: tuple[str, ...]
    expires_at: int

    @property
    def is_service(self) -> bool:
        return self.key.kind == "oauth"


STACKING: Json = {
    "redeemables_limit": 30,
    "applicable_redeemables_limit": 5,
    "applicable_redeemables_per_category_limit": 1,
    "applicable_redeemables_category_limits": {},
    "applicable_exclusive_redeemables_limit": 1,
    "applicable_exclusive_redeemables_per_category_limit": 1,
    "exclusive_categories": [],
    "joint_categories": [],
    "redeemables_application_mode": "ALL",
    "redeemables_sorting_rule": "REQUESTED_ORDER",
    "redeemables_products_application_mode": "STACK",
    "redeemables_no_effect_rule": "REDEEM_ANYWAY",
    "no_effect_skip_categories": [],
    "no_effect_redeem_anyway_categories": [],
    "redeemables_rollback_order_mode": "WITH_ORDER",
    "discount_calculation_mode": "DISCOUNTED_AMOUNT",
    "initial_amount_mode_categories": [],
    "discounted_amount_mode_categories": [],
}
"""A project's stacking rules before anybody changes them."""


class Settings(msgspec.Struct):
    """Project settings of the dashboard, and switches for what the vendor leaves open.

    `source_id_reuse` says what a known source_id with another campaign or voucher brings: `refuse` or `return_first`.
    `stacking_id` is set once the stacking rules are no longer the default ones; `stacking_dates` when that was, and
    when they changed last. Without `management_api` the plan does not include the management API.
    """

    case_sensitive_codes: bool = True
    region: str = "eu"
    source_id_reuse: str = "refuse"
    timezone: str = "UTC"
    id: str | None = None
    webhook_secret: str | None = None
    stacking: Json = msgspec.field(default_factory=lambda: dict(STACKING))
    stacking_id: str | None = None
    stacking_dates: tuple[str, str | None] = ("", None)
    management_api: bool = True
    calls_limit: int = 100_000_000
    calls_window: str = "minute"
    client_side: Json = msgspec.field(
        default_factory=lambda: {
            "allowed_origins": ["*"],
            "redeem": False,
            "publish": False,
            "create_customer": False,
            "list_vouchers": False,
        }
    )
