"""A whole check: what will be called, and the calls, by one process or by several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

from stampcard.check.calls import Checked
from stampcard.check.chains import Link, check_chain, links_of, roots
from stampcard.check.running import check_operation, operations_of, schema_of
from stampcard.check.stateful import check_sequences
from stampcard.check.target import TIMEOUT, FreshWorld, LiveWorld, Server, Target
from stampcard.emulator import Emulator


@dataclass(frozen=True)
class Plan:
    """What is checked and how.

    With `facts` (URL and credentials) it is that server; with `control` a world of its own on a running stampcard;
    with neither a fresh world of this process for every operation. `rate` is that of one process.
    """

    vendor: str
    group: str | None = None
    seed: int = 0
    examples: int = 20
    max_calls: int | None = None
    writes: bool = True
    facts: tuple[tuple[str, str], ...] | None = None
    known: tuple[tuple[str, str], ...] = ()
    control: str | None = None
    rate: float | None = None
    timeout: float = TIMEOUT


@dataclass
class Loaded:
    """A plan's operations and links, as schemathesis reads them."""

    emulator: Emulator
    schema: Any
    operations: dict[str, Any]
    links: dict[str, list[Link]]
    chains: dict[str, Any] = field(default_factory=dict)

    def labels(self) -> list[str]:
        return [operation.label for operation in self.operations.values()]


Task = tuple[str, str]
"""`operation`, `chain` or `sequences`, and the operation id it is about or begins with."""


@lru_cache(maxsize=4)
def load(plan: Plan) -> Loaded:
    """Everything a process needs for a plan; once for all its tasks."""
    emulator = Emulator()
    schema = schema_of(emulator.vendors[plan.vendor].contract, group=plan.group, writes=plan.writes)
    found = list(operations_of(schema))
    by_id = {operation.definition.raw["operationId"]: operation for operation in found}
    links = links_of(found)
    begun = {operation.definition.raw["operationId"]: operation for operation in roots(found, links)}
    return Loaded(emulator, schema, by_id, links, begun)


def tasks(plan: Plan) -> list[Task]:
    """Chains first: they are few, and tell most."""
    loaded = load(plan)
    made_up = [("sequences", "")] if loaded.chains else []
    chains = [("chain", id) for id in loaded.chains]
    return [*chains, *made_up, *(("operation", id) for id in loaded.operations)]


def target_of(plan: Plan, emulator: Emulator) -> Target:
    """Raises NoControl when a control API does not answer."""
    if plan.control is not None:
        return LiveWorld(plan.control, plan.vendor, timeout=plan.timeout)
    if plan.facts is None:
        return FreshWorld(emulator, plan.vendor)
    server = Server(plan.vendor, dict(plan.facts), rate=plan.rate, timeout=plan.timeout, read_only=not plan.writes)
    server.known |= dict(plan.known)
    return server


def perform(plan: Plan, task: Task) -> Checked:
    """One task, in a world of its own where there is one to be had."""
    loaded = load(plan)
    kind, id = task
    if kind == "sequences":
        return check_sequences(loaded.schema, lambda: target_of(plan, loaded.emulator), examples=plan.examples)
    target = target_of(plan, loaded.emulator)
    try:
        if kind == "chain":
            return check_chain(loaded.chains[id], loaded.links, target)
        operation = loaded.operations[id]
        return check_operation(operation, target, examples=plan.examples, seed=plan.seed, max_calls=plan.max_calls)
    finally:
        target.close()


def run(plan: Plan, todo: Sequence[Task], workers: int = 1) -> Iterator[Checked]:
    """The tasks' outcomes, in their order, each as soon as it is there."""
    if workers <= 1:
        yield from (perform(plan, task) for task in todo)
        return
    # Processes, as all of this is work for Python; started anew, as ours may hold threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(perform, [plan] * len(todo), todo)
