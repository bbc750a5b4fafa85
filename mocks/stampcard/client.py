"""A world seen from outside: the control API and the vendors' front doors, in process or over sockets.

Stories, tests and notebooks hold a `WorldClient`. It speaks HTTP only, so the same code drives a world in this
process, on a server beside it, or on a server somebody else started.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from faker import Faker

from stampcard.asgi import Application
from stampcard.control import control_app
from stampcard.core.errors import ExpectationFailed, StampcardError
from stampcard.core.world import World
from stampcard.emulator import CONTROL_HOST, Emulator

Listener = Callable[[str, Any], None]
"""Told of what happens: ("say", sentence), ("entries", new ones), ("expected", sentence), ("noted", (name, value))."""


class ControlRefused(StampcardError):
    """The control API refused a call; `status` and `problem` are its answer."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{problem.get('title', status)}: {problem.get('detail', problem)}")
        self.status = status
        self.problem = problem


class Door:
    """One vendor as an integrator sees it: its base URL, this world's credentials, and plain HTTP calls."""

    def __init__(self, world: WorldClient, name: str, http: httpx.AsyncClient, facts: Mapping[str, str]) -> None:
        self._world = world
        self._http = http
        self.name = name
        self.url = facts["url"]
        self.credentials = {key: value for key, value in facts.items() if key != "url"}

    def __getitem__(self, key: str) -> str:
        """A credential: `world.braze["api_key"]`."""
        return self.credentials[key]

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """An HTTP call; `options` are httpx's (json, content, params, headers ...)."""
        response = await self._http.request(method, self.url + path, **options)
        await self._world.look()
        return response

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("PUT", path, **options)

    async def patch(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("DELETE", path, **options)


class WorldClient:
    """A world: its four vendors, its clock, what crossed the wire and what people received.

    `facts` is the ready line. `guests` is the size of an audience somebody asked for; a story has its own when it is
    None. `locale` is whose names and addresses invented people have. With `show_secrets` the listener hears of calls
    with their secrets. `forbidden` is what `strict` was told.
    """

    def __init__(
        self,
        control: httpx.AsyncClient,
        facts: Mapping[str, Any],
        *,
        inside: World | None = None,
        listener: Listener | None = None,
    ) -> None:
        self._control = control
        self._listener = listener
        self._seen = 0
        self.facts = facts
        self.name: str = facts["world"]
        self._inside = inside
        self.guests: int | None = None
        self.locale = "en_US"
        self.show_secrets = False
        self.forbidden: tuple[str, ...] = ()
        self.braze = Door(self, "braze", control, facts["braze"])
        self.punchh = Door(self, "punchh", control, facts["punchh"])
        self.voucherify = Door(self, "voucherify", control, facts["voucherify"])
        self.antavo = Door(self, "antavo", control, facts["antavo"])

    @property
    def inside(self) -> World:
        """The world itself, where it lives in this process. Raises RuntimeError for one on a server."""
        if self._inside is None:
            raise RuntimeError(f"the world {self.name!r} is on a server: it can be seen over HTTP only")
        return self._inside

    @property
    def doors(self) -> tuple[Door, ...]:
        """The four vendors."""
        return (self.braze, self.punchh, self.voucherify, self.antavo)

    # Control

    async def setup(self, document: Mapping[str, Any]) -> Any:
        """Click together what the document says. Raises ControlRefused with a pointer, and nothing is applied."""
        return await self._call("PUT", "/setup", document)

    async def advance(self, by: str | float) -> list[dict[str, Any]]:
        """Move the clock (`"10m"`, `"3d"`, seconds); returns what fell due and ran."""
        fired: list[dict[str, Any]] = (await self._call("POST", "/clock", {"advance": by}))["fired"]
        return fired

    async def set_clock(self, instant: str) -> list[dict[str, Any]]:
        """Move the clock to an ISO 8601 instant; returns what fell due and ran."""
        fired: list[dict[str, Any]] = (await self._call("POST", "/clock", {"set": instant}))["fired"]
        return fired

    async def settle(self) -> list[dict[str, Any]]:
        """Run what is due now, deliveries included, until nothing is; returns what ran."""
        fired: list[dict[str, Any]] = (await self._call("POST", "/settle", {}))["fired"]
        return fired

    async def clock(self) -> dict[str, Any]:
        """`now`, `mode` and what is `due`."""
        clock: dict[str, Any] = await self._call("GET", "/clock")
        return clock

    async def journal(self, **filters: Any) -> list[dict[str, Any]]:
        """Entries, oldest first; filters are vendor, operation, status, cause, since."""
        entries: list[dict[str, Any]] = (await self._call("GET", "/journal", params=filters))["entries"]
        return entries

    async def outbox(self, **filters: str) -> list[dict[str, Any]]:
        """Messages sent to people or aborted, oldest first; filters are channel, user, campaign."""
        messages: list[dict[str, Any]] = (await self._call("GET", "/outbox", params=filters))["messages"]
        return messages

    async def faults(self, *rows: Mapping[str, Any]) -> Any:
        """Say what goes wrong from now on; none at all heals everything."""
        return await self._call("PUT", "/faults", list(rows))

    async def press(self, vendor: str, button: str, **settings: Any) -> Any:
        """Press a button of a vendor's dashboard (`press("braze", "preview", campaign=..., user=...)`)."""
        return await self._call("POST", f"/{vendor}/{button}", settings)

    async def reset(self) -> None:
        """Back to the start; credentials stay, setups are applied anew."""
        await self._call("POST", "/reset", {})
        self._seen = 0

    # Tests

    def strict(self, *kinds: str) -> None:
        """Have the test fail, at its end, on diagnostics of these kinds, however many there are.

        A kind is a code (`unknown-field`, a pattern such as `unknown-*`) or a severity (info, warning, error: that and
        all that is worse). None named: warning. The wire's answers stay what they are.
        """
        self.forbidden += kinds or ("warning",)

    # Stories

    async def traces(self) -> dict[str, int]:
        """What was done to the world, counted: journal entries and setup documents, none of them in a fresh one."""
        shown = await self._call("GET", "")
        return {"journal entries": shown["journal"], "setup documents": shown["setups"]}

    async def invent(self) -> Faker:
        """A source of invented people: the world's seed and locale give the same ones on every run."""
        from faker import Faker

        faker = Faker(self.locale)
        faker.seed_instance((await self._call("GET", ""))["seed"])
        return faker

    async def say(self, sentence: str) -> None:
        """Tell what happens next in the story."""
        await self.look()
        self._tell("say", sentence)

    async def note(self, name: str, value: Any) -> None:
        """Remember what a balance, a code, a segment is by now; a storyboard shows it before and after."""
        await self.look()
        self._tell("noted", (name, value))

    async def expect(self, holds: bool, sentence: str, *, expected: Any = None, got: Any = None) -> None:
        """State what must be seen. Raises ExpectationFailed in words when it does not hold."""
        await self.look()
        if not holds:
            detail = f"\n  expected: {expected!r}\n  got:      {got!r}" if (expected, got) != (None, None) else ""
            raise ExpectationFailed(sentence + detail)
        self._tell("expected", sentence)

    async def expect_equal(self, got: Any, expected: Any, sentence: str) -> None:
        """`expect` for two values that must be equal."""
        await self.expect(got == expected, sentence, expected=expected, got=got)

    async def look(self) -> None:
        """Tell the listener of journal entries it has not heard of yet."""
        if self._listener is not None:
            query: dict[str, Any] = {"since": self._seen}
            if self.show_secrets:
                query["secrets"] = "shown"
            response = await self._control.get(self._url("/journal"), params=query)
            entries = response.json()["entries"]
            if entries:
                self._seen = max(entry["id"] for entry in entries)
                self._tell("entries", entries)

    def _tell(self, what: str, detail: Any) -> None:
        if self._listener is not None:
            self._listener(what, detail)

    def _url(self, path: str) -> str:
        return f"{self.facts['control']['url']}/_stampcard/worlds/{self.name}{path}"

    async def _call(self, method: str, path: str, body: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        response = await self._control.request(method, self._url(path), json=body, params=params)
        if response.is_error:
            raise ControlRefused(response.status_code, response.json())
        if method != "GET":
            await self.look()
        return response.json()

    async def delete(self) -> None:
        """Remove the world; its credentials answer 401 from now on."""
        await self._control.delete(self._url(""))

    async def close(self) -> None:
        """Release connections; the world stays."""
        await self._control.aclose()


def in_process(emulator: Emulator, world: World, listener: Listener | None = None) -> WorldClient:
    """A client of a world in this process; no socket is opened."""
    transport = httpx.ASGITransport(Application(emulator, control_app(emulator, frozen=True)))
    http = httpx.AsyncClient(transport=transport, base_url=f"https://{CONTROL_HOST}")
    return WorldClient(http, emulator.describe(world), inside=world, listener=listener)


def trusted() -> ssl.SSLContext | bool:
    """Whose certificates are believed: those of SSL_CERT_FILE where it is set, else the public authorities'."""
    named = os.environ.get("SSL_CERT_FILE")
    return ssl.create_default_context(cafile=named) if named else True


async def connect(
    control_url: str, world: str | None = None, listener: Listener | None = None, **new: Any
) -> WorldClient:
    """A client of a world on a server: one that is there, or a new frozen one (`name`, `seed`, `frozen`, `setup`)."""
    http = httpx.AsyncClient(trust_env=False, timeout=60, verify=trusted())
    worlds = f"{control_url.rstrip('/')}/_stampcard/worlds"
    if world is not None:
        response = await http.get(f"{worlds}/{world}")
    else:
        response = await http.post(worlds, json={"frozen": True, **new})
    if response.is_error:
        await http.aclose()
        raise ControlRefused(response.status_code, response.json())
    return WorldClient(http, response.json(), listener=listener)
