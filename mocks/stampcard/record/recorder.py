"""A recording under way: every call checked, told in a line, masked and written."""

from __future__ import annotations

from collections.abc import Callable

from stampcard.core.contract import Contract
from stampcard.record.calls import Passed
from stampcard.record.checking import differences
from stampcard.record.har import HarWriter, entry
from stampcard.record.masking import Masker


class Recorder:
    """Hears of each call that was passed through, and counts what came of them."""

    def __init__(self, contract: Contract, masker: Masker, har: HarWriter, say: Callable[[str], None]) -> None:
        self._contract = contract
        self._masker = masker
        self._har = har
        self._say = say
        self.calls = 0
        self.different = 0
        self.failed = 0
        self.unwritten = 0

    def note(self, passed: Passed) -> None:
        """Never raises for what a vendor or a client sent, or for a disk that is full: the run goes on."""
        operation, found = differences(self._contract, passed)
        found = [self._masker.text(one) for one in found]
        made = entry(passed, self._masker, operation, found)
        self.calls += 1
        self.different += bool(found)
        self.failed += bool(passed.error)
        milliseconds = round(made["time"])
        target = self._masker.url(passed.target)
        self._say(f"{passed.method} {target} {passed.status or '-'} {operation or 'unknown'} {milliseconds} ms")
        for one in (*found, *([passed.error] if passed.error else [])):
            self._say(f"    {one}")
        try:
            self._har.add(made)
        except OSError as error:
            self.unwritten += 1
            self._say(f"    not written: {error.strerror}")

    def summary(self) -> str:
        said = f"{self.calls} calls, {self.different} with differences, {self.failed} without a whole answer"
        return said + (f", {self.unwritten} NOT WRITTEN" if self.unwritten else "")
