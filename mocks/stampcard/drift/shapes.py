"""What two documents are compared by: operations as flat lists of fields, whatever format they came in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stampcard.core.errors import StampcardError

Place = tuple[str, str]
"""Method and path with every parameter as `{}`."""


class UnreadableDocument(StampcardError):
    """A document that cannot be read or compared: file, line and reason; `words` stand where it is wrong."""

    def __init__(self, message: str, words: str = "") -> None:
        super().__init__(message)
        self.words = words


@dataclass(slots=True)
class Field:
    """One member: its JSON types, whether it must be there, and the values it is limited to."""

    types: set[str] = field(default_factory=set)
    required: bool = False
    enum: set[str] = field(default_factory=set)


Fields = dict[str, Field]
"""JSON pointer (`*` for an index) -> field."""


@dataclass(slots=True)
class Shape:
    """One operation: query and header parameters, request body and the bodies of its answers by status.

    `open_request` and `open_answers` say that members beyond those listed are allowed or unknown.
    """

    parameters: Fields = field(default_factory=dict)
    request: Fields = field(default_factory=dict)
    answers: dict[str, Fields] = field(default_factory=dict)


Document = Mapping[Place, Shape]


def place(method: str, path: str) -> Place:
    """The same place however a document writes its parameters and slashes."""
    path = re.sub(r"\{[^/]*\}|:[A-Za-z_]\w*|<[^/]*>", "{}", "/" + path.strip("/"))
    return method.upper(), path
