"""Reading what callers send: text where a number is meant, query or body, JSON or form."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qsl

from stampcard.core import codec
from stampcard.core.endpoint import Call
from stampcard.core.http import Request
from stampcard.punchh.errors import Words

MAX_ID = 2**63 - 1
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*", re.ASCII | re.I)
"""What Python reads as a number and no JSON would write, such as 1_000, is none."""
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def given(call: Call[Any]) -> dict[str, Any]:
    """Query and body parameters as one: the stack below merges them, and the body wins."""
    body = call.body if isinstance(call.body, dict) else {}
    return {**call.query, **body}


def text(value: Any) -> str:
    """A scalar as text, trimmed; absent and null are empty."""
    if isinstance(value, str):
        return value.strip()
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def optional(value: Any) -> str | None:
    """A scalar as text, None when absent or empty."""
    return text(value) or None


def required(values: Mapping[str, Any], name: str, words: Words) -> str:
    """A scalar that must be there and not empty. Raises ApiError."""
    found = text(values.get(name))
    if not found:
        raise words.missing(name)
    return found


def integer(value: Any) -> int | None:
    """A whole number of up to 64 bits, from a number or from text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,19}\s*", value, re.ASCII):
        value = int(value)
    return value if isinstance(value, int) and abs(value) <= MAX_ID else None


def number(value: Any) -> float | None:
    """A finite number, from a number or from text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return None
    try:
        found = float(value) if isinstance(value, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) < 1e15 else None


def truth(value: Any) -> bool:
    """true, "true", 1, "1", "yes", "on" are true, in any case; all else is false."""
    return text(value).lower() in ("true", "1", "1.0", "t", "yes", "on")


def day(value: Any) -> str | None:
    """A date written YYYY-MM-DD (what follows it is dropped); None for anything else."""
    found = text(value)[:10]
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError:
        return None


def is_email(value: str) -> bool:
    return len(value) <= 255 and EMAIL.fullmatch(value) is not None


def read_body(request: Request) -> Any:
    """JSON, or a form when the content type says so; names such as `user[email]` nest. Raises codec.BadJson."""
    if request.body[:1] == b"{":  # no form begins so
        return request.json
    kind = request.media_type
    if kind == "application/x-www-form-urlencoded" and not request.body.lstrip().startswith(b"{"):
        return _nested(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind == "multipart/form-data":
        return _nested(_multipart(request))
    return request.json


def _multipart(request: Request) -> list[tuple[str, str]]:
    """The parts of a form as name and text. Raises codec.BadJson when there is no part to be read."""
    head = b"Content-Type: " + request.headers.get("content-type").encode("latin-1", "replace") + b"\r\n\r\n"
    message = message_from_bytes(head + request.body, policy=policy.HTTP)
    if not message.is_multipart():
        raise codec.BadJson("not a multipart body")
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        raw = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(raw, bytes):
            found.append((name, raw.decode("utf-8", "replace")))
    return found


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`a=1`, `user[email]=x`, `ids[]=1&ids[]=2` as the stack below reads them."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = [part.rstrip("]") for part in name.split("[")]
        if not rest:
            root[head] = value
        elif rest == [""]:
            found = root.setdefault(head, [])
            if isinstance(found, list):
                found.append(value)
        elif len(rest) <= 4:
            _put(root, [head, *rest], value)
    return root


def _put(root: dict[str, Any], path: list[str], value: str) -> None:
    at: Any = root
    for part in path[:-1]:
        at = at.setdefault(part, {}) if isinstance(at, dict) else None
    if isinstance(at, dict):
        at[path[-1]] = value
