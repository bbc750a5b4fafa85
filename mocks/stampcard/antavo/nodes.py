"""The nodes of a workflow. Each answers True (success), False (failure) or None: it goes on later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from functools import partial
from typing import Any

from stampcard.antavo import braze, challenges, contests, coupons, processing, rewards, sites
from stampcard.antavo.amounts import total
from stampcard.antavo.fields import number
from stampcard.antavo.work import Incoming, Work
from stampcard.antavo.workflow import Run, Step, Variant, bonus_left
from stampcard.core import codec
from stampcard.core.delivery import Delivery
from stampcard.core.errors import ApiError
from stampcard.core.http import Response

GoOn = Callable[[bool], None]


class EventStopped(Exception):
    """A workflow that runs before registration stops the event."""


# Filters and flow control


def event_attribute(run: Run, step: Step, go_on: GoOn) -> bool | None:
    return run.holds(step.conditions, step.match, "event")


def customer_attribute(run: Run, step: Step, go_on: GoOn) -> bool | None:
    return run.holds(step.conditions, step.match, "customer")


def variable(run: Run, step: Step, go_on: GoOn) -> bool | None:
    return run.holds(step.conditions, step.match, "variable")


def assign(run: Run, step: Step, go_on: GoOn) -> bool | None:
    run.variables[step.variable] = run.filled(step.value)
    return True


def wait(run: Run, step: Step, go_on: GoOn) -> bool | None:
    delay = timedelta(minutes=step.minutes, hours=step.hours, days=step.days)

    async def over() -> None:
        go_on(True)

    name = f"wait in workflow {run.workflow.name}"
    run.brand.world.clock.after(delay, over, name=name, vendor="antavo", cause=run.cause)
    return None


def variant(run: Run, step: Step) -> Variant:
    """The way through an A/B test, by chance; the journal says which. Nothing follows the test but its variants."""
    drawn = run.brand.world.chance.integer(1, 10_000)
    index = 0
    while index + 1 < len(step.variants) and (drawn := drawn - round(step.variants[index].percentage * 100)) > 0:
        index += 1
    chosen = step.variants[index]
    summary = f"{run.workflow.name} for {run.customer.id}: variant {chosen.name}"
    run.brand.world.record("antavo", "workflow", summary, cause=run.cause)
    return chosen


def stop_event(run: Run, step: Step, go_on: GoOn) -> bool | None:
    raise EventStopped


# Actions on Braze


def sync_braze_event(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """A custom event on the profile whose external_id is the member's id."""
    at = (run.at or run.brand.world.clock.now).astimezone(UTC)
    event = {
        "external_id": str(run.filled(step.customer)),
        "app_id": run.brand.braze.app_identifier,
        "name": str(run.filled(step.event)),
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "properties": braze.plain(run.filled(step.properties)),
    }
    return _track(run, {"events": [event]}, f"sync event {event['name']}", go_on)


def sync_data(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """One remote field, whether it is mapped or not."""
    return _sync_fields(run, {step.remote_field: run.filled(step.value)}, go_on)


def sync_multiple_fields(run: Run, step: Step, go_on: GoOn) -> bool | None:
    return _sync_fields(run, {row["remote_field"]: run.filled(row.get("value")) for row in step.fields}, go_on)


def _sync_fields(run: Run, values: Mapping[str, Any], go_on: GoOn) -> bool | None:
    attributes = {"external_id": run.customer.id, **braze.plain(values)}
    return _track(run, {"attributes": [attributes]}, f"sync data of {run.customer.id}", go_on)


def _track(run: Run, body: Mapping[str, Any], name: str, go_on: GoOn) -> bool | None:
    if run.brand.braze.state != "connected":
        _failed(run, f"{name}: Braze is not connected")
        return False
    braze.track(run.brand, body, name, run.cause, then=go_on)
    return None


# Actions on the member


def campaign_bonus(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """Points from a campaign, at most what its maximum leaves."""
    points = number(run.filled(step.points))
    campaign = run.brand.campaigns.get(run.workflow.campaign)
    points = bonus_left(campaign, points) if points is not None and points > 0 else None
    if not points:
        _failed(run, "no bonus points to give")
        return False
    brand, customer = run.brand, run.customer
    if campaign is not None:
        campaign.given = total((campaign.given, points))
    data: dict[str, Any] = {"points": points, "workflow": run.workflow.name}
    purchase = brand.transactions.get(str(run.data.get("transaction_id")))
    if purchase is not None and purchase.customer == customer.id:
        purchase.bonus = total((purchase.bonus, points))
        data["transaction_id"] = purchase.id
    parent = run.row.id if run.row else None

    def act(work: Work) -> None:
        customer.score = total((customer.score, points))
        work.register(points, parent=parent)

    event = Incoming(customer.id, "campaign_bonus", data, source="Platform")
    processing.perform(brand, customer, event, act, cause=run.cause, depth=run.depth)
    return True


def set_tier(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """Place the member in a tier by hand, whatever the points say."""
    brand, structure = run.brand, run.brand.tiers[step.structure]
    processing.change_tier(brand, run.customer, structure, step.tier, cause=run.cause, depth=run.depth, manual=True)
    return True


def remove_tier(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """The member has no tier in the structure any more."""
    return run.customer.tiers.pop(step.structure, None) is not None


def complete_challenge(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """Count a challenge as completed, with its points; one that is done as often as it may be is a failure."""
    brand, customer = run.brand, run.customer
    challenge = brand.challenges[step.challenge]
    progress = customer.challenges.get(challenge.id)
    if progress is not None and challenges.is_over(challenge, progress):
        return False
    processing.complete_challenge(brand, customer, challenge, cause=run.cause, depth=run.depth)
    return True


def add_to_list(run: Run, step: Step, go_on: GoOn) -> bool | None:
    run.brand.list_members.setdefault(step.list, {})[run.customer.id] = None
    return True


def remove_from_list(run: Run, step: Step, go_on: GoOn) -> bool | None:
    run.brand.list_members.get(step.list, {}).pop(run.customer.id, None)
    return True


def assign_coupon(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """The next free code of a pool, as the event coupon_assign; none left is a failure."""
    brand = run.brand
    free = coupons.free_codes(brand.pools[step.pool])
    if not free:
        _failed(run, f"the coupon pool {step.pool} is empty")
        return False
    event = Incoming(run.customer.id, "coupon_assign", {"code": free[0]}, source="Platform")
    processing.process(brand, event, cause=run.cause, depth=run.depth)
    return True


def participate_in_contest(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """One more entry, free of charge (assumed); a contest that is not open, or entered often enough, is a failure."""
    brand, customer = run.brand, run.customer
    contest = brand.modules.contests[step.contest]
    if not contests.may_enter(brand, customer, contest, 1):
        _failed(run, f"the contest {contest.id} cannot be entered")
        return False
    contests.enter_once(brand, customer, contest, 0, run.cause)
    return True


def revoke_from_contest(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """The member's entries are void; without any it is a failure."""
    return run.customer.played.contests.pop(step.contest, None) is not None


def reward_claim(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """Claim a reward for the member by its rules; a refusal is a failure."""
    brand, customer = run.brand, run.customer
    try:
        reward = rewards.find_reward(brand, step.reward)
        price = rewards.price_of(brand, reward, run.filled(step.points))
        rewards.check(brand, reward, customer, price)
    except ApiError as error:
        _failed(run, f"{step.reward}: {error.body['error']['message']}")
        return False
    data = {"reward": reward.id, "points": price}
    event = Incoming(customer.id, rewards.claim_action(brand), data, source="Platform")
    act = partial(rewards.take, reward=reward, price=price)
    processing.perform(brand, customer, event, act, cause=run.cause, depth=run.depth)
    return True


def trigger_event(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """Register an event for the member (or another one) as if it had been sent."""
    event = Incoming(str(run.filled(step.customer)), step.event, dict(run.filled(step.properties)), source="Platform")
    try:
        processing.process(run.brand, event, cause=run.cause, depth=run.depth)
    except ApiError as error:
        _failed(run, f"{step.event}: {error.body['error']['message']}")
        return False
    return True


# Webhook message


def webhook(run: Run, step: Step, go_on: GoOn) -> bool | None:
    """A call to a trusted site: up to 5 attempts, 10 s apart."""
    site = run.brand.trusted_sites[step.site]
    path = run.filled_path(step.path)

    def done(delivery: Delivery, response: Response | None) -> None:
        if delivery.state == "failed":
            _failed(run, f"webhook to {site.name} failed after {len(delivery.attempts)} attempts")
        go_on(delivery.state == "delivered")

    message = {
        "method": step.method,
        "url": site.url.rstrip("/") + (path if path.startswith("/") else f"/{path}"),
        "headers": run.filled(step.headers),
        "body": b"" if step.payload is None else codec.encode(braze.plain(run.filled(step.payload))),
    }
    sites.send(run.brand, site, message, run.cause, done)
    return None


def _failed(run: Run, reason: str) -> None:
    summary = f"{run.workflow.name} for {run.customer.id}: {reason}"
    run.brand.world.record("antavo", "workflow", summary, cause=run.cause, error=reason)


NODES: Mapping[str, Callable[[Run, Step, GoOn], bool | None]] = {
    "event_attribute": event_attribute,
    "customer_attribute": customer_attribute,
    "variable": variable,
    "assign": assign,
    "wait": wait,
    "stop_event": stop_event,
    "sync_braze_event": sync_braze_event,
    "sync_data": sync_data,
    "sync_multiple_fields": sync_multiple_fields,
    "campaign_bonus": campaign_bonus,
    "set_tier": set_tier,
    "remove_tier": remove_tier,
    "complete_challenge": complete_challenge,
    "add_to_list": add_to_list,
    "remove_from_list": remove_from_list,
    "assign_coupon": assign_coupon,
    "participate_in_contest": participate_in_contest,
    "revoke_from_contest": revoke_from_contest,
    "reward_claim": reward_claim,
    "trigger_event": trigger_event,
    "webhook": webhook,
}

BEFORE = frozenset({"event_attribute", "customer_attribute", "variable", "assign", "stop_event"})
"""The nodes a workflow may have that runs before registration: it looks and decides, it changes nothing."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "event_attribute": ("conditions",),
    "customer_attribute": ("conditions",),
    "variable": ("conditions",),
    "assign": ("variable", "value"),
    "sync_braze_event": ("event",),
    "sync_data": ("remote_field", "value"),
    "sync_multiple_fields": ("fields",),
    "campaign_bonus": ("points",),
    "set_tier": ("structure", "tier"),
    "remove_tier": ("structure",),
    "complete_challenge": ("challenge",),
    "add_to_list": ("list",),
    "remove_from_list": ("list",),
    "assign_coupon": ("pool",),
    "participate_in_contest": ("contest",),
    "revoke_from_contest": ("contest",),
    "reward_claim": ("reward",),
    "ab_test": ("variants",),
    "trigger_event": ("event",),
    "webhook": ("site",),
}
"""Members of the setup document a node cannot do without."""
