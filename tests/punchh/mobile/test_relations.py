"""The guest's family."""

from tests.punchh.calls import Api


async def test_family(api: Api) -> None:
    _, token = await api.sign_up()
    path = "/api2/mobile/user_relations"
    missing = await api.send("POST", path, {"name": "Kim"}, token)
    told = {"errors": {"relation": "Required parameter missing or the value is empty."}}
    assert (missing.status_code, missing.json()) == (400, told)
    row = (await api.send("POST", path, {"name": "Kim", "relation": "kid", "birthday": "2015-05-05"}, token)).json()
    wrong = await api.send("PUT", f"{path}/{row['id']}", {"relation": "cat"}, token)
    assert wrong.json() == {"errors": {"relation": ["Relation is not included in the list"]}}
    assert (await api.send("PUT", f"{path}/{row['id']}", {"name": "Kimberly"}, token)).json()["relation"] == "kid"
    assert (await api.send("DELETE", f"{path}/{row['id']}", None, token)).status_code == 200
    gone = await api.send("DELETE", f"{path}/{row['id']}", None, token)
    assert (gone.status_code, gone.json()) == (404, {"errors": "User Relation Not Found"})
