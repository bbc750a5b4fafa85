"""Rate limits: how many calls a workspace has made in each window of the virtual clock.

Windows are aligned: an hourly limit starts anew on the full hour. A world counts and warns; it refuses with 429 when
its setup says `rate_limits: enforce`. Braze sets limits for a workspace on request: the setup's `api_limits`.
"""

from __future__ import annotations

from typing import Any

from stampcard.braze import errors
from stampcard.braze.state import Workspace
from stampcard.core.endpoint import Call

HOUR, DAY = 3600, 86400

BUCKETS: dict[str, tuple[int, int]] = {
    "default": (250_000, HOUR),
    "app_group_apps": (100, DAY),
    "broadcast": (250, 60),
    "campaigns_data_series": (50_000, 60),
    "catalog_fields_selections": (50, 60),
    "catalog_items_async": (16_000, 60),
    "catalog_items_sync": (50, 60),
    "catalogs_manage": (50, 60),
    "cdi_job_status": (100, 60),
    "cdi_list": (50, 60),
    "cdi_sync": (20, 60),
    "custom_data_listing": (1_000, HOUR),
    "duplicate": (100, 60),
    "preference_center_read": (1_000, 60),
    "preference_center_write": (10, 60),
    "scim": (5_000, DAY),
    "sends_id_create": (100, DAY),
    "subscription_set": (5_000, 60),
    "translations": (250_000, 60),
    "users_export_ids": (250, 60),
    "users_external_ids_remove": (1_000, 60),
    "users_external_ids_rename": (1_000, 60),
    "users_identity": (20_000, 60),
    "users_track": (3_000, 3),
    "users_track_bulk": (50, 1),
    "users_track_sync": (500, 60),
}
"""Bucket -> calls and seconds of its window; operations that name one bucket share it.

https://www.braze.com/docs/api/api_limits and the operations' own pages.
"""

UNLIMITED = "none"
PURCHASE_SERIES = frozenset({"purchases_quantity_series", "purchases_revenue_series"})
TOO_MANY = "You have exceeded the maximum number of requests. Please try again later."
"""What translations say in the place of the usual text."""


def take(call: Call[Workspace], bucket: str) -> None:
    """Count a call in a bucket; its state goes into the answer's headers. Raises ApiError when limits are enforced."""
    if bucket == UNLIMITED:
        return
    limit, seconds = BUCKETS[bucket]
    workspace = call.state
    limit = workspace.api_limits.get(bucket, limit)
    start = int(call.world.clock.epoch) // seconds * seconds
    since, used = workspace.buckets.get(bucket, (start, 0))
    used = used + 1 if since == start else 1
    workspace.buckets[bucket] = (start, used)
    workspace.rate_headers[call.id] = [
        ("X-RateLimit-Limit", str(limit)),
        ("X-RateLimit-Remaining", str(max(0, limit - used))),
        ("X-RateLimit-Reset", str(start + seconds)),
    ]
    if used > limit:
        if workspace.switches.rate_limits == "enforce":
            raise errors.translation_error(TOO_MANY, 429) if bucket == "translations" else errors.rate_limited()
        message = f"over the limit of {limit} calls in {seconds} s: Braze would answer 429"
        call.diagnose("rate-limit", message, severity="error")


def bucket_of(extra: Any) -> str:
    """The bucket a contract's operation names with `x-rate-limit`."""
    return str(extra.get("rate-limit", "default"))


def bucket_for(call: Call[Workspace]) -> str:
    """The bucket a call counts in: its operation's, or for the purchases series what the workspace's switch says."""
    if call.operation.id in PURCHASE_SERIES:
        return call.state.switches.purchase_series_limit
    return bucket_of(call.operation.extra)
