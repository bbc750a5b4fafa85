"""The base redeemable of the program."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api

PATH = "/api/auth/ordering_meta"


async def test_the_base_redeemable_is_what_a_card_becomes(world: WorldClient, api: Api) -> None:
    _, token = await api.sso_sign_up()
    empty = await api.send("GET", f"{PATH}?filter=base_redeemable", None, token)
    assert empty.json()["base_redeemable_name"] == ""
    redeemables = [{"id": 9, "name": "Free pizza", "description": "Any", "image_url": "https://example.com/p.png"}]
    await world.setup({"punchh": {"program": {"card_redeemable_id": 9}, "redeemables": redeemables}})
    told = await api.send("GET", f"{PATH}?filter=base_redeemable", None, token)
    assert told.json() == {
        "base_redeemable_name": "Free pizza",
        "base_redeemable_description": "Any",
        "base_redeemable_image": "https://example.com/p.png",
        "base_redeemable_properties": None,
    }
    for target in (PATH, f"{PATH}?filter=other"):
        assert (await api.send("GET", target, None, token)).status_code == 400
