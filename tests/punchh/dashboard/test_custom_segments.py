"""Custom lists."""

from tests.punchh.calls import Api

PATH = "/api2/dashboard/custom_segments"


async def test_a_list_is_made_renamed_and_deleted(api: Api) -> None:
    number = (await api.send("POST", PATH, {"name": "VIP"})).json()["custom_segment_id"]
    renamed = await api.send("PATCH", PATH, {"custom_segment_id": str(number), "name": "Best", "description": "ours"})
    assert (renamed.json()["name"], renamed.json()["description"]) == ("Best", "ours")
    assert [row["name"] for row in (await api.send("GET", PATH)).json()] == ["Best"]
    assert (await api.send("DELETE", f"{PATH}?custom_segment_id={number}")).status_code == 202
    assert (await api.send("GET", PATH)).json() == []


async def test_a_rename_to_a_taken_name_changes_nothing(api: Api) -> None:
    for name in ("VIP", "Best"):
        await api.send("POST", PATH, {"name": name})
    refused = await api.send("PATCH", PATH, {"custom_segment_id": 15002, "name": "VIP", "description": "new"})
    assert (refused.status_code, refused.json()) == (422, {"name": ["Name has already been taken"]})
    assert [row["description"] for row in (await api.send("GET", PATH)).json()] == ["", ""]
