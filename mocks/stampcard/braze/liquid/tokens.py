"""Braze's template syntax to python-liquid tokens: `${...}` names, nested braces, HTML comments.

Inside an expression `ns.${key}` becomes `ns["key"]`, a bare `${key}` a look-up in the profile, and nested `{{ }}` are
unwrapped, so that a filter inside them joins the chain outside. Tags in `RAW` keep their text: they interpolate it.
Source: Braze docs, "Using Liquid" (braze-inc/braze-docs).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from liquid import Token
from liquid.exceptions import LiquidSyntaxError
from liquid.token import TOKEN_COMMENT, TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

from stampcard.braze.variables import PROFILE

RAW = frozenset(
    {
        "abort_message",
        "catalog_items",
        "catalog_selection_items",
        "connected_content",
        "message_extras",
        "promotion",
    }
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_OPEN = re.compile(r"\{\{|\{%")
_OUTPUT_PART = re.compile(r"""\$\{[^}]*\}|\{\{|\}\}|"[^"]*"|'[^']*'""")
_TAG = re.compile(r"\{%-?\s*(#|\w+)\s*")
_END_RAW = re.compile(r"\{%-?\s*endraw\s*(-?)%\}")
_END_COMMENT = re.compile(r"\{%-?\s*(end)?comment\s*(-?)%\}")
_NAME = re.compile(r"""("[^"]*"|'[^']*')|(\.?)\s*\$\{\s*([^}]*?)\s*\}|\{\{-?|-?\}\}""")


def rewritten(expression: str) -> str:
    """An expression in python-liquid's syntax; strings in it stay as they are."""
    if "${" not in expression and "{{" not in expression:
        return expression
    return _NAME.sub(_rewrite, expression)


def _rewrite(match: re.Match[str]) -> str:
    text, dot, name = match[1], match[2], match[3]
    if text is not None:
        return text
    if name is None:
        return " "
    quote = "'" if '"' in name else '"'
    return f"{'' if dot else PROFILE}[{quote}{name}{quote}]"


def tokenize(source: str) -> Iterator[Token]:
    """Tokens of a template. Raises LiquidSyntaxError with the place in `source`."""
    return _Scanner(source).tokens()


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.text = source
        self._starts: list[int] = []
        self._removed: list[int] = []
        if "<!--" in source:
            self._strip_comments()

    def _strip_comments(self) -> None:
        kept, end, removed = [], 0, 0
        for comment in _COMMENT.finditer(self.source):
            kept.append(self.source[end : comment.start()])
            end = comment.end()
            self._starts.append(comment.start() - removed)
            removed += comment.end() - comment.start()
            self._removed.append(removed)
        self.text = "".join(kept) + self.source[end:]

    def _token(self, kind: str, value: str, place: int) -> Token:
        before = bisect_right(self._starts, place)
        return Token(kind, value, place + (self._removed[before - 1] if before else 0), self.source)

    def _fail(self, message: str, kind: str, place: int) -> LiquidSyntaxError:
        return LiquidSyntaxError(message, token=self._token(kind, self.text[place : place + 20], place))

    def tokens(self) -> Iterator[Token]:
        text, place, strip = self.text, 0, False
        while place < len(text):
            found = _OPEN.search(text, place)
            start = found.start() if found else len(text)
            content = text[place:start]
            if strip:
                content = content.lstrip()
            if found and text.startswith("-", start + 2):
                content = content.rstrip()
            if content:
                yield self._token(TOKEN_CONTENT, content, place)
            if not found:
                return
            if text[start + 1] == "{":
                place, strip, tokens = self._output(start)
            else:
                place, strip, tokens = self._tag(start)
            yield from tokens

    def _output(self, start: int) -> tuple[int, bool, list[Token]]:
        text = self.text
        first = start + 2 + text.startswith("-", start + 2)
        place, depth = first, 1
        while depth:
            part = _OUTPUT_PART.search(text, place)
            if part is None:
                raise self._fail("expected '}}', found the end of the template", TOKEN_OUTPUT, start)
            depth += {"{{": 1, "}}": -1}.get(part[0], 0)
            place = part.end()
        last = place - 2
        strip = last > first and text[last - 1] == "-"
        inner = text[first : last - strip]
        offset = first + len(inner) - len(inner.lstrip())
        output = self._token(TOKEN_OUTPUT, text[start:place], start)
        return place, strip, [output, self._token(TOKEN_EXPRESSION, rewritten(inner.strip()), offset)]

    def _tag(self, start: int) -> tuple[int, bool, list[Token]]:
        text = self.text
        opened = _TAG.match(text, start)
        end = text.find("%}", opened.end() if opened else start)
        if opened is None or end < 0:
            raise self._fail("a tag without a name, or without its '%}'", TOKEN_TAG, start)
        name, first = opened[1], opened.end()
        strip = end > first and text[end - 1] == "-"
        expression = text[first : end - strip].rstrip()
        if name == "raw":
            return self._raw(start, end + 2)
        tokens = [self._token(TOKEN_TAG, name, opened.start(1))]
        # Liquid ignores what follows `else`; Braze's documentation has a sample that writes a condition there.
        if expression and name != "else":
            value = expression if name in RAW else rewritten(expression)
            tokens.append(self._token(TOKEN_EXPRESSION, value, first))
        if name == "comment":
            return self._comment(start, end + 2, tokens)
        return end + 2, strip, tokens

    def _raw(self, start: int, first: int) -> tuple[int, bool, list[Token]]:
        end = _END_RAW.search(self.text, first)
        if end is None:
            raise self._fail("expected the tag 'endraw'", TOKEN_TAG, start)
        content = self.text[first : end.start()]
        tokens = [self._token(TOKEN_CONTENT, content, first)] if content else []
        return end.end(), bool(end[1]), tokens

    def _comment(self, start: int, first: int, tokens: list[Token]) -> tuple[int, bool, list[Token]]:
        depth, place = 1, first
        while True:
            end = _END_COMMENT.search(self.text, place)
            if end is None:
                raise self._fail("expected the tag 'endcomment'", TOKEN_TAG, start)
            depth += -1 if end[1] else 1
            place = end.end()
            if depth == 0:
                break
        tokens.append(self._token(TOKEN_COMMENT, self.text[first : end.start()], first))
        tokens.append(self._token(TOKEN_TAG, "endcomment", end.start()))
        return place, bool(end[2]), tokens
