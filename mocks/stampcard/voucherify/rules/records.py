"""Validation rules and what they are assigned to."""

from __future__ import annotations

import msgspec

from stampcard.voucherify.settings import Json


class Rule(msgspec.Struct):
    """A validation rule; `rules` and `applicable_to` as the caller wrote them."""

    id: str
    name: str
    rules: Json
    created_at: str
    type: str = "expression"
    context_type: str = "global"
    error: Json | None = None
    applicable_to: Json = {}
    bundle_rules: Json | None = None
    updated_at: str | None = None


class Assignment(msgspec.Struct):
    id: str
    rule: Rule
    related_object_id: str
    related_object_type: str
    created_at: str
