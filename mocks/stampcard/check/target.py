"""What is checked: a fresh world in this process, or a server somewhere with the credentials for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from stampcard.check.signing import Facts, signed, wrong
from stampcard.core.clock import wall_now
from stampcard.core.contract import MAIN_SERVICE

if TYPE_CHECKING:
    from stampcard.emulator import Emulator

ADA = {"email": "ada@example.com", "password": "Passw0rd!", "first_name": "Ada", "last_name": "Lovelace"}
COUPONS = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}}
CAMPAIGN = {"campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE", "voucher": COUPONS}

PREPARED: Mapping[str, tuple[tuple[str, str, Mapping[str, Any]], ...]] = {
    "braze": (("POST", "/users/track", {"attributes": [{"external_id": "ada", "first_name": "Ada"}]}),),
    "punchh": (("POST", "/api2/mobile/users", {"client": "<client>", "user": ADA}),),
    "voucherify": (
        ("POST", "/v1/campaigns", {"name": "Spring", **CAMPAIGN}),
        ("POST", "/v1/publications", {"campaign": {"name": "Spring"}, "customer": {"source_id": "ada"}}),
    ),
    "antavo": (("POST", "/events", {"customer": "ada", "action": "opt_in", "data": {"first_name": "Ada"}}),),
}
"""Calls that put something into an empty world, so that not every answer is 404."""

KNOWN: Mapping[str, Mapping[str, str]] = {
    "voucherify": {"campaignId": "Spring", "customerId": "ada"},
    "antavo": {"customer_id": "ada"},
}
"""Values of path parameters that are there after that."""


class Target:
    """A server as one client sees it; `facts` are its URL and the client's credentials for it."""

    def __init__(self, vendor: str, facts: Facts) -> None:
        self.vendor = vendor
        self.facts = dict(facts)
        self.known: dict[str, str] = {}

    @property
    def now(self) -> datetime:
        """The instant signatures are made for."""
        return wall_now()

    def url_of(self, service: str) -> str:
        """Where a part of the vendor is served; a server of ours serves all of them at one URL."""
        return self.facts["url"]

    def send(self, request: httpx.Request, credentials: str = "right") -> httpx.Response:
        """Send a request with credentials that are `right`, `wrong` or `left out`. Raises httpx.HTTPError."""
        if credentials != "left out":
            facts = wrong(self.facts) if credentials == "wrong" else self.facts
            signed(self.vendor, facts, request, self.now)
        return self._send(request)

    def _send(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError

    def close(self) -> None:
        """Let go of connections, and of the world if it was made for this."""

    def faults_of_ours(self) -> list[str]:
        """Tracebacks of bugs of stampcard's own that the calls brought to light."""
        return []


class Server(Target):
    """A server over real sockets."""

    def __init__(self, vendor: str, facts: Facts, timeout: float = 30.0) -> None:
        super().__init__(vendor, facts)
        self._http = httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False)

    def _send(self, request: httpx.Request) -> httpx.Response:
        return self._http.send(request)

    def close(self) -> None:
        self._http.close()


class FreshWorld(Target):
    """A frozen world of this process, made for the check and prepared with a few calls."""

    def __init__(self, emulator: Emulator, vendor: str) -> None:
        from stampcard.asgi import Application
        from stampcard.control import control_app

        self._emulator = emulator
        self._inside = emulator.add_world(frozen=True)
        super().__init__(vendor, emulator.describe(self._inside)[vendor])
        self._runner = asyncio.Runner()
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(Application(emulator, control_app(emulator))))
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @property
    def now(self) -> datetime:
        return self._inside.clock.now

    def url_of(self, service: str) -> str:
        hosts = self._emulator.vendors[self.vendor].hosts
        if service == MAIN_SERVICE:
            return self.facts["url"]
        return "https://" + next(host for host, name in hosts.items() if name == service).replace(
            "*", self.facts.get("stack", "eu")
        )

    def _send(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._http.send(request))

    def _prepare(self) -> None:
        for method, path, body in PREPARED[self.vendor]:
            filled = {key: self.facts["client"] if value == "<client>" else value for key, value in body.items()}
            response = self.send(httpx.Request(method, self.facts["url"] + path, json=filled))
            response.raise_for_status()
            if self.vendor == "punchh":
                self.facts["token"] = response.json()["access_token"]["token"]
            elif path == "/v1/publications":
                self.known["code"] = response.json()["voucher"]["code"]
        self._runner.run(self._inside.clock.settle())
        self.known |= KNOWN.get(self.vendor, {})

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()
        self._emulator.remove_world(self._inside.name)

    def faults_of_ours(self) -> list[str]:
        return [entry.error for entry in self._inside.journal if entry.id in self._inside.faults_of_ours]
