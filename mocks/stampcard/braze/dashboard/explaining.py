"""Why a user got a campaign or Canvas, or did not: each rule in the order Braze applies it, as it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stampcard.braze.audience import segments
from stampcard.braze.campaigns import actions, pacing, stops, timing
from stampcard.braze.campaigns.records import ACTION_BASED, Campaign, Content, find_campaign
from stampcard.braze.canvas import journeys
from stampcard.braze.canvas.records import Canvas
from stampcard.braze.content import promotions
from stampcard.braze.rendering import MessageAborted
from stampcard.braze.sending.channels import CHANNELS
from stampcard.braze.sending.launching import max_users_reached
from stampcard.braze.state import User, Workspace
from stampcard.core.clock import iso
from stampcard.core.outbox import Message

Rule = dict[str, Any]
PASSES, STOPS = "passes", "stops"


def find_sender(workspace: Workspace, name_or_id: str) -> Campaign | Canvas | None:
    """A campaign or a Canvas, by API identifier or name."""
    found = find_campaign(workspace, name_or_id) or workspace.canvases.get(name_or_id)
    if found is None:
        found = next((canvas for canvas in workspace.canvases.values() if canvas.name == name_or_id), None)
    return found


def why(workspace: Workspace, sender: Campaign | Canvas, user: User) -> dict[str, Any]:
    """`conclusion` in words, every `rule` with the value looked at and its verdict, the last stop, the messages."""
    rules = list(_rules(workspace, sender, user))
    messages = [m for m in workspace.world.outbox if m.campaign == sender.name and m.user in _names(user)]
    stop = stops.last(workspace, sender, user)
    return {
        "user": user.external_id or user.braze_id,
        "campaign": sender.name,
        "kind": "Canvas" if isinstance(sender, Canvas) else "campaign",
        "conclusion": _conclusion(rules, messages, stop),
        "rules": rules,
        "last_stop": None if stop is None else {"at": iso(stop.at), "rule": stop.rule, "text": stop.text},
        "messages": [_shown(message) for message in messages[-10:]],
    }


def _names(user: User) -> tuple[str | None, ...]:
    return user.external_id, user.braze_id


def _shown(message: Message) -> dict[str, Any]:
    return {
        "at": iso(message.at),
        "channel": message.channel,
        "status": message.status,
        "reason": message.reason or None,
        "abort_type": message.detail.get("abort_type"),
        "due": message.detail.get("due"),
    }


def _conclusion(rules: list[Rule], messages: list[Message], stop: stops.Stop | None) -> str:
    newest = messages[-1] if messages else None
    if newest is not None and (stop is None or newest.at >= stop.at):
        if newest.status == "sent":
            return f"sent by {newest.channel} at {iso(newest.at)}"
        if newest.status == "waiting":
            what = newest.detail.get("waits_for", "the answer to its webhook")
            return f"waiting since {iso(newest.at)} for {what}"
        return f"aborted at {iso(newest.at)}: {newest.reason}"
    if stop is not None:
        return f"not sent, stopped at {iso(stop.at)} by {stop.rule}: {stop.text}"
    failing = next((rule for rule in rules if rule["verdict"] == STOPS), None)
    if failing is not None:
        return f"not sent; now {failing['rule']} would stop it: {failing['value']}"
    return "not sent; nothing has set it off for this user yet"


def _rule(name: str, value: str, passes: bool) -> Rule:
    return {"rule": name, "value": value, "verdict": PASSES if passes else STOPS}


def _rules(workspace: Workspace, sender: Campaign | Canvas, user: User) -> Iterator[Rule]:
    active = sender.status == "Active" if isinstance(sender, Canvas) else sender.enabled
    yield _rule("status", "Active" if active else "not active", active)
    audience = segments.why_not(workspace, sender.audience, user) if sender.audience is not None else ""
    yield _rule("target audience", audience or ("all users" if sender.audience is None else "in it"), not audience)
    if sender.delivery == ACTION_BASED:
        for action in sender.triggers:
            yield _trigger(user, action)
    yield _re_eligibility(workspace, sender, user)
    member = user.in_control_group and not sender.exempt_from_control
    yield _rule("Global Control Group", "a member" if member else "no member, or exempt", not member)
    if isinstance(sender, Canvas):
        path = journeys.pick_path(workspace, sender, user)
        yield _rule("variant", path.name if path else "control group", path is not None)
        yield from _journeys(workspace, sender, user)
        return
    variant = pacing.pick_variant(workspace, sender, user)
    yield _rule("variant", variant.name if variant else "control group", variant is not None)
    yield from _times(workspace, sender, user)
    for content in variant.messages if variant else ():
        yield from _message_rules(workspace, sender, content, user)


def _journeys(workspace: Workspace, canvas: Canvas, user: User) -> Iterator[Rule]:
    """Where the user is on the way just now."""
    for journey in workspace.engine.journeys.get(user.braze_id, ()):
        if journey.canvas.id == canvas.id:
            place = f"in step {journey.step.name!r}" if journey.step is not None else "entered"
            due = f", goes on at {iso(journey.job.due)}" if journey.job is not None else ""
            yield _rule("journey", f"{place}{due}", True)


def _trigger(user: User, action: Any) -> Rule:
    """Whether the event happened at all; whether its properties matched is told by the last stop."""
    name = f"trigger: {actions.named(action)}"
    tallies = user.events if "event" in action else user.purchases
    tally = tallies.get(action.get("event") or action.get("product") or "")
    if tally is not None:
        return _rule(name, f"{tally.count} times, last {iso(tally.last)}", True)
    if "event" in action or "product" in action:
        return _rule(name, "never", False)
    if action["action"] == actions.SESSION:
        last = user.profile.get("date_of_last_session")
        return _rule(name, f"last {iso(last)}" if last is not None else "never", last is not None)
    if action["action"] == actions.PURCHASE:
        return _rule(name, f"{len(user.purchases)} products", bool(user.purchases))
    if action["action"] == actions.ATTRIBUTE:
        return _rule(name, f"now {user.custom.get(action['attribute'])!r}", True)
    return _rule(name, "not looked at: see the last stop", True)


def _times(workspace: Workspace, campaign: Campaign, user: User) -> Iterator[Rule]:
    """When the campaign runs, for how many, and what waits for its time."""
    now = workspace.world.clock.now
    if campaign.max_users is not None:
        full = max_users_reached(campaign, user)
        yield _rule("max users", f"{campaign.receivers} of {campaign.max_users}", not full)
    if campaign.starts is not None or campaign.ends is not None:
        early = campaign.starts is not None and now < campaign.starts
        late = campaign.ends is not None and now > campaign.ends
        text = " until ".join(iso(at) if at else "ever" for at in (campaign.starts, campaign.ends))
        yield _rule("campaign duration", text, not early and not late)
    if campaign.hours is not None:
        opens = timing.opens_at(workspace, user, campaign.hours)
        yield _rule("time of day", f"again at {iso(opens)}" if opens else "within its hours", opens is None)
    waiting = workspace.engine.pending.get((campaign.id, user.braze_id), ())
    if waiting:
        yield _rule("delay", f"due {iso(waiting[0].due)}", True)
    if campaign.speed_limit is not None:
        yield _rule("send rate limit", f"{campaign.speed_limit} a minute", True)


def _re_eligibility(workspace: Workspace, sender: Campaign | Canvas, user: User) -> Rule:
    now = workspace.world.clock.now
    if isinstance(sender, Canvas):
        name, last, again = "re-entry", sender.entries.get(user.braze_id), sender.re_entry
    else:
        receipt = user.campaigns.get(sender.id)
        name, last, again = "re-eligibility", receipt.last_received if receipt else None, sender.re_eligibility
    if last is None:
        return _rule(name, "not received yet", True)
    passes = again is not None and now - last >= again
    return _rule(name, f"last {iso(last)}, again {'never' if again is None else f'after {again}'}", passes)


def _message_rules(workspace: Workspace, campaign: Campaign, content: Content, user: User) -> Iterator[Rule]:
    channel = content.channel
    try:
        CHANNELS[channel].reach(workspace, user, content.parts, campaign.send_to)
        yield _rule(f"{channel}: reachable and subscribed", "yes", True)
    except MessageAborted as aborted:
        yield _rule(f"{channel}: reachable and subscribed", aborted.log, False)
    if campaign.quiet_hours is not None:
        until = pacing.quiet_until(workspace, user, campaign.quiet_hours)
        yield _rule(f"{channel}: Quiet Hours", f"until {iso(until)}" if until else "not now", until is None)
    if campaign.capped and workspace.engine.caps:
        cap = pacing.cap_reached(workspace, user, channel, campaign.tags)
        yield _rule(f"{channel}: frequency caps", cap.words() if cap else "none reached", cap is None)
    for snippet in promotions.mentioned(workspace, content.parts):
        codes = workspace.engine.promotions.get(snippet)
        left = len(codes.unused) if codes is not None and workspace.world.clock.now < codes.expires_at else 0
        yield _rule(f"{channel}: promotion codes {snippet!r}", f"{left} left", left > 0)
