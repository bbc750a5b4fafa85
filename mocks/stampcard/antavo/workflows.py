"""The Workflows tool: what starts a run, and the walk through its nodes on the virtual clock."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from stampcard.antavo import braze, nodes
from stampcard.antavo.errors import refused
from stampcard.antavo.state import Brand, Customer
from stampcard.antavo.work import GONE, Work
from stampcard.antavo.workflow import Run, Step, Workflow

MAX_DEPTH = 10
"""How many workflows may set off one another (assumed): deeper, the run is stopped and the journal says so."""


def started_by(brand: Brand, action: str, output: str) -> list[Workflow]:
    """The active workflows an event starts."""
    return [
        workflow
        for workflow in brand.workflows.values()
        if (workflow.trigger.type, workflow.trigger.event, workflow.trigger.output) == ("event", action, output)
        and is_on(brand, workflow)
    ]


def is_on(brand: Brand, workflow: Workflow) -> bool:
    campaign = brand.campaigns.get(workflow.campaign)
    return workflow.active and (campaign is None or campaign.runs(brand.world.clock.now))


def before(work: Work) -> None:
    """Runs the event's workflows before it is registered. Raises 127201 when one stops it."""
    for workflow in started_by(work.brand, work.event.action, "before"):
        run = _new_run(work, workflow)
        try:
            _walk(run, workflow.steps)
        except nodes.EventStopped:
            summary = f"{workflow.name} stopped {work.event.action} of {work.customer.id}"
            work.brand.world.record("antavo", "workflow", summary, cause=work.cause)
            raise refused(work.brand.settings, 127201) from None


def after(work: Work) -> None:
    """Runs the event's workflows once it is registered, each as far as it goes without waiting."""
    for workflow in started_by(work.brand, work.event.action, "after"):
        start(_new_run(work, workflow))


def _new_run(work: Work, workflow: Workflow) -> Run:
    row = work.rows[0] if work.rows else None
    depth = work.depth + 1
    return Run(work.brand, workflow, work.customer, work.cause, depth, work.event.action, work.event.data, work.at, row)


def start_for(
    brand: Brand, workflow: Workflow, customer: Customer, data: dict[str, Any], *, cause: int | None, depth: int
) -> None:
    """A run that no event started, such as one by the progress of a challenge."""
    if is_on(brand, workflow):
        start(Run(brand, workflow, customer, cause, depth, workflow.trigger.type, data))


def start(run: Run) -> None:
    """Begin a run; it is one entry of the journal, and the cause of all that its nodes do."""
    world = run.brand.world
    summary = f"{run.workflow.name} runs for {run.customer.id}"
    if run.depth > MAX_DEPTH:
        error = f"workflows set one another off more than {MAX_DEPTH} times"
        world.record("antavo", "workflow", f"{summary}: stopped", cause=run.cause, error=error)
        return
    run.cause = world.record("antavo", "workflow", summary, cause=run.cause)
    _walk(run, run.workflow.steps)


def _walk(run: Run, steps: Sequence[Step]) -> None:
    """Go from node to node; a node that takes time goes on later, from the clock."""
    for index, step in enumerate(steps):
        if step.variants:
            _walk(run, nodes.variant(run, step).steps)
            return
        outcome = nodes.NODES[step.node](run, step, _continuation(run, step, steps[index + 1 :]))
        if outcome is None:
            return
        if not outcome:
            _walk(run, step.failure)
            return


def _continuation(run: Run, step: Step, rest: Sequence[Step]) -> Callable[[bool], None]:
    def go_on(success: bool) -> None:
        with braze.whole_event(run.brand, run.customer, run.cause):
            _walk(run, rest if success else step.failure)

    return go_on


# Triggers that the clock pulls


def arm(brand: Brand, workflow: Workflow) -> None:
    """Schedule a workflow that starts on a date, or that plays registered events again."""
    if workflow.trigger.type == "date":
        at = datetime.fromisoformat(workflow.trigger.at)
        _schedule(brand, workflow, _next(at, workflow.trigger.repeat, brand.world.clock.now))
    elif workflow.trigger.type == "historical_events":
        _schedule(brand, workflow, brand.world.clock.now)


def _schedule(brand: Brand, workflow: Workflow, due: datetime | None) -> None:
    if due is None:
        return

    async def fire() -> None:
        if is_on(brand, workflow):
            _replay(brand, workflow) if workflow.trigger.type == "historical_events" else _on_date(brand, workflow)
        if workflow.trigger.repeat != "once":
            at = datetime.fromisoformat(workflow.trigger.at)
            _schedule(brand, workflow, _next(at, workflow.trigger.repeat, due + timedelta(seconds=1)))

    workflow.job = brand.world.clock.at(due, fire, name=f"workflow {workflow.name}", vendor="antavo")


def _on_date(brand: Brand, workflow: Workflow) -> None:
    trigger = workflow.trigger
    for customer in list(brand.customers.values()):
        run = Run(brand, workflow, customer, None, 1)
        if customer.status not in GONE and run.holds(trigger.customers, trigger.match, "customer"):
            _start_and_tell(run, customer)


def _replay(brand: Brand, workflow: Workflow) -> None:
    """Registered events of the trigger's action, each as if it came now."""
    for customer in list(brand.customers.values()):
        for row in list(customer.events) if customer.status not in GONE else ():
            if row.action == workflow.trigger.event:
                run = Run(brand, workflow, customer, None, 1, row.action, row.data, row.timestamp, row)
                _start_and_tell(run, customer)


def _start_and_tell(run: Run, customer: Customer) -> None:
    with braze.whole_event(run.brand, customer, run.cause):
        start(run)


def _next(first: datetime, repeat: str, now: datetime) -> datetime | None:
    """The first occurrence that is not before now; None for a single one that is over."""
    if repeat == "once":
        return first if first >= now else None
    count, at = 0, first
    while at < now:
        count += 1
        at = _occurrence(first, repeat, count)
    return at


def _occurrence(first: datetime, repeat: str, count: int) -> datetime:
    if repeat in ("daily", "weekly"):
        return first + timedelta(days=count * (7 if repeat == "weekly" else 1))
    months = first.month - 1 + count * (12 if repeat == "yearly" else 1)
    year, month = first.year + months // 12, months % 12 + 1
    return first.replace(year=year, month=month, day=min(first.day, calendar.monthrange(year, month)[1]))
