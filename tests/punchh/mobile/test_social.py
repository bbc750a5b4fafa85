"""Google, Facebook and Apple."""

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_google_answers_by_what_the_setup_says(world: WorldClient, api: Api) -> None:
    mobile, sso = "/api2/mobile/users/google_sign_in", "/api/auth/users/connect_with_google"
    for path in (mobile, sso):
        off = await api.send("POST", path, {"google_id_token": "t"})
        assert (off.status_code, off.json()) == (422, {"errors": ["Google sign-in not enabled."]})
    person = {"provider": "google", "token": "t", "email": "gil@example.com", "first_name": "Gil"}
    await world.setup({"punchh": {"social_identities": [person]}})
    wrong = await api.send("POST", mobile, {"google_id_token": "x"})
    assert wrong.json() == {"errors": ["Google ID token is not valid"]}
    new = (await api.send("POST", mobile, {"google_id_token": "t"})).json()["user"]
    again = (await api.send("POST", sso, {"google_id_token": "t"})).json()
    assert (new["first_name"], again["user_id"]) == ("Gil", new["user_id"])


async def test_facebook_and_apple_in_app_and_on_the_site(world: WorldClient, api: Api) -> None:
    people = [
        {"provider": "facebook", "token": "fb", "email": "fay@example.com", "uid": "77", "first_name": "Fay"},
        {"provider": "apple", "token": "code", "email": "amy@example.com", "uid": "a-1"},
    ]
    await world.setup({"punchh": {"social_identities": people}})
    path = "/api2/mobile/users/connect_with_facebook"
    wrong = await api.send("POST", path, {"user": {"facebook_access_token": "x"}})
    assert (wrong.status_code, wrong.json()) == (422, {"message": "Sending invalid Entity", "code": 422})
    fay = (await api.send("POST", path, {"user": {"facebook_access_token": "fb"}})).json()["user"]
    assert (fay["fb_uid"], fay["facebook_signup"]) == ("77", True)
    site = await api.send("POST", "/api/auth/users/connect_with_facebook", {"access_token": "fb"})
    assert site.json()["user_id"] == fay["user_id"]
    user = {"first_name": "Amy", "last_name": "A", "authorization_code": "code"}
    amy = (await api.send("POST", "/api2/mobile/apple_registrations", {"user": user})).json()["user"]
    again = await api.send("POST", "/api/auth/users/connect_with_apple", {"user": user})
    assert again.json()["user"]["user_id"] == amy["user_id"]
