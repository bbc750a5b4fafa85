"""The journey of a request: the order of things, and what is said when it ends early."""

import asyncio
from typing import Any

import pytest

from stampcard.core.endpoint import Reply
from stampcard.core.errors import ApiError
from stampcard.core.http import Chunks, Headers, Request, Response
from stampcard.core.journal import BODY_LIMIT, Entry
from tests.core.conftest import Folder, Shop, Town


def header(response: Response, name: str) -> str:
    return Headers(response.headers).get(name)


def only(town: Town) -> Entry:
    [entry] = town.world.journal
    return entry


async def test_a_good_request_is_handled_answered_and_journalled_once(town: Town) -> None:
    response = await town.call("POST", "/v1/things", {"name": "a"})
    assert (response.status, response.json, header(response, "x-shop")) == (201, {"name": "a"}, "open")
    entry = only(town)
    assert (entry.operation, entry.status, entry.summary, entry.caller) == ("add", 201, "added a", "outside")
    assert (entry.request_body, entry.response_body) == (b'{"name":"a"}', response.body)


async def test_every_answer_says_whose_world_which_entry_and_operation(town: Town) -> None:
    response = await town.call("GET", "/v1/things")
    told = [header(response, f"x-stampcard-{name}") for name in ("world", "entry", "operation")]
    assert told == ["w", str(only(town).id), "list"]
    assert (response.world, response.entry) == ("w", only(town).id)


async def test_an_empty_answer_has_neither_body_nor_type(town: Town) -> None:
    response = await town.call("DELETE", "/v1/things/a")
    assert (response.status, response.body, header(response, "content-type")) == (204, b"", "")


# The order of things

ORDER: list[tuple[str, str, Any, dict[str, str], int]] = [
    ("POST", "/v1/nothing", b"{", {"key": "none"}, 404),
    ("PUT", "/v1/things", b"{", {"key": "none"}, 405),
    ("GET", "/v1/later", b"{", {"key": "none"}, 501),
    ("POST", "/v1/things", b"1" * 1001, {"key": "none"}, 401),
    ("POST", "/v1/things", b"1" * 1001, {"x_busy": "1"}, 429),
    ("POST", "/v1/things", b"1" * 1001, {}, 413),
    ("POST", "/v1/things", b"{", {}, 400),
    ("POST", "/v1/things", b'{"name": 1}', {}, 400),
    ("POST", "/v1/things", b'{"name": "a"}', {}, 201),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"), ORDER, ids=[str(row[-1]) + row[1] for row in ORDER]
)
async def test_route_then_caller_then_limits_then_body(
    town: Town, method: str, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    response = await town.call(method, path, body, **headers)
    assert response.status == status
    assert bool(town.store.things) == (status == 201)


async def test_a_path_the_vendor_lacks_gets_the_vendor_s_words(town: Town) -> None:
    response = await town.call("GET", "/v9?x=1")
    assert (response.status, response.json, header(response, "x-stampcard-operation")) == (404, {"error": "no /v9"}, "")


async def test_a_wrong_method_hears_of_the_right_ones(town: Town) -> None:
    response = await town.call("PATCH", "/v1/things")
    assert (response.status, header(response, "allow")) == (405, "GET, POST")


async def test_an_operation_that_is_not_emulated_names_itself(town: Town) -> None:
    response = await town.call("GET", "/v1/later")
    assert response.status == 501
    assert response.json == {
        "message": "stampcard does not emulate later",
        "operation": "later",
        "vendor": "shop",
        "method": "GET",
        "path": "/v1/later",
        "source": "https://shop.example/docs",
    }


async def test_a_credential_that_names_no_world_is_kept_in_the_lobby(town: Town) -> None:
    response = await town.call("GET", "/v1/things", key="typo")
    assert (response.status, response.world, len(town.world.journal)) == (401, "lobby", 0)
    [entry] = town.lobby.journal
    assert (entry.status, entry.operation) == (401, "list")


async def test_a_known_key_that_is_refused_stays_in_its_world(town: Town) -> None:
    response = await town.call("GET", "/v1/things", key="key-w!")
    assert (response.status, only(town).status) == (401, 401)


async def test_what_refuses_may_add_headers(town: Town) -> None:
    response = await town.call("GET", "/v1/things", x_busy="1")
    assert (response.status, header(response, "retry-after")) == (429, "1")


# Bodies and parameters


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", [["json", [], "json"]]),
        (b"no json", [["json", [], "json"]]),
        (b"\xff", [["json", [], "json"]]),
        (b"[" * 900, [["json", [], "json"]]),
        (b"null", [["body", [], "type"]]),
        (b'{"price": "x"}', [["body", [], "required"], ["body", ["price"], "type"]]),
    ],
)
async def test_the_vendor_words_every_breach(town: Town, body: bytes, error: list[Any]) -> None:
    response = await town.call("POST", "/v1/things", body)
    assert (response.status, response.json) == (400, {"error": error})


async def test_parameters_come_in_their_types(town: Town) -> None:
    response = await town.call("GET", "/v1/things?limit=5&tag=red&tag=blue&all=true&price=1.5&limit=6")
    assert response.json == [{"limit": 6, "tag": ["red", "blue"], "all": True, "price": 1.5}]


async def test_all_wrong_parameters_are_told_at_once(town: Town) -> None:
    response = await town.call("GET", "/v1/things?limit=0&all=maybe")
    assert sorted(response.json["error"]) == [["query", ["all"], "type"], ["query", ["limit"], "minimum"]]


async def test_path_parameters_are_decoded(town: Town) -> None:
    assert (await town.call("GET", "/v1/things/a%2F%C3%A9")).json == {"error": "no a/é"}


async def test_a_body_nobody_asked_for_is_left_alone(town: Town) -> None:
    assert (await town.call("GET", "/v1/things", b"\xff{")).status == 200


# The second channel


async def test_what_the_vendor_ignores_is_told_on_the_second_channel(town: Town) -> None:
    response = await town.call("POST", "/v1/things?page=2", {"name": "a", "colour": {"deep": 1}, "parts": [{"x": 1}]})
    assert response.status == 201
    told = [(d.code, d.severity, d.pointer) for d in only(town).diagnostics]
    assert told == [
        ("unknown-parameter", "warning", "/page"),
        ("unknown-field", "warning", "/colour"),
        ("unknown-field", "warning", "/parts/0/x"),
    ]
    assert (
        header(response, "x-stampcard-diagnostics")
        == "unknown-parameter /page, unknown-field /colour, unknown-field /parts/0/x"
    )


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", "ключ", "a\x00b", "\u2028", "😀" * 9, "x" * 900])
async def test_no_name_breaks_out_of_the_header(town: Town, name: str) -> None:
    response = await town.call("POST", "/v1/things", {"name": "a", name[:300]: 1})
    value = header(response, "x-stampcard-diagnostics")
    assert value.startswith("unknown-field /")
    assert value.isascii() and value.isprintable()


async def test_the_header_stays_short_however_much_there_is_to_tell(town: Town) -> None:
    response = await town.call("POST", "/v1/things", {"name": "a", **{f"{'x' * 30}{n}": 1 for n in range(20)}})
    assert len(header(response, "x-stampcard-diagnostics")) < 1000
    assert len(only(town).diagnostics) == 20


# Faults of ours


@pytest.mark.parametrize(
    ("path", "says", "fault"),
    [
        ("/v1/crash", "it has a bug", "RuntimeError('the shelf broke')"),
        ("/v1/lie", "its own reply broke the contract", "lie: reply 200 breaks its contract"),
    ],
)
async def test_a_fault_of_ours_says_that_it_is_ours(town: Town, path: str, says: str, fault: str) -> None:
    response = await town.call("GET", path)
    assert response.status == 500
    assert says in response.json["message"]
    assert fault in response.json["stampcard"]["fault"]
    call, event = sorted(town.world.journal, key=lambda entry: entry.kind)
    assert (event.id, event.cause) == (response.json["stampcard"]["entry"], call.id)
    assert "Traceback" in event.error
    assert str(event.id) in call.error
    assert town.world.faults_of_ours == [event.id]
    town.world.faults_of_ours.clear()


class Broken(Shop):
    """A vendor with a bug where nobody expects one."""

    where = ""

    def identify(self, request: Request) -> Any:
        if self.where == "identify":
            raise KeyError("identify")
        return super().identify(request)

    def response_headers(self, world: Any, call: Any) -> list[tuple[str, str]]:
        if self.where == "response_headers":
            raise KeyError("response_headers")
        return [("X-Name", "名")] if self.where == "header" else []

    def not_found(self, request: Request) -> ApiError:
        return ApiError(404, {"error": object()}) if self.where == "not_found" else super().not_found(request)


@pytest.mark.parametrize("where", ["identify", "response_headers", "header", "not_found"])
async def test_a_bug_anywhere_in_a_vendor_is_a_500_of_ours(folder: Folder, where: str) -> None:
    town = Town(folder.write())
    town.shop.__class__ = Broken
    town.shop.where = where  # type: ignore[attr-defined]
    response = await town.call("GET", "/v1/none")
    assert (response.status, "stampcard's own fault" in response.json["message"]) == (500, True)
    assert town.world.faults_of_ours or town.lobby.faults_of_ours
    for _, value in response.headers:
        value.encode("latin-1")


async def test_a_wrong_status_is_off_contract(town: Town) -> None:
    async def moved(call: Any) -> Reply:
        return Reply(302, None)

    town.shop.handlers = {**town.shop.handlers, "list": moved}  # type: ignore[misc]
    response = await town.call("GET", "/v1/things")
    assert (response.status, "status 302" in response.json["stampcard"]["fault"]) == (500, True)
    town.world.faults_of_ours.clear()


# Causes


async def test_what_a_call_causes_names_it(town: Town) -> None:
    body = {"url": "https://api.shop.example/v1/things", "body": {"name": "b"}}
    response = await town.call("POST", "/v1/call", body)
    outer, inner = town.world.journal
    assert response.json == {"status": 201, "entry": inner.id}
    assert (outer.operation, inner.operation, inner.cause, outer.id < inner.id) == ("call", "add", outer.id, True)


async def test_calls_at_once_are_journalled_each_once(town: Town) -> None:
    await asyncio.gather(*(town.call("POST", "/v1/things", {"name": str(n)}) for n in range(20)))
    assert sorted(entry.id for entry in town.world.journal) == list(range(1, 21))


# Worlds


async def test_a_key_leads_to_its_own_world_and_no_other(town: Town) -> None:
    other = town.add_world("other")
    await town.call("POST", "/v1/things", {"name": "a"}, key="key-other")
    assert (list(other.tenants["shop"].things), town.store.things, len(town.world.journal)) == (["a"], {}, 0)


async def test_a_removed_world_s_key_names_nobody(town: Town) -> None:
    town.shop.remove_tenant(town.world)
    assert (await town.call("GET", "/v1/things")).status == 401


async def test_an_operation_may_take_more_than_the_vendor_s_usual_body(folder: Folder) -> None:
    folder.paths["/v1/things"]["post"]["x-max-body"] = 3000
    town = Town(folder.write())
    sizes = [len(b'{"name": "a"}') + spaces for spaces in (1500, 3000)]
    bodies = [b'{"name": "a"}'.ljust(size) for size in sizes]
    assert [(await town.call("POST", "/v1/things", body)).status for body in bodies] == [201, 413]


async def test_a_long_body_is_kept_up_to_a_limit(town: Town) -> None:
    Shop.max_body, before = 10**6, Shop.max_body
    try:
        await town.call("POST", "/v1/things", b'{"name": "a"}' + b" " * 100_000)
    finally:
        Shop.max_body = before
    assert len(only(town).request_body) < 40_000


async def test_a_body_in_pieces_is_put_together_for_who_asks_and_its_head_is_journalled(town: Town) -> None:
    pieces = [b"a" * 30_000, b"b" * 30_000]

    async def in_pieces(call: Any) -> Reply:
        return Reply(200, raw=Chunks(60_000, lambda: iter(pieces)), media_type="text/plain")

    town.shop.handlers = {**town.shop.handlers, "crash": in_pieces}  # type: ignore[misc]
    response = await town.call("GET", "/v1/crash")
    assert (response.body, dict(response.headers)["Content-Type"]) == (b"".join(pieces), "text/plain")
    assert only(town).response_body == pieces[0][: BODY_LIMIT + 1]
