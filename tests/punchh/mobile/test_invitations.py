"""Gift cards that change hands by a claim token."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api

CARD = {"number": "6006-1", "uuid": "card-1", "amount": 25, "name": "My first card"}
PATH = "/api2/mobile/invitations"


async def wallets(world: WorldClient, api: Api, **more: object) -> tuple[str, str]:
    """Ada with a card and Bob without; their tokens."""
    _, ada = await api.sign_up()
    _, bob = await api.sign_up("bob@example.com")
    await world.setup({"punchh": {"gift_cards": [{**CARD, "guest": "ada@example.com", **more}]}})
    return ada, bob


async def test_a_card_goes_to_who_has_the_token_once(world: WorldClient, api: Api) -> None:
    ada, bob = await wallets(world, api)
    made = (await api.send("POST", PATH, {"uuid": "card-1"}, ada)).json()
    assert (made["invitation_type"], made["status"], made["amount"]) == ("claim_token", "pending", 25)
    assert made["gift_card"]["users"][0]["email"] == "ada@example.com"
    listed = (await api.send("GET", PATH, None, ada)).json()
    assert [(row["invitation_id"], "claim_token" in row) for row in listed] == [(made["invitation_id"], False)]
    token = {"claim_token": made["claim_token"]}
    assert (await api.send("GET", f"{PATH}/check_status", token, bob)).status_code == 200

    taken = await api.send("PATCH", f"{PATH}/transfer", token, bob)

    assert taken.json()["users"][0]["email"] == "bob@example.com"
    again = await api.send("PATCH", f"{PATH}/transfer", token, bob)
    text = "This gift card can't be transferred, Please contact support"
    assert (again.status_code, again.json()) == (422, {"errors": [text]})
    assert (await api.send("GET", PATH, None, ada)).json() == []
    refused = await api.send("POST", PATH, {"uuid": "card-1"}, ada)
    assert refused.status_code == 404, "it is Bob's now"


async def test_an_invitation_is_taken_back(world: WorldClient, api: Api) -> None:
    ada, bob = await wallets(world, api)
    made = (await api.send("POST", PATH, {"uuid": "card-1"}, ada)).json()
    same = (await api.send("POST", PATH, {"uuid": "card-1"}, ada)).json()
    assert same["claim_token"] == made["claim_token"]
    where = f"{PATH}/{made['invitation_id']}"
    text = "Invitation to use this gift card can't be cancelled."
    assert (await api.send("DELETE", where, None, bob)).json() == {"errors": [text]}
    assert (await api.send("DELETE", where, None, ada)).status_code == 200
    assert (await api.send("DELETE", where, None, ada)).json() == {"errors": [text]}
    status = await api.send("GET", f"{PATH}/check_status", {"claim_token": made["claim_token"]}, bob)
    assert (status.status_code, status.json()) == (400, {"errors": ["This is a invalid/cancelled/used claim token"]})


async def test_a_card_that_must_stay_gets_no_token(world: WorldClient, api: Api) -> None:
    ada, _ = await wallets(world, api, transferable=False)
    assert (await api.send("POST", PATH, {"uuid": "card-1"}, ada)).status_code == 422
