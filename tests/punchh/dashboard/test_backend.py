"""Stores, feedback, the e-mail club, and guests of an earlier program."""

from stampcard.client import WorldClient
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


async def test_feedback(api: Api) -> None:
    number, _ = await api.sign_up()
    wrong = await api.send("POST", "/api2/dashboard/feedbacks", {"user_id": number, "rating": "good"})
    assert (wrong.status_code, wrong.json()) == (422, {"errors": {"rating": ["Rating is not a number."]}})
    made = await api.send("POST", "/api2/dashboard/feedbacks", {"user_id": number, "rating": 5, "message": "Thanks"})
    path = f"/api2/dashboard/feedbacks/{made.json()['feedback_id']}"
    assert (await api.send("PATCH", path, {"message": "Thank you"})).status_code == 200
    assert (await api.send("PATCH", "/api2/dashboard/feedbacks/77", {})).status_code == 404


async def test_the_e_mail_club_has_guests_who_get_no_gifts(world: WorldClient, api: Api) -> None:
    row = {"name": "Welcome", "type": "sign_up", "points": 5}
    await world.setup({"punchh": {"campaigns": [row]}})
    user = {"email": "club@example.com", "first_name": "C", "last_name": "D", "active_registration": "true"}
    nowhere = await api.send("POST", "/api2/dashboard/eclub_guests", {"store_number": "77", "user": user})
    text = "Cannot find corresponding location with store_number: 77"
    assert (nowhere.status_code, nowhere.json()) == (404, {"errors": {"location_not_found": text}})
    assert (
        await api.send("POST", "/api2/dashboard/eclub_guests", {"store_number": "1", "user": user})
    ).status_code == 200
    await world.settle()
    assert "no loyalty member" in (await world.journal(operation="campaign skip"))[0]["summary"]


async def test_who_comes_from_an_earlier_program_keeps_points_and_rewards(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"id": 132, "name": "Fries"}]}})
    offer = {"redeemable_id": 132, "rewards_count": 2}
    body = {"email": "Ada@example.com", "initial_points": "40", "migrated_redeemables": [offer]}
    made = await api.send("POST", "/api2/dashboard/migration_users", body)
    number = made.json()["migration_user_id"]
    assert (await api.send("PATCH", f"/api2/dashboard/migration_users/{number}", {"initial_points": 50})).json()
    taken = await api.send("POST", "/api2/dashboard/migration_users", body)
    assert (taken.status_code, taken.json()) == (422, {"email": ["Email has already been taken"]})
    _, token = await api.sign_up()
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()
    assert (balance["account_balance"]["redeemable_points"], len(balance["rewards"])) == (50, 2)


async def test_migration_users_from_a_file(world: WorldClient, api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.door['admin_key']}"}
    files = {"bulk_guest_activity_file": ("m.csv", "email,initial_points\na@example.com,7\nnonsense,7\n", "text/csv")}
    path = "/api2/dashboard/migration_users/bulk_bmu_upload"
    response = await api.door.post(path, data={"name": "May"}, files=files, headers=headers)
    assert response.status_code == 200
    assert world.inside is not None
    assert [row["email"] for row in world.inside.tenants["punchh"].migration_users.values()] == ["a@example.com"]
