"""Deliberately broken copies of the fakes: what each does wrong, past our own check of replies."""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor
from stampcard.core.errors import ApiError

Change = Callable[[Vendor[Any], str], None]


@dataclass(frozen=True)
class Mutant:
    """A change of one operation (`of`: read, create, change, remove, body), found by driving it or by its chain."""

    of: str
    change: Change
    chain: bool = False


# A tenant is copied whole; Python copies no view of a dict by itself.
copyreg.pickle(MappingProxyType, lambda view: (MappingProxyType, (dict(view),)))


class Crash(RuntimeError):
    """What a mutant raises on purpose."""


MISTAKES: list[str] = []
"""Crashes of mutants that were to do something else: any check catches those, so they would prove nothing."""


class Unchecked:
    """Our own check of replies, off: what is sought is whether a check from outside sees it."""

    def check(self, status: int, body: Any) -> None:
        pass


def replacing(make: Callable[[Callable[[Any], Any]], Callable[[Any], Any]]) -> Change:
    """Another handler, made from the right one."""

    def mutate(vendor: Vendor[Any], operation: str) -> None:
        made = make(vendor.handlers[operation])

        async def watched(call: Call[Any]) -> Reply:
            try:
                reply: Reply = await made(call)
            except (ApiError, Crash):
                raise
            except Exception as error:
                MISTAKES.append(f"{operation}: {error!r}")
                raise
            return reply

        vendor.handlers = {**vendor.handlers, operation: watched}  # type: ignore[misc]
        vendor.contract.operations[operation].__dict__["replies"] = Unchecked()

    return mutate


def answering(change: Callable[[Reply], Reply]) -> Change:
    """A handler whose replies are changed on their way out."""

    def make(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
        async def changed(call: Call[Any]) -> Reply:
            return change(await handler(call))

        return changed

    return replacing(make)


def without_member(reply: Reply) -> Reply:
    """Lacks the first member the contract demands, at the top or in the first record of a list."""
    body = copy.deepcopy(reply.body)
    found = body[0] if isinstance(body, list) and body else body
    if isinstance(found, dict) and found:
        del found[next(iter(found))]
    return replace(reply, body=body)


def all_numbers(reply: Reply) -> Reply:
    """Every text is a number: the members are there, and none is what it should be."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(item) for name, item in value.items()}
        return (
            [turned(item) for item in value] if isinstance(value, list) else 4711 if isinstance(value, str) else value
        )

    return replace(reply, body=turned(reply.body))


def crashed(reply: Reply) -> Reply:
    raise Crash("mutant")


def forgetful(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Answers as if it had changed something, and changes nothing."""

    async def changed(call: Call[Any]) -> Reply:
        kept = call.state
        call.state = copy.deepcopy(kept, {id(call.world): call.world})
        try:
            reply: Reply = await handler(call)
        finally:
            call.state = kept
        return reply

    return changed


def renaming(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What is sent again under the same key is taken for something else: idempotency is lost."""
    count = 0

    async def changed(call: Call[Any]) -> Reply:
        nonlocal count
        count += 1
        if count > 1:
            call.body = renamed(call.body, count)
        reply: Reply = await handler(call)
        return reply

    return changed


KEYS = ("source_id", "name", "email", "customer", "external_id", "external_uid")


def renamed(value: Any, count: int) -> Any:
    if isinstance(value, dict):
        return {
            name: f"{count}{item}" if name in KEYS and isinstance(item, str) else renamed(item, count)
            for name, item in value.items()
        }
    return [renamed(item, count) for item in value] if isinstance(value, list) else value


def mixed_up(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Whatever is asked for, the answer is what was asked for first."""
    first: list[Reply] = []

    async def changed(call: Call[Any]) -> Reply:
        reply: Reply = await handler(call)
        if reply.status < 300:
            first.append(reply)
            return first[0]
        return reply

    return changed


Judge = Callable[[Any, Any, Operation], Any]


def guarding(make: Callable[[Judge, Callable[[], Caller[Any]]], Judge]) -> Change:
    """Another judge of who may call, made from the right one; it knows the caller of the newest world."""

    def mutate(vendor: Vendor[Any], operation: str) -> None:
        add, identify, known = vendor.add_tenant, vendor.identify, list[Caller[Any]]()

        def add_tenant(world: Any) -> Any:
            known.clear()
            return add(world)

        def identified(request: Any) -> Any:
            found = identify(request)
            if found is not None:
                known.append(found)
            return found or (known[0] if known else None)

        vendor.add_tenant = add_tenant  # type: ignore[method-assign]
        vendor.identify = identified  # type: ignore[method-assign]
        vendor.authenticate = make(vendor.authenticate, lambda: known[0])  # type: ignore[method-assign, assignment]

    return mutate


def open_to_all(judge: Judge, known: Callable[[], Caller[Any]]) -> Judge:
    """Authentication is ignored."""

    def authenticated(caller: Any, request: Any, place: Operation) -> Any:
        try:
            return judge(caller, request, place)
        except ApiError:
            return caller or known()

    return authenticated


def content_with_any(judge: Judge, known: Callable[[], Caller[Any]]) -> Judge:
    """Any credential or signature will do, as long as there is one: a wrong one is accepted."""
    proofs = ("authorization", "x-app-token", "x-pch-digest", "x-management-token", "x-client-token")

    def authenticated(caller: Any, request: Any, place: Operation) -> Any:
        try:
            return judge(caller, request, place)
        except ApiError:
            if any(request.headers.get(name) for name in proofs):
                return caller or known()
            raise

    return authenticated


def careless(vendor: Vendor[Any], operation: str) -> None:
    """What breaks the contract is answered with success."""
    vendor.invalid = lambda call, error: ApiError(200, {"message": "fine"})  # type: ignore[method-assign]


def outspoken(vendor: Vendor[Any], operation: str) -> None:
    """What breaks the contract is answered with the trace of a crash."""
    vendor.invalid = lambda call, error: ApiError(500, {"trace": str(error)})  # type: ignore[method-assign]


MUTANTS: dict[str, Mutant] = {
    "wrong status": Mutant("read", answering(lambda reply: replace(reply, status=reply.status + 7))),
    "redirect": Mutant("read", answering(lambda reply: replace(reply, status=302))),
    "no body": Mutant("read", answering(lambda reply: replace(reply, body=None))),
    "missing member": Mutant("read", answering(without_member)),
    "wrong types": Mutant("read", answering(all_numbers)),
    "a list of it": Mutant("read", answering(lambda reply: replace(reply, body=[reply.body]))),
    "wrong content type": Mutant(
        "read", answering(lambda reply: replace(reply, raw=b"<p>hello</p>", media_type="text/html"))
    ),
    "no JSON": Mutant("read", answering(lambda reply: replace(reply, raw=b"{"))),
    "a crash": Mutant("read", answering(crashed)),
    "authentication ignored": Mutant("read", guarding(open_to_all)),
    "wrong signature accepted": Mutant("read", guarding(content_with_any)),
    "bad data accepted": Mutant("body", careless),
    "bad data crashes": Mutant("body", outspoken),
    "creation forgotten": Mutant("create", replacing(forgetful), chain=True),
    "change lost": Mutant("change", replacing(forgetful), chain=True),
    "deletion forgotten": Mutant("remove", replacing(forgetful), chain=True),
    "idempotency lost": Mutant("again", replacing(renaming), chain=True),
    "records mixed up": Mutant("show", replacing(mixed_up), chain=True),
}
