"""Operations of this room: validation rules and their assignments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.rules import validation_rules

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "list-validation-rules": validation_rules.browse,
    "create-validation-rules": validation_rules.create,
    "get-validation-rule": validation_rules.read,
    "update-validation-rule": validation_rules.update,
    "delete-validation-rules": validation_rules.delete,
    "list-validation-rule-assignments": validation_rules.browse_assignments,
    "create-validation-rule-assignment": validation_rules.assign,
    "delete-validation-rule-assignment": validation_rules.unassign,
    "list-validation-rules-assignments": validation_rules.browse_all_assignments,
}
