"""Which store an app is at."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api

STORES = [
    {"id": 11, "name": "Harbour", "latitude": "59.90", "longitude": "10.75"},
    {"id": 12, "name": "Old Town", "latitude": "48.85", "longitude": "2.35", "pos_scanner_type": "qrcode"},
]


async def test_the_nearest_store_of_the_name_is_found(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    await world.setup({"punchh": {"locations": STORES}})
    path = "/api2/mobile/locations/search"
    near = {"latitude": "48.9", "longitude": "2.4"}
    assert (await api.send("GET", path, near, token)).json() == {"location_id": 12, "pos_scanner_type": "qrcode"}
    named = await api.send("GET", path, {**near, "name_like": "harb"}, token)
    assert named.json() == {"location_id": 11, "pos_scanner_type": "barcode"}
    none = await api.send("GET", path, {"name_like": "nowhere"}, token)
    assert (none.status_code, none.json()) == (404, {"errors": {"not_found": "Location not found."}})
    ignored = await api.send("GET", path, {**near, "max": "5"}, token)
    assert "ignored" in ignored.headers["x-stampcard-diagnostics"]
