"""What leaves for trusted sites and for Braze fits contracts/antavo/integrations/webhooks.yaml."""

from __future__ import annotations

import pytest

from stampcard.antavo.integrations import sites
from stampcard.antavo.state import Brand
from stampcard.client import ControlRefused, WorldClient
from stampcard.core.errors import DeliveryFault
from tests.antavo.workflows.test_runs import receiver


def test_all_that_the_catalogue_names_is_described(world: WorldClient) -> None:
    assert world.inside is not None
    events = world.inside.events["antavo"]
    consumers = {name for name, event in events.items() if event.receiver == "consumer"}
    assert consumers == {"workflow_webhook", "async_event_callback", "bulk_claim_callback"}
    assert events.keys() - consumers == {"braze_users_track", "braze_events_list"}


async def test_a_callback_off_its_description_is_not_sent(world: WorldClient) -> None:
    assert world.inside is not None
    brand: Brand = world.inside.tenants["antavo"]
    async with receiver() as (found, url):
        await world.setup({"antavo": {"trusted_sites": [{"name": "shop", "url": url}]}})
        sites.deliver(brand, "async_event_callback", f"{url}/done", {"status": "eaten", "response": {}}, None)
        with pytest.raises(ControlRefused, match="fault"):
            await world.settle()
    [entry] = [entry for entry in world.inside.journal if entry.id in world.inside.faults_of_ours]
    world.inside.faults_of_ours.clear()
    assert DeliveryFault.__name__ in entry.error and "async_event_callback" in entry.error
    assert found.requests == []
