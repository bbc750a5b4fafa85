"""Operations of this room: user data and Cloud Data Ingestion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.tracking import cdi, track
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "users_track": track.track,
    "users_track_bulk": track.track_bulk,
    "users_track_sync": track.track_sync,
    "cdi_integrations_list": cdi.list_integrations,
    "cdi_integration_sync": cdi.sync,
    "cdi_integration_job_status": cdi.job_status,
}
