"""What sending costs: a campaign to many users, with a call to Voucherify for each, a Canvas, and others meanwhile."""

from __future__ import annotations

import os
import time
from typing import Any

import httpx

from stampcard import Emulator
from stampcard.braze.users import identity
from stampcard.client import WorldClient, in_process
from tests.bench.servers import DISCOUNT, SETTLE, resident, stampcard

BODY = (
    """<html><body>Hi {{${first_name} | default: 'you'}}, {{custom_attribute.${a}}} {{custom_attribute.${b} | plus: 5}}
{% if custom_attribute.${vip} %}VIP{% else %}{{${email_address}}}{% endif %}
{% assign x = {{${user_id}}} %}{{x | upcase}} {{campaign.${name}}} {{custom_attribute.${c} | date: '%Y'}}
{{${language}}} {{custom_attribute.${d} | money}} """
    + "text " * 200
    + "</body></html>"
)
"""Ten personalizations, one of them in a condition."""
CALL = """{% connected_content https://api.voucherify.io/v1/publications :method post
:headers {"X-App-Id": "APP_ID", "X-App-Token": "APP_TOKEN"}
:body campaign=CAMPAIGN&customer={{${user_id}}}&source_id={{campaign.${api_id}}}{{${user_id}}}
:content_type application/json :save publication %}{{publication.voucher.code}}"""


def launched(body: str) -> dict[str, Any]:
    email = {"subject": "Hi {{${first_name}}}", "body": body}
    row = {"name": "C", "delivery": "scheduled", "schedule": {"at": "now"}, "messages": {"email": email}}
    return {"braze": {"campaigns": [row]}}


def audience(world: WorldClient, users: int) -> None:
    """So many users, with what the templates name."""
    assert world.inside is not None
    workspace = world.inside.tenants["braze"]
    for number in range(users):
        user = identity.add_user(workspace, {"external_id": f"u{number}"})
        identity.set_email(workspace, user, f"u{number}@example.com")
        user.custom.update(a=number, b=number, vip=number % 2 == 0, c="2026-01-01", d=3)


async def sent(world: WorldClient, document: dict[str, Any], users: int) -> float:
    """Messages a second of this process's own time; all of them must have been sent."""
    assert world.inside is not None
    await world.setup(document)
    began = time.process_time()
    await world.inside.clock.settle()
    took = time.process_time() - began
    assert all(message.status == "sent" for message in world.inside.outbox)
    workspace = world.inside.tenants["braze"]
    assert sum(workspace.campaigns[key].receivers for key in workspace.campaigns) == users
    return users / took


async def plain(users: int = 100_000) -> tuple[float, float]:
    """Messages a second, and the megabytes that sending left behind."""
    emulator = Emulator()
    world = in_process(emulator, emulator.add_world("bench"))
    audience(world, users)
    before = resident(os.getpid())
    rate = await sent(world, launched(BODY), users)
    return rate, resident(os.getpid()) - before


async def with_voucherify(users: int = 5_000) -> tuple[float, float]:
    """The same with one Connected Content POST for each message; codes are made on the way."""
    emulator = Emulator()
    world = in_process(emulator, emulator.add_world("bench"))
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    made = {"name": "Spring", **SETTLE, "voucher": DISCOUNT}
    reply = await world.voucherify.post("/v1/campaigns", headers=keys, json=made)
    call = CALL.replace("APP_ID", keys["X-App-Id"]).replace("APP_TOKEN", keys["X-App-Token"])
    audience(world, users)
    before = resident(os.getpid())
    rate = await sent(world, launched(call.replace("CAMPAIGN", reply.json()["id"])), users)
    return rate, resident(os.getpid()) - before


async def canvas(users: int = 10) -> float:
    """Seconds for thirty days of a Canvas with every kind of step."""
    from tests.braze.canvas.test_every_step import thirty_days

    emulator = Emulator()
    world = in_process(emulator, emulator.add_world("bench"))
    began = time.perf_counter()
    assert len(await thirty_days(world, users)) > users
    return time.perf_counter() - began


def meanwhile(users: int = 20_000) -> dict[str, float]:
    """One client's requests over a socket, one after the other, while a campaign goes out to so many: milliseconds of
    the median and the 99th percentile, how many there were, and messages a second of wall time."""
    with stampcard() as (facts, _):
        headers = {"Authorization": f"Bearer {facts['braze']['api_key']}"}
        track, control = f"{facts['braze']['url']}/users/track", f"{facts['control']['url']}/_stampcard/worlds/default"
        with httpx.Client(trust_env=False, timeout=120) as http:
            for start in range(0, users, 75):
                rows = [attributes(number) for number in range(start, min(start + 75, users))]
                http.post(track, headers=headers, json={"attributes": rows}).raise_for_status()
            http.put(f"{control}/setup", json=launched(BODY)).raise_for_status()
            times: list[float] = []
            start_at, through = time.perf_counter(), False
            while not through:
                began = time.perf_counter()
                http.post(track, headers=headers, json={"attributes": [{"external_id": "v", "a": 1}]})
                times.append(time.perf_counter() - began)
                if len(times) % 50 == 0:
                    (launch,) = http.post(f"{control}/braze/sending", json={}).json()
                    through = launch["done"] == launch["total"]
            took = time.perf_counter() - start_at
    times.sort()
    median, p99 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.99))
    return {"median": median, "p99": p99, "requests": len(times), "rate": users / took}


def attributes(number: int) -> dict[str, Any]:
    custom = {"a": number, "b": number, "vip": number % 2 == 0, "c": "x2026-01-01", "d": 3}
    return {"external_id": f"u{number}", "email": f"u{number}@example.com", **custom}
