"""Operations of this room: qualifications, validations, sessions, redemptions and rollbacks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.redemptions import (
    qualifications,
    redemptions,
    reward_redemptions,
    rollbacks,
    sessions,
    single_codes,
    validations,
)

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "validate-stacked-discounts": validations.validate,
    "release-validation-session": sessions.delete,
    "redeem-stacked-discounts": redemptions.redeem,
    "list-redemptions": redemptions.browse,
    "get-redemption": redemptions.read,
    "get-voucher-redemptions": redemptions.of_voucher,
    "redeem-voucher": redemptions.redeem_voucher,
    "redeem-promotion": redemptions.redeem_tier,
    "rollback-redemption": rollbacks.roll_back,
    "rollback-stacked-redemptions": rollbacks.roll_back_stacked,
    "redeem-reward": reward_redemptions.redeem,
    "redeem-reward-1": reward_redemptions.redeem,
    "list-member-rewards": reward_redemptions.browse,
    "check-eligibility": qualifications.check,
    "check-eligibility-client-side": qualifications.check,
    "validate-voucher": single_codes.validate,
    "legacy-publish-voucher": single_codes.publish,
    "validate-voucher-client-side": single_codes.validate_by_query,
    "redeem-voucher-client-side": single_codes.redeem,
}
