"""Stores."""

from tests.punchh.calls import Api

LOCATIONS = "/api2/dashboard/locations"


async def test_a_location_is_made_changed_and_deleted(api: Api) -> None:
    blank = await api.send("POST", LOCATIONS, {"location": {"name": "", "city": "Paris"}})
    assert (blank.status_code, blank.json()) == (422, {"name": ["Name can't be blank"]})
    none = await api.send("POST", LOCATIONS, {})
    assert none.json() == {"error": "Required parameter missing or the value is empty: location"}
    made = (await api.send("POST", LOCATIONS, {"location": {"name": "Harbour", "store_number": "9"}})).json()
    body = {"location_id": made["location_id"], "location": {"city": "Paris"}}
    assert (await api.send("PATCH", LOCATIONS, body)).json()["city"] == "Paris"
    assert (await api.send("GET", f"{LOCATIONS}?store_number=9")).json()["name"] == "Harbour"
    assert (await api.send("DELETE", LOCATIONS, {"store_number": "9"})).status_code == 204
    assert (await api.send("GET", f"{LOCATIONS}?store_number=9")).status_code == 404
