"""Operations of this room: referral codes and their holders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.referrals import referrals

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "referrals-add-holders-1": referrals.add,
    "referrals-code-holders": referrals.browse,
    "referrals-remove-holder-1": referrals.remove,
    "referrals-add-holders": referrals.add,
    "referrals-code-holders-1": referrals.browse,
    "referrals-remove-holder": referrals.remove,
}
