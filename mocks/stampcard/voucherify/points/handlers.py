"""Operations of this room: balances and their transactions, points that expire and points that wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.points import balances, buckets, pending_points

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "update-voucher-balance": balances.change,
    "list-voucher-transactions": balances.browse,
    "list-campaign-transactions": balances.browse_campaign,
    "list-points-expiration": buckets.browse,
    "list-campaign-pending-points": pending_points.browse_campaign,
    "list-member-pending-points-1": pending_points.browse,
    "list-member-pending-points": pending_points.browse,
    "adjust-member-pending-points": pending_points.adjust,
    "activate-member-pending-points": pending_points.activate,
    "cancel-member-pending-points": pending_points.cancel,
}
