"""Sequences made up along the links: Schemathesis's state machine, with random data between good calls and bad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zlib import crc32

import httpx
from hypothesis import settings
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import use_after_free

from stampcard.check.calls import Checked, Failure, failures_of, fill, findings_of, is_negative, request_of
from stampcard.check.chains import example
from stampcard.check.running import SETTINGS, finished
from stampcard.check.target import Target

STEPS = 8
"""Calls of one sequence at most."""

ALSO: tuple[CheckFunction, ...] = (use_after_free,)
"""What only a sequence can show. That what was created is there is told by the chains: random data may hide it."""


def check_sequences(schema: Any, target_of: Callable[[], Target], *, examples: int) -> Checked:
    """Make up so many sequences of calls, each in a world of its own where there is one to be had.

    Half of the calls that begin one send the contract's own example.
    """
    checked = Checked("sequences", "sequences along the links", chain=True)
    bounded = settings(SETTINGS, max_examples=max(1, examples), stateful_step_count=STEPS)
    _machine(schema, target_of, checked).run(settings=bounded)
    return checked


def _machine(schema: Any, target_of: Callable[[], Target], checked: Checked) -> Any:
    class Sequence(schema.as_state_machine()):  # type: ignore[misc]
        """One sequence; what it sent is kept, as only all of it repeats a failure."""

        def setup(self) -> None:
            self.lines: list[str] = []
            self.target = target_of()

        def teardown(self) -> None:
            finished(checked, self.target)
            self.target.close()

        def before_call(self, case: Case[Any]) -> None:
            begins = self.recorder.find_parent(case_id=case.id) is None
            if begins and not is_negative(case) and crc32(repr(case.body).encode()) % 2:
                given = example(case.operation)
                case.body, case.media_type = given.get("body", case.body), given.get("media_type", case.media_type)
            fill(case, self.target, known=False)

        def call(self, case: Case[Any], **_: Any) -> Response:
            request = request_of(case, self.target)
            response = None if checked.given_up else checked.sent(request, self.target)
            if response is None:
                response = httpx.Response(504, request=request)
                response.elapsed = timedelta(0)
                return Response.from_any(response)
            self.target.settle()
            self.lines.append(self.target.curl(request))
            for failure in failures_of(case, response, self.target):
                checked.note(failure)
            return Response.from_any(response)

        def validate_response(self, response: Response, case: Case[Any], *_: Any, **__: Any) -> None:
            for title, message in findings_of(case, response, ALSO, self.recorder):
                checked.note(Failure(title, message, "\n  ".join(self.lines)))

    return Sequence
