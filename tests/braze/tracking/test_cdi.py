"""Cloud Data Ingestion reads the rows of the setup document, each once."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported

PLANS = "00000000-0000-4000-8000-0000000000d1"


async def set_up(world: WorldClient, *rows: dict[str, Any]) -> None:
    row = {"integration_id": PLANS, "integration_name": "Plans", "integration_type": "attributes", "rows": list(rows)}
    await world.setup({"braze": {"cdi_integrations": [row]}})


async def sync(world: WorldClient) -> Any:
    """Run a job to its end; its row in the list of jobs."""
    response = await world.braze.post(f"/cdi/integrations/{PLANS}/sync", headers=bearer(world.braze))
    assert response.status_code == 202
    await world.advance("2m")
    response = await world.braze.get(f"/cdi/integrations/{PLANS}/job_sync_status", headers=bearer(world.braze))
    return response.json()["results"][0]


async def test_a_job_writes_rows_and_counts_those_that_fail(world: WorldClient) -> None:
    await set_up(world, {"external_id": "ann", "plan": "gold"}, {"plan": "silver"})
    job = await sync(world)
    assert (job["job_status"], job["rows_synced"], job["rows_failed_with_errors"]) == ("partial", 1, 1)
    assert job["sync_finish_time"] == "2026-01-15T09:01:00.000Z"
    assert (await exported(world.braze, "ann"))["custom_attributes"] == {"plan": "gold"}


async def test_a_later_job_reads_only_new_rows(world: WorldClient) -> None:
    await set_up(world, {"external_id": "ann", "visits": {"inc": 1}})
    await sync(world)
    await set_up(world, {"external_id": "ann", "visits": {"inc": 1}}, {"external_id": "bob"})
    job = await sync(world)
    assert (job["job_status"], job["rows_synced"]) == ("success", 1)
    assert (await exported(world.braze, "ann"))["custom_attributes"] == {"visits": 1}
