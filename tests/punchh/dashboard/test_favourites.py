"""Favourite locations."""

from tests.punchh.calls import Api

PATH = "/api2/dashboard/user_favourite_locations"


async def test_a_favourite_is_listed_and_taken_away_once(api: Api) -> None:
    number, _ = await api.sign_up(favourite_location_ids="301")
    (row,) = (await api.send("GET", f"{PATH}?user_id={number}")).json()
    assert (row["location_id"], row["store_number"]) == (301, "1")
    query = f"{PATH}?user_id={number}&user_favourite_location_id={row['user_favourite_location_id']}"
    assert (await api.send("DELETE", query)).status_code == 200
    assert (await api.send("GET", f"{PATH}?user_id={number}")).json() == []
    assert (await api.send("DELETE", query)).status_code == 404
