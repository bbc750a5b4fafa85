"""`stampcard check webhooks`: consumers that look at signatures pass, all others are told apart."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stampcard.cli import main
from stampcard.core.contract import load
from tests.loopback import Answer, Asked, flood, garbage, hang_up, reply, serving, silence

SECRET = "hook-secret"


def hmac_of(asked: Asked, algorithm: str = "sha256") -> str:
    return hmac.new(SECRET.encode(), asked.target.encode() + asked.body, algorithm).hexdigest()


def punchh(asked: Asked) -> bool:
    right = {f"hmac {hmac_of(asked, one)}" for one in ("sha1", "sha256")}
    return asked.headers.get("authorization") in right and asked.headers.get("x-pch-key") == "shop"


def voucherify(asked: Asked) -> bool:
    made = hmac.new(SECRET.encode(), asked.body, hashlib.sha256).hexdigest()
    return asked.headers.get("x-voucherify-signature") == made


def exactly(header: str, value: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.headers.get(header) == value


def jwt(asked: Asked) -> bool:
    """Signed with the secret, and not expired; the clock of the test stands where the newest token was made."""
    head, _, made = asked.headers.get("authorization", "").removeprefix("Bearer ").rpartition(".")
    right = hmac.new(SECRET.encode(), head.encode(), hashlib.sha256).digest()
    if base64.urlsafe_b64encode(right).rstrip(b"=").decode() != made:
        return False
    body = json.loads(base64.urlsafe_b64decode(head.partition(".")[2] + "=="))
    newest.append(max(body["iat"], *newest[-1:] or [0]))
    return bool(body["exp"] > newest[-1])


newest: list[int] = []


def careful(good: Callable[[Asked], bool]) -> Answer:
    return lambda asked: reply(200 if good(asked) else 401)


CONSUMERS: list[tuple[str, Callable[[Asked], bool], list[str]]] = [
    ("punchh", punchh, ["--secret", SECRET, "--client", "shop"]),
    ("punchh", punchh, ["--secret", SECRET, "--client", "shop", "--auth", "hmac_sha1"]),
    ("punchh", exactly("authorization", "basic dTpw"), ["--auth", "basic", "--secret", "u:p"]),
    ("punchh", exactly("authorization", "bearer t"), ["--auth", "bearer", "--secret", "t"]),
    ("voucherify", voucherify, ["--secret", SECRET]),
    ("antavo", exactly("authorization", "Basic dTpw"), ["--secret", "u:p"]),
    ("antavo", jwt, ["--auth", "jwt", "--secret", SECRET]),
    ("braze", exactly("x-key", "k"), ["--header", "X-Key: k"]),
]


@pytest.mark.parametrize(("vendor", "good", "options"), CONSUMERS)
def test_a_careful_consumer_passes(
    capsys: pytest.CaptureFixture[str], vendor: str, good: Callable[[Asked], bool], options: list[str]
) -> None:
    with serving(careful(good)) as consumer:
        status = main(["check", "webhooks", vendor, "--to", f"{consumer.url}/hooks?shop=1", *options])
    told = capsys.readouterr()
    assert status == 0, told.out
    events = [event for event in load(vendor).events.values() if event.receiver == "consumer"]
    assert told.err.startswith(f"{len(events)} events of {vendor} to {consumer.url}/hooks?shop=1, signed by ")
    assert f"{len(consumer.asked)} calls" in told.err and f"{len(consumer.asked)} calls; 0 rows failed" in told.out


@pytest.mark.parametrize(("vendor", "good", "options"), CONSUMERS)
def test_a_consumer_that_takes_anything_fails(
    capsys: pytest.CaptureFixture[str], vendor: str, good: Callable[[Asked], bool], options: list[str]
) -> None:
    few = ["--event", "users", "--event", "voucher.created", "--event", "*callback"]
    with serving(lambda asked: reply(200)) as consumer:
        assert main(["check", "webhooks", vendor, "--to", consumer.url, *options, *few]) == 1
    out = capsys.readouterr().out
    assert "taken with wrong secret: anybody could send it" in out
    assert "taken with no signature" in out


def test_a_consumer_that_does_not_look_at_the_body_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    """It looks whether the signature was made with the secret for any body it has seen."""
    seen: set[str] = set()

    def lazy(asked: Asked) -> bytes:
        seen.add(hmac.new(SECRET.encode(), asked.body, hashlib.sha256).hexdigest())
        forged = asked.body.replace(b'{"forged":true,', b"{", 1)
        seen.add(hmac.new(SECRET.encode(), forged, hashlib.sha256).hexdigest())
        return reply(200 if asked.headers.get("x-voucherify-signature") in seen else 401)

    with serving(lazy) as consumer:
        options = ["--to", consumer.url, "--secret", SECRET, "--event", "voucher.created"]
        assert main(["check", "webhooks", "voucherify", *options]) == 1
    wrong = [line for line in capsys.readouterr().out.splitlines() if "anybody" in line]
    assert wrong == ["voucher.created, changed body: 200: taken with changed body: anybody could send it"]


def test_a_consumer_that_takes_an_event_once_only_fails(capsys: pytest.CaptureFixture[str]) -> None:
    seen: set[bytes] = set()

    def once(asked: Asked) -> bytes:
        status = 401 if not voucherify(asked) else 409 if asked.body in seen else 200
        seen.add(asked.body)
        return reply(status)

    with serving(once) as consumer:
        options = ["--to", consumer.url, "--secret", SECRET, "--event", "voucher.created"]
        assert main(["check", "webhooks", "voucherify", *options]) == 1
    assert "again: 409: a good event is not taken, and vendors send more than once" in capsys.readouterr().out


def test_punchh_takes_200_and_202_only_and_asks_first(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda asked: reply(201 if punchh(asked) else 401)) as consumer:
        options = ["--to", consumer.url, "--secret", SECRET, "--client", "shop", "--event", "users"]
        assert main(["check", "webhooks", "punchh", *options]) == 1
    assert consumer.asked[0].method == "GET"
    out = capsys.readouterr().out
    assert "(check of the URL), ping: 201: Punchh's check of the URL needs 200" in out
    assert "users, right: 201: a good event is not taken" in out


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (silence, "no answer within 0.2 s"),
        (hang_up, "RemoteProtocolError"),
        (garbage, "RemoteProtocolError"),
        (flood, "taken with wrong secret"),
        (lambda asked: reply(500), "wrong secret: not refused with a 4xx"),
        (lambda asked: reply(302, b"", "Location: /elsewhere"), "302: a good event is not taken"),
    ],
)
def test_a_hostile_consumer_is_told_per_call_and_the_run_goes_on(
    capsys: pytest.CaptureFixture[str], answer: Answer, said: str
) -> None:
    with serving(answer) as consumer:
        options = ["--to", consumer.url, "--secret", SECRET, "--event", "voucher.*abled", "--timeout", "0.2"]
        assert main(["check", "webhooks", "voucherify", *options]) == 1
    out = capsys.readouterr().out
    assert said in out
    rows = [line for line in out.splitlines() if line.startswith("voucher.")]
    assert {line.split()[0].rstrip(",") for line in rows} == {"voucher.enabled", "voucher.disabled"}


def test_junit_has_a_case_per_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "out.xml"
    with serving(lambda asked: reply(200)) as consumer:
        options = ["--to", consumer.url, "--secret", SECRET, "--event", "voucher.created", "--junit", str(path)]
        assert main(["check", "webhooks", "voucherify", *options]) == 1
    suite = ElementTree.parse(path).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("5", "3")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == [
        "wrong secret",
        "no signature",
        "changed body",
    ]


def test_where_nothing_signs_nothing_forged_is_sent_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda asked: reply(200)) as consumer:
        assert main(["check", "webhooks", "braze", "--to", consumer.url, "--auth", "none", "--event", "export*"]) == 0
    assert [asked.headers["user-agent"] for asked in consumer.asked] == ["Braze Sender 0a1b2c3d"] * 2
    assert "Nothing signs these: whether forged ones are refused is not checked." in capsys.readouterr().err


BAD: list[tuple[list[str], str]] = [
    (["punchh", "--to", "https://example.com/x", "--secret", "s"], "example.com is not on this machine"),
    (["punchh", "--to", "ftp://localhost/x", "--secret", "s"], "not an http or https URL"),
    (["punchh", "--to", "http://[::1", "--secret", "s"], "not an http or https URL"),
    (["punchh", "--to", "http://127.0.0.1:9"], "hmac_sha256 needs the secret"),
    (["punchh", "--to", "http://127.0.0.1:9", "--auth", "jwt"], "punchh signs with hmac_sha256"),
    (["antavo", "--to", "http://127.0.0.1:9", "--secret", "s"], "basic needs user:password"),
    (["braze", "--to", "http://127.0.0.1:9"], "header needs a header"),
    (["braze", "--to", "http://127.0.0.1:9", "--header", "nothing"], "write 'Name: value'"),
    (["voucherify", "--to", "http://127.0.0.1:9", "--secret", "s", "--event", "nope"], "voucherify has no event nope"),
]


@pytest.mark.parametrize(("options", "said"), BAD)
def test_what_cannot_begin_says_why_and_sends_nothing(
    capsys: pytest.CaptureFixture[str], options: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAMPCARD_WEBHOOK_SECRET", raising=False)
    assert main(["check", "webhooks", *options]) == 2
    assert said in capsys.readouterr().err


def test_the_secret_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAMPCARD_WEBHOOK_SECRET", SECRET)
    with serving(careful(voucherify)) as consumer:
        assert main(["check", "webhooks", "voucherify", "--to", consumer.url, "--event", "voucher.created"]) == 0


def test_the_help_of_check_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    assert "webhooks" in capsys.readouterr().out
