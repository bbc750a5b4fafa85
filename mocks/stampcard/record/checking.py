"""A passed call against the vendor's contract, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stampcard.core import codec
from stampcard.core.contract import Contract, Match, Operation
from stampcard.core.errors import ReplyFault
from stampcard.core.http import Headers, Request, pairs_to_lists
from stampcard.record.calls import Passed, media_type, text_of

FORM = "application/x-www-form-urlencoded"


def differences(contract: Contract, passed: Passed) -> tuple[str, list[str]]:
    """The operation's id (empty: none) and what does not fit, in words that hold no value of the call."""
    found = contract.find(Request(passed.method, passed.target, Headers(())), None)
    if found is None or found.operation is None:
        what = "path" if found is None else f"method on this path ({', '.join(found.allowed)})"
        return "", [f"request: the contract has no such {what}"]
    operation = found.operation
    if not operation.definition:
        return operation.id, ["documented by the vendor and not emulated: there is nothing to check it against"]
    return operation.id, [*_request(operation, found, passed), *_reply(operation, passed)]


def _request(operation: Operation, found: Match, passed: Passed) -> Iterator[str]:
    query = pairs_to_lists(passed.target.partition("?")[2])
    for rule in operation.parameters:
        given = [found.path[rule.name]] if rule.where == "path" else query.get(rule.name)
        if rule.where not in ("path", "query"):
            continue
        if given is None:
            if rule.required:
                yield f"request: the parameter {rule.name} is missing"
        elif rule.read(given)[1]:
            yield f"request: the parameter {rule.name} does not fit ({rule.read(given)[1][0].keyword})"
    yield from (f"request: the parameter {name} is not documented" for name in query.keys() - operation.query_names)
    if operation.body is None:
        if passed.request_body.size:
            yield "request: a body, and the contract has none"
        return
    if not passed.request_body.size:
        if operation.body.required:
            yield "request: the body is missing"
        return
    media = media_type(passed.request_headers)
    if media and media not in operation.body.media_types and "*/*" not in operation.body.media_types:
        yield f"request: a body of type {media} is not documented"
        return
    readable, value = _value(passed.request_body, passed.request_headers)
    if not readable:
        yield "request: the body cannot be read, and was not checked"
        return
    for violation in operation.body.check(value):
        yield f"request: {_told(violation.path, violation.keyword, violation.limit)}"
    yield from (f"request: {one.pointer} is not documented" for one in operation.body.unknown(value))


def _reply(operation: Operation, passed: Passed) -> Iterator[str]:
    if not passed.status:
        return
    readable, value = _value(passed.response_body, passed.response_headers)
    if not readable and passed.response_body.size:
        yield "reply: the body cannot be read, and was not checked"
        return
    try:
        wrong = operation.replies.violations(passed.status, value)
    except ReplyFault:
        yield f"reply: the status {passed.status} is not in the contract"
        return
    for violation in wrong:
        yield f"reply {passed.status}: {_told(violation.path, violation.keyword, violation.limit)}"


def _told(path: tuple[str | int, ...], keyword: str, limit: Any) -> str:
    """A breach without the value that broke it: what is printed is as masked as what is written."""
    place = "/" + "/".join(map(str, path))
    if keyword == "required":
        return f"{place} lacks {limit}"
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        names = ", ".join(map(str, limit)) if isinstance(limit, list) else "members"
        return f"{place} has {names}, not in the contract"
    short = str(limit)
    return f"{place} breaks {keyword}" + (f" {short}" if len(short) <= 80 else "")


def _value(body: Any, headers: list[tuple[str, str]]) -> tuple[bool, Any]:
    """Whether a body could be read, and what it says; a form's fields nest as their names do."""
    text = text_of(body, headers)
    if text is None:
        return False, None
    if not text:
        return True, None
    if media_type(headers) == FORM:
        return True, {name: values[-1] for name, values in pairs_to_lists(text).items()}
    try:
        return True, codec.decode(text.encode())
    except codec.BadJson:
        return False, None
