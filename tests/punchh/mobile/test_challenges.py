"""Challenges, which a business here does not have."""

from tests.punchh.calls import Api


async def test_challenges_are_not_enabled(api: Api) -> None:
    _, token = await api.sign_up()
    response = await api.send("GET", "/api2/mobile/challenges", None, token)
    text = "Business does not have challenges enabled."
    assert (response.status_code, response.json()) == (422, {"errors": {"disabled_feature": text}})
