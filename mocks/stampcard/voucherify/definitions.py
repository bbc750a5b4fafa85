"""Records of what a project defines about its objects: collections of products, schemas of metadata and events."""

from __future__ import annotations

import msgspec

from stampcard.voucherify.records import Json


class Collection(msgspec.Struct):
    """Products and SKUs under one name: a fixed list, or a filter over the catalogue."""

    id: str
    name: str
    type: str
    created_at: str
    products: list[Json] = []
    filter: Json = {}


class Schema(msgspec.Struct):
    """What metadata of one kind of object may hold; `properties` in the words of the management API."""

    id: str
    related_object: str
    properties: dict[str, Json]
    created_at: str
    allow_defined_only: bool | None = None
    updated_at: str | None = None


class EventSchema(msgspec.Struct):
    """What custom events of one name may hold."""

    id: str
    name: str
    properties: dict[str, Json]
    created_at: str
    updated_at: str | None = None
