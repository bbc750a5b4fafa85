"""Instants as Antavo writes them."""

from __future__ import annotations

from datetime import datetime


def iso(at: datetime) -> str:
    """`2026-01-15T09:30:45+00:00`."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def unix(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at is not None else None
