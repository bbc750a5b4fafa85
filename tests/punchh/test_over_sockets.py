"""What must hold when clients come over real sockets and at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from stampcard.client import WorldClient, connect
from stampcard.server import BackgroundServer
from tests.punchh.calls import Api
from tests.punchh.mobile.test_checkins import upload
from tests.punchh.test_baskets import bill, item
from tests.punchh.test_redemptions import ready, receipt, state

REFUSED = "Given reward is not accessible for this guest"
USED = "You cannot use the same receipt more than once."


@pytest.fixture
async def remote(stampcard_server: BackgroundServer) -> AsyncIterator[WorldClient]:
    """A fresh, frozen world on a real server, for calls that run side by side."""
    world = await connect(stampcard_server.control_url)
    yield world
    await world.delete()
    await world.close()


@pytest.fixture
def live(remote: WorldClient) -> Api:
    return Api(remote)


async def at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls))


async def test_of_redemptions_of_one_reward_exactly_one_wins(remote: WorldClient, live: Api) -> None:
    """At two registers, online and from a basket, all at once; the others get the published answer."""
    number, mobile, sso = await ready(remote, live)
    body = receipt(discount_type="reward", reward_id=900001, email="ada@example.com", external_uid="x")
    await live.send("POST", "/api2/mobile/discounts/select", item(), mobile)
    registers = [live.send("POST", "/api/pos/redemptions", body) for _ in range(8)]
    online = [live.send("POST", "/api/auth/redemptions/online_order", body, sso) for _ in range(8)]
    batch = live.send("POST", "/api/pos/batch_redemptions", bill(number))
    *answers, basket = await at_once(*registers, *online, batch)
    won = sum(answer.status_code == 200 for answer in answers) + len(basket.json()["success"])
    assert won == 1
    assert {tuple(answer.json()) for answer in answers if answer.status_code != 200} == {(REFUSED,)}
    assert (await state(live, mobile))[1:] == (0, 0)


async def test_a_redemption_that_is_sent_again_is_refused(remote: WorldClient, live: Api) -> None:
    await ready(remote, live)
    body = receipt(discount_type="reward", reward_id=900001, email="ada@example.com")
    assert (await live.send("POST", "/api/pos/redemptions", body)).status_code == 200
    again = await live.send("POST", "/api/pos/redemptions", body)
    assert (again.status_code, again.json()) == (422, [REFUSED])


async def test_of_codes_at_two_registers_one_is_processed(remote: WorldClient, live: Api) -> None:
    _, mobile, _ = await ready(remote, live)
    made = (await live.send("POST", "/api2/mobile/redemptions/redeemable", {"redeemable_id": 133}, mobile)).json()
    body = receipt(discount_type="redemption_code", redemption_code=made["redemption_tracking_code"])
    answers = await at_once(*(live.send("POST", "/api/pos/redemptions", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[422] * 5]
    assert (await state(live, mobile))[0] == 60


async def test_points_are_not_spent_twice(remote: WorldClient, live: Api) -> None:
    """100 points, four times 40."""
    _, mobile, _ = await ready(remote, live)
    body = receipt(discount_type="redeemable", redeemable_id=133, email="ada@example.com")
    answers = await at_once(*(live.send("POST", "/api/pos/redemptions", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 422, 422]
    assert (await state(live, mobile))[0] == 20


async def test_a_receipt_earns_once(live: Api) -> None:
    """Scanned by two guests at once, and by a register twice."""
    tokens = [(await live.sign_up(f"guest{number}@example.com"))[1] for number in range(4)]
    await upload(live)
    body = {"bar_code": "1234567"}
    scans = await at_once(*(live.send("POST", "/api2/mobile/checkins/barcode", body, token) for token in tokens))
    assert sorted(scan.status_code for scan in scans) == [200, 422, 422, 422]
    assert all(scan.json() == {"errors": {"base": [USED]}} for scan in scans if scan.status_code == 422)
    answers = await at_once(*(live.buy("guest0@example.com", 10, "t1") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    assert all(answer.json() == [USED] for answer in answers if answer.status_code == 422)


async def test_sign_ups_with_one_address(live: Api) -> None:
    user = {"email": "ada@example.com", "password": "Passw0rd!", "first_name": "Ada", "last_name": "L"}
    answers = await at_once(*(live.send("POST", "/api2/mobile/users", {"user": user}) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[422] * 5]


async def test_headers_up_to_their_limits(live: Api) -> None:
    """16384 bytes for one and 32768 for all; the answer to more is assumed."""
    _, token = await live.sign_up()
    path = "/api2/mobile/users/profile"
    assert (await live.send("GET", path, None, token, x_note="x" * 16000)).status_code == 200
    for headers in ({"x_note": "x" * 16400}, {f"x_{number}": "x" * 12000 for number in range(3)}):
        refused = await live.send("GET", path, None, token, **headers)
        assert (refused.status_code, refused.json()) == (
            400,
            {"status": 400, "error": "Request Header Or Cookie Too Large"},
        )


async def test_an_unknown_locale(live: Api) -> None:
    _, token = await live.sign_up()
    refused = await live.send("GET", "/api2/mobile/users/balance", None, token, accept_language="xx")
    text = "Unknown/Invalid locale in Accept-Language Header. Supported locales are en-GB, es-CR, en, es."
    assert (refused.status_code, refused.json()) == (400, {"errors": {"invalid_language": [text]}})


LARGE = 2**63 - 1


async def test_ids_of_64_bits_as_numbers_and_as_text(remote: WorldClient, live: Api) -> None:
    """Liquid sends text; one bit more is no id of anybody."""
    guests = [{"id": LARGE, "email": "big@example.com"}]
    await remote.setup({"punchh": {"guests": guests, "segments": [{"id": LARGE - 1, "name": "VIP"}]}})
    path = "/api2/dashboard/custom_segments/members"
    for user in (LARGE, str(LARGE), f" {LARGE} "):
        for segment in (LARGE - 1, str(LARGE - 1)):
            made = await live.send("POST", path, {"custom_segment_id": segment, "user_id": user})
            assert (made.status_code, made.json()["user_id"]) == (201, LARGE)
    over = await live.send("POST", path, {"custom_segment_id": LARGE - 1, "user_id": LARGE + 1})
    assert (over.status_code, over.json()) == (404, {"errors": {"not_found": "User does not exist."}})
    gift = {"user_id": str(LARGE), "gift_count": "5"}
    assert (await live.send("POST", "/api2/dashboard/users/support", gift)).status_code == 201
    found = (await live.send("GET", f"/api2/dashboard/users/info?user_id={LARGE}")).json()
    assert (found["user_id"], found["balance"]["net_balance"]) == (LARGE, 5)
