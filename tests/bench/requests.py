"""The requests that are measured, as bytes on the wire; the same bytes go to both servers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

CAMPAIGN = "Bench"

Facts = Mapping[str, Mapping[str, str]]


def post(path: str, body: Any, headers: Mapping[str, str]) -> bytes:
    raw = json.dumps(body, separators=(",", ":")).encode()
    return framed(path, raw, headers)


def framed(path: str, raw: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(raw)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def voucherify(facts: Facts) -> dict[str, str]:
    return {"X-App-Id": facts["voucherify"]["app_id"], "X-App-Token": facts["voucherify"]["app_token"]}


def publication(facts: Facts, source_id: str, customer: str) -> bytes:
    body = {"campaign": {"name": CAMPAIGN}, "customer": {"source_id": customer}, "source_id": source_id}
    return post("/v1/publications", body, voucherify(facts))


def fresh_publications(facts: Facts, start: int, count: int) -> list[bytes]:
    return [publication(facts, f"send-{number}", f"user-{number % 1000}") for number in range(start, start + count)]


def repeated_publications(facts: Facts, start: int, count: int) -> list[bytes]:
    return [publication(facts, "send-again", "user-again")] * count


def track(facts: Facts, start: int, count: int, objects: int) -> list[bytes]:
    headers = {"Authorization": f"Bearer {facts['braze']['api_key']}"}

    def one(number: int) -> dict[str, Any]:
        return {"external_id": f"user-{number % 5000}", "first_name": "Ada", "loyalty_points": number, "vip": True}

    return [
        post("/users/track", {"attributes": [one(number * objects + n) for n in range(objects)]}, headers)
        for number in range(start, start + count)
    ]


def track_one(facts: Facts, start: int, count: int) -> list[bytes]:
    return track(facts, start, count, 1)


def track_many(facts: Facts, start: int, count: int) -> list[bytes]:
    return track(facts, start, count, 75)


def sign_ups(facts: Facts, start: int, count: int) -> list[bytes]:
    path, made = "/api2/mobile/users", []
    for number in range(start, start + count):
        user = {
            "email": f"guest{number}@example.com",
            "password": "Passw0rd!",
            "first_name": "Ada",
            "last_name": "Lovelace",
        }
        raw = json.dumps({"client": facts["punchh"]["client"], "user": user}, separators=(",", ":")).encode()
        digest = hmac.new(facts["punchh"]["secret"].encode(), path.encode() + raw, hashlib.sha256).hexdigest()
        made.append(framed(path, raw, {"x-pch-digest": digest}))
    return made
