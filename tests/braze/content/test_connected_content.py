"""Connected Content through messages that are really sent; the answering host is Braze's own API on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer

API = "https://rest.iad-01.braze.com"


async def sent(world: WorldClient, body: str, **parts: str) -> dict[str, Any]:
    """The outbox message of one e-mail to ann with this body."""
    email = {"app_id": world.braze["app_id"], "from": "A <a@example.com>", "body": body, **parts}
    asked = {"external_user_ids": ["ann"], "messages": {"email": email}}
    response = await world.braze.post("/messages/send", json=asked, headers=bearer(world.braze))
    assert response.status_code == 201, response.text
    await world.settle()
    message: dict[str, Any] = (await world.outbox())[-1]
    return message


@pytest.fixture
async def ann(world: WorldClient) -> WorldClient:
    await world.setup({"braze": {"users": [{"external_id": "ann", "email": "ann@example.com"}]}})
    return world


def get(world: WorldClient, path: str = "/events/list", options: str = "") -> str:
    headers = f':headers {{"Authorization": "Bearer {world.braze["api_key"]}"}}'
    return f"{{% connected_content {API}{path} {headers} :save r {options} %}}"


async def calls(world: WorldClient, operation: str = "events_list") -> list[dict[str, Any]]:
    return await world.journal(operation=operation)


async def test_the_answer_is_saved_with_its_status(ann: WorldClient) -> None:
    message = await sent(ann, get(ann) + "{{r.message}} {{r.__http_status_code__}}")

    assert message["parts"]["body"] == "success 200"
    assert message["detail"]["connected_content"] == [
        {"method": "GET", "url": f"{API}/events/list", "status": 200},
    ]


async def test_the_call_carries_what_braze_sends_and_names_its_cause(ann: WorldClient) -> None:
    message = await sent(ann, get(ann))

    (entry,) = await calls(ann)
    headers = {name.lower(): value for name, value in entry["request"]["headers"].items()}
    assert headers["user-agent"].startswith("Braze Sender ")
    assert len(headers["user-agent"]) == len("Braze Sender ") + 40
    assert (headers["content-type"], headers["accept"]) == ("application/json", "*/*")
    assert (entry["caller"], entry["cause"]) == ("braze", message["entry"])


async def test_a_get_is_cached_for_five_minutes_of_virtual_time(ann: WorldClient) -> None:
    for wait in ("4m", "1m", "0s"):
        await sent(ann, get(ann))
        await ann.advance(wait)

    assert len(await calls(ann)) == 2


@pytest.mark.parametrize(
    ("options", "after", "expected"),
    [
        (":no_cache", "1s", 2),
        (":cache_max_age", "4m", 1),
        (":cache_max_age", "5m", 2),
        (":cache_max_age 900", "14m", 1),
        (":cache_max_age 10", "4m", 1),
        (":cache_max_age 99999", "239m", 1),
        (":cache_max_age 99999", "241m", 2),
    ],
)
async def test_cache_options(ann: WorldClient, options: str, after: str, expected: int) -> None:
    for _ in range(2):
        await sent(ann, get(ann, options=options))
        await ann.advance(after)

    assert len(await calls(ann)) == expected


def post(world: WorldClient, options: str, query: str = "") -> str:
    return get(world, f"/users/track{query}", f":method post :content_type application/json {options}")


async def test_a_post_is_called_every_time_unless_told_to_cache(ann: WorldClient) -> None:
    body = ':body {"attributes":[{"external_id":"x{{1|plus:1}}"}]}'
    await sent(ann, post(ann, body))
    await sent(ann, post(ann, body))
    assert len(await calls(ann, "users_track")) == 2

    await sent(ann, post(ann, body + " :cache_max_age"))
    await sent(ann, post(ann, body.replace("x", "y") + " :cache_max_age"))
    assert len(await calls(ann, "users_track")) == 3, "the body is not part of the key"
    await sent(ann, post(ann, body + " :cache_max_age", "?cache_id=1"))
    assert len(await calls(ann, "users_track")) == 4


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (":body a=1&b=two", "a=1&b=two"),
        (":body a=1&b=two :content_type application/json", {"a": "1", "b": "two"}),
        (':body {"a":1} :content_type application/json', {"a": 1}),
        (":body a={{text}} :content_type application/json", {"a": "New Year"}),
        (":body {{text}} :content_type application/json", "New Year"),
    ],
)
async def test_what_becomes_of_the_body(ann: WorldClient, options: str, body: Any) -> None:
    call = get(ann, "/users/track", f":method POST {options}")
    await sent(ann, '{% assign text = "New Year" %}' + call)

    (entry,) = await calls(ann, "users_track")
    assert entry["request"]["body"] == body


async def test_a_failed_call_leaves_the_message_without_its_content(ann: WorldClient) -> None:
    await ann.faults({"operation": "events_list", "status": 500})

    message = await sent(ann, get(ann) + "[{{r.message}}{{r.__http_status_code__}}]")

    assert (message["status"], message["parts"]["body"]) == ("sent", "[]")


@pytest.mark.parametrize("fault", [{"delay": 2.0}, {"drop": True}, {"status": 404}, {"status": 302}])
async def test_what_counts_as_failed(ann: WorldClient, fault: dict[str, Any]) -> None:
    await ann.faults({"operation": "events_list", **fault})

    message = await sent(ann, get(ann) + "{% if r.__http_status_code__ != 200 %}none{% endif %}")

    assert message["parts"]["body"] == "none"


async def test_retry_sends_when_the_call_succeeds_again(ann: WorldClient) -> None:
    await ann.faults({"operation": "events_list", "status": 500, "times": 2})

    message = await sent(ann, get(ann, options=":retry") + "{{r.message}}")
    assert (message["status"], message["detail"]["tries"]) == ("waiting", 1)
    await ann.advance("10m")

    (message,) = await ann.outbox()
    assert (message["status"], message["parts"]["body"]) == ("sent", "success")


async def test_exhausted_retries_abort_the_message(ann: WorldClient) -> None:
    await ann.faults({"operation": "events_list", "status": 503})

    await sent(ann, get(ann, options=":retry"))
    await ann.advance("1h")

    (message,) = await ann.outbox()
    assert (message["status"], message["detail"]["abort_type"]) == ("aborted", "exhausted_cc_retries")
    assert len(await calls(ann)) == 6


async def test_abort_beats_retry(ann: WorldClient) -> None:
    await ann.faults({"operation": "events_list", "status": 500})

    aborting = "{% if r.__http_status_code__ != 200 %}{% abort_message('no content') %}{% endif %}"
    message = await sent(ann, get(ann, options=":retry") + aborting)

    assert (message["status"], message["reason"]) == ("aborted", "no content")
    assert len(await calls(ann)) == 1


async def test_an_unknown_host_aborts_loudly(ann: WorldClient) -> None:
    message = await sent(ann, "{% connected_content https://example.com/x %}")

    assert message["detail"]["abort_type"] == "stampcard_host_refused"
    assert "allow it by name" in message["reason"]


async def test_only_the_usual_ports_are_open(ann: WorldClient) -> None:
    message = await sent(ann, "{% connected_content https://rest.iad-01.braze.com:8443/events/list :save r %}x")

    assert message["parts"]["body"] == "x"
    assert "only the ports 80" in message["detail"]["connected_content"][0]["error"]


async def test_the_url_takes_names_with_and_without_braces(ann: WorldClient) -> None:
    await sent(ann, get(ann, "/events/list?a={{${user_id}}}&b=${user_id}&c={{ 'x y' | url_param_escape }}"))

    (entry,) = await calls(ann)
    assert entry["request"]["url"].endswith("?a=ann&b=ann&c=x%20y")


async def test_a_variable_lives_in_its_own_field(ann: WorldClient) -> None:
    message = await sent(ann, "{{r.message}}", subject=get(ann) + "{{r.message}}")

    assert (message["parts"]["subject"], message["parts"]["body"]) == ("success", "")


async def test_basic_auth_sends_the_stored_credential(ann: WorldClient) -> None:
    row = {"name": "login", "type": "basic authentication", "username": "u", "password": "p"}
    await ann.setup({"braze": {"connected_content_credentials": [row]}})

    await sent(ann, f"{{% connected_content {API}/events/list :basic_auth login %}}")

    (entry,) = [call for call in await ann.journal(status=401) if call["caller"] == "braze"]
    assert entry["request"]["headers"]["Authorization"].startswith("Basic")


async def test_auth_credentials_go_to_their_domain_only(ann: WorldClient) -> None:
    headers = {"Authorization": f"Bearer {ann.braze['api_key']}"}
    row = {"name": "tok", "type": "token authentication", "headers": headers, "allowed_domain": "iad-01.braze.com"}
    await ann.setup({"braze": {"connected_content_credentials": [row]}})
    tag = "{% connected_content URL :auth_credentials tok :save r %}{{r.message}}"

    message = await sent(ann, tag.replace("URL", f"{API}/events/list"))
    assert message["parts"]["body"] == "success"
    message = await sent(ann, tag.replace("URL", "https://api.voucherify.io/v1/vouchers"))
    assert message["status"] == "aborted"


async def test_a_credential_that_is_gone_aborts_the_message(ann: WorldClient) -> None:
    message = await sent(ann, f"{{% connected_content {API}/events/list :basic_auth gone %}}")

    assert message["status"] == "aborted"
    assert "'gone'" in message["reason"]


async def test_several_calls_may_use_each_others_results(ann: WorldClient) -> None:
    first = get(ann).replace(":save r", ":save one")
    second = get(ann, "/events/list?m={{one.message}}")
    message = await sent(ann, first + second + "{{one.message}}{{r.message}}")

    assert message["parts"]["body"] == "successsuccess"
    assert (await calls(ann))[-1]["request"]["url"].endswith("?m=success")


async def test_rerender_fills_known_fields_of_the_answer(ann: WorldClient) -> None:
    """The answer of /events/list holds the event's name, here a template."""
    now = "2026-01-15T09:00:00Z"
    event = {"external_id": "ann", "name": "{{${user_id}}}-{{${email_address}}}", "time": now}
    await ann.braze.post("/users/track", json={"events": [event]}, headers=bearer(ann.braze))

    plain = await sent(ann, get(ann) + "{{r.events[0]}}")
    rendered = await sent(ann, get(ann, "/events/list?u={{${user_id}}}", ":rerender") + "{{r.events[0]}}")

    assert plain["parts"]["body"] == "{{${user_id}}}-{{${email_address}}}"
    assert rendered["parts"]["body"] == "ann-", "email_address stands nowhere else in the message"


async def test_text_that_is_no_json_stands_in_the_message(ann: WorldClient) -> None:
    await ann.faults({"operation": "events_list", "garbage": True})

    message = await sent(ann, "[" + get(ann) + "{{r}}]")

    assert "<garbage" in message["parts"]["body"]
    assert "not JSON" in message["detail"]["warnings"][0]


async def test_an_unhealthy_host_is_left_alone_for_a_minute(ann: WorldClient) -> None:
    from stampcard.braze.engine import HostHealth

    inside = ann.inside
    second = int(inside.clock.epoch)
    inside.tenants["braze"].engine.hosts["rest.iad-01.braze.com"] = HostHealth({second: (3_000, 3_000)})
    await ann.faults({"operation": "events_list", "status": 503, "times": 1})

    await sent(ann, get(ann))
    message = await sent(ann, get(ann))
    assert message["detail"]["connected_content"][0]["status"] == 598
    await ann.advance("1m")
    message = await sent(ann, get(ann))
    assert message["detail"]["connected_content"][0]["status"] == 200


BAD = [
    (":method put", "only the methods get and post"),
    (":save {{x}}", ":save takes the name"),
    (":frobnicate", "no option :frobnicate"),
    (":body a b", "spaces are not allowed"),
    (":retry 5", ":retry takes no value"),
    (":cache_max_age soon", "takes a number"),
    (":headers X=1", "takes an object"),
]


@pytest.mark.parametrize(("options", "why"), BAD)
async def test_grammar_is_checked_when_the_template_is_read(ann: WorldClient, options: str, why: str) -> None:
    message = await sent(ann, f"{{% connected_content {API}/events/list {options} %}}")

    assert message["detail"]["abort_type"] == "template_parse_error"
    assert why in message["reason"]


async def test_headers_span_lines_and_tolerate_a_trailing_comma(ann: WorldClient) -> None:
    key = ann.braze["api_key"]
    tag = f"""{{% connected_content
        {API}/events/list
        :save r
        :headers {{
            "Authorization": "Bearer {key}",
            "X-Name": "{{{{${{user_id}} | default: "no, one"}}}}",
        }}
    %}}{{{{r.message}}}}"""

    message = await sent(ann, tag)

    (entry,) = await calls(ann)
    assert message["parts"]["body"].strip() == "success"
    assert json.dumps(entry["request"]["headers"]).count('"ann"') == 1
