"""The switches of a workspace: what the vendor lets people set, and what its documentation leaves open.

Members carry the names of the setup document (contracts/antavo/setup.yaml), which says what each one means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Auth(msgspec.Struct, frozen=True):
    allow_unsigned: bool = False
    signature_enforcement: dict[str, bool] = {}
    clock_skew_seconds: float = 300
    reject_replay: bool = False
    accepted_hosts: tuple[str, ...] = ()
    token_seconds: int = 3600


class Errors(msgspec.Struct, frozen=True):
    status_by_code: dict[str, int] = {}
    signature_codes: dict[str, int] = {}


class Customers(msgspec.Struct, frozen=True):
    external_id_fields: tuple[str, ...] = ()
    reoptin: bool = True
    search_multi_shape: str = "data"
    inactive_readable: bool = False
    verification: bool = False
    anonymous_registration: bool = False


class Transactions(msgspec.Struct, frozen=True):
    single_wrapped: bool = False


class Earn(msgspec.Struct, frozen=True):
    level: str = "transaction"
    percentage: float = 100
    currencies: dict[str, float] = {}
    rounding: str = "floor"
    unit: str = "item"
    discounted_price: bool = False


class Pending(msgspec.Struct, frozen=True):
    type: str = "none"
    days: float = 14
    outcome: str = "accept"


class Expiration(msgspec.Struct, frozen=True):
    type: str = "none"
    days: int = 365
    date: str = "01-01"


class Points(msgspec.Struct, frozen=True):
    earn: Earn = Earn()
    pending: Pending = Pending()
    expiration: Expiration = Expiration()
    pending_burn: str = "spent"
    negative_points: bool = True
    subtract_expired: bool = True
    refund_rounding: str = ""


class Events(msgspec.Struct, frozen=True):
    strict_actions: bool = False
    names: dict[str, str] = {}
    bulk_empty_item: str = "events"


class Format(msgspec.Struct, frozen=True):
    event_created_at: str = "iso"


class BrazeSync(msgspec.Struct, frozen=True):
    null_policy: str = "omit"
    date_format: str = "iso"
    delay_ms: float = 0
    sync_mode: str = "async"
    retries: int = 0
    retry_seconds: float = 10
    initial_sync: bool = False
    verify_on_connect: str = "users_track"
    on_optout: str = "nothing"


class Webhooks(msgspec.Struct, frozen=True):
    retries: int = 5
    retry_seconds: float = 10


class RateLimit(msgspec.Struct, frozen=True):
    requests_per_minute: int = 0
    block_seconds: float = 60


class Promotion(msgspec.Struct, frozen=True):
    jwt_secret: str = ""
    workspace_id: str = "500"
    timezone: str = "UTC"
    locking_minutes: float = 15


class Plugin(msgspec.Struct, frozen=True):
    client_id: str = ""
    client_secret: str = ""
    exchange_rate: float = 1
    loyalty_central_url: str = ""
    loyalty_platform_url: str = ""
    extensions: dict[str, dict[str, Any]] = {}


class ProductReview(msgspec.Struct, frozen=True):
    points: float = 0


class FriendReferral(msgspec.Struct, frozen=True):
    points: float = 0
    purchases: str = "first"


class Accounts(msgspec.Struct, frozen=True):
    default: str = "main_account"


class ReadErrors(msgspec.Struct, frozen=True):
    status: int = 422
    code: int = 422
    message: str = "Validation failed"


class ReadApi(msgspec.Struct, frozen=True):
    errors: ReadErrors = ReadErrors()


class Settings(msgspec.Struct, frozen=True):
    """All switches; a default is what is known, or what is assumed where nothing is."""

    stack: str = "st2"
    auth: Auth = Auth()
    errors: Errors = Errors()
    customers: Customers = Customers()
    transactions: Transactions = Transactions()
    points: Points = Points()
    events: Events = Events()
    format: Format = Format()
    ratelimit: RateLimit = RateLimit()
    webhooks: Webhooks = Webhooks()
    braze: BrazeSync = BrazeSync()
    promotion: Promotion = Promotion()
    plugin: Plugin = Plugin()
    friend_referral: FriendReferral = FriendReferral()
    product_review: ProductReview = ProductReview()
    accounts: Accounts = Accounts()
    read_api: ReadApi = ReadApi()


def changed(settings: Settings, section: Mapping[str, Any]) -> Settings:
    """The settings with a setup section's members written over them; what it does not name stays."""
    known = {name: section[name] for name in Settings.__struct_fields__ if name in section}
    merged = _merged(msgspec.to_builtins(settings), known)
    return msgspec.convert(merged, Settings, strict=False)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new
