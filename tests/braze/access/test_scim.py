"""Dashboard users by SCIM."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient

TOKEN = "scim-token"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "X-Request-Origin": "okta"}
ANN = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "ann@example.com",
    "name": {"givenName": "Ann", "familyName": "Lee"},
    "department": "finance",
}


@pytest.fixture
async def company(world: WorldClient) -> WorldClient:
    await world.setup({"braze": {"scim": {"token": TOKEN}}})
    return world


async def create(world: WorldClient, **more: Any) -> Any:
    response = await world.braze.post("/scim/v2/Users", json=ANN | more, headers=HEADERS)
    assert response.status_code == 201, response.text
    return response.json()


async def test_permissions_are_replaced_as_a_whole(company: WorldClient) -> None:
    user = await create(company, permissions={"companyPermissions": ["admin"], "roles": [{"roleName": "x"}]})
    change = {name: ANN[name] for name in ("schemas", "name", "department")} | {"permissions": {"roles": []}}
    await company.braze.put(f"/scim/v2/Users/{user['id']}", json=change, headers=HEADERS)
    found = (await company.braze.get(f"/scim/v2/Users/{user['id']}", headers=HEADERS)).json()
    assert found["permissions"] == {"roles": []}


async def test_a_deleted_user_is_found_no_more(company: WorldClient) -> None:
    user = await create(company)
    response = await company.braze.delete(f"/scim/v2/Users/{user['id']}", headers=HEADERS)
    assert (response.status_code, response.content) == (204, b"")
    query = {"filter": 'userName eq "ann@example.com"'}
    response = await company.braze.get("/scim/v2/Users", params=query, headers=HEADERS)
    assert response.json()["totalResults"] == 0


@pytest.mark.parametrize("text", ['name eq "x"', "userName", 'userName sw "a"'])
async def test_another_filter_is_refused(company: WorldClient, text: str) -> None:
    response = await company.braze.get("/scim/v2/Users", params={"filter": text}, headers=HEADERS)
    assert (response.status_code, response.json()["status"]) == (400, 400)


async def test_without_a_token_set_up_nobody_is_let_in(world: WorldClient) -> None:
    assert (await world.braze.get("/scim/v2/Users/x", headers=HEADERS)).status_code == 401
