"""The journey of a request: route, whose world, faults, authenticate, read, handle, check the reply, journal.

A vendor is a table of handlers, the words it refuses in, and a way to find out who is calling. The order of things is
here and nowhere else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from stampcard.core import codec
from stampcard.core.checking import pointer_to
from stampcard.core.contract import Contract, Operation, load
from stampcard.core.errors import ApiError, ContractError, ContractFault, ReplyFault, SetupError, Violation
from stampcard.core.http import Chunks, Request, Response
from stampcard.core.journal import BODY_LIMIT, Diagnostic, Entry, packed
from stampcard.core.wire import faulted
from stampcard.core.world import World

T = TypeVar("T")

JSON = "application/json"
_JSON_HEADER = ("Content-Type", JSON)


class Reply(msgspec.Struct, frozen=True):
    """What a handler answers: `body` is JSON (None: no body) unless `raw` holds what is of another `media_type`."""

    status: int
    body: Any = None
    headers: Sequence[tuple[str, str]] = ()
    raw: bytes | Chunks | None = None
    media_type: str = JSON


class Caller(msgspec.Struct, Generic[T], frozen=True):
    """Whose world a credential names: the world, the tenant in it and the vendor's own record of the key."""

    world: World
    state: T
    key: Any


class Call(Generic[T]):
    """A parsed request on its way to a handler.

    `state` is the tenant the credential names, `key` the vendor's record of the credential, `path` and `query` the
    parameters in their declared types, `body` the decoded and checked body (None when absent), `id` the journal id
    that everything this call causes must name.
    """

    __slots__ = (
        "body",
        "diagnostics",
        "id",
        "key",
        "operation",
        "path",
        "query",
        "request",
        "state",
        "summary",
        "world",
    )

    def __init__(self, caller: Caller[T], operation: Operation, request: Request, entry: int) -> None:
        self.world = caller.world
        self.state = caller.state
        self.key = caller.key
        self.operation = operation
        self.request = request
        self.id = entry
        self.path: dict[str, Any] = {}
        self.query: dict[str, Any] = {}
        self.body: Any = None
        self.summary = ""
        self.diagnostics: list[Diagnostic] = []

    def diagnose(self, code: str, message: str, pointer: str = "", severity: str = "warning") -> None:
        """Tell on the second channel what the vendor would do without a word."""
        self.diagnostics.append(Diagnostic(code, severity, message, pointer))


class Vendor(ABC, Generic[T]):
    """One vendor: its contract, its handlers, its words.

    `hosts` maps host name patterns (`*` stands for one or more labels' text) to the service behind them.
    """

    name: ClassVar[str]
    hosts: ClassVar[Mapping[str, str]]
    public_host: ClassVar[str]
    max_body: ClassVar[int] = 10 * 1024 * 1024
    """Bytes, for operations whose contract names no other limit (`x-max-body`)."""
    handlers: ClassVar[Mapping[str, Callable[[Any], Awaitable[Reply]]]]
    buttons: ClassVar[Mapping[str, Callable[[Any, Mapping[str, Any]], Awaitable[Any]]]] = {}
    """What a person presses in the dashboard and no operation offers: name -> (tenant, settings) -> JSON."""

    def __init__(self, contracts: Path | None = None) -> None:
        self.contract: Contract = load(self.name, contracts)
        emulated = {operation.id for operation in self.contract if operation.emulation != "none"}
        if strange := emulated ^ self.handlers.keys():
            raise ContractFault(f"{self.name}: contract and handlers disagree on {', '.join(sorted(strange))}")

    # Tenants and their keys

    @abstractmethod
    def add_tenant(self, world: World) -> T:
        """A new, empty tenant of a world, with the world's derived credentials registered."""

    @abstractmethod
    def remove_tenant(self, world: World) -> None:
        """Forget a world's credentials."""

    @abstractmethod
    def credentials(self, state: T) -> dict[str, str]:
        """The credentials of the ready line, without the URL."""

    def check_setup(self, world: World, state: T, section: Mapping[str, Any]) -> None:
        """Check references of a setup section that fits its schema. Raises SetupError; changes nothing."""

    def apply_setup(self, world: World, state: T, section: Mapping[str, Any]) -> None:
        """Apply a checked section; must not fail."""
        raise SetupError(f"/{self.name}", "nothing can be set up here yet")

    async def connect(self, world: World, state: T, section: Mapping[str, Any]) -> None:
        """Press the buttons that call another vendor (Connect, Submit). Raises ConnectError."""

    # Who is calling

    @abstractmethod
    def identify(self, request: Request) -> Caller[T] | None:
        """Whose world a request's credential names, signature and permissions not yet looked at; never raises."""

    @abstractmethod
    def authenticate(self, caller: Caller[T] | None, request: Request, operation: Operation) -> Caller[T]:
        """Check credential, signature and permission. Raises ApiError."""

    # The vendor's words

    @abstractmethod
    def not_found(self, request: Request) -> ApiError:
        """The answer for a path the vendor does not have."""

    @abstractmethod
    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        """The answer for a path the vendor has, with another method."""

    @abstractmethod
    def too_large(self, request: Request) -> ApiError:
        """The answer for a body over the limit of its operation."""

    @abstractmethod
    def invalid(self, call: Call[T], error: ContractError) -> ApiError:
        """The answer for a request off contract."""

    def not_emulated(self, operation: Operation) -> ApiError:
        """Ours, not the vendor's: the operation is documented and not emulated."""
        return ApiError(501, {"message": f"stampcard does not emulate {operation.id}", **named(operation)})

    def read_body(self, call: Call[T]) -> Any:
        """Decode the body; JSON by default. Raises ContractError (where `json` or `media`)."""
        try:
            return call.request.json
        except codec.BadJson as error:
            raise ContractError([Violation("json", (), "json", None, None, str(error))]) from error

    def response_headers(self, world: World, call: Call[T] | None) -> list[tuple[str, str]]:
        """Headers the vendor adds to every answer; `call` is None when it was refused before it became one."""
        return []

    def started(self, call: Call[T]) -> None:
        """Called once a call is authenticated, before it is read; may raise ApiError (rate limits)."""


def named(operation: Operation) -> dict[str, str]:
    """The members of a 501 that say which operation it is."""
    return {
        "operation": operation.id,
        "vendor": operation.vendor,
        "method": operation.method,
        "path": operation.path,
        "source": operation.source,
    }


class _Journey(Generic[T]):
    """What is known of a request so far, for the journal."""

    __slots__ = ("call", "caller", "delay", "entry", "error", "operation", "refusal", "request", "vendor", "world")

    def __init__(self, vendor: Vendor[T], request: Request, world: World, caller: Caller[T] | None) -> None:
        self.vendor = vendor
        self.request = request
        self.world = world
        self.caller = caller
        self.entry = world.journal.next_id()
        self.operation: Operation | None = None
        self.call: Call[T] | None = None
        self.error = ""
        self.refusal = ""
        self.delay = 0.0


async def answer(vendor: Vendor[T], request: Request, service: str | None, lobby: World) -> Response:
    """Answer one request; `lobby` is where requests are kept whose credential names no world."""
    try:
        caller = vendor.identify(request)
    except Exception as error:
        journey = _Journey(vendor, request, lobby, None)
        response = _fault_of_ours(journey, error)
    else:
        journey = _Journey(vendor, request, caller.world if caller else lobby, caller)
        try:
            response = await _travel(journey, service)
        except ApiError as error:
            response = _refused(journey, error)
        except Exception as error:
            response = _fault_of_ours(journey, error)
    _record(journey, response)
    return response


def _refused(journey: _Journey[T], error: ApiError) -> Response:
    try:
        response = _render(journey, Reply(error.status, error.body, error.headers))
    except Exception as ours:
        return _fault_of_ours(journey, ours)
    journey.refusal = response.body[:200].decode(errors="replace")
    return response


async def _travel(journey: _Journey[T], service: str | None) -> Response:
    vendor, request, world = journey.vendor, journey.request, journey.world

    # Route
    match = vendor.contract.find(request, service)
    if match is None:
        raise vendor.not_found(request)
    operation = journey.operation = match.operation
    if operation is None:
        raise vendor.wrong_method(request, match.allowed)

    # What was told to go wrong
    fault = world.faults.hit_of(operation)
    if fault is not None:
        journey.error, journey.delay = "fault injected", fault.seconds
        if fault.drop or fault.garbage or fault.status:
            return faulted(fault)
    failure = operation.failures[fault.error] if fault is not None and fault.error else None

    # Who is calling
    handler = vendor.handlers.get(operation.id)
    if handler is None:
        raise vendor.not_emulated(operation)
    caller = vendor.authenticate(journey.caller, request, operation)
    call = journey.call = Call(caller, operation, request, journey.entry)
    vendor.started(call)

    # Is it valid
    if request.oversize or len(request.body) > (operation.max_body or vendor.max_body):
        raise vendor.too_large(request)
    call.path = match.path
    try:
        _read(vendor, call)
    except ContractError as error:
        raise vendor.invalid(call, error) from error

    # Do it
    reply = await _handled(handler, call) if failure is None else Reply(failure["status"], failure["body"])
    return _render(journey, reply)


async def _handled(handler: Callable[[Any], Awaitable[Reply]], call: Call[Any]) -> Reply:
    """A handler's reply, which must fit its contract."""
    reply = await handler(call)
    call.operation.replies.check(reply.status, reply.body)
    return reply


def _read(vendor: Vendor[T], call: Call[T]) -> None:
    """Parameters and body in their declared types. Raises ContractError with all violations."""
    operation = call.operation
    found: list[Violation] = []
    if operation.parameters or call.request.raw_query:
        found += _read_parameters(call)
    rule = operation.body
    if rule is not None and (call.request.body or rule.required):
        call.body = vendor.read_body(call)
        found += rule.check(call.body)
        if not found:
            call.diagnostics.extend(rule.unknown(call.body))
    if found:
        raise ContractError(found)


def _read_parameters(call: Call[Any]) -> list[Violation]:
    found: list[Violation] = []
    given = call.request.query if call.request.raw_query else {}
    for rule in call.operation.parameters:
        if rule.where == "path":
            call.path[rule.name], wrong = rule.read([call.path[rule.name]])
            found += wrong
        elif rule.where == "query":
            values = given.get(rule.name)
            if values is not None:
                call.query[rule.name], wrong = rule.read(values)
                found += wrong
            elif rule.required:
                message = f"{rule.name!r} is a required parameter"
                found.append(Violation("query", (), "required", rule.name, None, message))
    for name in given:
        if name not in call.operation.query_names:
            call.diagnose("unknown-parameter", "the vendor ignores this query parameter", pointer_to(name))
    return found


def _render(journey: _Journey[T], reply: Reply) -> Response:
    """The response of a reply or refusal. Raises ReplyFault for a header that cannot be sent."""
    headers = _own_headers(journey)
    headers += journey.vendor.response_headers(journey.world, journey.call)
    headers += reply.headers
    if not _can_be_sent("".join([value for _, value in headers])):
        name, value = next(header for header in headers if not _can_be_sent(header[1]))
        raise ReplyFault(f"the header {name} cannot be {value!r}")
    if reply.raw is not None:
        body: bytes | Chunks = reply.raw
        headers.append(("Content-Type", reply.media_type))
    elif reply.body is not None:
        body = codec.encode(reply.body)
        headers.append(_JSON_HEADER)
    else:
        body = b""
    response = Response(reply.status, headers, body)
    response.delay = journey.delay
    return response


def _can_be_sent(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _own_headers(journey: _Journey[T]) -> list[tuple[str, str]]:
    """The second channel, as far as it fits into headers."""
    operation, call = journey.operation, journey.call
    headers = [journey.world.header, ("X-Stampcard-Entry", str(journey.entry))]
    if operation is not None:
        headers.append(operation.header)
    if call is not None and call.diagnostics:
        told = dict.fromkeys(f"{d.code} {d.pointer}".strip()[:100] for d in call.diagnostics[:8])
        headers.append(("X-Stampcard-Diagnostics", ", ".join(told).encode("unicode_escape").decode()))
    return headers


def _fault_of_ours(journey: _Journey[T], error: Exception) -> Response:
    operation = journey.operation.id if journey.operation else ""
    entry = journey.world.record_fault(journey.vendor.name, operation, error, journey.entry)
    journey.error = f"fault of stampcard, see entry {entry}"
    what = "its own reply broke the contract" if isinstance(error, ReplyFault) else "it has a bug"
    message = f"This is stampcard's own fault, not {journey.vendor.name}'s answer: {what}. See the journal."
    body = {
        "message": message,
        "stampcard": {"fault": repr(error), "entry": entry, "operation": operation or None},
    }
    headers = [*_own_headers(journey), _JSON_HEADER]
    return Response(500, headers, codec.encode(body))


def _record(journey: _Journey[T], response: Response) -> None:
    request, world, call, operation = journey.request, journey.world, journey.call, journey.operation
    response.entry, response.world = journey.entry, world.name
    response.vendor, response.operation = journey.vendor.name, operation.id if operation else ""
    world.journal.add(
        Entry(
            id=journey.entry,
            at=world.clock.now,
            kind="call",
            caller=request.caller,
            vendor=journey.vendor.name,
            cause=request.cause,
            operation=operation.id if operation else "",
            method=request.method,
            url=request.target,
            status=0 if response.dropped else response.status,
            summary=journey.refusal or (call.summary if call else ""),
            error=journey.error,
            request_head=request.headers.packed,
            request_body=request.body[: BODY_LIMIT + 1],
            response_head=packed(response.headers),
            response_body=response.head(BODY_LIMIT + 1),
            diagnostics=tuple(call.diagnostics) if call else (),
        )
    )
