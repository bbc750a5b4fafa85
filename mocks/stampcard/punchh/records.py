"""What belongs to one guest: the profile, what was earned, given and used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Checkin(msgspec.Struct):
    """Points or visits that entered an account: earned (`loyalty`) or given (`gift`).

    `state` is approved, pending, unapproved or voided; only approved ones count. Of `points`, `spent` were redeemed
    and `expired` lapsed. `origin` says who gave (campaign_id, campaign_name, gift_reason ...), `facts` what the
    receipt said (receipt_amount, external_uid, bar_code, location_id, menu_items ...).
    """

    id: int
    kind: str
    created_at: datetime
    updated_at: datetime
    points: int = 0
    visits: int = 0
    spent: int = 0
    expired: int = 0
    visits_expired: int = 0
    state: str = "approved"
    first: bool = False
    origin: dict[str, Any] = {}
    facts: dict[str, Any] = {}

    @property
    def waits(self) -> bool:
        """Whether it may still come to count: held back, or an admin has to look at it."""
        return self.state in ("pending", "unapproved")

    @property
    def earned(self) -> int:
        """Points that count, spent or not."""
        return self.points if self.state == "approved" else 0

    @property
    def left(self) -> int:
        """Points that can still be spent."""
        return self.points - self.spent - self.expired if self.state == "approved" else 0


class Reward(msgspec.Struct):
    """A redeemable in a guest's account. `status` is unredeemed, redeemed, expired or reserved (a code is out)."""

    id: int
    user_id: int
    redeemable_id: int
    created_at: datetime
    updated_at: datetime
    available_at: datetime
    expires_at: datetime | None = None
    status: str = "unredeemed"
    read_at: datetime | None = None
    redemption_id: int | None = None
    origin: dict[str, Any] = {}


class Redemption(msgspec.Struct):
    """A redemption code; `status` is redeemable, processed, expired, cancelled or voided.

    `type` is RewardRedemption, RedeemableRedemption, BankedRewardRedemption, CardRedemption or
    SubscriptionRedemption; `spends` lists the check-ins the points were taken from.
    """

    id: int
    code_id: int
    user_id: int
    code: str
    type: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    status: str = "redeemable"
    redeemable_id: int | None = None
    reward_id: int | None = None
    subscription_id: int | None = None
    points: int = 0
    amount: float = 0.0
    discount: float = 0.0
    spends: list[tuple[int, int]] = []
    facts: dict[str, Any] = {}


class BasketItem(msgspec.Struct):
    """One thing in a basket, as it was selected."""

    id: int
    discount_type: str
    discount_id: str
    discount_value: float | None
    created_at: datetime


class Basket(msgspec.Struct):
    """What a guest wants to use with the next purchase; `external_uid` names the order that locked it."""

    ref: str
    created_at: datetime
    items: list[BasketItem] = []
    locked: bool = False
    external_uid: str = ""
    location_id: int | None = None


class Lot(msgspec.Struct):
    """Money that entered the bank at one time, and what is left of it."""

    created_at: datetime
    amount: float
    left: float


class GiftCard(msgspec.Struct):
    """A gift card in a guest's wallet; `amount` is what it is worth, `transferable` whether it may change hands."""

    uuid: str
    number: str
    epin: str
    owner_id: int
    amount: float
    created_at: datetime
    updated_at: datetime
    name: str | None = None
    design_id: int = 1
    image_url: str = ""
    preferred: bool = False
    transferable: bool = True


class Invitation(msgspec.Struct):
    """An invitation to take a gift card over by its `token`; `status` is pending, accepted or cancelled."""

    id: int
    card: str
    user_id: int
    token: str
    created_at: datetime
    status: str = "pending"


class Subscription(msgspec.Struct):
    """A plan a guest bought. `status` is active, soft_cancelled (until `ends_at`) or cancelled; money off a receipt."""

    id: int
    user_id: int
    plan_id: int
    plan_name: str
    plan_description: str = ""
    plan_image_url: str = ""
    flat_discount: float = 0.0
    percentage_discount: float = 0.0
    maximum_discount: float | None = None
    status: str = "active"
    ends_at: datetime | None = None


class Account(msgspec.Struct):
    """What does not follow from check-ins and redemptions: money in the bank, the level, what points became by rule."""

    lots: tuple[Lot, ...] = ()
    converted_points: int = 0
    converted: dict[int, float] = {}
    level_id: int | None = None
    expired_level: str | None = None
    level_expires_at: datetime | None = None
    redeemed_cards: int = 0

    @property
    def banked_currency(self) -> float:
        """Money in the bank."""
        return round(sum(lot.left for lot in self.lots), 2)


class Guest(msgspec.Struct):
    """One profile. `profile` holds what has no rule of its own (address, flags, answers ...).

    `status` is active, banned or deactivated; `gone` is empty, deleted or anonymised. Instants are UTC, `birthday`
    and `anniversary` YYYY-MM-DD. What most guests have little of is a tuple: a list of its own, even an empty one,
    is an object more that every guest makes and the collector looks at.
    """

    id: int
    email: str
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime
    user_code: str
    referral_code: str
    barcode: str
    password: str | None = None
    sso_token: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    birthday: str | None = None
    anniversary: str | None = None
    external_source: str | None = None
    external_source_id: str | None = None
    signup_channel: str = "MobileEmail"
    guest_type: str = "Loyalty"
    status: str = "active"
    gone: str = ""
    sign_in_count: int = 0
    referred_by: int | None = None
    deletion_at: datetime | None = None
    test_user: bool = False
    profile: dict[str, Any] = {}
    devices: tuple[str, ...] = ()
    relations: tuple[dict[str, Any], ...] = ()
    account: Account = msgspec.field(default_factory=Account)
    checkins: tuple[Checkin, ...] = ()
    rewards: dict[int, Reward] = {}
    redemptions: dict[int, Redemption] = {}
    coupons: tuple[str, ...] = ()
    messages: tuple[dict[str, Any], ...] = ()
    causes: dict[int, float] = {}
    basket: Basket | None = None

    @property
    def purchases(self) -> list[Checkin]:
        """Earned check-ins that were not taken back."""
        return [one for one in self.checkins if one.kind == "loyalty" and one.state != "voided"]

    @property
    def is_open(self) -> bool:
        """An account that is neither banned nor deactivated nor gone."""
        return self.status == "active" and not self.gone

    @property
    def is_member(self) -> bool:
        """A loyalty guest who may receive gifts."""
        return self.guest_type == "Loyalty" and self.is_open
