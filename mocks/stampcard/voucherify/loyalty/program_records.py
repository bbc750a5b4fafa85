"""Records of the newer loyalty: programs, their members, cards and transactions. Definitions come from the setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stampcard.voucherify.campaigns.codes import CodeConfig
from stampcard.voucherify.settings import Json

if TYPE_CHECKING:
    from stampcard.voucherify.customers.records import Customer
    from stampcard.voucherify.orders.records import Order


class CardDefinition(msgspec.Struct):
    """What each member's card is: its codes, how long points last, and minor units of money one point pays."""

    id: str
    name: str
    config: CodeConfig
    lasts: Json | None = None
    ratio: float | None = None


class PointsRule(msgspec.Struct):
    """So many points on every card of a definition for `order.paid` or a custom event."""

    id: str
    name: str
    event: str
    points: int
    card_definition: str | None = None


class ProgramReward(msgspec.Struct):
    """Something points of one card definition buy: a product, or a code of a campaign."""

    id: str
    name: str
    points: int
    card_definition: str
    product: str | None = None
    campaign: str | None = None


class Program(msgspec.Struct):
    """A program; `rewards` are ids with what is left of each (None: no end)."""

    id: str
    name: str
    created_at: str
    status: str = "DRAFT"
    start_date: str | None = None
    end_date: str | None = None
    metadata: Json = {}
    card_definitions: list[str] = []
    earning_rules: list[str] = []
    rewards: dict[str, int | None] = {}
    updated_at: str | None = None


class Member(msgspec.Struct):
    id: str
    customer: Customer
    program: Program
    created_at: str
    status: str = "ACTIVE"
    metadata: Json = {}
    cards: list[Card] = []
    updated_at: str | None = None


class Card(msgspec.Struct):
    """A member's card; `ending` are points by their last day, `lifetime` all that ever came and went."""

    id: str
    member: Member
    definition: CardDefinition
    created_at: str
    code: str | None = None
    balance: int = 0
    ending: dict[str, int] = {}
    lifetime: dict[str, int] = {}


class CardTransaction(msgspec.Struct):
    id: str
    card: Card
    type: str
    points: int
    details: Json
    created_at: str
    status: str = "PENDING"
    updated_at: str | None = None


class Spending(msgspec.Struct):
    """A reward bought (`PURCHASE`) or an order paid (`PAY_WITH_POINTS`) with points of a card."""

    id: str
    type: str
    transaction: CardTransaction
    details: Json
    created_at: str
    reward: ProgramReward | None = None
    order: Order | None = None
    status: str = "PENDING"
    updated_at: str | None = None


class Programs(msgspec.Struct):
    """All a project knows of the newer loyalty, by id."""

    definitions: dict[str, CardDefinition] = {}
    rules: dict[str, PointsRule] = {}
    rewards: dict[str, ProgramReward] = {}
    programs: dict[str, Program] = {}
    members: dict[str, Member] = {}
    transactions: list[CardTransaction] = []
    spendings: list[Spending] = []
