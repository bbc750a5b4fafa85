"""What is measured in this process, without sockets: calls, worlds, profiles."""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

from stampcard import Emulator
from stampcard.core.http import Headers, Request
from tests.bench.bare import app
from tests.bench.requests import CAMPAIGN
from tests.bench.servers import DISCOUNT, SETTLE, resident

Call = Callable[[int], Awaitable[Any]]


async def cost(call: Call, count: int, start: int) -> float:
    """Microseconds a call."""
    began = time.perf_counter()
    for number in range(start, start + count):
        await call(number)
    return 1e6 * (time.perf_counter() - began) / count


def publishing(emulator: Emulator) -> Call:
    """One publication by the way vendors call each other."""
    world = emulator.add_world("bench")
    facts = emulator.describe(world)
    keys = [("X-App-Id", facts["voucherify"]["app_id"]), ("X-App-Token", facts["voucherify"]["app_token"])]
    headers = Headers([*keys, ("Content-Type", "application/json")])

    async def post(path: str, body: Any) -> None:
        answer = emulator.answer(Request("POST", path, headers, json.dumps(body).encode()), "api.voucherify.io", 443)
        assert answer is not None
        response = await answer
        assert response.ok, response.body

    async def call(number: int) -> None:
        if not number:
            await post("/v1/campaigns", {"name": CAMPAIGN, **SETTLE, "voucher": DISCOUNT})
        customer = {"source_id": f"user-{number % 1000}"}
        await post("/v1/publications", {"campaign": {"name": CAMPAIGN}, "customer": customer, "source_id": f"{number}"})

    return call


def echoing() -> Call:
    """The bare app, called as directly."""
    raw = json.dumps({"campaign": {"name": CAMPAIGN}, "customer": {"source_id": "user-1"}, "source_id": "1"}).encode()
    scope = {"type": "http", "method": "POST", "path": "/v1/publications", "headers": [], "query_string": b""}

    async def receive() -> Any:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Any) -> None:
        pass

    async def call(number: int) -> None:
        await app({**scope, "root_path": ""}, receive, send)

    return call


async def worlds(emulator: Emulator, rounds: int = 200) -> tuple[float, float]:
    """Milliseconds to make a world, and to reset one."""
    made, reset = [], []
    for number in range(rounds):
        began = time.perf_counter()
        emulator.add_world(f"bench-{number}")
        made.append(time.perf_counter() - began)
        began = time.perf_counter()
        await emulator.reset_world(f"bench-{number}")
        reset.append(time.perf_counter() - began)
        emulator.remove_world(f"bench-{number}")
    return 1000 * median(made), 1000 * median(reset)


def few_attributes(number: int) -> dict[str, Any]:
    """One user as an attributes object."""
    return {"external_id": f"user-{number}", "first_name": "Ada", "email": f"u{number}@example.com", "points": number}


def ten_attributes(number: int) -> dict[str, Any]:
    """One user with ten attributes, five of Braze's and five custom ones."""
    return {
        "external_id": f"user-{number}",
        "first_name": f"Ada {number % 500}",
        "last_name": f"Lovelace {number % 3000}",
        "email": f"u{number}@example.com",
        "home_city": f"City {number % 800}",
        "country": "GB",
        "loyalty_points": number,
        "loyalty_tier": ("bronze", "silver", "gold")[number % 3],
        "favourite_store": f"store-{number % 200}",
        "vip": number % 7 == 0,
        "balance": number / 100,
    }


async def profiles(count: int = 100_000, make: Callable[[int], dict[str, Any]] = few_attributes) -> float:
    """Megabytes that so many tracked profiles take, journal and all."""
    emulator = Emulator()
    world = emulator.add_world("profiles")
    key = emulator.describe(world)["braze"]["api_key"]
    headers = Headers([("Authorization", f"Bearer {key}"), ("Content-Type", "application/json")])
    gc.collect()
    before = resident(os.getpid())
    for start in range(0, count, 75):
        rows = [make(number) for number in range(start, min(start + 75, count))]
        request = Request("POST", "/users/track", headers, json.dumps({"attributes": rows}).encode())
        answer = emulator.answer(request, "rest.iad-01.braze.com", 443)
        assert answer is not None
        response = await answer
        assert response.ok, response.body
    gc.collect()
    return resident(os.getpid()) - before


async def codes(count: int = 1_000_000) -> tuple[float, float, float, float]:
    """Seconds to generate that many codes of a campaign by the API, megabytes in all afterwards, and microseconds of a
    publication from that campaign and from one of a thousand."""
    emulator = Emulator()
    world = emulator.add_world("bench")
    facts = emulator.describe(world)
    keys = [("X-App-Id", facts["voucherify"]["app_id"]), ("X-App-Token", facts["voucherify"]["app_token"])]
    headers = Headers([*keys, ("Content-Type", "application/json")])

    async def post(path: str, body: Any) -> None:
        answer = emulator.answer(Request("POST", path, headers, json.dumps(body).encode()), "api.voucherify.io", 443)
        assert answer is not None
        response = await answer
        assert response.ok, response.body

    async def campaign(name: str, wanted: int) -> float:
        began = time.perf_counter()
        body = {"name": name, "campaign_type": "DISCOUNT_COUPONS", "type": "STATIC", "vouchers_count": wanted}
        await post("/v1/campaigns", {**body, "voucher": {**DISCOUNT, "code_config": {"length": 10}}})
        await world.clock.settle()
        assert world.tenants["voucherify"].campaign_names[name].count == wanted
        return time.perf_counter() - began

    def publishing_from(name: str) -> Call:
        async def call(number: int) -> None:
            customer = {"source_id": f"user-{number % 500}"}
            body = {"campaign": {"name": name}, "customer": customer, "source_id": f"{name}-{number}"}
            await post("/v1/publications", body)

        return call

    await campaign("thousand", 1000)
    seconds = await campaign("million", count)
    large, small = [], []
    for start in range(0, 900, 100):
        small.append(await cost(publishing_from("thousand"), 100, start))
        large.append(await cost(publishing_from("million"), 100, start))
    return seconds, resident(os.getpid()), median(large), median(small)
