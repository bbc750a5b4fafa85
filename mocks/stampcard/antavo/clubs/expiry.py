"""Club points that expire: each lot on its day, the oldest used up first, and the list of both kinds of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from stampcard.antavo.amounts import Number, total
from stampcard.antavo.clubs.records import Club, Lot, Template, answer, find_club
from stampcard.antavo.errors import RUNTIME, in_envelope, plain
from stampcard.antavo.state import Brand
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError

MAX_DAYS = 30


async def point_expiry(call: Call[Brand]) -> Reply:
    """Points that expired or will, by day, both ends included; the range is 30 days at most."""
    club = find_club(call.state, call.path["club_id"])
    first, last = _day(call.query.get("from")), _day(call.query.get("to"))
    if last < first:
        raise _bad_date()
    if (days := (last - first).days) > MAX_DAYS:
        message = f"The date range exceeds the allowed limit of {MAX_DAYS} days. Provided range: {days} days."
        raise _refuse(201120, message)
    rows = [{"status": "expired", "date": day, "amount": points} for day, points in club.expirations.items()]
    rows += [{"status": "expiring", "date": day, "amount": points} for day, points in _expiring(club).items()]
    shown: list[dict[str, Any]] = [row for row in rows if first <= date.fromisoformat(str(row["date"])) <= last]
    shown.sort(key=lambda row: str(row["date"]))
    return answer({"expirations": shown, "total": total(row["amount"] for row in shown)})


def note(brand: Brand, club: Club, points: Number, cause: int | None) -> None:
    """Remember when points that were added expire, if the template says so."""
    template: Template = brand.club_templates[club.template]
    if template.point_expiration_days is None or points <= 0:
        return
    day = (brand.world.clock.now + timedelta(days=template.point_expiration_days)).date()
    due = datetime(day.year, day.month, day.day, tzinfo=UTC)
    lot = Lot(points, due)
    club.lots.append(lot)

    async def expire() -> None:
        gone = _left(club, lot)
        lot.over = True
        if gone > 0:
            club.expired = total((club.expired, gone))
            club.expirations[day.isoformat()] = total((club.expirations.get(day.isoformat(), 0), gone))
            brand.world.record("antavo", "club_point_expire", f"{gone} points of {club.id} expire", cause=cause)

    brand.world.clock.at(due, expire, name=f"points of club {club.id} expire", vendor="antavo", cause=cause)


def _left(club: Club, lot: Lot) -> Number:
    """What of a lot is still there: what is spent or removed is taken off the oldest lots."""
    later = total(one.points for one in club.lots[club.lots.index(lot) + 1 :] if not one.over)
    return max(0, min(lot.points, total((club.spendable, -later))))


def _expiring(club: Club) -> dict[str, Number]:
    found: dict[str, Number] = {}
    for lot in club.lots:
        left = 0 if lot.over else _left(club, lot)
        if left:
            day = f"{lot.due:%Y-%m-%d}"
            found[day] = total((found.get(day, 0), left))
    return found


def _day(text: Any) -> date:
    try:
        return datetime.strptime(text or "", "%Y-%m-%d").date()
    except ValueError:
        raise _bad_date() from None


def _bad_date() -> ApiError:
    return _refuse(201121, "Invalid date provided. Please provide a valid date in a supported format.")


def _refuse(code: int, message: str) -> ApiError:
    return in_envelope("/v1/", plain(400, RUNTIME, code, message))
