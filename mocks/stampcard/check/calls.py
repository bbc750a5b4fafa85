"""A generated case as a request, what came back, and what of it breaks the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import requests
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import Failure as Finding
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from stampcard.check.signing import Headers
from stampcard.check.target import NoAnswer, Target
from stampcard.core.contract import MAIN_SERVICE

ALWAYS: tuple[CheckFunction, ...] = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
MAX_FAILURES = 20
"""Failures kept of one operation; a server of garbage makes a new one with every call."""

MAX_MESSAGE = 500
MAX_SILENCE = 3
"""Calls in a row without an answer after which an operation is given up."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something a server did that its contract does not allow, and the lines for a shell that repeat it."""

    check: str
    message: str
    curl: str


@dataclass(slots=True)
class Checked:
    """One operation or chain, after its calls: how often each status was answered, and what was wrong.

    `dropped` counts failures beyond the first MAX_FAILURES, `silent` the latest calls that brought no answer,
    `unanswered` all of those. `faults` are tracebacks of stampcard's own, `preparation` the lines that went before.
    """

    id: str
    label: str
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    dropped: int = 0
    silent: int = 0
    unanswered: int = 0
    faults: list[str] = field(default_factory=list)
    preparation: list[str] = field(default_factory=list)
    chain: bool = False

    @property
    def calls(self) -> int:
        return self.statuses.total() + self.unanswered

    @property
    def broken(self) -> bool:
        return bool(self.failures or self.faults)

    @property
    def given_up(self) -> bool:
        """Nobody is there: further calls would only wait."""
        return self.silent >= MAX_SILENCE

    def note(self, failure: Failure) -> None:
        """Keep a failure once, however many calls bring it about."""
        if any((one.check, one.message) == (failure.check, failure.message) for one in self.failures):
            return
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(failure)
        else:
            self.dropped += 1

    def sent(self, request: httpx.Request, target: Target, headers: Headers | None = None) -> httpx.Response | None:
        """Send, count, and note what kept an answer from coming; None when there is none."""
        try:
            response = target.send(request, headers)
        except NoAnswer as error:
            self.silent += 1
            self.unanswered += 1
            self.note(Failure(error.kind, str(error), target.curl(request)))
            return None
        self.silent = 0
        self.statuses[response.status_code] += 1
        return response


def service_of(operation: Any) -> str:
    """The part of the vendor that serves an operation."""
    service: str = operation.definition.raw.get("x-service", MAIN_SERVICE)
    return service


def fill(case: Case[Any], target: Target, *, known: bool) -> Case[Any]:
    """Put the client's own values where nothing else can lead anywhere, and paths to what is there if `known`."""
    if "client" in target.facts and isinstance(case.body, dict) and isinstance(case.body.get("client"), str):
        case.body = {**case.body, "client": target.facts["client"]}
    if known and case.path_parameters:
        found = {name: target.known[name] for name in case.path_parameters if name in target.known}
        case.path_parameters = {**case.path_parameters, **found}
    return case


def request_of(case: Case[Any], target: Target) -> httpx.Request:
    """The bytes of a case, not yet signed."""
    base_url = target.url_of(service_of(case.operation))
    sent = requests.Request(**case.as_transport_kwargs(base_url=base_url)).prepare()
    body: Any = sent.body or b""
    raw = body.encode() if isinstance(body, str) else bytes(body)
    # Of the headers, those the operation declares: the rest is Schemathesis's own.
    told = {"content-type", "accept", *(parameter.name.lower() for parameter in case.operation.headers)}
    headers = {name: str(value) for name, value in sent.headers.items() if name.lower() in told}
    return httpx.Request(str(sent.method), str(sent.url), content=raw or None, headers=headers)


def is_negative(case: Case[Any]) -> bool:
    """Whether a case was made to break the contract."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE


def is_boundary(case: Case[Any]) -> bool:
    """Whether a case is one of the boundary values that schemathesis goes through before it makes random ones."""
    return case.meta is not None and case.meta.phase.name.value == "coverage"


def failures_of(case: Case[Any], response: httpx.Response, target: Target) -> Iterator[Failure]:
    """What a response breaks. A 501 of ours that names what is not emulated is no failure: it is refused loudly."""
    if response.status_code == 501 and b"stampcard does not" in response.content:
        return
    refused = 400 <= response.status_code < 500  # schemathesis does not know Punchh's 412 for a refusal
    checks = [*ALWAYS, *(() if refused else (negative_data_rejection,))]
    line = target.curl(response.request)
    for title, message in findings_of(case, response, checks):
        yield Failure(title, message, line)


def findings_of(
    case: Case[Any], response: Any, checks: Sequence[CheckFunction], recorder: Any = None
) -> Iterator[tuple[str, str]]:
    """Title and message of what Schemathesis's checks find wrong with a response."""
    found: Sequence[BaseException] = ()
    try:
        case.validate_response(response, checks=list(checks), recorder=recorder)
    except FailureGroup as group:
        found = group.exceptions
    except Finding as finding:
        found = [finding]
    except Exception as error:  # An answer so odd that the checks themselves stumble is no reason to end the run.
        yield "unreadable answer", f"{response.status_code}: {type(error).__name__}: {error}"[:MAX_MESSAGE]
    for one in found:
        message = " ".join(str(getattr(one, "message", "") or one).split())
        yield getattr(one, "title", type(one).__name__), f"{response.status_code}: {message[:MAX_MESSAGE]}"
