"""What the tables of the Braze reference say of codes, webhooks, campaigns and Canvases and no other test shows.

Which row is tested where says reference_map.txt.
"""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.braze.engine import HostHealth
from stampcard.client import WorldClient
from tests.braze import stage
from tests.braze.answering import Answering
from tests.braze.calls import bearer, track, workspace
from tests.braze.canvas.test_journeys import canvas, mail
from tests.braze.stage import bodies, device, happen, people, scheduled, seen, triggered

TAG = "{% promotion('s') %}"
EMPTY: dict[str, Any] = {"name": "L", "snippet": "s", "expires_at": "2026-06-01T00:00:00Z"}
CODES = EMPTY | {"codes": list("ABCDEF")}
HOOK = "https://rest.iad-01.braze.com/hook"


# 1 Promotion codes


async def test_a_snippet_that_stands_twice_is_one_code(world: WorldClient) -> None:
    await stage.setup(world, triggered(body=f"{TAG} {TAG}"), promotion_code_lists=[CODES])
    await happen(world)
    assert await bodies(world) == ["A A"]
    assert len(workspace(world).engine.promotions["s"].unused) == 5


async def test_each_step_takes_a_new_code_unless_it_was_stored(world: WorldClient) -> None:
    store = {"name": "U", "type": "user_update", "json": '{"attributes": [{"code": "' + TAG + '"}]}'}
    told = "{{custom_attribute.${code}}}"
    steps = [mail("One", TAG), mail("Two", TAG), store, mail("Three", told), mail("Four", told)]
    await stage.setup(world, canvases=[canvas(*steps)], promotion_code_lists=[CODES])
    await happen(world, "start")
    assert await bodies(world) == ["A", "B", "C", "C"]


async def test_a_context_step_takes_a_code_too(world: WorldClient) -> None:
    step = {"name": "C", "type": "context", "variables": [{"name": "code", "type": "String", "value": TAG}]}
    await stage.setup(world, canvases=[canvas(step, mail("M", "{{context.${code}}}"))], promotion_code_lists=[CODES])
    await happen(world, "start")
    assert await bodies(world) == ["A"]


async def test_a_failed_webhook_does_not_return_the_code(world: WorldClient, outside: Answering) -> None:
    outside.answer = (400, {}, b"")
    await stage.setup(
        world,
        triggered(messages={"webhook": {"url": outside.url, "body": TAG}}),
        promotion_code_lists=[CODES],
    )
    await happen(world)
    assert [row["status"] for row in await world.outbox()] == ["aborted"]
    assert len(workspace(world).engine.promotions["s"].unused) == 5


async def test_a_test_send_takes_codes_and_an_empty_list_stops_it(world: WorldClient) -> None:
    await stage.setup(world, triggered(body=TAG), promotion_code_lists=[EMPTY | {"codes": ["A"]}])
    sent = [(await world.press("braze", "test_send", campaign="C", user="ann"))[0] for _ in range(2)]
    assert [row["status"] for row in sent] == ["sent", "aborted"]


async def test_an_in_app_message_takes_its_code_when_it_shows(world: WorldClient) -> None:
    row = triggered(messages={"in_app_message": {"message": TAG}})
    await stage.setup(world, row, promotion_code_lists=[CODES])
    await happen(world)
    assert len(workspace(world).engine.promotions["s"].unused) == 6
    await device(world, "perform custom event", event="e")
    assert (await world.outbox())[0]["parts"]["message"] == "A"


# 2 Webhooks


async def test_liquid_in_a_webhook_s_url_headers_and_body(world: WorldClient, outside: Answering) -> None:
    webhook = {
        "url": outside.url + "/{{${user_id}}}",
        "method": "PUT",
        "headers": {"X-User": "{{${user_id}}}"},
        "key_value_pairs": {"user": "{{${user_id}}}", "n": 5},
    }
    await stage.setup(world, triggered(messages={"webhook": webhook}))
    await happen(world)
    ((method, path, headers, body),) = outside.asked
    assert (method, path, headers["x-user"], body) == ("PUT", "/ann", "ann", '{"user": "ann", "n": "5"}')
    assert headers["user-agent"].startswith("Braze Sender ")


async def test_a_get_has_no_body(world: WorldClient, outside: Answering) -> None:
    webhook = {"url": outside.url, "method": "GET", "body": "x"}
    await stage.setup(world, triggered(messages={"webhook": webhook}))
    await happen(world)
    assert [(method, body) for method, _, _, body in outside.asked] == [("GET", "")]


async def test_a_webhook_asks_no_subscription(world: WorldClient, outside: Answering) -> None:
    users = people("ann", email_subscribe="unsubscribed", push_subscribe="unsubscribed")
    await stage.setup(world, triggered(messages={"webhook": {"url": outside.url}}), users=users)
    await happen(world)
    assert [status for status, _ in await seen(world)] == ["sent"]


async def test_a_webhook_s_redirect_is_neither_followed_nor_tried_again(world: WorldClient, outside: Answering) -> None:
    outside.answer = (302, {"Location": f"{outside.url}/there"}, b"")
    await stage.setup(world, triggered(messages={"webhook": {"url": f"{outside.url}/here"}}))
    await happen(world)
    await world.advance("1h")
    assert [path for _, path, _, _ in outside.asked] == ["/here"]
    assert (await world.outbox())[0]["detail"]["abort_type"] == "invalid_http_status"


async def test_a_retry_waits_as_long_as_the_endpoint_asks(world: WorldClient, outside: Answering) -> None:
    outside.answer = (429, {"Retry-After": "600"}, b"")
    await stage.setup(world, triggered(messages={"webhook": {"url": outside.url}}))
    await happen(world)
    assert (await world.outbox())[0]["detail"]["due"] == "2026-01-15T09:10:00.000Z"
    await world.advance("9m")
    assert len(outside.asked) == 1
    outside.answer = (200, {}, b"")
    await world.advance("2m")
    assert [status for status, _ in await seen(world)] == ["sent"]


async def test_an_unhealthy_host_gets_no_webhook_for_a_minute(world: WorldClient, outside: Answering) -> None:
    await stage.setup(world, triggered(messages={"webhook": {"url": outside.url}}))
    assert world.inside is not None
    health = HostHealth({int(world.inside.clock.epoch): (9_000, 3_000)})
    workspace(world).engine.webhook_hosts["127.0.0.1"] = health
    outside.answer = (503, {}, b"")
    await happen(world)
    assert len(outside.asked) == 1, "this failure is one too many"
    outside.answer = (200, {}, b"")
    await happen(world)
    first, second = await world.outbox()
    assert [attempt["status"] for attempt in second["detail"]["delivery"]["attempts"]] == [598]
    assert len(outside.asked) == 1
    await world.advance("5m")
    assert [row["status"] for row in await world.outbox()] == ["sent", "sent"]


async def test_an_answer_after_ninety_seconds_is_none(world: WorldClient) -> None:
    await world.faults({"host": "rest.iad-01.braze.com", "delay": 90, "times": 1})
    await stage.setup(world, triggered(messages={"webhook": {"url": HOOK}}))
    await happen(world)
    (message,) = await world.outbox()
    (attempt,) = message["detail"]["delivery"]["attempts"]
    assert attempt["status"] == 0
    assert "no answer within 90 s" in attempt["error"]
    assert message["status"] == "waiting"


async def test_a_webhook_of_the_api_goes_out_with_its_method_and_headers(
    world: WorldClient, outside: Answering
) -> None:
    await stage.setup(world)
    webhook = {
        "url": f"{outside.url}/x",
        "request_method": "PUT",
        "request_headers": {"X-A": "b"},
        "body": '{"u": "{{${user_id}}}"}',
    }
    asked = {"external_user_ids": ["ann"], "messages": {"webhook": webhook}}
    await world.braze.post("/messages/send", json=asked, headers=bearer(world.braze))
    await world.settle()
    ((method, path, headers, body),) = outside.asked
    assert (method, path, headers["x-a"], body) == ("PUT", "/x", "b", '{"u": "ann"}')
    assert headers["content-type"] == "application/json"


# 3 Campaigns


async def test_several_segments_are_joined_by_and(world: WorldClient) -> None:
    def segment(name: str) -> dict[str, Any]:
        item = {"filter": "Custom Attribute", "name": name, "comparison": "is true"}
        return {"name": name, "filters": [item]}

    inside = [{"filter": "Segment Membership", "name": name, "comparison": "included"} for name in ("a", "b")]
    users = [*people("ann", custom_attributes={"a": True, "b": True}), *people("bob", custom_attributes={"a": True})]
    row = scheduled(target_audience={"filters": inside})
    await stage.setup(world, row, users=users, segments=[segment("a"), segment("b")])
    await world.settle()
    assert [message["user"] for message in await world.outbox()] == ["ann"]


async def test_events_before_the_launch_do_not_count(world: WorldClient) -> None:
    await stage.setup(world)
    await happen(world)
    await stage.setup(world, triggered())
    await world.advance("1d")
    assert await world.outbox() == []


async def test_users_without_any_app_are_reached(world: WorldClient) -> None:
    await stage.setup(world, scheduled())
    await world.settle()
    assert workspace(world).sessions == {}
    assert [status for status, _ in await seen(world)] == ["sent"]


RE_ELIGIBLE: list[tuple[Any, list[str]]] = [
    (None, ["2026-01-15T09:00"]),
    ("1d", ["2026-01-15T09:00", "2026-01-16T09:00", "2026-01-17T09:00"]),
    (86_401, ["2026-01-15T09:00", "2026-01-17T09:00"]),
    (0, ["2026-01-15T09:00", "2026-01-15T21:00", "2026-01-16T09:00", "2026-01-17T09:00"]),
]


@pytest.mark.parametrize(("after", "expected"), RE_ELIGIBLE)
async def test_re_eligibility_counts_seconds_from_the_receipt(
    world: WorldClient, after: Any, expected: list[str]
) -> None:
    row = triggered()
    del row["re_eligibility"]
    await stage.setup(world, row | ({} if after is None else {"re_eligibility": after}))
    for hours in ("0h", "12h", "12h", "24h"):
        await world.advance(hours)
        await happen(world)
    assert [at for _, at in await seen(world)] == expected


async def test_who_was_aborted_stays_eligible(world: WorldClient) -> None:
    row = triggered(body="{% if custom_attribute.${ok} %}x{% else %}{% abort_message %}{% endif %}")
    del row["re_eligibility"]
    await stage.setup(world, row)
    await happen(world)
    await track(world.braze, attributes=[{"external_id": "ann", "ok": True}])
    await happen(world)
    assert [status for status, _ in await seen(world)] == ["aborted", "sent"]


async def test_each_channel_counts_for_its_own_cap(world: WorldClient, outside: Answering) -> None:
    caps = [{"limit": 1, "channel": "email", "per": 1, "unit": "days"}]
    messages = {"email": {"body": "x"}, "webhook": {"url": outside.url}}
    await stage.setup(world, triggered(messages=messages), frequency_capping=caps)
    for _ in range(2):
        await happen(world)
    found = [(row["channel"], row["status"]) for row in await world.outbox()]
    assert found == [("email", "sent"), ("webhook", "sent"), ("email", "aborted"), ("webhook", "sent")]


async def test_a_cap_on_a_tag_counts_messages_with_the_tag(world: WorldClient) -> None:
    caps = [{"limit": 1, "channel": "any", "per": 1, "unit": "weeks", "tag": "promo"}]
    rows = [triggered("P", tags=["promo"]), triggered("N")]
    await stage.setup(world, *rows, frequency_capping=caps)
    for _ in range(2):
        await happen(world)
    found = [(row["campaign"], row["status"]) for row in await world.outbox()]
    assert found == [("P", "sent"), ("N", "sent"), ("P", "aborted"), ("N", "sent")]


async def test_the_api_can_override_caps(world: WorldClient) -> None:
    caps = [{"limit": 1, "channel": "email", "per": 1, "unit": "days"}]
    await stage.setup(world, triggered(), frequency_capping=caps)
    await happen(world)
    email = {"app_id": world.braze["app_id"], "from": "A <a@example.com>", "body": "x"}
    body = {"external_user_ids": ["ann"], "messages": {"email": email}}
    for more in ({}, {"override_messaging_limits": True}):
        await world.braze.post("/messages/send", json=body | more, headers=bearer(world.braze))
        await world.settle()
    assert [status for status, _ in await seen(world)] == ["sent", "aborted", "sent"]


async def test_a_test_send_asks_no_speed_limit(world: WorldClient) -> None:
    await stage.setup(world, triggered(send_rate_limit=10))
    (key,) = workspace(world).campaigns
    assert world.inside is not None
    workspace(world).engine.speeds[key] = (int(world.inside.clock.epoch) // 60 + 60, 10)
    (message,) = await world.press("braze", "test_send", campaign="C", user="ann")
    assert message["status"] == "sent"
