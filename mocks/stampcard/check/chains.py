"""Chains of calls: what is created can be read, changed and deleted, along the OpenAPI `links` of the contract.

A link says which operation may follow an answer, and where its parameters and body come from (OpenAPI 3.1, Link
Object). Two members are ours: `x-status`, the status that must be answered where it is not a success (404 after a
deletion), and `x-same`, a map of JSON pointers into that answer to expressions over this call: what was written must
be what is read. A link of an operation to itself says what a repetition must answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.core.transforms import UNRESOLVABLE, resolve_pointer
from schemathesis.core.transport import Response
from schemathesis.generation.stateful.state_machine import StepOutput
from schemathesis.specs.openapi.expressions import evaluate
from schemathesis.specs.openapi.stateful.links import OpenApiLink

from stampcard.check.calls import Checked, Failure, failures_of, fill, request_of
from stampcard.check.running import finished
from stampcard.check.target import Target

MAX_STEPS = 40
"""Calls of one chain, so that links that lead round in a circle come to an end."""


@dataclass(frozen=True, slots=True)
class Link:
    """One way on from an answer of `status`, as the contract declares it."""

    status: str
    definition: Mapping[str, Any]
    read: OpenApiLink

    @property
    def name(self) -> str:
        return str(self.read.full_name)


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a chain and its answer; `line` repeats it."""

    output: StepOutput
    line: str


def links_of(operations: Sequence[Any]) -> dict[str, list[Link]]:
    """The links of each operation, by its label, as far as they lead to operations that are checked."""
    found: dict[str, list[Link]] = {}
    labels = {operation.label for operation in operations}
    known: dict[str, Any] = {}
    for operation in operations:
        for status, response in operation.responses.items():
            for name, definition in response.iter_links():
                read = OpenApiLink(name, status, dict(definition), operation, known)
                if read.target.label in labels:
                    found.setdefault(operation.label, []).append(Link(status, definition, read))
    return found


def roots(operations: Sequence[Any], links: Mapping[str, Sequence[Link]]) -> Iterator[Any]:
    """Where chains begin: operations with links that no other operation leads to."""
    reached = {
        link.read.target.label for label, ways in links.items() for link in ways if link.read.target.label != label
    }
    return (operation for operation in operations if operation.label in links and operation.label not in reached)


def check_chain(root: Any, links: Mapping[str, Sequence[Link]], target: Target) -> Checked:
    """Follow every link from an operation on, each once, in the order the contract lists them."""
    checked = Checked(root.definition.raw["operationId"], f"{root.label} and on", chain=True)
    _Walk(links, target, checked).begin(root)
    return finished(checked, target)


class _Walk:
    def __init__(self, links: Mapping[str, Sequence[Link]], target: Target, checked: Checked) -> None:
        self._links = links
        self._target = target
        self._checked = checked
        self._taken: set[str] = set()
        self._steps: list[Step] = []

    def begin(self, root: Any) -> None:
        values = example(root)
        found = {name: value for name, value in self._target.known.items() if f"{{{name}}}" in root.path}
        case = fill(root.Case(**values, path_parameters=found), self._target, known=False)
        response = self._send(case, None)
        if response is not None and response.is_success:
            self._on()
        elif response is not None and self._target.fresh:
            self._note("chain", f"the contract's own example is refused: {_told(response)}")

    def _on(self) -> None:
        """Take every way on from the last step, not yet taken."""
        step = self._steps[-1]
        for link in self._links.get(step.output.case.operation.label, ()):
            if link.status != str(step.output.response.status_code) or link.name in self._taken:
                continue
            if len(self._taken) < MAX_STEPS and not self._checked.given_up:
                self._taken.add(link.name)
                self._take(step, link)

    def _take(self, before: Step, link: Link) -> None:
        case = _linked(before.output, link)
        if isinstance(case, str):
            return self._note("chain", f"{link.read.name}: {case} is not in the answer")
        fill(case, self._target, known=False)
        response = self._send(case, link)
        if response is None:
            return
        wanted = str(link.definition.get("x-status", "2"))
        if not str(response.status_code).startswith(wanted):
            return self._note("chain", f"{link.name}: not {wanted.ljust(3, 'x')}: {_told(response)}")
        for pointer, expression in link.definition.get("x-same", {}).items():
            self._same(before, link, pointer, expression)
        self._on()

    def _same(self, before: Step, link: Link, pointer: str, expression: Any) -> None:
        body = _decoded(self._steps[-1].output.response)
        got = resolve_pointer(body, pointer)
        wanted = evaluate(expression, before.output, evaluate_nested=True)
        if got != wanted:
            told = "nothing" if got is UNRESOLVABLE else repr(got)
            self._note("chain", f"{link.name}: {pointer} is {told[:200]}, not {wanted!r:.200}")

    def _send(self, case: Case[Any], link: Link | None) -> httpx.Response | None:
        request = request_of(case, self._target)
        response = self._checked.sent(request, self._target)
        if response is None:
            return None
        self._target.settle()
        self._steps.append(Step(StepOutput(Response.from_any(response), case), self._target.curl(request)))
        for failure in failures_of(case, response, self._target):
            self._note(failure.check, failure.message)
        return response

    def _note(self, check: str, message: str) -> None:
        """A failure is repeated by the whole chain that led to it."""
        self._checked.note(Failure(check, message, "\n  ".join(step.line for step in self._steps)))


def example(operation: Any) -> dict[str, Any]:
    """The body of the contract's own example, and of the headers those that must be there."""
    found: dict[str, Any] = {}
    for media, content in operation.definition.raw.get("requestBody", {}).get("content", {}).items():
        if "example" in content:
            found |= {"body": content["example"], "media_type": media}
            break
    headers = {header.name: header.definition["example"] for header in operation.headers if header.is_required}
    return {**found, "headers": headers} if headers else found


def _linked(output: StepOutput, link: Link) -> Case[Any] | str:
    """The case a link leads to, or the expression that finds nothing."""
    transition = link.read.extract(output)
    values: dict[str, Any] = {}
    for container, parameters in transition.parameters.items():
        for name, extracted in parameters.items():
            if not isinstance(extracted.value, Ok) or extracted.value.ok() in (None, UNRESOLVABLE):
                return str(extracted.definition)
            values.setdefault(container, {})[name] = extracted.value.ok()
    target = link.read.target
    body = transition.request_body
    if body is not None:
        if not isinstance(body.value, Ok) or body.value.ok() is UNRESOLVABLE:
            return str(body.definition)
        values |= {"body": body.value.ok(), "media_type": next(iter(target.definition.raw["requestBody"]["content"]))}
    values = {**example(target), **values}
    case: Case[Any] = target.Case(**values)
    return case


def _told(response: httpx.Response) -> str:
    return f"{response.status_code} {response.content[:200].decode(errors='replace')}"


def _decoded(response: Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
