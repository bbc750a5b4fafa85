"""Cases that schemathesis makes, sent through a vendor's front door as that vendor's callers would."""

from __future__ import annotations

import asyncio
import importlib

import httpx
import requests
from schemathesis import Case, GenerationMode

from stampcard import Emulator
from stampcard.asgi import Application
from stampcard.client import WorldClient, in_process
from stampcard.control import control_app


class Driver:
    """One fresh world of one vendor, and a way to send it cases; `token` is a guest's of Punchh."""

    def __init__(self, emulator: Emulator, vendor: str) -> None:
        self.vendor = vendor
        self.emulator = emulator
        self.runner = asyncio.Runner()
        self.world: WorldClient = in_process(emulator, emulator.add_world(frozen=True))
        app = Application(emulator, control_app(emulator))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        self.door = getattr(self.world, vendor)
        self.authorize = importlib.import_module(f"tests.{vendor}.calls").authorize
        self.known: dict[str, str] = {}
        self._turn = 0
        self._prepare()

    def close(self) -> None:
        """End; a fault of ours that is still on the list fails the test."""
        assert self.world.inside is not None
        faults = self.world.inside.faults_of_ours
        traces = [entry.error for entry in self.world.inside.journal if entry.id in faults]
        self.runner.run(self.http.aclose())
        self.runner.close()
        self.emulator.remove_world(self.world.name)
        if traces:
            raise AssertionError("stampcard's own fault:\n" + "\n".join(traces))

    def send(self, case: Case) -> httpx.Response:
        """Send a case, signed over what is really sent."""
        self._personal(case)
        sent = requests.Request(**case.as_transport_kwargs(base_url=self.door.url)).prepare()
        body = sent.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        request = httpx.Request(str(sent.method), str(sent.url), content=raw or None)
        headers = {name: value for name, value in sent.headers.items() if name.lower() in ("content-type", "accept")}
        target = request.url.raw_path.decode("ascii")
        signed = self.authorize(self.door, request.method, target, raw, {**headers, **self._own_headers(case)})
        for name, value in signed.items():
            request.headers[name] = value
        response: httpx.Response = self.runner.run(self.http.send(request))
        return response

    # What a vendor's callers put into a call besides its authentication, and something that is there to be found

    def _personal(self, case: Case) -> None:
        if self.vendor == "punchh" and isinstance(case.body, dict) and isinstance(case.body.get("client"), str):
            case.body = {**case.body, "client": self.door["client"]}
        self._turn += 1
        if self._turn % 2 and not is_negative(case):
            found = {name: self.known[name] for name in case.path_parameters or {} if name in self.known}
            case.path_parameters = {**(case.path_parameters or {}), **found}

    def _own_headers(self, case: Case) -> dict[str, str]:
        if self.vendor == "punchh" and case.path.startswith(("/api2/mobile", "/api/auth")):
            return {"Authorization": f"Bearer {self.token}"}
        return {}

    def _prepare(self) -> None:
        calls = importlib.import_module(f"tests.{self.vendor}.calls")
        if self.vendor == "punchh":
            self.token: str = self.runner.run(calls.Api(self.world).sign_up())[1]
        elif self.vendor == "voucherify":
            campaign = self.runner.run(calls.discount_campaign(self.world, vouchers_count=3))
            publication = self.runner.run(calls.publish(self.world, campaign["name"], {"source_id": "ann"}))
            code = publication["voucher"]["code"]
            self.known = {"campaignId": campaign["name"], "code": code, "customerId": "ann"}
        elif self.vendor == "antavo":
            self.runner.run(calls.event(self.door, "opt_in", {"first_name": "Ann"}, customer="ann"))
            self.known = {"customer_id": "ann"}
        elif self.vendor == "braze":
            self.runner.run(calls.track(self.door, attributes=[{"external_id": "ann", "first_name": "Ann"}]))


def is_negative(case: Case) -> bool:
    """Whether a case was made to break the contract."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE
