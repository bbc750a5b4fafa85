"""Pseudonyms: the same for the same value, in its form, and for everything that is somebody's or a secret."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from stampcard.record.masking import EMAILS, MAX_REMEMBERED, NAMES, PHONES, PLACES, SECRETS, Masker

TOKEN = "s3cr3t-token-value"


def masked(value: Any, key: str = "k") -> Any:
    return Masker(key).value(value)


@pytest.mark.parametrize("name", sorted(SECRETS | EMAILS | PHONES | NAMES | PLACES))
@pytest.mark.parametrize("value", ["Wintermute99", "7741882299"])
def test_what_stands_under_a_known_name_is_gone(name: str, value: str) -> None:
    masker = Masker("k")
    for text in (
        masker.body("application/json", json.dumps({"user": {name: value}})),
        masker.body("application/x-www-form-urlencoded", f"user[{name}]={value}&x=1"),
        masker.url(f"https://x.example/a?{name}={value}&x=1"),
    ):
        assert value not in text


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (("Authorization", f"Bearer {TOKEN}"), "Bearer "),
        (("Authorization", f"Token token={TOKEN}, btoken=other"), "Token "),
        (("authorization", f"ANTAVO-HMAC-SHA256 Credential={TOKEN}/x, Signature=00"), "ANTAVO-HMAC-SHA256 "),
        (("X-App-Token", TOKEN), ""),
        (("x-pch-digest", TOKEN), ""),
        (("X-Management-Token", TOKEN), ""),
        (("Cookie", f"session={TOKEN}; b=2"), "session="),
        (("Set-Cookie", f"session={TOKEN}; Path=/"), "session="),
        (("X-Forwarded-For", "203.0.113.77"), ""),
        (("Location", f"/v1/x?token={TOKEN}"), "/v1/x?token="),
    ],
)
def test_headers_keep_their_scheme_and_nothing_else(header: tuple[str, str], kept: str) -> None:
    [(name, value)] = Masker("k").headers([header])
    assert name == header[0] and value.startswith(kept)
    assert TOKEN not in value and "203.0" not in value and "other" not in value


FORMS: list[tuple[Any, str]] = [
    ({"email": "Ann@Shop.test"}, r'\{"email":"[a-p]{10}@example\.com"\}'),
    ({"phone": "+41791234567"}, r'\{"phone":"\+1555\d{7}"\}'),
    ({"phone": "4155550100"}, r'\{"phone":"1555\d{6}"\}'),
    ({"phone": 4155550100}, r'\{"phone":1\d{9}\}'),
    ({"birthday": "1990-02-03"}, r'\{"birthday":"(19|20)\d\d-\d\d-\d\d"\}'),
    ({"birthday": "19900203"}, r'\{"birthday":"(19|20)\d{6}"\}'),
    ({"birthday": "02/03"}, r'\{"birthday":"masked[0-9a-f]{16}"\}'),
    ({"app_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}, r'\{"app_id":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"\}'),
    ({"first_name": "Ann Mary"}, r'\{"first_name":"[A-P][a-p]{6} [A-P][a-p]{6}"\}'),
    ({"zip": "8001"}, r'\{"zip":"\d{4}"\}'),
    (
        {"address": {"city": "Zug", "tags": ["x"]}},
        r'\{"address":\{"city":"[A-P][a-p]{8}","tags":\["[A-P][a-p]{8}"\]\}\}',
    ),
    ({"latitude": 47.1}, r'\{"latitude":0\.0\}'),
    ({"token": None, "password": "", "secret": True}, r'\{"token":null,"password":"","secret":true\}'),
]


@pytest.mark.parametrize(("value", "form"), FORMS)
def test_a_pseudonym_has_the_form_of_what_it_stands_for(value: Any, form: str) -> None:
    text = json.dumps(masked(value), separators=(",", ":"))
    assert re.fullmatch(form, text), text


KEPT: list[Any] = [
    {"name": "Spring", "campaign": {"name": "Spring", "id": "camp_1"}},
    {"products": [{"name": "Mug", "price": 100}], "event": "order.paid", "source_id": "order-77"},
    {"session": {"type": "LOCK", "ttl": 7}, "access_token": {"seconds_to_expire": -1}},
    {"created_at": "2026-01-15T09:00:00+00:00", "amount": 41791234567},
]


@pytest.mark.parametrize("value", KEPT)
def test_what_is_nobody_s_stays(value: Any) -> None:
    assert masked(value) == value


def test_a_name_is_a_person_s_beside_an_address_or_in_a_person() -> None:
    found = masked({"customer": {"name": "Ann"}, "rows": [{"name": "Bob", "email": "b@x.test"}], "name": "Spring"})
    assert found["name"] == "Spring"
    assert found["customer"]["name"] != "Ann" and found["rows"][0]["name"] != "Bob"


def test_one_value_has_one_pseudonym_wherever_it_comes_again() -> None:
    masker = Masker("k")
    token = json.loads(masker.body("application/json", f'{{"access_token": {{"token": "{TOKEN}"}}}}'))
    address = masker.value({"email": "ann@shop.test"})["email"]
    made = token["access_token"]["token"]
    assert masker.headers([("Authorization", f"Bearer {TOKEN}")]) == [("Authorization", f"Bearer {made}")]
    assert masker.url(f"/users/{TOKEN}/ANN%40shop.test?q=1") == f"/users/{made}/{address}?q=1"
    assert masker.text(f"Cannot find {TOKEN} of ann@shop.test") == f"Cannot find {made} of {address}"


def test_without_the_key_pseudonyms_cannot_be_tried() -> None:
    assert (
        masked({"email": "a@x.test"}, "k") == masked({"email": "A@x.test"}, "k") != masked({"email": "a@x.test"}, "l")
    )


def test_what_is_remembered_is_bounded_and_the_rest_is_masked_by_name() -> None:
    masker = Masker("k")
    for number in range(MAX_REMEMBERED + 5):
        masker.value({"token": f"token-number-{number}"})
    assert masker.text("token-number-0") == "token-number-0"
    assert masker.text(f"token-number-{MAX_REMEMBERED}") != f"token-number-{MAX_REMEMBERED}"
    assert masker.value({"token": "token-number-0"})["token"].startswith("masked")


def test_names_of_one_s_own_are_masked_when_they_are_named() -> None:
    assert (
        Masker("k", ["Membership_Card"]).value({"membership_card": "C-778812"})["membership_card"].startswith("masked")
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"email": "ann@shop.test", "password": "hunter22", broken',
        "ann@shop.test hunter22",
        '{"password":"hunter22"} tail',
    ],
)
def test_text_that_is_no_json_is_masked_by_form_and_member(text: str) -> None:
    masker = Masker("k")
    masker.value({"password": "hunter22"})
    found = masker.body("text/plain", text)
    assert "hunter22" not in found and "shop.test" not in found
