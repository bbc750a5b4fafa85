"""A vendor of the tests' own: core is tested without knowing Braze, Punchh, Voucherify or Antavo."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
import yaml

from stampcard.core.contract import Operation
from stampcard.core.endpoint import Call, Caller, Reply, Vendor, answer
from stampcard.core.errors import ApiError, ContractError, SetupError
from stampcard.core.http import Headers, Request, Response
from stampcard.core.world import World

SOURCE = "https://shop.example/docs"


def row(name: str, method: str, path: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "group": "things", "method": method, "path": path, "source": SOURCE, **more}


INDEX: dict[str, Any] = {
    "vendor": "shop",
    "operations": [
        row("list", "GET", "/v1/things"),
        row("add", "POST", "/v1/things"),
        row("show", "GET", "/v1/things/{thing}"),
        row("remove", "DELETE", "/v1/things/{thing}"),
        row("call", "POST", "/v1/call"),
        row("crash", "GET", "/v1/crash"),
        row("lie", "GET", "/v1/lie"),
        row("later", "GET", "/v1/later", tier="core"),
    ],
}

KNOWN = {"x-emulation": "stateful", "x-provenance": "assumed", "x-source": SOURCE}


def json_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "It.", "content": {"application/json": {"schema": schema}}}


ERROR = {"$ref": "common.yaml#/components/responses/Error"}
THINGS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/v1/things": {
            "get": {
                "operationId": "list",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                    {"name": "tag", "in": "query", "schema": {"type": "array", "items": {"enum": ["red", "blue"]}}},
                    {"name": "all", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "price", "in": "query", "schema": {"type": "number"}},
                ],
                "responses": {"200": json_of({"type": "array"}), "400": ERROR},
                **KNOWN,
            },
            "post": {
                "operationId": "add",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                },
                "responses": {"201": json_of({"$ref": "#/components/schemas/Thing"}), "4XX": ERROR},
                "x-failures": {"shelf-full": {"status": 409, "body": {"error": "the shelf is full"}}},
                **KNOWN,
            },
        },
        "/v1/things/{thing}": {
            "parameters": [{"name": "thing", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "show", "responses": {"200": json_of({"type": "object"}), "404": ERROR}, **KNOWN},
            "delete": {"operationId": "remove", "responses": {"204": {"description": "Gone."}}, **KNOWN},
        },
        "/v1/call": {"post": {"operationId": "call", "responses": {"200": json_of({"type": "object"})}, **KNOWN}},
        "/v1/crash": {"get": {"operationId": "crash", "responses": {"200": json_of({})}, **KNOWN}},
        "/v1/lie": {"get": {"operationId": "lie", "responses": {"200": json_of({"type": "object"})}, **KNOWN}},
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 20},
                    "price": {"type": "integer"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                    "labels": {"type": "object", "additionalProperties": True},
                },
            },
            "Part": {
                "type": "object",
                "properties": {"size": {"type": "integer"}, "part": {"$ref": "#/components/schemas/Part"}},
            },
        }
    },
}
COMMON: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Common", "version": "1"},
    "components": {"responses": {"Error": json_of({"type": "object", "required": ["error"]})}},
}
SETUP: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "things": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "like": {"type": "string"},
    },
}


class Folder:
    """contracts/ of the tests: change `documents`, then `write`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "shop"
        self.home.mkdir()
        self.documents: dict[str, Any] = deepcopy(
            {"index.yaml": INDEX, "things.yaml": THINGS, "common.yaml": COMMON, "setup.yaml": SETUP}
        )

    @property
    def paths(self) -> dict[str, Any]:
        paths: dict[str, Any] = self.documents["things.yaml"]["paths"]
        return paths

    def write(self) -> Path:
        for name, document in self.documents.items():
            (self.home / name).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        return self.root


@dataclass
class Store:
    """The shop's tenant."""

    world: World
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)


async def list_things(call: Call[Store]) -> Reply:
    return Reply(200, [call.query])


async def add(call: Call[Store]) -> Reply:
    call.summary = f"added {call.body['name']}"
    call.state.things[call.body["name"]] = call.body
    return Reply(201, call.body, headers=[("X-Shop", "open")])


async def show(call: Call[Store]) -> Reply:
    try:
        return Reply(200, call.state.things[call.path["thing"]])
    except KeyError:
        raise ApiError(404, {"error": f"no {call.path['thing']}"}) from None


async def remove(call: Call[Store]) -> Reply:
    call.state.things.pop(call.path["thing"], None)
    return Reply(204)


async def call_out(call: Call[Store]) -> Reply:
    body = msgspec.json.encode(call.request.json["body"])
    response = await call.world.wire.send(
        "POST", call.request.json["url"], caller="shop", cause=call.id, headers={"X-Key": "key-w"}, body=body
    )
    return Reply(200, {"status": response.status, "entry": response.entry})


async def crash(call: Call[Store]) -> Reply:
    raise RuntimeError("the shelf broke")


async def lie(call: Call[Store]) -> Reply:
    return Reply(200, ["not", "an", "object"])


class Shop(Vendor[Store]):
    """Keys are `key-<world>`; a key that ends in `!` is known and refused."""

    name = "shop"
    hosts: ClassVar[Mapping[str, str]] = {"api.shop.example": "api"}
    public_host = "api.shop.example"
    max_body = 1000
    handlers: ClassVar[Mapping[str, Any]] = {
        "list": list_things,
        "add": add,
        "show": show,
        "remove": remove,
        "call": call_out,
        "crash": crash,
        "lie": lie,
    }

    def __init__(self, contracts: Path | None = None) -> None:
        super().__init__(contracts)
        self.keys: dict[str, Store] = {}

    def add_tenant(self, world: World) -> Store:
        store = self.keys[f"key-{world.name}"] = Store(world)
        return store

    def remove_tenant(self, world: World) -> None:
        self.keys.pop(f"key-{world.name}", None)

    def credentials(self, state: Store) -> dict[str, str]:
        return {"key": f"key-{state.world.name}"}

    def identify(self, request: Request) -> Caller[Store] | None:
        key = request.headers.get("x-key")
        store = self.keys.get(key.removesuffix("!"))
        return Caller(store.world, store, key) if store else None

    def authenticate(self, caller: Caller[Store] | None, request: Request, operation: Operation) -> Caller[Store]:
        if caller is None or caller.key.endswith("!"):
            raise ApiError(401, {"error": "who are you"})
        return caller

    def started(self, call: Call[Store]) -> None:
        if call.request.headers.get("x-busy"):
            raise ApiError(429, {"error": "busy"}, [("Retry-After", "1")])

    def not_found(self, request: Request) -> ApiError:
        return ApiError(404, {"error": f"no {request.raw_path}"})

    def wrong_method(self, request: Request, allowed: Sequence[str]) -> ApiError:
        return ApiError(405, {"error": "method"}, [("Allow", ", ".join(allowed))])

    def too_large(self, request: Request) -> ApiError:
        return ApiError(413, {"error": "too large"})

    def invalid(self, call: Call[Store], error: ContractError) -> ApiError:
        return ApiError(400, {"error": [[v.where, list(v.path), v.keyword] for v in error.violations]})

    def check_setup(self, world: World, state: Store, section: Mapping[str, Any]) -> None:
        like = section.get("like", "")
        names = {thing["name"] for thing in section.get("things", ())} | state.things.keys()
        if like and like not in names:
            raise SetupError("/shop/like", f"no thing called {like!r}")

    def apply_setup(self, world: World, state: Store, section: Mapping[str, Any]) -> None:
        state.things |= {thing["name"]: thing for thing in section.get("things", ())}


class Town:
    """A shop, a world of it called `w`, and the lobby."""

    def __init__(self, contracts: Path, journal_size: int = 100) -> None:
        self.shop = Shop(contracts)
        self.vendors: dict[str, Vendor[Any]] = {"shop": self.shop}
        self.lobby = World("lobby", self.reach)
        self.world = self.add_world("w", journal_size)

    def add_world(self, name: str, journal_size: int = 100) -> World:
        world = World(name, self.reach, journal_size=journal_size)
        world.tenants["shop"] = self.shop.add_tenant(world)
        return world

    @property
    def store(self) -> Store:
        store: Store = self.world.tenants["shop"]
        return store

    def reach(self, request: Request, host: str, port: int) -> Awaitable[Response] | None:
        return answer(self.shop, request, "api", self.lobby) if host in self.shop.hosts else None

    async def call(self, method: str, target: str, body: Any = None, /, key: str = "key-w", **headers: str) -> Response:
        """A call from outside; `body` is bytes as they are, or encoded as JSON."""
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body) if body is not None else b""
        fields = [("X-Key", key), *((name.replace("_", "-"), value) for name, value in headers.items())]
        return await answer(self.shop, Request(method, target, Headers(fields), raw), None, self.lobby)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The shop's contracts, not yet written."""
    return Folder(tmp_path)


@pytest.fixture
def town(folder: Folder) -> Iterator[Town]:
    """A town whose world has no fault of ours at the end, unless the test took it off the list."""
    town = Town(folder.write())
    yield town
    assert [entry.error for entry in town.world.journal if entry.id in town.world.faults_of_ours] == []
