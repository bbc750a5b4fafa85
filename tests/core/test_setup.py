"""The setup document: checked whole, applied whole."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stampcard.core import setup
from stampcard.core.errors import ConnectError, SetupError
from stampcard.core.setup import Rule
from tests.core.conftest import Folder, Shop, Town


async def apply(town: Town, document: Any) -> None:
    await setup.apply(town.world, town.vendors, document)


async def refused(town: Town, document: Any) -> tuple[str, str]:
    with pytest.raises(SetupError) as error:
        await apply(town, document)
    assert (town.store.things, town.world.setups, town.world.faults.view()) == ({}, [], [])
    assert town.world.wire.allowed_hosts == set()
    return error.value.pointer, error.value.message


async def test_a_document_is_applied_and_remembered(town: Town) -> None:
    document = {"shop": {"things": [{"name": "a"}], "like": "a"}}
    await apply(town, document)
    assert (list(town.store.things), town.world.setups) == (["a"], [document])


@pytest.mark.parametrize(
    ("section", "pointer"),
    [
        (None, "/shop"),
        ([], "/shop"),
        ({"things": {}}, "/shop/things"),
        ({"things": [{"name": "a"}, {}]}, "/shop/things/1"),
        ({"things": [{"name": "a"}], "like": "b"}, "/shop/like"),
        ({"things": [{"name": "a"}], "colour": 1}, "/shop"),
    ],
    ids=str,
)
async def test_what_does_not_fit_names_its_place_and_nothing_is_applied(town: Town, section: Any, pointer: str) -> None:
    own = {"allowed_hosts": ["example.com"], "faults": [{"status": 500}]}
    assert (await refused(town, {"stampcard": own, "shop": section}))[0] == pointer


@pytest.mark.parametrize("document", [None, [], "shop", 1])
async def test_a_document_is_a_mapping(town: Town, document: Any) -> None:
    assert "mapping" in (await refused(town, document))[1]


async def test_an_unknown_vendor_hears_which_there_are(town: Town) -> None:
    pointer, message = await refused(town, {"bank/1": {}, "shop": {"things": [{"name": "a"}]}})
    assert (pointer, "shop, stampcard" in message) == ("/bank~11", True)


@pytest.mark.parametrize("own", [{"faults": [{"times": 1}]}, {"faults": [1]}, {"hosts": []}, {"allowed_hosts": "a"}])
async def test_our_own_section_is_checked_too(town: Town, own: Any) -> None:
    assert (await refused(town, {"stampcard": own, "shop": {"things": [{"name": "a"}]}}))[0].startswith("/stampcard")


async def test_our_own_section_is_applied(town: Town) -> None:
    await apply(town, {"stampcard": {"allowed_hosts": ["Example.com"], "faults": [{"status": 500}]}})
    assert (town.world.wire.allowed_hosts, town.world.faults.view()) == ({"example.com"}, [{"status": 500}])


async def test_a_refused_connection_leaves_the_rest_applied(town: Town) -> None:
    class Connecting(Shop):
        async def connect(self, world: Any, state: Any, section: Any) -> None:
            raise ConnectError("/shop/like", "the bank said no")

    town.shop.__class__ = Connecting
    with pytest.raises(ConnectError):
        await apply(town, {"shop": {"things": [{"name": "a"}]}})
    assert (list(town.store.things), len(town.world.setups)) == (["a"], 1)


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
        ({"a": {"x": 1}}, {"a": {"x": 2}}, {"a": {"x": 2}}),
        (
            {"a": [{"name": "m", "v": 1}, {"name": "n"}]},
            {"a": [{"name": "m", "v": 2}]},
            {"a": [{"name": "n"}, {"name": "m", "v": 2}]},
        ),
        ({"a": [{"id": 1}]}, {"a": [{"id": 2}]}, {"a": [{"id": 1}, {"id": 2}]}),
        ({"a": ["x"]}, {"a": ["x", "y"]}, {"a": ["x", "y"]}),
        ({}, {"a": 1}, {"a": 1}),
    ],
)
def test_documents_in_a_row_read_as_one(first: Any, second: Any, whole: Any) -> None:
    assert setup.merged([first, second], {"/a": Rule(key="name")}) == whole


def test_a_row_is_the_one_of_the_same_id_or_name() -> None:
    first = {"a": [{"name": "m"}, {"id": 2, "name": "n"}, {"id": 3, "name": "o"}]}
    second = {"a": [{"id": 1, "name": "m"}, {"id": 2, "name": "p"}]}
    assert setup.merged([first, second], {"/a": Rule(key="name")}) == {"a": [{"id": 3, "name": "o"}, *second["a"]]}


def test_rows_that_are_kept_stay_and_lists_that_are_whole_go() -> None:
    first = {"a": [{"name": "m", "x": 1}, {"name": "n"}], "b": {"c": ["x"], "d": {"e": 1}}, "f": [{"id": 1}]}
    second = {"a": [{"name": "m", "y": 1}, {"name": "n"}], "b": {"c": ["y"], "d": {"g": 1}}, "f": []}
    whole = {pointer: Rule("whole") for pointer in ("/b/c", "/b/d", "/f")}
    assert setup.merged([first, second], {"/a": Rule("kept", "name"), **whole}) == {
        "a": [{"name": "m", "x": 1}, {"name": "m", "y": 1}, {"name": "n"}],
        "b": {"c": ["y"], "d": {"g": 1}},
        "f": [],
    }


def test_rows_are_written_over_those_they_add_to() -> None:
    first = {"a": [{"name": "m", "x": 1, "z": {"p": 1}}, {"name": "n"}]}
    second = {"a": [{"name": "o"}, {"name": "m", "x": 2, "z": {"q": 1}}]}
    rows = [{"name": "n"}, {"name": "o"}, {"name": "m", "x": 2, "z": {"p": 1, "q": 1}}]
    assert setup.merged([first, second], {"/a": Rule("joined", "name")}) == {"a": rows}


async def test_of_several_documents_each_is_told_too(town: Town) -> None:
    first, second = {"shop": {"things": [{"name": "a"}]}}, {"shop": {"things": [{"name": "b"}], "like": "b"}}
    assert setup.view(town.world, town.vendors.values()) == {}
    await apply(town, first)
    assert setup.view(town.world, town.vendors.values()) == first
    await apply(town, second)
    whole = {"shop": {"things": [{"name": "a"}, {"name": "b"}], "like": "b"}}
    assert setup.view(town.world, town.vendors.values()) == {**whole, "documents": [first, second]}


async def test_later_faults_take_the_place_of_earlier_ones(town: Town) -> None:
    for status in (500, 503):
        await apply(town, {"stampcard": {"faults": [{"status": status}]}})
    told = setup.view(town.world, town.vendors.values())["stampcard"]["faults"]
    assert told == town.world.faults.view() == [{"status": 503}]


# Files


@pytest.mark.parametrize("name", ["setup.yaml", "setup.json"])
def test_a_file_is_yaml_or_json(tmp_path: Path, name: str) -> None:
    text = '{"shop": {"like": "a"}}' if name.endswith("json") else "shop:\n  like: a\n"
    (tmp_path / name).write_text(text)
    assert setup.read(tmp_path / name) == {"shop": {"like": "a"}}


@pytest.mark.parametrize(
    "text", ["a: [", "- a", "", "just words", "a: \x07", "1: {}\n", "a: !!python/object:os.system x", "a: !!set {b}"]
)
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text)
    with pytest.raises(SetupError, match=r"odd\.yaml"):
        setup.read(file)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(b"a: \xff")
    with pytest.raises(SetupError, match=r"odd\.yaml"):
        setup.read(tmp_path / "odd.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"none\.yaml: No such file"):
        setup.read(tmp_path / "none.yaml")


def test_dates_stay_text_as_in_json(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("shop:\n  since: 2026-01-15\n  at: 2026-01-15T09:00:00Z\n")
    assert setup.read(tmp_path / "a.yaml") == {"shop": {"since": "2026-01-15", "at": "2026-01-15T09:00:00Z"}}


# The schema for editors


def test_the_whole_schema_is_valid_and_refuses_what_we_refuse(folder: Folder) -> None:
    whole = setup.schema([Shop(folder.write())])
    jsonschema.Draft202012Validator.check_schema(whole)
    validator = jsonschema.Draft202012Validator(whole)
    assert validator.is_valid({"shop": {"things": [{"name": "a"}]}, "stampcard": {"allowed_hosts": []}})
    assert not validator.is_valid({"bank": {}})
    assert not validator.is_valid({"shop": {"things": [{}]}})
