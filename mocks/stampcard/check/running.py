"""Driving operations: boundary values, random data on and off the contract, credentials left out or wrong."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import Failure as Finding
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from stampcard.check.target import Target
from stampcard.core.contract import MAIN_SERVICE, Contract
from stampcard.core.export import openapi

ALWAYS: tuple[CheckFunction, ...] = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
UNAUTHORIZED = (401, 403, 412)
"""What a vendor answers to a caller it does not know (412: Punchh's older API)."""

READ_ONLY = ("GET", "HEAD")
SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
MAX_ANSWER = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Failure:
    """Something a server did that its contract does not allow, and the curl line that repeats it."""

    check: str
    message: str
    curl: str


@dataclass(slots=True)
class Checked:
    """One operation, after its calls: how often each status was answered, and what was wrong."""

    id: str
    label: str
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return self.statuses.total()


def operations(contract: Contract, *, group: str | None = None, writes: bool = True) -> Iterator[Any]:
    """The contract's emulated operations as schemathesis reads them."""
    schema = schemathesis.openapi.from_dict(openapi(contract, group=group))
    schema.config.generation.update(modes=list(GenerationMode))
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        if writes or operation.method.upper() in READ_ONLY:
            yield operation


def service_of(operation: Any) -> str:
    """The part of the vendor that serves an operation."""
    service: str = operation.definition.raw.get("x-service", MAIN_SERVICE)
    return service


def check_operation(
    operation: Any, target: Target, *, examples: int, seed: int = 0, max_calls: int | None = None
) -> Checked:
    """Drive one operation; a failure is told once however many calls bring it about.

    `examples` is the number of random cases; of the boundary values, no more than `max_calls` are sent.
    """
    checked = Checked(operation.definition.raw["operationId"], operation.label)
    known: set[tuple[str, str]] = set()

    def note(failure: Failure) -> None:
        if (failure.check, failure.message) not in known:
            known.add((failure.check, failure.message))
            checked.failures.append(failure)

    def drive(case: Case[Any]) -> None:
        if max_calls is not None and checked.calls >= max_calls and is_boundary(case):
            return
        request = request_of(case, target)
        try:
            response = target.send(request)
        except httpx.HTTPError as error:
            return note(Failure("no answer", f"{type(error).__name__}: {error}", curl(request)))
        checked.statuses[response.status_code] += 1
        for failure in failures_of(case, response):
            note(failure)

    for failure in credentials_matter(operation, target, checked):
        note(failure)
    driven(operation, drive, examples, seed)
    return checked


def driven(operation: Any, drive: Callable[[Case[Any]], None], examples: int, seed: int) -> None:
    """Call `drive` with every boundary value of the operation and so many random cases."""
    bounded = settings(SETTINGS, max_examples=max(1, examples))
    modes = [HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]
    config = HypothesisTestConfig(project=operation.schema.config, modes=modes, settings=bounded, seed=seed or None)
    create_test(operation=operation, test_func=drive, config=config)()


def request_of(case: Case[Any], target: Target, *, known: bool = False) -> httpx.Request:
    """The bytes of a case, with the client's own values where nothing else can lead anywhere; not yet signed.

    Path parameters are those of something that is there if `known`, else in about half of the good cases.
    """
    if "client" in target.facts and isinstance(case.body, dict) and isinstance(case.body.get("client"), str):
        case.body = {**case.body, "client": target.facts["client"]}
    if case.path_parameters and not is_negative(case) and (known or hash_of(case) % 2):
        found = {name: target.known[name] for name in case.path_parameters if name in target.known}
        case.path_parameters = {**case.path_parameters, **found}
    base_url = target.url_of(service_of(case.operation))
    sent = requests.Request(**case.as_transport_kwargs(base_url=base_url)).prepare()
    body: Any = sent.body or b""
    raw = body.encode() if isinstance(body, str) else bytes(body)
    headers = {name: str(value) for name, value in sent.headers.items() if name.lower() in ("content-type", "accept")}
    return httpx.Request(str(sent.method), str(sent.url), content=raw or None, headers=headers)


def hash_of(case: Case[Any]) -> int:
    """Even or odd, the same in every run."""
    return sum(map(ord, repr(case.path_parameters)))


def is_negative(case: Case[Any]) -> bool:
    """Whether a case was made to break the contract."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE


def is_boundary(case: Case[Any]) -> bool:
    """Whether a case is one of the boundary values that schemathesis goes through before it makes random ones."""
    return case.meta is not None and case.meta.phase.name.value == "coverage"


def failures_of(case: Case[Any], response: httpx.Response) -> Iterator[Failure]:
    """What a response breaks. A 501 of ours that names what is not emulated is no failure: it is refused loudly."""
    if response.status_code == 501 and b"stampcard does not" in response.content:
        return
    if len(response.content) > MAX_ANSWER:
        yield Failure("size", f"the answer is over {MAX_ANSWER} bytes", curl(response.request))
        return
    refused = 400 <= response.status_code < 500  # schemathesis does not know Punchh's 412 for a refusal
    checks = [*ALWAYS, *(() if refused else (negative_data_rejection,))]
    try:
        case.validate_response(response, checks=checks)
    except FailureGroup as group:
        for finding in group.exceptions:
            yield _failure(finding, response)
    except Finding as finding:
        yield _failure(finding, response)


def _failure(finding: BaseException, response: httpx.Response) -> Failure:
    title = getattr(finding, "title", type(finding).__name__)
    message = " ".join(str(getattr(finding, "message", "") or finding).split())
    return Failure(title, f"{response.status_code}: {message[:500]}", curl(response.request))


def credentials_matter(operation: Any, target: Target, checked: Checked) -> Iterator[Failure]:
    """One good call for something that is there: answered, and refused without credentials and with wrong ones."""
    found: list[Failure] = []

    def drive(case: Case[Any]) -> None:
        if "client" in target.facts:
            body: dict[str, Any] = case.body if isinstance(case.body, dict) else {}
            case.body = {**body, "client": target.facts["client"]}
            case.media_type = case.media_type or "application/json"
        for credentials in ("left out", "wrong", "right"):
            request = request_of(case, target, known=True)
            try:
                response = target.send(request, credentials)
            except httpx.HTTPError as error:
                found.append(Failure("no answer", f"{type(error).__name__}: {error}", curl(request)))
                continue
            checked.statuses[response.status_code] += 1
            if credentials == "right":
                found.extend(failures_of(case, response))
            elif response.status_code not in UNAUTHORIZED:
                message = f"{response.status_code} with credentials {credentials}, not one of {UNAUTHORIZED}"
                found.append(Failure("authentication", message, curl(request)))

    one = settings(SETTINGS, max_examples=1, phases=[Phase.generate])
    one(given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))(drive))()
    yield from found


def curl(request: httpx.Request) -> str:
    """The line that repeats a call, credentials and all."""
    skipped = ("host", "content-length", "accept-encoding", "connection", "user-agent")
    headers = [
        f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers.items() if name not in skipped
    ]
    body = [f"--data-binary {shlex.quote(request.content.decode(errors='replace'))}"] if request.content else []
    return " ".join(["curl", "-X", request.method, *headers, *body, shlex.quote(str(request.url))])
