"""Guests of an earlier program."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


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
