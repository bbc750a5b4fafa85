"""The Braze module: Connect, Sync Fields, what a change sends, what fails and is tried again (flows A1, A2, A3, A6)."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.antavo.calls import event, profile

MAPPING = [
    {"loyalty_field": "spendable", "remote_field": "loyalty_points"},
    {"loyalty_field": "first_name", "remote_field": "loyalty_name"},
    {"loyalty_field": "favourite_store", "remote_field": "store"},
]


def connection(world: WorldClient, **more: Any) -> dict[str, Any]:
    """A Braze section that connects to the world's own Braze workspace."""
    return {
        "instance_url": "https://rest.iad-01.braze.com",
        "api_token": world.braze["api_key"],
        "app_identifier": world.braze["app_id"],
        "fields": MAPPING,
        **more,
    }


async def set_up(world: WorldClient, **more: Any) -> None:
    member = {"id": "ann", "points": 100, "fields": {"first_name": "Ann", "last_name": "Lee"}}
    section = {"fields": [{"name": "favourite_store"}], "members": [member], "braze": connection(world, **more)}
    await world.setup({"antavo": section})


async def tracked(world: WorldClient) -> list[dict[str, Any]]:
    """The bodies of the syncs Braze received, the Connect test left out."""
    await world.settle()
    entries = await world.journal(vendor="braze", operation="users_track")
    return [entry["request"]["body"] for entry in entries if entry["request"]["body"]]


async def braze_profile(world: WorldClient, external_id: str = "ann") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    response = await world.braze.post("/users/export/ids", json={"external_ids": [external_id]}, headers=headers)
    assert response.is_success, response.text
    users: list[dict[str, Any]] = response.json()["users"]
    return users[0] if users else {}


async def test_connecting_is_tested_and_changes_nothing_in_braze(world: WorldClient) -> None:
    await set_up(world)

    calls = await world.journal(vendor="braze")
    assert [(c["operation"], c["status"], c["caller"]) for c in calls] == [("users_track", 400, "antavo")]
    assert await braze_profile(world) == {}
    assert world.inside.tenants["antavo"].braze.state == "connected"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"api_token": "11111111-2222-4333-8444-555555555555"}, "api_token"),
        ({"instance_url": "https://rest.nowhere.example"}, "instance_url"),
        ({"instance_url": "https://rest.iad-01.braze.com/elsewhere"}, "instance_url"),
        ({"instance_url": "not a url"}, "instance_url"),
    ],
)
async def test_wrong_values_are_refused_and_nothing_is_connected(
    world: WorldClient, wrong: dict[str, str], place: str
) -> None:
    with pytest.raises(ControlRefused) as refused:
        await set_up(world, **wrong)

    assert refused.value.problem["pointer"] == f"/antavo/braze/{place}"
    assert world.inside.tenants["antavo"].braze.state == "refused"
    await event(world.antavo, "point_add", {"points": 5})
    assert await tracked(world) == []


@pytest.mark.parametrize("status", [429, 503])
async def test_a_braze_that_is_out_of_order_is_not_called_a_wrong_url(world: WorldClient, status: int) -> None:
    await world.faults({"vendor": "braze", "status": status, "times": 1})

    with pytest.raises(ControlRefused, match=f"Braze could not be asked: {status}"):
        await set_up(world)


async def test_a_key_without_users_track_is_refused(world: WorldClient) -> None:
    await world.setup(
        {"braze": {"api_keys": [{"name": "reader", "key": "reader-key-1", "permissions": ["events.list"]}]}}
    )

    with pytest.raises(ControlRefused, match="refuses the API Token"):
        await set_up(world, api_token="reader-key-1")


async def test_the_connection_is_not_tested_when_the_switch_says_so(world: WorldClient) -> None:
    await set_up(world, api_token="wrong", verify_on_connect="none")

    assert await world.journal(vendor="braze") == []
    await event(world.antavo, "point_add", {"points": 5})
    await world.settle()
    assert [c["status"] for c in await world.journal(vendor="braze")] == [401]


async def test_the_test_may_be_a_list_of_events(world: WorldClient) -> None:
    await set_up(world, verify_on_connect="events_list")

    assert [c["operation"] for c in await world.journal(vendor="braze")] == ["events_list"]


async def test_the_three_values_go_together(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="required property"):
        await world.setup({"antavo": {"braze": {"instance_url": "https://rest.iad-01.braze.com"}}})


async def test_a_change_of_one_mapped_field_sends_every_mapped_field(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "point_add", {"points": 325})

    attributes = {"external_id": "ann", "loyalty_points": 425, "loyalty_name": "Ann"}
    assert await tracked(world) == [{"attributes": [attributes]}]
    assert (await braze_profile(world))["custom_attributes"] == {"loyalty_points": 425, "loyalty_name": "Ann"}


async def test_a_change_of_an_unmapped_field_sends_nothing(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "profile", {"last_name": "Moss"})
    await event(world.antavo, "profile", {"first_name": "Ann"})

    assert await tracked(world) == []


async def test_several_changes_of_one_event_are_one_request(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "profile", {"first_name": "Anna", "favourite_store": "North"})

    sent = {"external_id": "ann", "loyalty_points": 100, "loyalty_name": "Anna", "store": "North"}
    assert await tracked(world) == [{"attributes": [sent]}]


async def test_a_cleared_field_is_sent_as_null(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "profile", {"favourite_store": "North"})

    await event(world.antavo, "profile", {"favourite_store": None})

    assert (await tracked(world))[-1]["attributes"][0]["store"] is None
    assert "store" not in (await braze_profile(world))["custom_attributes"]


async def test_a_new_member_is_synced_by_its_enrolment(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "opt_in", {"first_name": "Bo"}, customer="bo")

    sent = {"external_id": "bo", "loyalty_points": 0, "loyalty_name": "Bo"}
    assert await tracked(world) == [{"attributes": [sent]}]


async def test_rows_are_added_and_removed_by_saving_the_list(world: WorldClient) -> None:
    await set_up(world)
    new = [MAPPING[0], {"loyalty_field": "last_name", "remote_field": "surname"}]
    await world.setup({"antavo": {"braze": {"fields": new}}})

    await event(world.antavo, "profile", {"first_name": "Anna"})
    await event(world.antavo, "profile", {"last_name": "Moss"})

    assert await tracked(world) == [{"attributes": [{"external_id": "ann", "loyalty_points": 100, "surname": "Moss"}]}]


async def test_an_opt_out_sends_nothing(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "opt_out", {"reason": "moved"})

    assert await tracked(world) == []


async def test_a_mapping_names_a_field_that_exists(world: WorldClient) -> None:
    with pytest.raises(ControlRefused, match="shoe_size"):
        await set_up(world, fields=[{"loyalty_field": "shoe_size", "remote_field": "shoe"}])


TYPES = [
    ("numeric", 3),
    ("numeric", 3.5),
    ("numeric", 4.0),
    ("string", "north"),
    ("list", ["a", "b"]),
    ("multiple choice", ["red"]),
    ("boolean", True),
    ("boolean", False),
    ("object", {"size": "L", "count": 2}),
    ("list", [{"sku": "A", "price": 2.5}, {"sku": "B"}]),
    ("date", "2026-02-28"),
    ("select", "one"),
    ("url", "https://example.com/a"),
]


@pytest.mark.parametrize(("kind", "value"), TYPES)
async def test_every_type_arrives_as_it_is(world: WorldClient, kind: str, value: Any) -> None:
    await world.setup(
        {
            "antavo": {
                "fields": [{"name": "thing", "type": kind}],
                "members": [{"id": "ann"}],
                "braze": connection(world, fields=[{"loyalty_field": "thing", "remote_field": "thing"}]),
            }
        }
    )

    await event(world.antavo, "profile", {"thing": value})

    (sent,) = await tracked(world)
    assert sent == {"attributes": [{"external_id": "ann", "thing": value}]}
    got = sent["attributes"][0]["thing"]
    assert type(got) is type(value)
    arrived = (await braze_profile(world))["custom_attributes"]["thing"]
    # Braze makes an instant of a text that is a date; everything else stays as it was sent.
    assert arrived == ("2026-02-28T00:00:00.000Z" if kind == "date" else value)


async def test_a_datetime_is_sent_as_iso_8601(world: WorldClient) -> None:
    await world.setup(
        {
            "antavo": {
                "fields": [{"name": "last_visit", "type": "datetime"}],
                "members": [{"id": "ann"}],
                "braze": connection(world, fields=[{"loyalty_field": "last_visit", "remote_field": "visit"}]),
            }
        }
    )

    await event(world.antavo, "profile", {"last_visit": "2026-01-15 08:30:00"})

    assert (await tracked(world))[0]["attributes"][0]["visit"] == "2026-01-15T08:30:00Z"


async def test_a_change_of_type_alone_is_a_change(world: WorldClient) -> None:
    await world.setup(
        {
            "antavo": {
                "fields": [{"name": "thing", "type": "numeric"}],
                "members": [{"id": "ann", "fields": {"thing": 1}}],
                "braze": connection(world, fields=[{"loyalty_field": "thing", "remote_field": "thing"}]),
            }
        }
    )

    await event(world.antavo, "profile", {"thing": 1.0})

    assert len(await tracked(world)) == 1


async def test_a_failed_sync_is_visible_and_not_repeated(world: WorldClient) -> None:
    await set_up(world)
    await world.faults({"vendor": "braze", "status": 500, "times": 1})

    await event(world.antavo, "point_add", {"points": 5})
    await world.settle()
    await world.advance("1h")

    (failed,) = await world.journal(vendor="antavo", operation="braze_sync")
    assert failed["error"] == "Braze answered 500"
    (delivery,) = world.inside.tenants["antavo"].braze.log
    assert (delivery.state, len(delivery.attempts)) == ("failed", 1)


async def test_a_failed_sync_is_repeated_when_the_switch_says_so(world: WorldClient) -> None:
    await set_up(world, retries=2, retry_seconds=30)
    await world.faults({"vendor": "braze", "status": 500, "times": 2})

    await event(world.antavo, "point_add", {"points": 5})
    await world.settle()
    await world.advance("59s")
    assert await braze_profile(world) == {}
    await world.advance("1s")

    assert (await braze_profile(world))["custom_attributes"]["loyalty_points"] == 105
    (delivery,) = world.inside.tenants["antavo"].braze.log
    assert (delivery.state, [a.status for a in delivery.attempts]) == ("delivered", [500, 500, 201])


async def test_the_sync_names_its_cause(world: WorldClient) -> None:
    await set_up(world)

    await event(world.antavo, "point_add", {"points": 5})
    await world.settle()

    (cause,) = await world.journal(vendor="antavo", operation="events_submit")
    assert (await world.journal(cause=cause["id"]))[-1]["operation"] == "users_track"


async def test_a_braze_change_never_reaches_antavo(world: WorldClient) -> None:
    await set_up(world)
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    body = {"attributes": [{"external_id": "ann", "loyalty_points": 9999, "loyalty_name": "Zoe"}]}

    assert (await world.braze.post("/users/track", json=body, headers=headers)).status_code == 201
    await world.settle()

    found = await profile(world.antavo)
    assert (found["spendable"], found["first_name"]) == (100, "Ann")


async def test_a_saved_mapping_can_sync_everybody_at_once(world: WorldClient) -> None:
    await set_up(world, initial_sync=True)

    assert await tracked(world) == [
        {"attributes": [{"external_id": "ann", "loyalty_points": 100, "loyalty_name": "Ann"}]}
    ]


async def test_a_reset_connects_again(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "point_add", {"points": 5})

    await world.reset()

    await event(world.antavo, "point_add", {"points": 7})
    assert [body["attributes"][0]["loyalty_points"] for body in await tracked(world)] == [107]


async def test_syncs_may_be_made_before_the_answer(world: WorldClient) -> None:
    await set_up(world, sync_mode="sync")

    await event(world.antavo, "point_add", {"points": 5})

    entries = await world.journal(vendor="braze", operation="users_track")
    assert [entry["status"] for entry in entries] == [400, 201]
    assert (await world.clock())["due"] == []
