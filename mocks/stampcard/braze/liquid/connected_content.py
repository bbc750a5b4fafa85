"""The tag `{% connected_content URL :option value ... %}`: its grammar, and what becomes of the answer.

Source: Braze docs, "Making a Connected Content call" and "Local Connected Content variables" (braze-inc/braze-docs).
The call itself is made by `stampcard.braze.content.connected_content`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, TextIO

import msgspec
from liquid import Node, RenderContext, Tag, Token, TokenStream
from liquid.exceptions import LiquidSyntaxError
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from stampcard.braze.liquid.tags import AsyncNode, parsed, rendered, rerendered, run_of
from stampcard.braze.rendering import Ask, Fetched

MAX_RESPONSE = 1024 * 1024
"""Bytes of an answer that can be used."""
STATUS_KEY = "__http_status_code__"
DEFAULT_VARIABLE = "connected"
DEFAULT_MAX_AGE = 300

FLAGS = frozenset({"retry", "no_cache", "rerender"})
WITH_VALUE = frozenset({"method", "headers", "body", "content_type", "save", "basic_auth", "auth_credentials"})

_OPTION = re.compile(r"\s+:(\w+)(?=\s|$)")
_BARE_NAME = re.compile(r"""(\{\{.*?\}\}(?!\}))|([\w.]*\$\{[^}]*\})""", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Part = Sequence[Node] | str


class Options(msgspec.Struct, frozen=True):
    """The tag as written: parsed parts, everything else as plain text."""

    url: Part
    headers: tuple[tuple[Part, Part], ...]
    body: Part | None
    plain: dict[str, str]


def split(expression: str) -> tuple[str, dict[str, str]]:
    """URL and options. An option starts with white space and `:name`, outside any braces."""
    cuts: list[tuple[int, re.Match[str]]] = []
    depth = place = 0
    while place < len(expression):
        char = expression[place]
        if char == "{":
            depth += 1
        elif char == "}":
            depth = max(0, depth - 1)
        elif depth == 0 and char.isspace():
            match = _OPTION.match(expression, place)
            if match:
                cuts.append((place, match))
                place = match.end()
                continue
        place += 1
    if not cuts:
        return expression.strip(), {}
    url = expression[: cuts[0][0]]
    ends = [start for start, _ in cuts[1:]] + [len(expression)]
    return url.strip(), {
        match[1]: expression[match.end() : end].strip() for (_, match), end in zip(cuts, ends, strict=True)
    }


class ConnectedContentNode(AsyncNode):
    def __init__(self, token: Token, options: Options) -> None:
        super().__init__(token)
        self.options = options

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        run = run_of(context)
        fetched = await run.fetch(await self._ask(context))
        plain = self.options.plain
        if not fetched.ok and "retry" in plain:
            run.wants_retry = True
        text = self._usable(fetched)
        if text and "rerender" in plain:
            text = await rerendered(text, context)
        found = _read_json(text) if text is not None else None
        if found is None:
            context.assign(plain.get("save", DEFAULT_VARIABLE), None)
            if not text:
                return 0
            run.warn("connected_content: the answer is not JSON; its text stands in the message, nothing is saved")
            return buffer.write(text)
        value = found[0]
        if isinstance(value, dict):
            value = {**value, STATUS_KEY: fetched.status}
        context.assign(plain.get("save", DEFAULT_VARIABLE), value)
        return 0

    async def _ask(self, context: RenderContext) -> Ask:
        options = self.options
        plain = options.plain
        headers = tuple(
            [(await rendered(name, context), await rendered(value, context)) for name, value in options.headers]
        )
        age = plain.get("cache_max_age")
        return Ask(
            method=plain.get("method", "get").upper(),
            url=(await rendered(options.url, context)).strip(),
            headers=headers,
            body=await rendered(options.body, context) if options.body is not None else None,
            content_type=plain.get("content_type"),
            basic_auth=plain.get("basic_auth"),
            auth_credentials=plain.get("auth_credentials"),
            cache_max_age=None if age is None else int(age or DEFAULT_MAX_AGE),
            no_cache="no_cache" in plain,
            retry="retry" in plain,
        )

    def _usable(self, fetched: Fetched) -> str | None:
        if not fetched.ok or len(fetched.text.encode()) > MAX_RESPONSE:
            return None
        return fetched.text


def _read_json(text: str) -> tuple[Any] | None:
    try:
        return (json.loads(text),)
    except (ValueError, RecursionError):
        return None


class ConnectedContent(Tag):
    """The tag; everything about its grammar is checked when the template is saved."""

    name = "connected_content"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        stream.expect(TOKEN_EXPRESSION)
        url, options = split(stream.current.value)
        try:
            self._check(url, options)
            headers = tuple(
                (parsed(self.env, name), parsed(self.env, value)) for name, value in _pairs(options.pop("headers", ""))
            )
        except ValueError as error:
            raise LiquidSyntaxError(f"connected_content: {error}", token=token) from error
        body = options.pop("body", None)
        return ConnectedContentNode(
            token,
            Options(
                url=parsed(self.env, _BARE_NAME.sub(lambda m: m[1] or f"{{{{{m[2]}}}}}", url)),
                headers=headers,
                body=parsed(self.env, body) if body is not None else None,
                plain=options,
            ),
        )

    def _check(self, url: str, options: dict[str, str]) -> None:
        if not url:
            raise ValueError("there is no URL")
        if _outside_braces(url):
            raise ValueError("an option is written ` :name value`, after the URL")
        for name, value in options.items():
            if name not in FLAGS | WITH_VALUE | {"cache_max_age"}:
                raise ValueError(f"there is no option :{name}")
            if name in FLAGS and value:
                raise ValueError(f":{name} takes no value")
            if name in WITH_VALUE and not value:
                raise ValueError(f":{name} lacks its value")
        if options.get("method", "get").lower() not in ("get", "post"):
            raise ValueError("only the methods get and post exist")
        if not _IDENTIFIER.fullmatch(options.get("save", DEFAULT_VARIABLE)):
            raise ValueError(":save takes the name of a variable")
        age = options.get("cache_max_age", "")
        if age and not (age.isdecimal() and len(age) < 10):
            raise ValueError(":cache_max_age takes a number of seconds")
        if _outside_braces(options.get("body", "")):
            raise ValueError("spaces are not allowed in a :body; put the text into a variable")


def _outside_braces(text: str) -> bool:
    """White space that no `{{ }}` encloses."""
    return bool(re.search(r"\s", re.sub(r"\{\{(?:\$\{[^}]*\}|(?!\}\}).)*\}\}", "", text, flags=re.DOTALL)))


def _pairs(text: str) -> list[tuple[str, str]]:
    """`{"Name": "value", ...}` with `{{ }}` anywhere in it; a trailing comma is tolerated. Raises ValueError."""
    source = text.strip()
    if not source:
        return []
    if source[:1] != "{" or source[-1:] != "}":
        raise ValueError(":headers takes an object")
    pairs = []
    for item in _top_level(source[1:-1], ","):
        if item.strip():
            name, *rest = _top_level(item, ":")
            if not rest:
                raise ValueError(f":headers: {item.strip()!r} is no pair")
            pairs.append((_unquoted(name), _unquoted(":".join(rest))))
    return pairs


def _unquoted(text: str) -> str:
    found = text.strip()
    if len(found) > 1 and found[0] == found[-1] and found[0] in "\"'":
        return found[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return found


def _top_level(text: str, separator: str) -> list[str]:
    """Split where the separator stands outside strings and braces."""
    parts, start, depth, quote = [], 0, 0, False
    for place, char in enumerate(text):
        if char == "{":
            depth += 1
        elif char == "}":
            depth = max(0, depth - 1)
        elif char == '"' and depth == 0 and text[place - 1 : place] != "\\":
            quote = not quote
        elif char == separator and depth == 0 and not quote:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]
