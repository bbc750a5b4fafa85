"""Driving an operation: examples, boundary values, random data on and off the contract, credentials left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from stampcard.check.calls import Checked, Failure, failures_of, fill, is_boundary, is_negative, request_of
from stampcard.check.signing import falsified, needed
from stampcard.check.target import READ_ONLY, Target
from stampcard.core.contract import Contract, Operation
from stampcard.core.export import openapi

UNAUTHORIZED = (401, 403, 412)
"""What a vendor answers to a caller it does not know (412: Punchh's older API)."""

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def operations(contract: Contract, *, group: str | None = None, writes: bool = True) -> Iterator[Any]:
    """The contract's emulated operations as schemathesis reads them."""
    return operations_of(schema_of(contract, group=group, writes=writes))


def operations_of(schema: Any) -> Iterator[Any]:
    for result in schema.get_all_operations():
        yield result.ok()


def schema_of(contract: Contract, *, group: str | None = None, writes: bool = True) -> Any:
    """The same, as one schema."""
    schema = schemathesis.openapi.from_dict(openapi(contract))
    schema.config.generation.update(modes=list(GenerationMode))
    # Proofs of who calls are made by `signing`; made-up ones would only stand in their way.
    schema.config.generation.with_security_parameters = False
    # What follows what is declared in the contract, not guessed.
    schema.config.phases.stateful.inference.algorithms = []
    ids = [
        operation.id
        for operation in contract
        if operation.definition and group in (None, operation.group) and (writes or only_reads(operation))
    ]
    return schema.include(operation_id=ids) if ids else schema.include(operation_id="none at all")


def only_reads(operation: Operation) -> bool:
    """Whether a call of it leaves everything as it was; a GET that does not is marked `x-writes` in the contract."""
    return operation.method in READ_ONLY and not operation.extra.get("writes")


def check_operation(
    operation: Any, target: Target, *, examples: int, seed: int = 0, max_calls: int | None = None
) -> Checked:
    """Drive one operation; a failure is told once however many calls bring it about.

    `examples` is the number of random cases; of the boundary values, no more than `max_calls` are sent.
    """
    checked = Checked(operation.definition.raw["operationId"], operation.label)

    def drive(case: Case[Any]) -> None:
        if checked.given_up or (max_calls is not None and checked.calls >= max_calls and is_boundary(case)):
            return
        if target.read_only and case.method.upper() not in READ_ONLY:
            return  # Schemathesis also tries the methods a path does not have.
        fill(case, target, known=not is_negative(case) and hash_of(case) % 2 == 1)
        response = checked.sent(request_of(case, target), target)
        for failure in failures_of(case, response, target) if response is not None else ():
            checked.note(failure)

    credentials_matter(operation, target, checked)
    driven(operation, drive, examples, seed, boundary=max_calls != 0)
    return finished(checked, target)


def finished(checked: Checked, target: Target) -> Checked:
    """With what the target has to say in the end."""
    checked.faults += target.faults_of_ours()
    checked.preparation = target.preparation
    return checked


def driven(
    operation: Any, drive: Callable[[Case[Any]], None], examples: int, seed: int, *, boundary: bool = True
) -> None:
    """Call `drive` with the operation's examples, every boundary value (or none) and so many random cases."""
    # Schemathesis tries methods a path does not have once a run; which operation gets them must not depend on others.
    operation.schema.coverage_unexpected_methods_seen.clear()
    bounded = settings(SETTINGS, max_examples=max(1, examples))
    modes = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.FUZZING]
    modes += [HypothesisTestMode.COVERAGE] if boundary else []
    config = HypothesisTestConfig(project=operation.schema.config, modes=modes, settings=bounded, seed=seed or None)
    create_test(operation=operation, test_func=drive, config=config)()


def hash_of(case: Case[Any]) -> int:
    """Even or odd, the same in every run: about half of the good cases lead to something that is there."""
    return sum(map(ord, repr(case.path_parameters)))


def credentials_matter(operation: Any, target: Target, checked: Checked) -> None:
    """One good call for something that is there: answered, and refused with every proof left out or wrong.

    A refusal that has another status than the usual ones is named in the contract, `x-unauthorized`.
    """
    definition = operation.definition.raw
    auth = definition.get("x-auth", ())
    facts = needed(target.facts, [auth] if isinstance(auth, str) else auth)
    refusals = (*UNAUTHORIZED, *definition.get("x-unauthorized", ()))

    def drive(case: Case[Any]) -> None:
        if "client" in target.facts:
            body: dict[str, Any] = case.body if isinstance(case.body, dict) else {}
            case.body = {**body, "client": target.facts["client"]}
            case.media_type = case.media_type or "application/json"
        fill(case, target, known=True)
        if facts is not None:
            for what, headers in falsified(target.vendor, facts, request_of(case, target), target.now):
                refused(what, headers, case)
        response = None if checked.given_up else checked.sent(request_of(case, target), target)
        for failure in failures_of(case, response, target) if response is not None else ():
            checked.note(failure)

    def refused(what: str, headers: dict[str, str], case: Case[Any]) -> None:
        if checked.given_up:
            return
        request = request_of(case, target)
        response = checked.sent(request, target, headers)
        if response is not None and response.status_code not in refusals:
            message = f"{response.status_code} with credentials {what}, not one of {refusals}"
            checked.note(Failure("authentication", message, target.curl(request)))

    one = settings(SETTINGS, max_examples=1, phases=[Phase.generate])
    one(given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))(drive))()
