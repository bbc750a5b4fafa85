"""POST /users/track: who is meant, what order things happen in, what is dropped and what is kept."""

from __future__ import annotations

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, track, workspace

NOW = "2026-01-15T09:00:00.000Z"


async def test_attributes_come_before_events_before_purchases(world: WorldClient) -> None:
    """A profile that only the attributes may make is there for the event and the purchase of the same call."""
    await track(
        world.braze,
        purchases=[
            {"external_id": "ann", "product_id": "cup", "currency": "USD", "price": 2, "time": NOW}
            | {"_update_existing_only": True}
        ],
        events=[{"external_id": "ann", "name": "came", "time": NOW, "_update_existing_only": True}],
        attributes=[{"external_id": "ann"}],
    )
    user = await exported(world.braze, "ann", "custom_events", "purchases")
    assert user["custom_events"][0]["name"] == "came"
    assert user["purchases"][0]["name"] == "cup"


async def test_more_than_75_of_one_kind_is_refused_whole(world: WorldClient) -> None:
    answer = await track(world.braze, attributes=[{"external_id": f"u{n}"} for n in range(76)])
    assert answer == {"message": "Max Input Length Exceeded"}
    assert not workspace(world).users


@pytest.mark.parametrize(("limit", "message"), [("per_array", "success"), ("total", "Max Input Length Exceeded")])
async def test_the_limit_counts_each_array_or_all(world: WorldClient, limit: str, message: str) -> None:
    await world.setup({"braze": {"switches": {"track_limit": limit}}})
    events = [{"external_id": "ann", "name": "came", "time": NOW} for _ in range(75)]
    answer = await track(world.braze, attributes=[{"external_id": "ann"}], events=events)
    assert answer["message"] == message


async def test_an_unknown_email_makes_a_profile_with_nothing_else(world: WorldClient) -> None:
    await track(world.braze, events=[{"email": "New@Example.com", "name": "came", "time": NOW}])
    (user,) = workspace(world).users.values()
    assert (user.email, user.external_id, dict(user.aliases)) == ("new@example.com", None, {})


async def test_of_several_with_one_email_the_identified_one_is_meant(world: WorldClient) -> None:
    await world.setup({"braze": {"users": [{"external_id": "ann", "email": "a@example.com"}]}})
    alias = {"alias_name": "n", "alias_label": "l"}
    await track(
        world.braze,
        attributes=[
            {"user_alias": alias, "_update_existing_only": False, "email": "a@example.com"},
            {"email": "a@example.com", "points": 5},
        ],
    )
    assert (await exported(world.braze, "ann"))["custom_attributes"] == {"points": 5}


async def test_of_several_identified_ones_the_last_updated_is_meant(world: WorldClient) -> None:
    users = [{"external_id": name, "email": "a@example.com"} for name in ("ann", "bob")]
    await world.setup({"braze": {"users": users}})
    await track(world.braze, attributes=[{"external_id": "ann", "x": 1}, {"email": "a@example.com", "points": 5}])
    assert (await exported(world.braze, "ann"))["custom_attributes"] == {"x": 1, "points": 5}


async def test_email_beside_an_external_id_is_an_attribute(world: WorldClient) -> None:
    await world.setup({"braze": {"users": [{"external_id": "ann", "email": "a@example.com"}]}})
    await track(world.braze, attributes=[{"external_id": "bob", "email": "a@example.com"}])
    assert (await exported(world.braze, "bob"))["email"] == "a@example.com"


async def test_events_are_tallied_by_their_own_time(world: WorldClient) -> None:
    times = ["2026-01-10T10:00:00Z", "2026-01-12 10:00:00 -0500", "2026-01-08"]
    await track(world.braze, events=[{"external_id": "ann", "name": "came", "time": time} for time in times])
    user = await exported(world.braze, "ann", "custom_events")
    assert user["custom_events"] == [
        {"name": "came", "first": "2026-01-08T00:00:00.000Z", "last": "2026-01-12T15:00:00.000Z", "count": 3}
    ]


async def test_a_time_in_the_future_becomes_now_and_is_told(world: WorldClient) -> None:
    event = {"external_id": "ann", "name": "came", "time": "2031-01-01T00:00:00Z"}
    response = await world.braze.post("/users/track", json={"events": [event]}, headers=bearer(world.braze))
    assert response.headers["X-Stampcard-Diagnostics"] == "future-time /events/0/time"
    assert (await exported(world.braze, "ann"))["custom_events"][0]["last"] == NOW


async def test_a_repeated_event_counts_twice(world: WorldClient) -> None:
    event = {"external_id": "ann", "name": "came", "time": NOW}
    await track(world.braze, events=[event, event])
    assert (await exported(world.braze, "ann"))["custom_events"][0]["count"] == 2


async def test_a_purchase_counts_its_quantity_and_adds_revenue(world: WorldClient) -> None:
    cup = {"external_id": "ann", "product_id": "cup", "currency": "USD", "price": 2.25, "time": NOW}
    await track(world.braze, purchases=[cup | {"quantity": 3}, cup])
    user = await exported(world.braze, "ann")
    assert user["purchases"][0]["count"] == 4
    assert user["total_revenue"] == 9.0


@pytest.mark.parametrize("quantity", [0, 101, -1, 1.5, "2", True])
async def test_a_quantity_is_one_to_a_hundred(world: WorldClient, quantity: object) -> None:
    cup = {"external_id": "ann", "product_id": "cup", "currency": "USD", "price": 2, "time": NOW}
    answer = await track(world.braze, purchases=[cup, cup | {"quantity": quantity}])
    assert answer["purchases_processed"] == 1
    assert answer["errors"][0]["index"] == 1


async def test_a_blocklisted_event_is_ignored_and_told(world: WorldClient) -> None:
    await world.setup({"braze": {"custom_events": [{"name": "came", "status": "Blocklisted"}]}})
    event = {"external_id": "ann", "name": "came", "time": NOW}
    response = await world.braze.post("/users/track", json={"events": [event]}, headers=bearer(world.braze))
    assert (response.json()["events_processed"], response.headers["X-Stampcard-Diagnostics"]) == (
        1,
        "blocklisted /events/0",
    )
    assert "custom_events" not in await exported(world.braze, "ann")


async def test_imported_push_tokens_make_anonymous_profiles_once(world: WorldClient) -> None:
    rows = [{"push_token_import": True, "push_tokens": [{"app_id": world.braze["app_id"], "token": "t1"}]}]
    await track(world.braze, attributes=rows)
    await track(world.braze, attributes=rows)
    (user,) = workspace(world).users.values()
    assert (user.external_id, user.anonymous_push, len(user.push_tokens)) == (None, True, 1)


async def test_a_push_token_moves_to_the_user_it_was_sent_for_last(world: WorldClient) -> None:
    tokens = [{"app_id": world.braze["app_id"], "token": "t1", "device_id": "d1"}]
    await track(world.braze, attributes=[{"external_id": name, "push_tokens": tokens} for name in ("ann", "bob")])
    assert "push_tokens" not in await exported(world.braze, "ann")
    assert (await exported(world.braze, "bob"))["push_tokens"][0]["token"] == "t1"


@pytest.mark.parametrize(
    "raw",
    [b"\xff\xfe", b"[" * 5000, b'"text"', b"null", b"[]", b'{"attributes": [' + b"9" * 5000 + b"]}", b"\xef\xbb\xbf{}"],
)
async def test_odd_bodies_are_refused_without_a_fault(world: WorldClient, raw: bytes) -> None:
    headers = bearer(world.braze) | {"Content-Type": "application/json"}
    response = await world.braze.post("/users/track", content=raw, headers=headers)
    assert response.status_code == 400


@pytest.mark.parametrize(
    "row",
    [
        {"external_id": 2**80},
        {"external_id": True},
        {"external_id": ["a"]},
        {"external_id": "é" * 494},
        {"user_alias": "a"},
        {"user_alias": {"alias_name": "", "alias_label": "l"}},
        {"braze_id": 7},
        {"phone": {}},
        {"email": 7},
        {"external_id": None, "email": None},
        {"push_token_import": True, "external_id": "a", "push_tokens": []},
        {"push_token_import": True},
    ],
)
async def test_an_object_without_a_valid_identifier_is_dropped(world: WorldClient, row: dict[str, object]) -> None:
    answer = await track(world.braze, attributes=[row, {"external_id": "ann"}])
    assert answer["attributes_processed"] == 1
    assert answer["errors"][0]["index"] == 0
    assert len(workspace(world).users) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"time": "soon"},
        {"time": 7},
        {"time": "9999-12-31T23:59:59-10:00"},
        {"name": 7},
        {"properties": []},
        {"properties": {"": 1}},
        {"properties": {"$x": 1}},
        {"properties": {"x": "y" * 110_000}},
        {"email": 7, "external_id": "ann"},
    ],
)
async def test_an_event_off_its_rules_is_dropped(world: WorldClient, change: dict[str, object]) -> None:
    event = {"external_id": "ann", "name": "came", "time": NOW}
    answer = await track(world.braze, events=[event | change, event])
    assert answer["events_processed"] == 1
    assert answer["errors"][0]["input_array"] == "events"


async def test_tracking_synchronously_reads_back_what_was_written(world: WorldClient) -> None:
    await track(world.braze, attributes=[{"external_id": "ann", "old": 1}])
    body = {"attributes": [{"external_id": "ann", "points": {"inc": 2}, "first_name": "Ann"}]}
    response = await world.braze.post("/users/track/sync", json=body, headers=bearer(world.braze))
    assert response.json() == {
        "users": [{"external_id": "ann", "custom_attributes": {"points": 2}}],
        "message": "success",
    }


async def test_tracking_synchronously_takes_one_object(world: WorldClient) -> None:
    body = {"attributes": [{"external_id": "ann"}, {"external_id": "bob"}]}
    response = await world.braze.post("/users/track/sync", json=body, headers=bearer(world.braze))
    assert (response.status_code, response.json()) == (400, {"message": "Max Input Length Exceeded"})


async def test_tracking_synchronously_of_nobody_is_an_empty_list(world: WorldClient) -> None:
    event = {"external_id": "ann", "name": "came", "time": NOW, "_update_existing_only": True}
    response = await world.braze.post("/users/track/sync", json={"events": [event]}, headers=bearer(world.braze))
    assert response.json() == {"users": [], "message": "success"}


@pytest.mark.parametrize(("objects", "profiles", "status"), [(1000, 10, 201), (1001, 100, 400), (101, 1, 400)])
async def test_tracking_in_bulk_has_its_own_limits(
    world: WorldClient, objects: int, profiles: int, status: int
) -> None:
    rows = [{"external_id": f"u{n % profiles}", "n": n} for n in range(objects)]
    response = await world.braze.post("/users/track/bulk", json={"attributes": rows}, headers=bearer(world.braze))
    assert response.status_code == status


async def test_a_body_of_another_type_is_read_and_told(world: WorldClient) -> None:
    headers = bearer(world.braze) | {"Content-Type": "text/plain"}
    response = await world.braze.post(
        "/users/track", content=b'{"attributes": [{"external_id": "a"}]}', headers=headers
    )
    assert (response.status_code, response.headers["X-Stampcard-Diagnostics"]) == (201, "content-type")
