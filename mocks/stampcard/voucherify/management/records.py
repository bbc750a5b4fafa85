"""What runs in the background, what was deleted, and what metadata may hold."""

from __future__ import annotations

import msgspec

from stampcard.voucherify.settings import Json


class AsyncAction(msgspec.Struct):
    """A background job of the vendor."""

    id: str
    type: str
    created_at: str
    request_id: str
    status: str = "IN_PROGRESS"
    operation_status: str = "UNKNOWN"
    result: Json | None = None
    updated_at: str | None = None
    processing_time: int | None = None


class BinEntry(msgspec.Struct):
    """A deleted resource whose name or code stays reserved."""

    id: str
    kind: str
    resource_id: str
    name: str
    created_at: str


class Export(msgspec.Struct):
    """A CSV file, once it is made: its `text`, and the `token` that downloads it."""

    id: str
    exported_object: str
    parameters: Json
    created_at: str
    status: str = "SCHEDULED"
    url: str | None = None
    token: str | None = None
    text: str = ""


class Schema(msgspec.Struct):
    """What metadata of one kind of object may hold; `properties` in the words of the management API."""

    id: str
    related_object: str
    properties: dict[str, Json]
    created_at: str
    allow_defined_only: bool | None = None
    updated_at: str | None = None
