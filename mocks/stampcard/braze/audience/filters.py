"""The filters of a segment, by their names in the dashboard: what each looks at, and the comparisons it has.

Source: Braze docs, "Segmentation filters" and "Filtering operators" (braze-inc/braze-docs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from stampcard.braze import comparisons, zones
from stampcard.braze.state import User, Workspace
from stampcard.braze.users import behaviour

Rule = Mapping[str, Any]
Values = Callable[[Workspace, Rule, User], Sequence[Any]]
"""What a filter looks at on a profile; nothing stands for null."""


def matches(found: Sequence[Any], comparison: str, wanted: Any, now: datetime) -> bool:
    """A comparison with a profile's values (none: null), with the documented treatment of users without one."""
    if comparison in comparisons.PRESENCE:
        return (not _present(found, comparison)) == (comparison in ("is blank", "is empty"))
    if comparison in comparisons.OR_NOT_SET:
        return not found or bool(found[0] is (comparison == "is true or not set"))
    if not found:
        if comparison == "does not match regex":
            return False
        return comparison in comparisons.NEGATIVE or comparison == "less than" or (comparison, wanted) == ("exactly", 0)
    if comparison in comparisons.NEGATIVE:
        kind = comparisons.POSITIVE[comparisons.NEGATIVE[comparison]]
        return not any(kind(value, wanted, now) for value in found)
    return any(comparisons.POSITIVE[comparison](value, wanted, now) for value in found)


def _present(found: Sequence[Any], comparison: str) -> bool:
    if comparison in ("is empty", "has a value"):
        return any(value != [] for value in found)
    if comparison == "is not blank":
        return any(value != "" for value in found)
    return bool(found)


TEXT = frozenset(
    """equals|does not equal|is any of|is none of|matches regex|does not match regex|contains any of
    |does not contain any of|is blank|is not blank""".replace("\n    ", "").split("|")
)
NUMBER = frozenset({"exactly", "does not equal", "more than", "less than", "is blank", "is not blank"})
DATE = frozenset(
    {"before", "after", "more than days ago", "less than days ago", "in more than days", "in less than days"}
    | {"is blank", "is not blank"}
)
TRUTH = frozenset({"is true", "is false"})
GENERAL = frozenset(comparisons.POSITIVE) | comparisons.NEGATIVE.keys() | comparisons.WITHOUT_VALUE
DONE = frozenset({"has done", "has not done"})
HAS = frozenset({"has", "has not"})
STATUS = frozenset({"is", "is not"})
STATES = ("opted_in", "subscribed", "unsubscribed")
MEMBERSHIP = frozenset({"included", "not included"})
NEGATED = frozenset({"is false", "has not done", "has not", "is not", "not included"})


class Filter(msgspec.Struct, frozen=True):
    """One filter: `values` for a comparison of values, or `test` for one that holds or not; `comparisons` it has.

    `named` filters say which attribute, event, campaign ...; those with `days` how many days they look back; `more` is
    a member they need besides. `values_of` are the only values of a `test` that takes one, empty for any text.
    """

    comparisons: frozenset[str]
    values: Values | None = None
    test: Callable[[Workspace, Rule, User], bool] | None = None
    named: bool = False
    days: bool = False
    more: str = ""
    values_of: tuple[str, ...] | None = None


def check(workspace: Workspace, item: Rule, user: User) -> bool:
    """Whether a user matches one filter."""
    found, comparison = FILTERS[item["filter"]], item["comparison"]
    if found.test is not None and (comparison in NEGATED or comparison not in GENERAL or comparison in TRUTH):
        return found.test(workspace, item, user) == (comparison not in NEGATED)
    assert found.values is not None
    return matches(found.values(workspace, item, user), comparison, item.get("value"), workspace.world.clock.now)


def _profile(name: str) -> Values:
    def values(workspace: Workspace, item: Rule, user: User) -> Sequence[Any]:
        value = user.profile.get(name)
        return () if value is None else (value,)

    return values


def _one(value: Callable[[Workspace, Rule, User], Any]) -> Values:
    def values(workspace: Workspace, item: Rule, user: User) -> Sequence[Any]:
        found = value(workspace, item, user)
        return () if found is None else (found,)

    return values


def _count_of(kind: str) -> Callable[[Workspace, Rule, User], int]:
    def count(workspace: Workspace, item: Rule, user: User) -> int:
        tally = getattr(user, kind).get(item["name"])
        return tally.count if tally is not None else 0

    return count


def _tally(kind: str, end: str) -> Values:
    return _one(lambda workspace, item, user: getattr(getattr(user, kind).get(item["name"]), end, None))


def _purchase(end: str, pick: Callable[..., Any]) -> Values:
    def value(workspace: Workspace, item: Rule, user: User) -> Any:
        return pick((getattr(tally, end) for tally in user.purchases.values()), default=None)

    return _one(value)


def note_day(workspace: Workspace, user: User, kind: str, name: str, at: datetime, count: int = 1) -> None:
    """Count a happening on its day of UTC; days older than the filters look back are forgotten."""
    days: dict[int, int] = workspace.engine.days.setdefault((user.braze_id, kind, name), {})
    day = at.date().toordinal()
    days[day] = days.get(day, 0) + count
    if len(days) > LOOK_BACK:
        oldest = workspace.world.clock.now.date().toordinal() - LOOK_BACK
        for old in [key for key in days if key < oldest]:
            del days[old]


LOOK_BACK = 31


def _in_days(kind: str) -> Values:
    """How often in the last so many calendar days of UTC, today included."""

    def values(workspace: Workspace, item: Rule, user: User) -> Sequence[Any]:
        first = workspace.world.clock.now.date().toordinal() - item["days"]
        names = [item["name"]] if "name" in item else list(user.purchases)
        rows = (workspace.engine.days.get((user.braze_id, kind, name), {}) for name in names)
        return (sum(count for row in rows for day, count in row.items() if day >= first),)

    return values


def _age(workspace: Workspace, item: Rule, user: User) -> Any:
    born = user.profile.get("dob")
    if born is None:
        return None
    birth = date.fromisoformat(born)
    zone = zones.find_zone(workspace.engine.time_zone)
    today = workspace.world.clock.now.astimezone(zone).date()
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _email_available(workspace: Workspace, item: Rule, user: User) -> bool:
    return (
        user.email is not None
        and user.profile.get("email_subscribe") != "unsubscribed"
        and user.profile.get("marked_email_as_spam_at") is None
        and getattr(workspace.addresses.get(user.email), "hard_bounced_at", None) is None
    )


def _group(workspace: Workspace, item: Rule, user: User) -> bool:
    wanted = [group.id for group in workspace.subscription_groups.values() if item["name"] in (group.id, group.name)]
    choices = [user.subscriptions.get(key) for key in wanted]
    subscribed = any(choice is not None and choice.state == "subscribed" for choice in choices)
    return subscribed is (item["value"] == "subscribed")


def _received(workspace: Workspace, item: Rule, user: User) -> bool:
    ids = [row.id for row in workspace.campaigns.values() if item["name"] in (row.id, row.name)]
    return any(key in user.campaigns for key in ids)


def _entered(workspace: Workspace, item: Rule, user: User) -> bool:
    canvases = [row for row in workspace.canvases.values() if item["name"] in (row.id, row.name)]
    return any(user.braze_id in canvas.entries for canvas in canvases)


def _last_received(workspace: Workspace, item: Rule, user: User) -> Any:
    known = (of_channel.get(user.braze_id) for of_channel in workspace.engine.last_received.values())
    return max((at for at in known if at is not None), default=None)


def _never(workspace: Workspace, item: Rule, user: User) -> bool:
    raise NotImplementedError("segments.py answers this filter itself")


FILTERS: Mapping[str, Filter] = {
    # Custom data
    "Custom Attribute": Filter(
        GENERAL, lambda workspace, item, user: comparisons.values_at(user.custom, item["name"]), named=True
    ),
    "Custom Event": Filter(
        DONE | NUMBER, _one(_count_of("events")), lambda w, item, u: _count_of("events")(w, item, u) > 0, named=True
    ),
    "First Did Custom Event": Filter(DATE, _tally("events", "first"), named=True),
    "Last Did Custom Event": Filter(DATE, _tally("events", "last"), named=True),
    "X Custom Event In Y Days": Filter(NUMBER, _in_days("event"), named=True, days=True),
    "Context Variable": Filter(GENERAL, test=_never, named=True),
    # Purchases
    "Purchased Product": Filter(HAS, test=lambda w, item, u: item["name"] in u.purchases, named=True),
    "Total Number of Purchases": Filter(
        NUMBER, _one(lambda w, item, user: sum(tally.count for tally in user.purchases.values()))
    ),
    "Money Spent": Filter(NUMBER, _one(lambda w, item, user: user.total_revenue)),
    "First Made Purchase": Filter(DATE, _purchase("first", min)),
    "Last Made Purchase": Filter(DATE, _purchase("last", max)),
    "X Custom Event Property In Y Days": Filter(
        NUMBER, _one(behaviour.properties_in_days), named=True, days=True, more="property"
    ),
    "Nested Custom Attribute": Filter(HAS, test=behaviour.same_element, named=True, more="criteria"),
    # Sessions
    "Session Count": Filter(NUMBER, _one(behaviour.session_count)),
    "X Sessions In Y Days": Filter(NUMBER, _one(behaviour.sessions_in_days), days=True),
    "Used App": Filter(HAS, test=behaviour.used_app, named=True),
    # Purchases in days
    "X Money Spent In Y Days": Filter(NUMBER, _one(behaviour.spent_in_days), days=True),
    "Last Purchased Product": Filter(TEXT, _one(behaviour.last_product)),
    "X Purchases In Y Days": Filter(NUMBER, _in_days("purchase"), days=True),
    "X Product Purchased In Y Days": Filter(NUMBER, _in_days("purchase"), named=True, days=True),
    # Messages
    "Received Message from Campaign": Filter(HAS, test=_received, named=True),
    "Last Received Any Message": Filter(DATE, _one(_last_received)),
    "Received Message from Campaign Variant": Filter(HAS, test=behaviour.received_variant, named=True, values_of=()),
    "Received Message from Canvas Step": Filter(HAS, test=behaviour.received_step, named=True, values_of=()),
    "Received Message With Tag": Filter(HAS, test=behaviour.received_tag, named=True),
    **{
        f"Last Received {channel}": Filter(DATE, _one(behaviour.last_received(channel)))
        for channel in behaviour.CHANNELS
    },
    "Last Engaged With Message": Filter(DATE, _one(behaviour.last_engaged)),
    "Clicked/Opened Campaign": Filter(HAS, test=behaviour.engaged_with, named=True, values_of=("opened", "clicked")),
    "Entered Canvas": Filter(HAS, test=_entered, named=True),
    "Entered Canvas Variation": Filter(HAS, test=behaviour.entered_variation, named=True, values_of=()),
    "In Canvas Control Group": Filter(TRUTH, test=behaviour.in_canvas_control, named=True),
    # Subscriptions and channels
    "Email Subscription Status": Filter(
        STATUS, test=lambda w, item, user: user.profile.get("email_subscribe", "subscribed") == item["value"]
    ),
    "Push Subscription Status": Filter(
        STATUS, test=lambda w, item, user: user.profile.get("push_subscribe", "subscribed") == item["value"]
    ),
    "Subscription Group": Filter(STATUS, test=_group, named=True),
    "Email Available": Filter(TRUTH, test=_email_available),
    "Email Opt In Date": Filter(DATE, _one(behaviour.state_since("opted_in"))),
    "Email Unsubscribed Date": Filter(DATE, _one(behaviour.state_since("unsubscribed"))),
    "Foreground Push Enabled": Filter(TRUTH, test=behaviour.push_enabled),
    "Foreground Push Enabled for App": Filter(TRUTH, test=behaviour.push_enabled_for_app, named=True),
    "Background or Foreground Push Enabled": Filter(TRUTH, test=behaviour.push_enabled),
    # Membership
    "Segment Membership": Filter(MEMBERSHIP, test=_never, named=True),
    "Global Control Group": Filter(TRUTH, test=lambda w, item, user: user.in_control_group),
    "Random Bucket #": Filter(NUMBER, _one(lambda w, item, user: user.random_bucket)),
    # Profile
    "External User ID": Filter(TEXT, _one(lambda w, item, user: user.external_id)),
    "Email Address": Filter(TEXT, _profile("email")),
    "Phone Number": Filter(TEXT, _profile("phone")),
    "First Name": Filter(TEXT, _profile("first_name")),
    "Last Name": Filter(TEXT, _profile("last_name")),
    "Country": Filter(TEXT, _profile("country")),
    "City": Filter(TEXT, _profile("home_city")),
    "Language": Filter(TEXT, _profile("language")),
    "Gender": Filter(TEXT, _profile("gender")),
    "Time Zone": Filter(TEXT, _profile("time_zone")),
    "Age": Filter(NUMBER, _one(_age)),
    "Created At": Filter(DATE, _one(lambda w, item, user: user.created_at)),
    "First Used App": Filter(DATE, _profile("date_of_first_session")),
    "Last Used App": Filter(DATE, _profile("date_of_last_session")),
}
"""The dashboard's names of the filters that exist here."""


def fault(item: Rule, known_segments: frozenset[str]) -> str:
    """What is wrong with a filter that fits its schema, or nothing."""
    name, comparison = item["filter"], item["comparison"]
    found = FILTERS[name]
    if comparison not in found.comparisons:
        return f"{name!r} has no comparison {comparison!r}"
    if found.named != ("name" in item):
        return f"{name!r} {'needs a' if found.named else 'takes no'} name"
    if found.days != ("days" in item):
        return f"{name!r} {'needs' if found.days else 'takes no'} days"
    for member in ("property", "criteria"):
        if (found.more == member) != (member in item):
            return f"{name!r} {'needs' if found.more == member else 'takes no'} {member}"
    rows = item.get("criteria", [item["property"]] if "property" in item else [])
    for row in rows:
        if message := comparisons.fault(row["comparison"], row.get("value")):
            return message
    if name == "Segment Membership" and item["name"] not in known_segments:
        return f"there is no segment called {item['name']!r}"
    if found.comparisons is STATUS:
        states = STATES[1:] if name == "Subscription Group" else STATES
        return "" if item.get("value") in states else f"the value is one of {', '.join(states)}"
    if found.values_of is not None:
        good = item.get("value") in found.values_of if found.values_of else isinstance(item.get("value"), str)
        return "" if good else f"{name!r} needs a value{': ' + ' or '.join(found.values_of) if found.values_of else ''}"
    if comparison in DONE | HAS | MEMBERSHIP:
        return "" if item.get("value") is None else f"{comparison!r} takes no value"
    return comparisons.fault(comparison, item.get("value"))
