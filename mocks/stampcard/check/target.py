"""What is checked: a fresh world in this process, or a server somewhere with the credentials for it."""

from __future__ import annotations

import asyncio
import copy
import zlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from stampcard.check.curl import curl
from stampcard.check.pace import Pace
from stampcard.check.prepared import CALLS, CREDENTIALS, KNOWN, SETUPS, filled
from stampcard.check.signing import Facts, Headers, signature
from stampcard.client import trusted
from stampcard.core.clock import parse_instant, wall_now
from stampcard.core.contract import MAIN_SERVICE
from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    from stampcard.emulator import Emulator

READ_ONLY = ("GET", "HEAD")
MAX_ANSWER = 10 * 1024 * 1024
"""Bytes of an answer that are read; the rest stays where it is."""

TIMEOUT = 10.0
"""Seconds from the first byte sent to the last one received."""

PORTS = {8100: "control", 8101: "braze", 8102: "punchh", 8103: "voucherify", 8104: "antavo"}
"""Where `stampcard up` serves: a world of this process is addressed the same way, so that its curl lines work there."""


class NoControl(StampcardError):
    """A control API that is not there, or refuses what is asked of it."""


class NoAnswer(Exception):
    """A call that brought no answer that can be judged; `kind` is one or two words for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Target:
    """A server as one client sees it; `facts` are its URL and the client's credentials for it.

    `fresh` says that nothing is in it but what `prepare` put there; `read_only` that nothing may be written.
    """

    fresh = False
    read_only = False

    def __init__(
        self, vendor: str, facts: Facts, http: httpx.AsyncClient, *, pace: Pace | None = None, timeout: float = TIMEOUT
    ) -> None:
        self.vendor = vendor
        self.facts = dict(facts)
        self.known: dict[str, str] = {}
        self.preparation: list[str] = []
        self._http = http
        self._pace = pace
        self._timeout = timeout
        self._runner = asyncio.Runner()

    @property
    def now(self) -> datetime:
        """The instant signatures are made for."""
        return wall_now()

    def url_of(self, service: str) -> str:
        """Where a part of the vendor is served; a server of ours serves all of them at one URL."""
        return self.facts["url"]

    def send(self, request: httpx.Request, headers: Headers | None = None) -> httpx.Response:
        """Send a request, signed rightly unless other `headers` are to prove who calls. Raises NoAnswer."""
        if self.read_only and request.method not in READ_ONLY:
            raise AssertionError(f"{request.method} {request.url} would write to a server that is only read")
        proofs = signature(self.vendor, self.facts, request, self.now) if headers is None else headers
        for name, value in proofs.items():
            request.headers[name] = value
        request.headers["Accept-Encoding"] = "identity"
        try:
            return self._runner.run(self._exchange(request))
        except TimeoutError:
            raise NoAnswer("too slow", f"no whole answer within {self._timeout:g} s") from None
        except (httpx.HTTPError, zlib.error, OSError) as error:
            raise NoAnswer("no answer", f"{type(error).__name__}: {error}") from error

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        if self._pace is not None:
            await self._pace.turn()
        async with asyncio.timeout(self._timeout):
            answer = await self._http.send(request, stream=True)
            try:
                content = await _bounded(answer)
            finally:
                await answer.aclose()
        if answer.status_code == 429 and self._pace is not None and answer.headers.get("retry-after", "").isdecimal():
            self._pace.hold(min(60.0, float(answer.headers["retry-after"])))
        kept = [(name, value) for name, value in answer.headers.raw if name.lower() != b"content-encoding"]
        whole = httpx.Response(answer.status_code, headers=kept, content=content, request=request)
        whole.elapsed = timedelta(0)  # Schemathesis wants to know; no check of ours is about time.
        return whole

    def curl(self, request: httpx.Request) -> str:
        """The line that repeats a call."""
        return curl(request)

    def prepare(self) -> None:
        """Put something there to be found. In a fresh world all of it must succeed: raises httpx.HTTPStatusError."""
        for method, path, body in CALLS[self.vendor]:
            request = httpx.Request(method, self.facts["url"] + path, json=filled(body, self.facts))
            response = self.send(request)
            self.preparation.append(self.curl(request))
            if self.fresh:
                response.raise_for_status()
            self._learn(path, response)
        self.known |= KNOWN.get(self.vendor, {})

    def _learn(self, path: str, response: httpx.Response) -> None:
        try:
            if self.vendor == "punchh":
                self.facts["token"] = response.json()["access_token"]["token"]
            elif path == "/v1/publications":
                self.known["code"] = response.json()["voucher"]["code"]
        except (ValueError, KeyError, TypeError):
            pass  # It was refused: there is something there already, or whoever calls may not do that.

    def settle(self) -> None:
        """Let work that is due be done, where the clock is ours to wait for."""

    def close(self) -> None:
        """Let go of connections, and of the world if it was made for this."""
        self._runner.run(self._http.aclose())
        self._runner.close()

    def faults_of_ours(self) -> list[str]:
        """Tracebacks of bugs of stampcard's own that the calls brought to light."""
        return []


async def _bounded(answer: httpx.Response) -> bytes:
    """The body, decoded by ourselves: a few bytes of gzip can be gigabytes. Raises NoAnswer when it is too large."""
    packed = answer.headers.get("content-encoding", "").strip().lower() in ("gzip", "deflate")
    unpack = zlib.decompressobj(47) if packed else None
    content = bytearray()
    async for part in answer.aiter_raw():
        content += unpack.decompress(part, MAX_ANSWER + 1) if unpack else part
        if len(content) > MAX_ANSWER:
            raise NoAnswer(
                "too large", f"{answer.status_code}: the answer is over {MAX_ANSWER} bytes; not read further"
            )
    return bytes(content)


class Server(Target):
    """A server over real sockets."""

    def __init__(
        self,
        vendor: str,
        facts: Facts,
        *,
        rate: float | None = None,
        timeout: float = TIMEOUT,
        read_only: bool = False,
    ) -> None:
        http = httpx.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False, verify=trusted())
        super().__init__(vendor, facts, http, pace=Pace(rate, asyncio.sleep) if rate else None, timeout=timeout)
        self.read_only = read_only


class LiveWorld(Server):
    """A frozen world of its own on a running stampcard, by its control API; removed at the end.

    Raises NoControl when there is no such server.
    """

    fresh = True

    def __init__(self, control: str, vendor: str, *, timeout: float = TIMEOUT) -> None:
        self._control = httpx.Client(base_url=f"{control.rstrip('/')}/_stampcard/", timeout=timeout, trust_env=False)
        try:
            line = self._control.post("worlds", json={"frozen": True}).raise_for_status().json()
            self._world = f"worlds/{line['world']}"
            setup = {vendor: filled(SETUPS[vendor], line[vendor])}
            self._control.put(f"{self._world}/setup", json=setup).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError) as error:
            raise NoControl(f"no stampcard at {control}: {error}") from error
        self._now = parse_instant(self._control.get(f"{self._world}/clock").json()["now"])
        super().__init__(vendor, {**line[vendor], **filled(CREDENTIALS.get(vendor, {}), line[vendor])}, timeout=timeout)
        self.prepare()

    @property
    def now(self) -> datetime:
        return self._now

    def prepare(self) -> None:
        super().prepare()
        self.settle()

    def settle(self) -> None:
        self._control.post(f"{self._world}/settle").raise_for_status()

    def close(self) -> None:
        super().close()
        self._control.delete(self._world)
        self._control.close()

    def faults_of_ours(self) -> list[str]:
        entries = self._control.get(f"{self._world}/journal").json()["entries"]
        return [entry["error"] for entry in entries if entry.get("summary", "").startswith("fault of stampcard")]


class FreshWorld(Target):
    """A frozen world of this process, made for the check and prepared with a few calls.

    It is called `default` where that name is free, so that credentials, clock and ids are those of `up --frozen`.
    """

    fresh = True

    def __init__(self, emulator: Emulator, vendor: str) -> None:
        from stampcard.asgi import Application
        from stampcard.control import control_app

        self._emulator = emulator
        self._inside = emulator.add_world("default" if "default" not in emulator.worlds else None, frozen=True)
        # The same worlds and vendors, seen through ports that nobody listens on.
        addressed = copy.copy(emulator)
        addressed.ports, addressed.bind_host = PORTS, "127.0.0.1"
        self.line = addressed.describe(self._inside)
        transport = httpx.ASGITransport(Application(addressed, control_app(addressed)))
        own = self.line[vendor]
        facts = {**own, **filled(CREDENTIALS.get(vendor, {}), own)}
        super().__init__(vendor, facts, httpx.AsyncClient(transport=transport))
        try:
            self._set_up()
            self.prepare()
        except BaseException:
            self.close()
            raise

    @property
    def now(self) -> datetime:
        return self._inside.clock.now

    def url_of(self, service: str) -> str:
        """A part of the vendor by its own host name, where paths of two parts could be taken for each other."""
        if service == MAIN_SERVICE:
            return self.facts["url"]
        hosts = self._emulator.vendors[self.vendor].hosts
        named = next(host for host, name in hosts.items() if name == service)
        return "https://" + named.replace("*", self.facts.get("stack", "eu"))

    def _set_up(self) -> None:
        document = {self.vendor: filled(SETUPS[self.vendor], self.facts)}
        self._runner.run(self._emulator.set_up(self._inside, document))
        url = f"{self.line['control']['url']}/_stampcard/worlds/{self._inside.name}/setup"
        self.preparation.append(curl(httpx.Request("PUT", url, json=document)))

    def prepare(self) -> None:
        super().prepare()
        self.settle()

    def settle(self) -> None:
        self._runner.run(self._inside.clock.settle())

    def curl(self, request: httpx.Request) -> str:
        """The line for `stampcard up --frozen`, whose clock stands at the same instant."""
        local = httpx.URL(self.facts["url"])
        moved = request.url.copy_with(scheme=local.scheme, host=local.host, port=local.port)
        return curl(httpx.Request(request.method, moved, headers=request.headers, content=request.content))

    def close(self) -> None:
        super().close()
        self._emulator.remove_world(self._inside.name)

    def faults_of_ours(self) -> list[str]:
        return [entry.error for entry in self._inside.journal if entry.id in self._inside.faults_of_ours]
