"""What the tables of the Braze reference say of Connected Content and no other test shows.

Which row is tested where says reference_map.txt.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze import stage
from tests.braze.answering import Answering
from tests.braze.calls import track
from tests.braze.content.test_connected_content import sent
from tests.braze.stage import EVENT, happen, people, triggered


@pytest.fixture
async def ann(world: WorldClient) -> WorldClient:
    await world.setup({"braze": {"users": people("ann")}})
    return world


async def body(world: WorldClient, template: str, **parts: Any) -> str:
    """What ann reads of an e-mail."""
    message = await sent(world, template, **parts)
    assert message["status"] == "sent", message
    text: str = message["parts"]["body"]
    return text


async def test_without_save_the_answer_is_called_connected(ann: WorldClient, outside: Answering) -> None:
    outside.answer = (200, {}, b'{"a": 1}')
    text = f"{{% connected_content {outside.url} %}}{{{{connected.a}}}} {{{{connected.__http_status_code__}}}}"
    assert await body(ann, text) == "1 200"


async def test_a_value_with_blanks_stays_in_its_option(ann: WorldClient, outside: Answering) -> None:
    text = (
        "{% assign n = 'New Year Sale' %}"
        + f"{{% connected_content {outside.url} :method post :body a={{{{n}}}}&b=1 %}}"
    )
    await sent(ann, text)
    assert outside.asked[0][3] == "a=New Year Sale&b=1"


async def test_an_inline_body_may_hold_a_filter(ann: WorldClient, outside: Answering) -> None:
    await sent(ann, f'{{% connected_content {outside.url} :method post :body {{"a":{{{{1|plus:1}}}}}} %}}')
    assert outside.asked[0][3] == '{"a":2}'


async def test_a_url_is_not_escaped_by_itself(ann: WorldClient, outside: Answering) -> None:
    await sent(ann, "{% assign v = 'a&b=c' %}" + f"{{% connected_content {outside.url}/?q={{{{v}}}} %}}")
    await sent(
        ann, "{% assign v = 'a&b' %}" + f"{{% connected_content {outside.url}/?q={{{{v | url_param_escape}}}} %}}"
    )
    assert [path for _, path, _, _ in outside.asked] == ["/?q=a&b=c", "/?q=a%26b"]


async def test_a_body_on_a_get_is_sent(ann: WorldClient, outside: Answering) -> None:
    """Assumed: the docs do not say."""
    await sent(ann, f"{{% connected_content {outside.url} :body a=1 %}}")
    assert [(method, text) for method, _, _, text in outside.asked] == [("GET", "a=1")]


SAID = [
    ("", "application/json", "*/*"),
    (":method post", "application/x-www-form-urlencoded", "*/*"),
    (":content_type text/xml", "text/xml", "text/xml"),
    (":method post :content_type application/json", "application/json", "application/json"),
]


@pytest.mark.parametrize(("options", "content_type", "accept"), SAID)
async def test_what_a_call_says_of_itself(
    ann: WorldClient, outside: Answering, options: str, content_type: str, accept: str
) -> None:
    await sent(ann, f"{{% connected_content {outside.url} {options} %}}")
    ((_, _, headers, _),) = outside.asked
    assert (headers["content-type"], headers["accept"]) == (content_type, accept)


async def test_a_redirect_is_not_followed(ann: WorldClient, outside: Answering) -> None:
    outside.answer = (302, {"Location": f"{outside.url}/there"}, b'{"a": 1}')
    text = f"{{% connected_content {outside.url}/here :save r %}}[{{{{r.a}}}}{{{{r.__http_status_code__}}}}]"
    assert await body(ann, text) == "[]"
    assert [path for _, path, _, _ in outside.asked] == ["/here"]


@pytest.mark.parametrize("options", [":content_type application/json", ':headers {"Content-Type":"application/json"}'])
async def test_a_captured_body_goes_out_as_it_is(ann: WorldClient, outside: Answering, options: str) -> None:
    text = '{% capture j %}{\n "a": [1, 2]\n}{% endcapture %}'
    await sent(ann, text + f"{{% connected_content {outside.url} :method post {options} :body {{{{j}}}} %}}")
    assert outside.asked[0][3] == '{\n "a": [1, 2]\n}'
    assert outside.asked[0][2]["content-type"] == "application/json"


async def test_a_form_is_not_made_json_by_a_header(ann: WorldClient, outside: Answering) -> None:
    options = ':method post :headers {"Content-Type":"application/json"} :body a=1'
    await sent(ann, f"{{% connected_content {outside.url} {options} %}}")
    assert outside.asked[0][3] == "a=1"


@pytest.mark.parametrize(
    ("answer", "shown"), [(b"[1, 2]", "[1][]"), (b'"text"', "[][]"), (b"5", "[][]"), (b"null", "[][]")]
)
async def test_an_answer_that_is_no_object_has_no_status(
    ann: WorldClient, outside: Answering, answer: bytes, shown: str
) -> None:
    outside.answer = (200, {}, answer)
    text = f"{{% connected_content {outside.url} :save r %}}[{{{{r[0]}}}}][{{{{r.__http_status_code__}}}}]"
    assert await body(ann, text) == shown


async def test_an_answer_over_a_megabyte_is_of_no_use(ann: WorldClient, outside: Answering) -> None:
    outside.answer = (200, {}, json.dumps({"a": "x" * 1024 * 1024}).encode())
    text = f"{{% connected_content {outside.url} :save r %}}[{{{{r.a | size}}}}]"
    for _ in range(2):
        assert await body(ann, text) == "[0]"
    assert len(outside.asked) == 2, "and it is not cached"


async def test_two_bodies_at_one_url_share_an_answer(ann: WorldClient, outside: Answering) -> None:
    """The key is the URL and the workspace; method and no header belong to it (assumed)."""
    call = f"{{% connected_content {outside.url} :method post :cache_max_age 300 :body "
    outside.answer = (200, {}, b'{"a": 1}')
    assert await body(ann, call + "a=1 %}{{connected.a}}") == "1"
    outside.answer = (200, {}, b'{"a": 2}')
    assert await body(ann, call + 'a=2 :headers {"X": "y"} %}{{connected.a}}') == "1"
    assert await body(ann, f"{{% connected_content {outside.url} %}}{{{{connected.a}}}}") == "2"
    assert await body(ann, call.replace(outside.url, outside.url + "?c=1") + "a=1 %}{{connected.a}}") == "2"


async def test_a_failure_is_not_cached(ann: WorldClient, outside: Answering) -> None:
    text = f"{{% connected_content {outside.url} %}}{{{{connected.a}}}}"
    outside.answer = (500, {}, b"{}")
    assert await body(ann, text) == ""
    outside.answer = (200, {}, b'{"a": 1}')
    assert await body(ann, text) == "1"


async def test_a_rerendered_answer_makes_no_call(ann: WorldClient, outside: Answering) -> None:
    outside.answer = (200, {}, f"x{{% connected_content {outside.url}/second %}}".encode())
    message = await sent(ann, f"{{% connected_content {outside.url}/first :rerender %}}")
    assert [path for _, path, _, _ in outside.asked] == ["/first"]
    assert message["status"] == "aborted" or "second" not in message["parts"]["body"]


async def test_a_rerendered_answer_that_breaks_its_json_stands_as_text(ann: WorldClient, outside: Answering) -> None:
    await track(ann.braze, attributes=[{"external_id": "ann", "first_name": 'A"n'}])
    outside.answer = (200, {}, b'{"hi": "{{${first_name}}}"}')
    text = f"{{{{${{first_name}}}}}}:{{% connected_content {outside.url} :rerender :save r %}}[{{{{r.hi}}}}]"
    assert await body(ann, text) == 'A"n:{"hi": "A"n"}[]'
    outside.answer = (200, {}, b'{"hi": "{{${first_name} | json_escape}}"}')
    assert await body(ann, text.replace(outside.url, outside.url + "/2")) == 'A"n:[A"n]'


async def test_a_token_of_one_call_goes_into_the_headers_of_the_next(ann: WorldClient, outside: Answering) -> None:
    outside.answer = (200, {}, b'{"access_token": "t0k"}')
    token = f"{{% connected_content {outside.url}/token :method post :body g=x :cache_max_age 900 :save auth %}}"
    second = (
        f'{{% connected_content {outside.url}/data :headers {{"Authorization": "Bearer {{{{auth.access_token}}}}"}} %}}'
    )
    await sent(ann, token + second)
    assert outside.asked[1][2]["authorization"] == "Bearer t0k"


async def test_a_call_in_a_webhook_s_url_and_headers(world: WorldClient, outside: Answering) -> None:
    outside.answer = (200, {}, b'{"id": 5}')
    call = f"{{% connected_content {outside.url}/id :save r %}}"
    webhook = {"url": f"{call}{outside.url}/hook/{{{{r.id}}}}", "headers": {"X-Id": call + "{{r.id}}"}, "body": "x"}
    await stage.setup(world, triggered(messages={"webhook": webhook}))
    await happen(world)
    method, path, headers, _ = outside.asked[-1]
    assert (method, path, headers["x-id"]) == ("POST", "/hook/5", "5")


async def test_a_selection_s_filter_makes_no_call(ann: WorldClient, outside: Answering) -> None:
    call = f"{{% connected_content {outside.url} %}}"
    selection = {"name": "s", "filters": [{"field": "t", "operator": "equals", "value": call}]}
    fields = [{"name": "id", "type": "string"}, {"name": "t", "type": "string"}]
    await ann.setup({"braze": {"catalogs": [{"name": "c", "fields": fields, "selections": [selection]}]}})
    message = await sent(ann, "{% catalog_selection_items c s %}")
    assert message["detail"]["abort_type"] == "connected_content_not_supported"
    assert outside.asked == []


async def test_a_failed_call_is_no_failure_of_a_webhook(world: WorldClient, outside: Answering) -> None:
    outside.answer = (500, {}, b"")
    await stage.setup(world, triggered(body=f"{{% connected_content {outside.url} %}}", trigger=EVENT))
    await happen(world)
    assert len(outside.asked) == 1
    assert await stage.events(world, "users.messages.webhook.Failure") == []


async def test_flags_and_bare_options_stand_in_any_order(ann: WorldClient, outside: Answering) -> None:
    """As in Voucherify's recipe, which writes `:cache_max_age` bare and options after flags."""
    outside.answer = (200, {}, b'{"a": 1}')
    options = ":cache_max_age\n\t:retry :method post :rerender\n :save r :content_type application/json :body a=1"
    assert await body(ann, f"{{% connected_content {outside.url} {options} %}}{{{{r.a}}}}") == "1"
    ((method, _, headers, text),) = outside.asked
    assert (method, headers["content-type"], text) == ("POST", "application/json", '{"a":"1"}')
