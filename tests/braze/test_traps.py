"""What the tables of the Braze reference say of Liquid and no other test shows.

Which row is tested where says reference_map.txt.
"""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze import stage
from tests.braze.answering import Answering
from tests.braze.calls import bearer, track, workspace
from tests.braze.canvas.test_journeys import canvas, mail
from tests.braze.content.test_connected_content import sent
from tests.braze.stage import device, happen, people, triggered

CODES = {"name": "L", "snippet": "s", "expires_at": "2026-06-01T00:00:00Z", "codes": ["A", "B"]}


@pytest.fixture
async def ann(world: WorldClient) -> WorldClient:
    await world.setup({"braze": {"users": people("ann"), "promotion_code_lists": [CODES]}})
    return world


async def body(world: WorldClient, template: str, **parts: Any) -> str:
    """What ann reads of an e-mail."""
    message = await sent(world, template, **parts)
    assert message["status"] == "sent", message
    text: str = message["parts"]["body"]
    return text


# liquid.md 1 to 3


async def test_what_stands_in_an_html_comment_never_runs(ann: WorldClient, outside: Answering) -> None:
    """No call, no abort, and no promotion code is taken."""
    call = f"{{% connected_content {outside.url} %}}"

    assert await body(ann, f"a<!-- {call}{{% abort_message %}}{{% promotion('s') %}} -->b") == "ab"

    assert outside.asked == []
    assert list(workspace(ann).engine.promotions["s"].unused) == ["A", "B"]


async def test_names_of_variables_are_ascii(ann: WorldClient) -> None:
    message = await sent(ann, "{% assign größe = 1 %}{{größe}}")
    assert message["detail"]["abort_type"] == "template_parse_error"


async def test_a_template_that_breaks_after_saving_aborts_with_template_parse_error(ann: WorldClient) -> None:
    message = await sent(ann, "{% if x %}")
    assert (message["status"], message["detail"]["abort_type"]) == ("aborted", "template_parse_error")


@pytest.mark.parametrize(
    "template",
    [
        "{% if 'a' | upcase == 'A' %}y{% endif %}",
        "{% unless 'a' | upcase %}y{% endunless %}",
        "{% case 'a' | upcase %}{% when 'A' %}y{% endcase %}",
        "{% for x in 'a,b' | split: ',' %}{{x}}{% endfor %}",
    ],
)
async def test_no_filter_in_a_condition(ann: WorldClient, template: str) -> None:
    message = await sent(ann, template)
    assert message["detail"]["abort_type"] == "template_parse_error"


async def test_a_namespaced_value_is_a_filter_s_argument(world: WorldClient) -> None:
    text = '{{context.${t} | time_zone: context.${tz} | date: "%H:%M"}}'
    await stage.setup(world, canvases=[canvas(mail("M", text))])

    await happen(world, "start", t="2026-01-15T12:00:00Z", tz="Asia/Tokyo")

    assert (await world.outbox())[0]["parts"]["body"] == "21:00"


async def test_an_anonymous_user_has_no_user_id(world: WorldClient) -> None:
    alias = {"alias_label": "l", "alias_name": "n"}
    text = "[{{${user_id}}}]{% if {{${user_id}}} == blank %}blank{% endif %}"
    users = [{"user_aliases": [alias], "email": "n@example.com"}]
    await stage.setup(world, stage.scheduled(body=text), users=users)
    await world.settle()

    assert (await world.outbox())[0]["parts"]["body"] == "[]blank"


async def test_the_last_use_of_an_app_is_a_time(ann: WorldClient) -> None:
    await device(ann)
    assert await body(ann, "{{${last_used_app_date} | date: '%Y-%m-%d %H:%M'}}") == "2026-01-15 09:00"


async def test_a_footer_s_links_lead_nowhere_and_that_is_told(ann: WorldClient) -> None:
    message = await sent(ann, "<a href='{{${set_user_to_unsubscribed_url}}}'>bye</a>")

    assert ".invalid/" in message["parts"]["body"]
    assert "set_user_to_unsubscribed_url leads to a .invalid host" in message["detail"]["warnings"][0]


async def test_the_state_in_a_subscription_group_is_seen(world: WorldClient) -> None:
    group = "11111111-2222-4333-8444-555555555555"
    groups = [{"id": group, "name": "Offers", "channel": "email"}]
    choice = [{"subscription_group_id": group, "subscription_state": "subscribed"}]
    users = [*people("ann", subscription_groups=choice), *people("bob")]
    text = f"{{{{subscribed_state.${{{group}}}}}}}"
    await stage.setup(world, stage.scheduled(body=text), users=users, subscription_groups=groups)
    await world.settle()

    assert [row["parts"]["body"] for row in await world.outbox()] == ["subscribed", "unsubscribed"]


async def test_trigger_properties_are_not_seen_in_a_canvas(world: WorldClient) -> None:
    await stage.setup(world, canvases=[canvas(mail("M", "[{{api_trigger_properties.${a}}}]"))])
    await happen(world, "start", a=1)
    assert (await world.outbox())[0]["parts"]["body"] == "[]"


async def test_trigger_properties_keep_their_json_types(world: WorldClient) -> None:
    names = ("n} | plus: 1", "o}.list[1]", "t}")
    text = " ".join(f"{{{{api_trigger_properties.${{{name}}}}}" for name in names)
    row = triggered(body=text) | {"delivery": "api_triggered"}
    del row["triggers"]
    await stage.setup(world, row)
    (key,) = workspace(world).campaigns
    properties = {"n": 1, "o": {"list": [1, 2]}, "t": "2026-01-01T00:00:00+02:00"}
    asked = {"campaign_id": key, "recipients": [{"external_user_id": "ann", "trigger_properties": properties}]}
    await world.braze.post("/campaigns/trigger/send", json=asked, headers=bearer(world.braze))
    await world.settle()

    assert (await world.outbox())[0]["parts"]["body"] == "2 2 2026-01-01T00:00:00+02:00"


async def test_a_user_update_does_not_see_the_canvas(world: WorldClient) -> None:
    update = '{"attributes": [{"where": "[{{canvas.${name}}}] {{context.${a}}}"}]}'
    await stage.setup(world, canvases=[canvas({"name": "U", "type": "user_update", "json": update})])
    await happen(world, "start", a=1)
    assert workspace(world).by_external_id["ann"].custom["where"] == "[] 1"


async def test_a_card_has_its_names(world: WorldClient) -> None:
    card = {"content_card": {"title": "{{card.${name}}}", "description": "{{card.${api_id}}}"}}
    await stage.setup(world, triggered(messages=card))
    await happen(world)
    (message,) = await world.outbox()
    assert message["parts"] == {"title": "Variant 1", "description": message["detail"]["message_variation_id"]}


async def test_the_device_a_push_goes_to(world: WorldClient) -> None:
    app = workspace(world).apps
    tokens = [{"app_id": next(iter(app)), "token": "t1", "device_id": "d1"}]
    push = {"android_push": {"title": "t", "alert": "{{targeted_device.${id}}} {{targeted_device.${platform}}}"}}
    await stage.setup(world, triggered(messages=push), users=people("ann", push_tokens=tokens))
    await happen(world)
    assert (await world.outbox())[0]["parts"]["alert"] == "d1 android"


async def test_an_in_app_message_knows_its_app(world: WorldClient) -> None:
    text = "{{app.${api_id}}} {{app.${name}}} [{{campaign.${dispatch_id}}}]"
    await stage.setup(world, triggered(trigger=stage.SESSION, messages={"in_app_message": {"message": text}}))
    await device(world)

    ((key, name),) = workspace(world).apps.items()
    (message,) = await world.outbox()
    assert message["parts"]["message"] == f"{key} {name} []"
    assert "dispatch_id" not in message["detail"]


async def test_a_preview_has_no_dispatch_id(world: WorldClient) -> None:
    await stage.setup(world, triggered(body="{{campaign.${dispatch_id}}}"))
    (shown,) = await world.press("braze", "preview", campaign="C", user="ann")
    assert shown["parts"]["body"] == "dispatch_id_for_unsent_campaign"


async def test_who_shares_a_dispatch_id(world: WorldClient) -> None:
    """All of a scheduled run; each user of a triggered campaign has an own one."""
    text = "{{campaign.${dispatch_id}}}"
    rows = [triggered(body=text), stage.scheduled(body=text)]
    await stage.setup(world, *rows, users=people("ann", "bob"))
    for who in ("ann", "bob"):
        await happen(world, who=who)

    found: dict[str, list[str]] = {}
    for row in await world.outbox():
        assert row["parts"]["body"] == row["detail"]["dispatch_id"]
        found.setdefault(row["campaign"], []).append(row["parts"]["body"])
    assert len(set(found["S"])) == 1
    assert len(set(found["C"])) == 2


# liquid.md 6 and 7


async def test_an_aborted_message_counts_for_nothing(world: WorldClient) -> None:
    """No receipt, no cap: the next campaign still comes."""
    caps = [{"limit": 1, "channel": "email", "per": 1, "unit": "days"}]
    rows = [triggered("Stop", body="{% abort_message %}"), triggered("Go")]
    await stage.setup(world, *rows, frequency_capping=caps)
    await happen(world)

    assert [row["status"] for row in await world.outbox()] == ["aborted", "sent"]
    names = [workspace(world).campaigns[key].name for key in workspace(world).by_external_id["ann"].campaigns]
    assert names == ["Go"]


async def test_an_aborted_message_uses_a_place_under_the_speed_limit(world: WorldClient) -> None:
    names = [f"u{number}" for number in range(11)]
    await stage.setup(world, triggered(send_rate_limit=10, body="{% abort_message %}"), users=people(*names))
    for name in names:
        await happen(world, who=name)
    assert [row["status"] for row in await world.outbox()] == ["aborted"] * 10 + ["waiting"]


async def test_templates_are_rendered_when_the_message_goes_out(world: WorldClient) -> None:
    await stage.setup(world, triggered(schedule_delay="1h", body="{{custom_attribute.${a}}}"))
    await happen(world)
    await track(world.braze, attributes=[{"external_id": "ann", "a": "later"}])
    await world.advance("1h")
    assert (await world.outbox())[0]["parts"]["body"] == "later"


async def test_message_extras_keep_a_kilobyte(ann: WorldClient) -> None:
    long = "x" * 1_000
    message = await sent(
        ann, f"{{% message_extras :key aa :value {long} %}}{{% message_extras :key bb :value {long} %}}"
    )

    extras = message["detail"]["message_extras"]
    assert sum(len(key) + len(value) for key, value in extras.items()) == 1024
    assert extras["bb"] == "x" * 20


async def test_a_promotion_code_in_the_message_extras(ann: WorldClient) -> None:
    text = "{% capture c %}{% promotion('s') %}{% endcapture %}{% message_extras :key code :value {{c}} %}{{c}}"
    message = await sent(ann, text)
    assert (message["parts"]["body"], message["detail"]["message_extras"]) == ("A", {"code": "A"})


async def test_an_edit_of_a_block_reaches_every_message(ann: WorldClient) -> None:
    block = {"name": "b", "content": "one"}
    await ann.setup({"braze": {"content_blocks": [block]}})
    assert await body(ann, "{{content_blocks.${b}}}") == "one"
    await ann.setup({"braze": {"content_blocks": [block | {"content": "two"}]}})
    assert await body(ann, "{{content_blocks.${b}}}") == "two"


async def test_canvas_properties_in_a_campaign_are_nothing(ann: WorldClient) -> None:
    await ann.setup({"braze": {"content_blocks": [{"name": "b", "content": "[{{canvas.${name}}}]"}]}})
    assert await body(ann, "{{content_blocks.${b}}}{{context.${x}}}") == "[]"


async def test_a_user_update_renders_blocks_and_calls(world: WorldClient, outside: Answering) -> None:
    outside.answer = (200, {}, b'{"points": 7}')
    block = {"name": "b", "content": f"{{% connected_content {outside.url}/p :save r %}}{{{{r.points}}}}"}
    update = '{"attributes": [{"points": {{content_blocks.${b}}}}]}'
    steps = canvas({"name": "U", "type": "user_update", "json": update})
    await stage.setup(world, canvases=[steps], content_blocks=[block])
    await happen(world, "start")
    assert workspace(world).by_external_id["ann"].custom["points"] == 7


async def test_a_user_update_may_abort(world: WorldClient) -> None:
    update = {"name": "U", "type": "user_update", "json": "{% abort_message('no') %}{}"}
    await stage.setup(world, canvases=[canvas(update, mail("M"))])
    await happen(world, "start")
    assert [row["parts"]["body"] for row in await world.outbox()] == ["M"]
