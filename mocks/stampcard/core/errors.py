"""Every exception of the project, in one tree.

Exception
├── ApiError              an answer the vendor would give; rendered on the wire, never a fault of ours
├── ContractError         a request that breaks its operation's contract; the vendor words the answer
├── WireError             a call out that brought no answer
│   ├── HostRefused         the host is neither ours, nor loopback, nor allowed by name
│   ├── CallTimedOut        no answer within the caller's limit
│   └── ConnectionDropped   the connection broke before an answer
├── AssertionError
│   └── ExpectationFailed   an expectation of a story, in words
└── StampcardError        ours, or our user's on our own surface
    ├── ContractFault       contracts/ and handlers do not fit together; stops start-up
    ├── ReplyFault          a handler's reply breaks the contract; answered as a 500 that says it is ours
    ├── DeliveryFault       a delivery breaks the contract of its event; it is not sent
    ├── SetupError          a setup document that does not fit; nothing of it was applied
    ├── ConnectError        a connection a setup document asked for was tested and refused
    ├── ClockError          a move of the clock that cannot be made
    └── UnknownWorld        no world of that name
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class ApiError(Exception):
    """The vendor's refusal: `status`, the exact JSON `body` and extra `headers`.

    Raised anywhere between authentication and the handler's end, before anything has changed.
    A `body` of None is an empty body.
    """

    def __init__(self, status: int, body: Any, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(f"{status}: {body!r}")
        self.status = status
        self.body = body
        self.headers = tuple(headers)


class Violation(msgspec.Struct, frozen=True):
    """One breach of a contract.

    `where` is body, query, path, header, media or json (the body does not parse);
    `path` leads from the top of that place to the value (`("user", "email")`);
    `keyword` is the JSON Schema keyword that failed (`required`, `type`, `enum` ...), with its value in `limit`;
    for `required`, `limit` is the missing name and `path` leads to the object that lacks it.
    """

    where: str
    path: tuple[str | int, ...]
    keyword: str
    limit: Any
    value: Any
    message: str


class ContractError(Exception):
    """A request off contract, with all its violations, the first in document order first."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(v.message for v in violations))
        self.violations = tuple(violations)

    @property
    def first(self) -> Violation:
        return self.violations[0]


class WireError(Exception):
    """A call out that brought no answer; `entry` is its journal id."""

    def __init__(self, message: str, entry: int | None = None) -> None:
        super().__init__(message)
        self.entry = entry


class HostRefused(WireError):
    """The host is neither a vendor's, nor loopback, nor allowed by name."""


class CallTimedOut(WireError):
    """No answer within the caller's limit."""


class ConnectionDropped(WireError):
    """The connection broke before an answer came."""


class ExpectationFailed(AssertionError):
    """An expectation of a story did not hold; the message is the sentence, expected and got."""


class StampcardError(Exception):
    """Ours, or our user's on our own surface (never a vendor's answer)."""


class ContractFault(StampcardError):
    """contracts/ and the handlers do not fit together."""


class ReplyFault(StampcardError):
    """A handler's reply breaks its own contract."""


class DeliveryFault(StampcardError):
    """A delivery breaks the contract of the event it is."""


class SetupError(StampcardError):
    """A setup document that does not fit: `pointer` (RFC 6901) leads to the place."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(f"{pointer or '/'}: {message}")
        self.pointer = pointer
        self.message = message


class ConnectError(SetupError):
    """A tested connection was refused. What else the document asked for is applied; this is not connected."""


class ButtonError(StampcardError):
    """A press of a dashboard's button that makes no sense; nothing happened."""


class NoSuchButton(ButtonError):
    """No dashboard has that button."""


class ClockError(StampcardError):
    """A move of the clock that cannot be made: backwards, or while another call moves it."""


class UnknownWorld(StampcardError):
    """No world of that name."""
