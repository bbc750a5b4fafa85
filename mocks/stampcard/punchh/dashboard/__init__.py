"""Platform functions: what the brand's backend calls with the key of a business admin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.punchh.dashboard import custom_segments, segment_members

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "dashboard_custom_segments__post": custom_segments.create,
    "dashboard_custom_segments__get": custom_segments.listing,
    "dashboard_custom_segments__patch": custom_segments.update,
    "dashboard_custom_segments__delete": custom_segments.delete,
    "dashboard_custom_segments_members__post": segment_members.add,
    "dashboard_custom_segments_members__get": segment_members.search,
    "dashboard_custom_segments_members__delete": segment_members.remove,
    "dashboard_custom_segments_members_add_users__post": segment_members.add_users,
    "dashboard_custom_segments_members_bulk_add__post": segment_members.bulk_add,
    "dashboard_custom_segments_members_bulk_remove__delete": segment_members.bulk_remove,
}
