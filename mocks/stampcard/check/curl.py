"""A call as a line for a shell, so that a failure can be repeated by hand."""

from __future__ import annotations

import shlex

import httpx

UNTOLD = frozenset({"host", "content-length", "accept-encoding", "connection", "user-agent", "transfer-encoding"})
"""Headers that curl makes itself."""


def curl(request: httpx.Request) -> str:
    """The line that repeats a call byte for byte, credentials and all."""
    told = {name.lower() for name in request.headers}
    headers = [f"{name}: {value}" if value else f"{name};" for name, value in _sent(request)]
    # What curl would add of its own accord, and the call did not have.
    headers += [
        f"{name}:" for name in ("accept", "content-type" if request.content else "") if name and name not in told
    ]
    parts = ["curl", "-sS", "-i", "--globoff", "--path-as-is", "-X", request.method]
    parts += [f"-H {shlex.quote(header)}" for header in headers]
    line = " ".join([*parts, *_body(request.content), shlex.quote(str(request.url))])
    return line if _is_plain(request.content) else f"printf '{_octal(request.content)}' | {line}"


def _sent(request: httpx.Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.headers.items() if name.lower() not in UNTOLD]


def _body(content: bytes) -> list[str]:
    if not content:
        return []
    return ["--data-raw", shlex.quote(content.decode())] if _is_plain(content) else ["--data-binary", "@-"]


def _is_plain(content: bytes) -> bool:
    """Whether a shell takes it as an argument: UTF-8, no NUL, and nothing that a terminal would act upon."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\n\t" for character in text)


def _octal(content: bytes) -> str:
    """For printf: what is not a letter or digit as an octal escape, which every shell reads alike."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:03o}" for byte in content)
