"""What a register does."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_a_receipt_earns_once(api: Api) -> None:
    await api.sign_up()
    assert (await api.buy("ada@example.com", 10, "t1")).status_code == 200
    again = await api.buy("ada@example.com", 10, "t1")
    assert (again.status_code, again.json()) == (422, ["You cannot use the same receipt more than once."])


async def test_each_location_has_a_key_of_its_own(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"locations": [{"name": "Harbour", "store_number": "2", "key": "harbour-key-1"}]}})
    business_key = world.punchh["business_key"]
    keys = {"Authorization": f"Token token=harbour-key-1, btoken={business_key}"}
    response = await world.punchh.get("/api/pos/locations/configuration", headers=keys)
    assert response.json()["location_name"] == "Harbour"
