"""Operations of this room: campaigns, their vouchers and promotion tiers, categories."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.campaigns import (
    campaign_vouchers,
    campaigns,
    categories,
    promotion_stacks,
    promotions,
    summaries,
    vouchers,
)

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
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
    "list-categories": categories.browse,
    "create-category": categories.create,
    "get-category": categories.read,
    "update-category": categories.update,
    "delete-category": categories.delete,
    "list-promotion-tiers": promotions.browse,
    "list-promotion-tiers-from-campaign": promotions.browse_campaign,
    "add-promotion-tier-to-campaign": promotions.create,
    "get-promotion-tier": promotions.read,
    "update-promotion-tier": promotions.update,
    "delete-promotion-tier": promotions.delete,
    "enable-promotion-tier": promotions.enable,
    "disable-promotion-tier": promotions.disable,
    "list-all-promotion-stacks": promotion_stacks.browse,
    "list-promotion-stacks-in-campaign": promotion_stacks.browse_campaign,
    "create-promotion-stack": promotion_stacks.create,
    "get-promotion-stack": promotion_stacks.read,
    "update-promotion-stack": promotion_stacks.update,
    "delete-promotion-stack": promotion_stacks.delete,
    "get-campaign-summary": summaries.read,
}
