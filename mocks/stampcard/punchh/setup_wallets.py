"""What the setup puts into wallets: gift cards, subscriptions, and the rules by which points become something else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stampcard.core.errors import SetupError
from stampcard.punchh.records import GiftCard, Subscription
from stampcard.punchh.state import Business, ConversionRule

Section = Mapping[str, Any]


def check(business: Business, section: Section) -> None:
    """Raises SetupError for a guest that is not there, or an end that is no instant."""
    emails = {row["email"].lower() for row in section.get("guests", ())} | set(business.by_email)
    for kind in ("gift_cards", "subscriptions"):
        for index, row in enumerate(section.get(kind, ())):
            if row["guest"].lower() not in emails:
                raise SetupError(f"/punchh/{kind}/{index}/guest", f"no guest with the e-mail {row['guest']!r}")
    for index, row in enumerate(section.get("subscriptions", ())):
        try:
            _instant(row.get("end_time"))
        except ValueError as error:
            where = f"/punchh/subscriptions/{index}/end_time"
            raise SetupError(where, f"not an ISO 8601 instant: {row['end_time']!r}") from error


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def apply(business: Business, section: Section) -> None:
    """Apply checked rows; one with the id (or card number) of an earlier one replaces it."""
    for row in section.get("conversion_rules", ()):
        business.conversion_rules[row["id"]] = ConversionRule(**row)
    for row in section.get("gift_cards", ()):
        _gift_card(business, row)
    for row in section.get("subscriptions", ()):
        guest = business.by_email[row["guest"].lower()]
        values = {name: value for name, value in row.items() if name not in ("guest", "end_time")}
        found = Subscription(user_id=guest.id, ends_at=_instant(row.get("end_time")), **values)
        business.subscriptions[found.id] = found


def _gift_card(business: Business, row: Section) -> None:
    secrets, number = business.world.secrets, row["number"]
    old = next((card for card in business.gift_cards.values() if card.number == number), None)
    values = {name: value for name, value in row.items() if name != "guest"}
    values.setdefault("uuid", old.uuid if old else secrets.uuid(f"punchh gift card {number}"))
    values.setdefault("epin", old.epin if old else "0000")
    if old is not None:
        del business.gift_cards[old.uuid]
    made = GiftCard(
        owner_id=business.by_email[row["guest"].lower()].id,
        created_at=old.created_at if old else business.now,
        updated_at=business.now,
        **values,
    )
    business.gift_cards[made.uuid] = made
