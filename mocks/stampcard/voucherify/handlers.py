"""The table of handlers, continued: operations on many records at once, and what came after the first campaigns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify import (
    activities,
    buckets,
    bulk,
    campaign_summaries,
    consents,
    exports,
    loyalty_rewards,
    loyalty_tiers,
    oauth,
    pending_points,
    shop_imports,
)

MORE: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "update-vouchers-in-bulk": bulk.vouchers_each,
    "update-vouchers-metadata-in-bulk": bulk.vouchers_metadata,
    "bulk-enable-vouchers": bulk.enable,
    "bulk-disable-vouchers": bulk.disable,
    "update-customers-metadata-in-bulk": bulk.customers_metadata,
    "update-products-in-bulk": bulk.products_each,
    "update-products-metadata-in-bulk": bulk.products_metadata,
    "import-orders": shop_imports.orders_from_json,
    "import-products-using-csv": shop_imports.products_from_csv,
    "import-SKUs-using-csv": shop_imports.skus_from_csv,
    "generate-oauth-token": oauth.generate,
    "introspect-oauth-token": oauth.introspect,
    "revoke-oauth-token": oauth.revoke,
    "oauth-v2-token": oauth.generate_for_service,
    "list-loyalty-tiers": loyalty_tiers.browse,
    "create-in-bulk-loyalty-tiers": loyalty_tiers.create,
    "get-loyalty-tier": loyalty_tiers.read,
    "list-member-loyalty-tier": loyalty_tiers.of_member,
    "list-points-expiration": buckets.browse,
    "list-campaign-pending-points": pending_points.browse_campaign,
    "list-member-pending-points-1": pending_points.browse,
    "list-member-pending-points": pending_points.browse,
    "activate-member-pending-points": pending_points.activate,
    "cancel-member-pending-points": pending_points.cancel,
    "list-member-activity-1": activities.of_member,
    "list-member-activity": activities.of_member,
    "list-reward-assignments-1": loyalty_rewards.browse_assignments,
    "get-reward-assignment-1": loyalty_rewards.read,
    "get-reward-details": loyalty_rewards.read_reward,
    "list-consents": consents.browse,
    "export-voucher-transactions": exports.create_transactions,
    "get-campaign-summary": campaign_summaries.read,
}
