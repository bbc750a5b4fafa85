"""The emulator over HTTP: worlds, clock, journal, outbox, faults and setup; errors are problem+json."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stampcard.core import codec, journal, setup
from stampcard.core.clock import Job, iso, parse_duration, parse_instant
from stampcard.core.errors import (
    ButtonError,
    ClockError,
    ConnectError,
    NoSuchButton,
    SetupError,
    StampcardError,
    UnknownWorld,
)
from stampcard.core.faults import BadFault
from stampcard.core.world import World
from stampcard.emulator import LOBBY, BadWorldName, Emulator, WorldExists

CONSOLE = Path(__file__).with_name("console.html")

_STATUSES: Mapping[type[StampcardError], int] = {
    UnknownWorld: 404,
    WorldExists: 409,
    BadWorldName: 422,
    ClockError: 409,
    NoSuchButton: 404,
    ButtonError: 422,
    ConnectError: 422,
    SetupError: 422,
    BadFault: 422,
}


class BadRequest(StampcardError):
    """A control call that cannot be read."""


class OursFailed(StampcardError):
    """Work that fell due hit a bug of ours; the entries are in the journal."""


def control_app(emulator: Emulator, *, frozen: bool = False) -> Starlette:
    """The control API; `frozen` is the mode of worlds created without saying which."""
    control = _Control(emulator, frozen)
    prefix = "/_stampcard"
    world = f"{prefix}/worlds/{{world}}"
    return Starlette(
        routes=[
            Route("/", control.console),
            Route(f"{prefix}/health", control.health),
            Route(f"{prefix}/setup.schema.json", control.schema),
            Route(f"{prefix}/worlds", control.worlds, methods=["GET"]),
            Route(f"{prefix}/worlds", control.create, methods=["POST"]),
            Route(world, control.show, methods=["GET"]),
            Route(world, control.delete, methods=["DELETE"]),
            Route(f"{world}/reset", control.reset, methods=["POST"]),
            Route(f"{world}/clock", control.clock, methods=["GET"]),
            Route(f"{world}/clock", control.move, methods=["POST"]),
            Route(f"{world}/settle", control.settle, methods=["POST"]),
            Route(f"{world}/journal", control.journal),
            Route(f"{world}/outbox", control.outbox),
            Route(f"{world}/faults", control.faults, methods=["GET"]),
            Route(f"{world}/faults", control.set_faults, methods=["PUT"]),
            Route(f"{world}/setup", control.setup, methods=["GET"]),
            Route(f"{world}/setup", control.set_up, methods=["PUT"]),
            Route(f"{world}/{{vendor}}/{{button}}", control.press, methods=["POST"]),
        ],
        exception_handlers={StampcardError: _problem, Exception: _problem, 404: _no_such_call, 405: _no_such_call},
    )


class _Control:
    def __init__(self, emulator: Emulator, frozen: bool) -> None:
        self._emulator = emulator
        self._frozen = frozen

    def _world(self, request: Request) -> World:
        return self._emulator.find_world(request.path_params["world"])

    async def console(self, request: Request) -> Response:
        return Response(CONSOLE.read_bytes(), media_type="text/html")

    async def health(self, request: Request) -> Response:
        return _json({"status": "ok", "version": version("stampcard")})

    async def schema(self, request: Request) -> Response:
        return _json(setup.schema(self._emulator.vendors.values()))

    async def worlds(self, request: Request) -> Response:
        return _json({"worlds": [self._emulator.describe(world) for world in self._emulator.worlds.values()]})

    async def create(self, request: Request) -> Response:
        body = await _body(request, {"name": str, "seed": (int, str), "frozen": bool, "setup": dict})
        world = await self._emulator.create_world(
            body.get("name"),
            seed=body.get("seed", 0),
            frozen=body.get("frozen", self._frozen),
            document=body.get("setup"),
        )
        return _json(self._emulator.describe(world), 201)

    async def show(self, request: Request) -> Response:
        world = self._world(request)
        counts = {"journal": len(world.journal), "outbox": len(world.outbox), "setups": len(world.setups)}
        return _json({**self._emulator.describe(world), "seed": world.seed, "clock": _clock(world), **counts})

    async def delete(self, request: Request) -> Response:
        self._emulator.remove_world(request.path_params["world"])
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        return _json(self._emulator.describe(await self._emulator.reset_world(request.path_params["world"])))

    async def clock(self, request: Request) -> Response:
        return _json(_clock(self._world(request)))

    async def move(self, request: Request) -> Response:
        world = self._world(request)
        body = await _body(request, {"freeze": bool, "set": str, "advance": (str, int, float)})
        try:
            by = parse_duration(body["advance"]) if "advance" in body else None
            to = parse_instant(body["set"]) if "set" in body else None
        except ClockError as error:
            raise BadRequest(str(error)) from error
        world.clock.check_move(to - world.clock.now if to is not None else timedelta())
        world.clock.check_move(by if by is not None else timedelta())
        if "freeze" in body:
            world.clock.freeze() if body["freeze"] else world.clock.tick()
        known = len(world.faults_of_ours)
        fired: list[Job] = []
        if to is not None:
            fired += await world.clock.set(to)
        if by is not None:
            fired += await world.clock.advance(by)
        return _moved(world, fired, known)

    async def settle(self, request: Request) -> Response:
        world = self._world(request)
        known = len(world.faults_of_ours)
        return _moved(world, await world.clock.settle(), known)

    async def journal(self, request: Request) -> Response:
        lobby = request.path_params["world"] == LOBBY
        world = self._emulator.lobby if lobby else self._world(request)
        query = request.query_params
        entries = world.journal.select(
            vendor=query.get("vendor"),
            operation=query.get("operation"),
            status=_number(query.get("status"), "status"),
            cause=_number(query.get("cause"), "cause"),
            since=_number(query.get("since"), "since") or 0,
        )
        masked = query.get("secrets") != "shown"
        return _json({"entries": [journal.view(entry, masked=masked) for entry in entries]})

    async def outbox(self, request: Request) -> Response:
        query = request.query_params
        messages = self._world(request).outbox.select(
            channel=query.get("channel"), user=query.get("user"), campaign=query.get("campaign")
        )
        return _json({"messages": [message.view() for message in messages]})

    async def faults(self, request: Request) -> Response:
        return _json(self._world(request).faults.view())

    async def set_faults(self, request: Request) -> Response:
        world = self._world(request)
        rows = await _decoded(request)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadRequest("faults are a list of objects")
        vendors = self._emulator.vendors.items()
        world.faults.replace(rows, {name: vendor.contract.operations for name, vendor in vendors})
        return _json(world.faults.view())

    async def setup(self, request: Request) -> Response:
        return _json(setup.view(self._world(request), self._emulator.vendors.values()))

    async def set_up(self, request: Request) -> Response:
        world = self._world(request)
        await self._emulator.set_up(world, await _decoded(request))
        return _json(setup.view(world, self._emulator.vendors.values()))

    async def press(self, request: Request) -> Response:
        """Press a button of a vendor's dashboard that no operation of its API offers."""
        world = self._world(request)
        vendor = self._emulator.vendors.get(request.path_params["vendor"])
        button = vendor.buttons.get(request.path_params["button"]) if vendor else None
        if vendor is None or button is None:
            known = [f"{v.name}/{name}" for v in self._emulator.vendors.values() for name in v.buttons]
            raise NoSuchButton(f"no such button; there are {', '.join(known)}")
        settings = await _decoded(request)
        if not isinstance(settings, dict):
            raise BadRequest("the body is a JSON object")
        return _json(await button(world.tenants[vendor.name], settings))


def _clock(world: World) -> dict[str, Any]:
    clock = world.clock
    return {"now": iso(clock.now), "mode": clock.mode, "due": [_job(job) for job in clock.due]}


def _job(job: Job) -> dict[str, Any]:
    return {"at": iso(job.due), "vendor": job.vendor or None, "what": job.name, "cause": job.cause}


def _moved(world: World, fired: list[Job], known_faults: int) -> Response:
    new = world.faults_of_ours[known_faults:]
    if new:
        raise OursFailed(f"stampcard's own fault while work ran; see journal entries {new} of world {world.name!r}")
    return _json({**_clock(world), "fired": [_job(job) for job in fired]})


def _number(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise BadRequest(f"{name} is a number, not {text!r}")
    return int(text)


async def _decoded(request: Request) -> Any:
    raw = await request.body()
    try:
        return codec.decode(raw) if raw else {}
    except codec.BadJson as error:
        raise BadRequest(f"the body is not JSON: {error}") from error


async def _body(request: Request, members: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with these members of these types, null taken as absent."""
    body = await _decoded(request)
    if not isinstance(body, dict):
        raise BadRequest("the body is a JSON object")
    for name, value in body.items():
        if name not in members:
            raise BadRequest(f"unknown member {name!r}; known are {', '.join(members)}")
        wrong_bool = isinstance(value, bool) and members[name] is not bool
        if value is not None and (wrong_bool or not isinstance(value, members[name])):
            raise BadRequest(f"{name} is of the wrong type: {value!r}")
    return {name: value for name, value in body.items() if value is not None}


def _json(body: Any, status: int = 200, media_type: str = "application/json") -> Response:
    return Response(codec.encode(body), status, media_type=media_type)


async def _problem(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUSES.items() if isinstance(error, kind)), None)
    if status is None:
        status = 400 if isinstance(error, BadRequest) else 500
    body = {"type": f"urn:stampcard:{type(error).__name__}", "title": type(error).__name__, "status": status}
    body["detail"] = str(error)
    if isinstance(error, SetupError):
        body["pointer"] = error.pointer
    return _json(body, status, "application/problem+json")


async def _no_such_call(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    body = {
        "type": "urn:stampcard:NoSuchCall",
        "title": "NoSuchCall",
        "status": status,
        "detail": f"the control API has no {request.method} {request.url.path}; it lives under /_stampcard",
    }
    return _json(body, status, "application/problem+json")
