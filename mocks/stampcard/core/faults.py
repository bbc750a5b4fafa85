"""What goes wrong from now on: the first fault in the list that fits a call hits it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from stampcard.core.chance import Chance
from stampcard.core.clock import parse_duration
from stampcard.core.errors import StampcardError

if TYPE_CHECKING:
    from stampcard.core.contract import Operation


class BadFault(StampcardError):
    """A fault that cannot be read."""


class Fault(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One fault.

    Which calls: `vendor`, `operation` (its id), `host` (of calls that vendors make); absent fits all. What happens:
    `status` (the answer, with an empty body unless the vendor documents one), `delay` (seconds or "2s"), `drop` (the
    connection breaks before an answer), `garbage` (200 with bytes that are not JSON), `error` (the name of a failure of
    the vendor's own that it documents for the operation, `x-failures` in its contract: a call that is in order gets the
    documented answer in place of its effect). How often: `times`, and `probability` from the world's seed.
    """

    vendor: str | None = None
    operation: str | None = None
    host: str | None = None
    status: int | None = None
    delay: str | float | None = None
    drop: bool = False
    garbage: bool = False
    error: str | None = None
    times: int | None = None
    probability: float | None = None

    @property
    def seconds(self) -> float:
        return parse_duration(self.delay).total_seconds() if self.delay is not None else 0.0


Operations = Mapping[str, Mapping[str, "Operation"]]
"""Vendors by name, and their operations by id."""


class Faults:
    """A world's list of faults; `times` counts down as they hit, and one that is used up is gone."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._faults: list[Fault] = []

    def replace(self, rows: Sequence[Mapping[str, Any]], operations: Operations | None = None) -> None:
        """Put a new list in place of the old. Raises BadFault, and nothing changes.

        `operations`, where given, says which vendors there are and what they have.
        """
        try:
            faults = [msgspec.convert(row, Fault) for row in rows]
            for fault in faults:
                _check(fault)
                if operations is not None:
                    _check_target(fault, operations)
        except (msgspec.ValidationError, StampcardError) as error:
            raise BadFault(str(error)) from error
        self._faults = faults

    def view(self) -> list[dict[str, Any]]:
        return [msgspec.to_builtins(fault) for fault in self._faults]

    def clear(self) -> None:
        self._faults = []

    def hit_of(self, operation: Operation) -> Fault | None:
        """The fault that hits a call of an operation, counted."""
        if not self._faults:
            return None
        return self.hit(vendor=operation.vendor, operation=operation.id, errors=operation.failures)

    def hit(
        self, *, vendor: str = "", operation: str = "", host: str = "", errors: Container[str] = ()
    ) -> Fault | None:
        """The fault that hits this call, counted. A fault for a host hits calls out; others hit calls in.

        `errors` are the names of the failures that the vendor documents for the operation.
        """
        for fault in self._faults:
            if not _fits(fault, vendor, operation, host) or (fault.error is not None and fault.error not in errors):
                continue
            if fault.probability is not None and not self._chance.happens(fault.probability):
                continue
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._faults = [other for other in self._faults if other is not fault]
            return fault
        return None


def _fits(fault: Fault, vendor: str, operation: str, host: str) -> bool:
    if (fault.host is not None) != bool(host):
        return False
    return all(
        wanted is None or wanted == got
        for wanted, got in ((fault.host, host), (fault.vendor, vendor), (fault.operation, operation))
    )


def _check(fault: Fault) -> None:
    if fault.seconds < 0:
        raise BadFault("delay is negative")
    if not (fault.status or fault.delay is not None or fault.drop or fault.garbage or fault.error is not None):
        raise BadFault("a fault needs one of status, delay, drop, garbage, error")
    if fault.host is not None and (fault.vendor or fault.operation or fault.error):
        raise BadFault("a fault with a host is for calls out, which name neither vendor nor operation nor error")
    if fault.error is not None and (fault.status or fault.drop or fault.garbage):
        raise BadFault("the status and body of an error are the vendor's: it goes with no status, drop or garbage")
    if fault.status is not None and not 200 <= fault.status <= 599:
        raise BadFault(f"not the status of an answer: {fault.status}")
    if fault.times is not None and fault.times < 1:
        raise BadFault("times is at least 1")
    if fault.probability is not None and not 0 <= fault.probability <= 1:
        raise BadFault("probability is between 0 and 1")


def _check_target(fault: Fault, operations: Operations) -> None:
    """A fault for what is not there would never hit, and nobody would know."""
    if fault.vendor is not None and fault.vendor not in operations:
        raise BadFault(f"no vendor called {fault.vendor!r}; there are {', '.join(operations)}")
    asked = operations if fault.vendor is None else (fault.vendor,)
    if fault.operation is not None and not any(fault.operation in operations[name] for name in asked):
        raise BadFault(f"no operation with the id {fault.operation!r}; see contracts/<vendor>/index.yaml")
    if fault.error is None:
        return
    meant = [o for name in asked for o in operations[name].values() if fault.operation in (None, o.id)]
    known = sorted({error for operation in meant for error in operation.failures})
    if fault.error not in known:
        raise BadFault(f"no failure called {fault.error!r} is documented there; known: {', '.join(known) or 'none'}")
