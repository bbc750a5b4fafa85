"""What goes wrong from now on."""

from typing import Any

import pytest

from stampcard.core import codec
from stampcard.core.chance import Chance
from stampcard.core.faults import BadFault, Faults
from tests.core.conftest import Folder, Town


def faults(*rows: dict[str, Any], seed: int = 0) -> Faults:
    found = Faults(Chance(seed))
    found.replace(list(rows))
    return found


async def test_a_status_is_answered_in_the_vendor_s_place(town: Town) -> None:
    town.world.faults.replace([{"vendor": "shop", "operation": "add", "status": 503}])
    response = await town.call("POST", "/v1/things", {"name": "a"})
    assert (response.status, response.body, town.store.things) == (503, b"", {})
    assert (await town.call("GET", "/v1/things")).status == 200


async def test_garbage_is_no_json(town: Town) -> None:
    town.world.faults.replace([{"garbage": True}])
    response = await town.call("GET", "/v1/things")
    assert response.status == 200
    with pytest.raises(codec.BadJson):
        codec.decode(response.body)


async def test_a_drop_is_marked_and_journalled_without_a_status(town: Town) -> None:
    town.world.faults.replace([{"drop": True}])
    assert (await town.call("GET", "/v1/things")).dropped
    [entry] = town.world.journal
    assert (entry.status, entry.error) == (0, "fault injected")


async def test_a_delay_alone_holds_the_true_answer_back(town: Town) -> None:
    town.world.faults.replace([{"delay": "2s"}])
    response = await town.call("POST", "/v1/things", {"name": "a"})
    assert (response.status, response.delay, "a" in town.store.things) == (201, 2.0, True)


async def test_a_fault_of_another_world_does_not_hit(town: Town) -> None:
    town.add_world("other").faults.replace([{"status": 500}])
    assert (await town.call("GET", "/v1/things")).status == 200


async def test_a_fault_comes_before_authentication(town: Town) -> None:
    town.world.faults.replace([{"status": 500}])
    assert (await town.call("GET", "/v1/things", key="key-w!")).status == 500


async def test_a_failure_the_vendor_documents_is_answered_in_its_words(town: Town) -> None:
    """A call that is not in order is refused as ever; one that is has no effect; other operations do not fail so."""
    town.world.faults.replace([{"error": "shelf-full"}], {"shop": town.shop.contract.operations})
    refused = await town.call("POST", "/v1/things", {"name": 1})
    failed = await town.call("POST", "/v1/things", {"name": "a"})
    assert (failed.status, codec.decode(failed.body), town.store.things) == (409, {"error": "the shelf is full"}, {})
    assert (refused.status, (await town.call("GET", "/v1/things")).status) == (400, 200)


async def test_a_failure_of_the_index_may_meet_any_operation(folder: Folder) -> None:
    folder.documents["index.yaml"]["failures"] = {"fire": {"status": 503, "body": {"error": "fire"}}}
    town = Town(folder.write())
    town.world.faults.replace([{"error": "fire", "times": 2}], {"shop": town.shop.contract.operations})
    statuses = [
        (await town.call("GET", "/v1/things")).status,
        (await town.call("POST", "/v1/things", {"name": "a"})).status,
    ]
    assert (statuses, town.store.things) == ([503, 503], {})
    assert (await town.call("GET", "/v1/things")).status == 200


@pytest.mark.parametrize("row", [{"error": "fire"}, {"error": "shelf-full", "operation": "list"}], ids=str)
def test_a_failure_nobody_documents_is_refused(town: Town, row: dict[str, Any]) -> None:
    with pytest.raises(BadFault, match="no failure called"):
        town.world.faults.replace([row], {"shop": town.shop.contract.operations})


def test_the_first_that_fits_hits_and_counts_down() -> None:
    found = faults({"operation": "a", "status": 500, "times": 2}, {"status": 418})
    hits = [found.hit(vendor="shop", operation=operation) for operation in "abaaa"]
    assert [fault.status for fault in hits if fault] == [500, 418, 500, 418, 418]


def test_a_fault_that_is_used_up_is_gone_and_the_list_can_be_put_back() -> None:
    found = faults({"status": 500, "times": 1}, {"status": 501})
    found.hit(vendor="shop")
    assert found.view() == [{"status": 501}]
    found.replace(found.view())


def test_host_faults_hit_calls_out_and_others_calls_in() -> None:
    found = faults({"host": "api.bank.example", "status": 500})
    assert found.hit(vendor="shop", operation="a") is None
    assert found.hit(host="api.other.example") is None
    assert found.hit(host="api.bank.example") is not None
    assert faults({"status": 500}).hit(host="api.bank.example") is None


def test_probability_is_seeded() -> None:
    def hits(seed: int) -> list[bool]:
        found = faults({"status": 500, "probability": 0.5}, seed=seed)
        return [found.hit(vendor="shop") is not None for _ in range(40)]

    assert hits(1) == hits(1) != hits(2)
    assert 8 < sum(hits(1)) < 32


@pytest.mark.parametrize(("probability", "count"), [(0, 0), (1, 20)])
def test_never_and_always(probability: float, count: int) -> None:
    found = faults({"status": 500, "probability": probability})
    assert sum(found.hit(vendor="shop") is not None for _ in range(20)) == count


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"times": 1},
        {"status": 99},
        {"status": 101},
        {"status": 600},
        {"status": "500"},
        {"status": 500.5},
        {"status": 500, "times": 0},
        {"status": 500, "times": True},
        {"status": 500, "probability": 1.1},
        {"status": 500, "probability": -1},
        {"delay": -1},
        {"delay": "soon"},
        {"delay": 1e300},
        {"drop": "yes"},
        {"drop": False},
        {"status": 500, "colour": "red"},
        {"status": 500, "vendor": 1},
        {"status": 500, "host": "h", "operation": "add"},
        {"error": "shelf-full", "host": "h"},
        {"error": "shelf-full", "status": 400},
    ],
    ids=str,
)
def test_a_fault_that_cannot_be_is_refused_and_the_old_list_stays(row: dict[str, Any]) -> None:
    found = faults({"status": 418})
    with pytest.raises(BadFault):
        found.replace([{"status": 500}, row])
    assert found.view() == [{"status": 418}]


@pytest.mark.parametrize("row", [{"status": 204}, {"status": 304}, {"delay": 0.5, "drop": True}, {"delay": 2}])
def test_a_view_is_what_was_put(row: dict[str, Any]) -> None:
    assert faults(row).view() == [row]
