"""Redeemables kept by another system, which creates, changes and reads them in bulk (offers ingestion)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import errors, events, params
from stampcard.punchh.dashboard.criteria import checked_rule, rule_view
from stampcard.punchh.errors import DASHBOARD
from stampcard.punchh.state import Business, Redeemable
from stampcard.punchh.times import zone_named

MOST = 20
PER_PAGE = 20
NOT_ENABLED = "Sorry, this functionality is not available. Please contact support@punchh.com to enable this."
FLAGS = """allow_for_support_gifting available_as_template distributable distributable_to_all_users auto_applicable
    activate_now indefinetely applicable_as_loyalty_redemption expire_redemption_code_with_reward_end_date""".split()
NUMBERS = "segment_definition_id expiry_days remind_before points redemption_code_expiry_mins".split()
TEXTS = "name external_id description note start_time end_time timezone discount_channel effective_location meta_data"
OBJECTS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "template": dict.fromkeys(("redemption_message", "short_prompt", "standard_prompt"), params.optional),
    "lag_duration": {"value": params.integer, "units": params.optional},
    "recurrence_schedule": dict.fromkeys(("occurrences", "days_distance"), params.integer),
}
"""Nested objects, replaced as a whole by what is valid of them."""
LISTS = ("alternate_locale_name", "alternate_locale_description")
FOLLOWED: dict[str, tuple[str, Any]] = {
    "description": ("description", ""),
    "points": ("points", None),
    "redemption_code_expiry_mins": ("redemption_expiry", None),
    "discount_channel": ("discount_channel", "all"),
    "allow_for_support_gifting": ("distributable", True),
    "meta_data": ("meta_data", ""),
}
"""What a member is called in the definition, and what stands for nothing."""
BOUNDS = ("start_time", "end_time")
TIMES = frozenset({*BOUNDS, "timezone", "indefinetely", "expiry_days"})
NOT_FOLLOWED = """auto_applicable distributable_to_all_users segment_definition_id remind_before effective_location
    lag_duration recurrence_schedule expire_redemption_code_with_reward_end_date""".split()
"""Kept and shown, and without effect here."""


def _open(call: Call[Business]) -> None:
    """Raises ApiError unless the business has the feature (Cockpit > Miscellaneous Config)."""
    if not call.state.offers_ingestion:
        call.diagnose("switched-off", "set punchh.business.offers_ingestion in the setup")
        raise errors.one(403, NOT_ENABLED)


def _rows(call: Call[Business]) -> list[dict[str, Any]]:
    """The first 20 rows of `data`. Raises ApiError when there are none."""
    rows = params.given(call).get("data")
    if not isinstance(rows, list) or not rows:
        raise DASHBOARD.missing("data")
    if len(rows) > MOST:
        call.diagnose(
            "too-many", f"Punchh takes the first {MOST} of {len(rows)} redeemables and ignores the rest", "/data"
        )
    return [row if isinstance(row, dict) else {} for row in rows[:MOST]]


def by_external_id(business: Business, number: str) -> Redeemable | None:
    """The redeemable of an external id; one that has none goes by its UUID."""
    return next((one for one in business.redeemables.values() if external_id(one) == number), None)


def external_id(one: Redeemable) -> str:
    return str(one.facts.get("external_id") or one.uuid)


# Calls


async def create(call: Call[Business]) -> Reply:
    _open(call)
    return _each(call, _rows(call), _create)


async def update(call: Call[Business]) -> Reply:
    """Only what is given changes; a nested object is replaced as a whole."""
    _open(call)
    return _each(call, _rows(call), _update)


Change = Callable[[Call[Business], dict[str, Any], str, list[str]], dict[str, Any]]


def _each(call: Call[Business], rows: list[dict[str, Any]], change: Change) -> Reply:
    """One result for each row: what is wrong with one does not keep the others back."""
    results = []
    for row in rows:
        number, wrong = params.text(row.get("external_id")), list[str]()
        warnings = change(call, row, number, wrong)
        done = {"external_id": number, "success": not wrong, "errors": wrong, "warnings": {} if wrong else warnings}
        results.append(done)
    count = sum(1 for done in results if done["success"])
    call.summary = f"{count} of {len(results)} redeemables {'created' if change is _create else 'changed'}"
    return Reply(200, {"results": results})


def _create(call: Call[Business], row: dict[str, Any], number: str, wrong: list[str]) -> dict[str, Any]:
    """The texts of what is wrong are those of missing parameters elsewhere (assumed)."""
    business, rule = call.state, row.get("receipt_rule")
    wrong += [errors.missing_text(name) for name in ("name", "external_id") if not params.text(row.get(name))]
    if not isinstance(rule, dict) or not rule:
        wrong.append(errors.missing_text("receipt_rule"))
    elif number and by_external_id(business, number) is not None:
        wrong.append("External has already been taken")
    values = _checked(row, wrong)
    warnings: dict[str, Any] = dict(checked_rule(rule, values, wrong)) if isinstance(rule, dict) and rule else {}
    if not wrong:
        _tell(call, row)
        made = Redeemable(
            id=business.next_id("redeemables"),
            uuid=business.world.chance.uuid(),
            name=values["name"],
            created_at=business.now,
            updated_at=business.now,
        )
        _put(made, values)
        business.redeemables[made.id] = made
        events.redeemable(business, made, "create", cause=call.id)
    return warnings


def _update(call: Call[Business], row: dict[str, Any], number: str, wrong: list[str]) -> dict[str, Any]:
    business = call.state
    found = by_external_id(business, number) if number else None
    if found is None:
        wrong.append("Invalid redeemable uuid" if number else errors.missing_text("external_id"))
        return {}
    values, rule = _checked(row, wrong), row.get("receipt_rule")
    if "name" in row and not params.text(row["name"]):
        wrong.append("Name can't be blank")
    warnings = checked_rule(rule, values, wrong) if isinstance(rule, dict) and rule else {}
    if not wrong:
        _tell(call, row)
        _put(found, values)
        found.updated_at = business.now
        events.redeemable(business, found, "update", cause=call.id)
    return {"receipt_rule": {"redeeming_criterion": warnings}} if warnings else {}


def _tell(call: Call[Business], row: dict[str, Any]) -> None:
    for name in NOT_FOLLOWED:
        if row.get(name) not in (None, "", False, {}):
            call.diagnose("kept-only", f"{name} is kept and shown, and has no effect here", f"/data/{name}")


# Values


def _checked(row: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """The members that are there, each as its kind."""
    values: dict[str, Any] = {name: params.optional(row[name]) for name in TEXTS.split() if name in row}
    values |= {name: params.truth(row[name]) for name in FLAGS if name in row}
    for name in NUMBERS:
        if params.text(row.get(name)):
            values[name] = params.integer(row[name])
            if values[name] is None or values[name] < 0:
                wrong.append(f"{errors.human(name)} is not a number")
        elif name in row:
            values[name] = None
    values |= _nested(row)
    if values.get("timezone") and zone_named(values["timezone"]) is None:
        wrong.append("Timezone is not included in the list")
    for name in ("start_time", "end_time"):
        if values.get(name) and _instant(values[name], values.get("timezone")) is None:
            wrong.append(f"{errors.human(name)} is invalid")
    return values


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    """Objects and translations without what is not valid of them."""
    values: dict[str, Any] = {}
    for name, members in OBJECTS.items():
        given = row.get(name)
        if isinstance(given, dict):
            read = {member: convert(given[member]) for member, convert in members.items() if member in given}
            found = {member: value for member, value in read.items() if value is not None}
            if found or not given:
                values[name] = found
    for name in LISTS:
        if isinstance(row.get(name), list):
            values[name] = [
                {"language": params.text(one.get("language")), "translation": params.optional(one.get("translation"))}
                for one in row[name]
                if isinstance(one, dict) and params.text(one.get("language"))
            ]
    return values


def _instant(text: str, zone: str | None) -> datetime | None:
    """A local date and time of a zone, UTC unless told."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone_named(zone or "") or UTC)).astimezone(UTC)


def _put(one: Redeemable, values: dict[str, Any]) -> None:
    """Write checked values into the definition: those that mean something here, and all as they were sent."""
    rule = values.pop("_rule", {})
    kept = {**one.facts.get("offer", {}), **values}
    one.facts = {**one.facts, "offer": kept, "external_id": kept.get("external_id"), **rule}
    one.name = values.get("name") or one.name
    for name, (member, nothing) in FOLLOWED.items():
        if name in values:
            setattr(one, member, nothing if values[name] in (None, "") else values[name])
    if not TIMES.isdisjoint(values):
        _put_times(one, kept)
    if "receipt_rule" in values:
        one.discount_amount = values["receipt_rule"]["discount_amount"]
    if not {"distributable", "activate_now"}.isdisjoint(values):
        one.facts["deal"] = bool(kept.get("distributable") and kept.get("activate_now"))


def _put_times(one: Redeemable, kept: dict[str, Any]) -> None:
    endless = kept.get("indefinetely")
    starts, ends = (_instant(kept[name], kept.get("timezone")) if kept.get(name) else None for name in BOUNDS)
    one.start_time = starts
    one.end_time = None if endless else ends
    one.expiry_days = None if endless else kept.get("expiry_days")


# Views


async def listing(call: Call[Business]) -> Reply:
    """All redeemables, the newest first; a page beyond the last is the last."""
    _open(call)
    values = params.given(call)
    query = params.text(values.get("query")).lower()
    found = [one for one in call.state.redeemables.values() if query in f"{one.name} {one.description}".lower()]
    found.sort(key=lambda one: (one.created_at, one.id), reverse=True)
    size = min(max(params.integer(values.get("per_page")) or PER_PAGE, 1), 100)
    last = max((len(found) - 1) // size + 1, 1)
    page = min(max(params.integer(values.get("page")) or 1, 1), last)
    call.summary = f"{len(found)} redeemables"
    rows = [_view(call.state, one) for one in found[(page - 1) * size : page * size]]
    return Reply(200, {"meta": {"page": page, "per_page": size, "total_records": len(found)}, "data": rows})


def _view(business: Business, one: Redeemable) -> dict[str, Any]:
    kept = one.facts.get("offer", {})
    return {
        **dict.fromkeys(NUMBERS),
        **dict.fromkeys(("start_time", "end_time", "effective_location", "note")),
        **dict.fromkeys(FLAGS, False),
        **{name: {} for name in OBJECTS},
        **{name: [] for name in LISTS},
        "name": one.name,
        "description": one.description,
        "image": one.image_url,
        "points": one.points,
        "expiry_days": one.expiry_days,
        "end_time": one.end_time.strftime("%Y-%m-%dT%H:%M:%SZ") if one.end_time else None,
        "discount_channel": one.discount_channel,
        "redemption_code_expiry_mins": one.redemption_expiry,
        "meta_data": one.meta_data,
        "timezone": business.time_zone,
        "allow_for_support_gifting": one.distributable,
        "indefinetely": one.expiry_days is None and one.end_time is None,
        **{name: value for name, value in kept.items() if name not in ("receipt_rule", "end_time")},
        "external_id": external_id(one),
        "receipt_rule": rule_view(one),
    }
