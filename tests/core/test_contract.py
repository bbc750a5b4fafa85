"""contracts/ to operations; what does not fit stops start-up and says where."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stampcard.core.contract import Contract, load
from stampcard.core.errors import ContractFault
from stampcard.core.http import Headers, Request
from tests.core.conftest import KNOWN, SOURCE, Folder, Shop, row


def loaded(folder: Folder) -> Contract:
    return load("shop", folder.write())


def caches(folder: Folder) -> list[Path]:
    return sorted(folder.home.glob(".compiled-*"))


def test_an_operation_takes_its_place_from_the_index_and_its_promise_from_its_file(folder: Folder) -> None:
    show = loaded(folder).operations["show"]
    assert (show.vendor, show.group, show.method, show.path) == ("shop", "things", "GET", "/v1/things/{thing}")
    assert (show.service, show.emulation, show.provenance, show.source) == ("api", "stateful", "assumed", SOURCE)
    assert [rule.name for rule in show.parameters] == ["thing"]


def test_an_operation_without_a_file_is_listed_as_not_emulated(folder: Folder) -> None:
    later = loaded(folder).operations["later"]
    assert (later.emulation, later.provenance, later.tier, later.body) == ("none", "documented", "core", None)


def test_the_index_may_name_a_base_path_and_a_reason(folder: Folder) -> None:
    """Under the base the vendor's host serves the path; without it is served, too."""
    rows = folder.documents["index.yaml"]["operations"]
    next(one for one in rows if one["id"] == "list")["base"] = "/api"
    next(one for one in rows if one["id"] == "later")["reason"] = "nobody knows its answer"
    contract = loaded(folder)
    for path in ("/api/v1/things", "/v1/things"):
        match = contract.find(Request("GET", path, Headers([])), None)
        assert match is not None and match.operation is contract.operations["list"]
    assert contract.find(Request("GET", "/api/v1/call", Headers([])), None) is None
    assert contract.operations["later"].extra == {"reason": "nobody knows its answer"}


def test_other_extensions_are_handed_on(folder: Folder) -> None:
    folder.paths["/v1/crash"]["get"]["x-permission"] = "crash.all"
    assert loaded(folder).operations["crash"].extra == {"permission": "crash.all"}


def test_a_definition_that_is_not_in_the_index_is_a_fault(folder: Folder) -> None:
    folder.paths["/v1/new"] = {"get": {"operationId": "new", "responses": {}, **KNOWN}}
    with pytest.raises(ContractFault, match="not in index.yaml: new"):
        loaded(folder)


def test_a_definition_without_an_id_is_a_fault(folder: Folder) -> None:
    del folder.paths["/v1/crash"]["get"]["operationId"]
    with pytest.raises(ContractFault, match="things.yaml: GET /v1/crash has no operationId"):
        loaded(folder)


def test_an_operation_defined_twice_is_a_fault(folder: Folder) -> None:
    twin = {"paths": {"/v1/crash": folder.paths["/v1/crash"]}}
    folder.documents["twin.yaml"] = twin
    with pytest.raises(ContractFault, match="crash is defined in things.yaml and twin.yaml"):
        loaded(folder)


def test_an_operation_listed_twice_is_a_fault(folder: Folder) -> None:
    folder.documents["index.yaml"]["operations"].append(row("later", "GET", "/v1/later2"))
    with pytest.raises(ContractFault, match="later is listed twice"):
        loaded(folder)


def test_a_route_listed_twice_is_a_fault(folder: Folder) -> None:
    folder.documents["index.yaml"]["operations"].append(row("again", "GET", "/v1/things/{name}"))
    with pytest.raises(ContractFault, match=r"GET /v1/things/\{name\} is served twice"):
        loaded(folder)


@pytest.mark.parametrize("change", [{"method": "PUT"}, {"path": "/v2/crash"}])
def test_index_and_file_must_agree_on_method_and_path(folder: Folder, change: dict[str, str]) -> None:
    next(row for row in folder.documents["index.yaml"]["operations"] if row["id"] == "crash").update(change)
    with pytest.raises(ContractFault, match=r"shop/things.yaml:\d+: crash is .* in index.yaml, not"):
        loaded(folder)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *((member, value) for member in ("x-emulation", "x-provenance") for value in (None, "", "some")),
        ("x-source", None),
        ("x-source", ""),
    ],
)
def test_where_it_is_known_from_is_not_optional(folder: Folder, member: str, value: str | None) -> None:
    folder.paths["/v1/crash"]["get"][member] = value
    with pytest.raises(ContractFault, match=f"crash lacks .*{member}"):
        loaded(folder)


@pytest.mark.parametrize("member", ["id", "group", "method", "path", "source"])
def test_a_row_of_the_index_that_lacks_a_member_is_a_fault(folder: Folder, member: str) -> None:
    del folder.documents["index.yaml"]["operations"][-1][member]
    with pytest.raises(ContractFault, match=f"index.yaml.*{member}"):
        loaded(folder)


def test_a_component_that_means_two_things_is_a_fault(folder: Folder) -> None:
    folder.documents["common.yaml"]["components"]["schemas"] = {"Thing": {"type": "string"}}
    with pytest.raises(ContractFault, match="components/schemas/Thing differs"):
        loaded(folder)


def test_a_component_said_twice_alike_is_fine(folder: Folder) -> None:
    thing = folder.documents["things.yaml"]["components"]["schemas"]["Thing"]
    folder.documents["common.yaml"]["components"]["schemas"] = {"Thing": thing}
    loaded(folder)


@pytest.mark.parametrize("reference", ["#/components/schemas/Nothing", "other.yaml#/paths/x", "#/definitions/Thing"])
def test_a_reference_to_nothing_stops_start_up(folder: Folder, reference: str) -> None:
    body = folder.paths["/v1/things"]["post"]["requestBody"]
    body["content"]["application/json"]["schema"] = {"$ref": reference}
    with pytest.raises(ContractFault, match="refers to"):
        loaded(folder)


def test_a_path_parameter_that_the_path_lacks_is_a_fault(folder: Folder) -> None:
    folder.paths["/v1/things/{thing}"]["parameters"][0]["name"] = "id"
    with pytest.raises(ContractFault, match=r"/v1/things/\{thing\}.*id"):
        loaded(folder)


@pytest.mark.parametrize("text", ["a: [", "- a\n- b\n", "just words"])
def test_a_file_that_is_no_yaml_mapping_is_named(folder: Folder, text: str) -> None:
    folder.write()
    (folder.home / "odd.yaml").write_text(text)
    with pytest.raises(ContractFault, match=r"shop/odd\.yaml:\d+"):
        load("shop", folder.root)


def test_a_vendor_without_an_index_is_a_fault(folder: Folder) -> None:
    with pytest.raises(ContractFault, match="no contract index"):
        load("shop", folder.root)


def test_a_handler_without_an_operation_stops_start_up(folder: Folder) -> None:
    del folder.paths["/v1/crash"]
    with pytest.raises(ContractFault, match="shop: contract and handlers disagree on crash"):
        Shop(folder.write())


def test_an_operation_without_a_handler_stops_start_up(folder: Folder) -> None:
    folder.paths["/v1/later"] = {"get": {"operationId": "later", "responses": {}, **KNOWN}}
    with pytest.raises(ContractFault, match="disagree on later"):
        Shop(folder.write())


# Services


def test_hosts_of_a_vendor_can_have_paths_of_their_own(folder: Folder) -> None:
    folder.documents["index.yaml"]["operations"].append(row("pos", "GET", "/v1/things", service="till"))
    contract = loaded(folder)

    def found(service: str | None) -> str:
        match = contract.find(Request("GET", "/v1/things", Headers([])), service)
        return match.operation.id if match and match.operation else ""

    assert [found("api"), found("till"), found(None), found("moon")] == ["list", "pos", "list", ""]


# The compiled cache


def test_the_second_load_reads_the_cache(folder: Folder) -> None:
    first = loaded(folder)
    assert len(caches(folder)) == 1
    stamp = caches(folder)[0].stat().st_mtime_ns
    assert load("shop", folder.root).document == first.document
    assert caches(folder)[0].stat().st_mtime_ns == stamp


def test_a_change_in_any_file_makes_a_new_cache_and_drops_the_old(folder: Folder) -> None:
    loaded(folder)
    old = caches(folder)
    folder.documents["setup.yaml"]["title"] = "changed"
    assert loaded(folder).setup_schema["title"] == "changed"
    assert len(caches(folder)) == 1
    assert caches(folder) != old


def test_a_touched_file_is_not_a_change(folder: Folder) -> None:
    loaded(folder)
    old = caches(folder)
    os.utime(folder.home / "things.yaml", (1, 1))
    load("shop", folder.root)
    assert caches(folder) == old


@pytest.mark.parametrize("junk", [b"", b"{", b"\xff"])
def test_a_broken_cache_is_made_anew(folder: Folder, junk: bytes) -> None:
    loaded(folder)
    caches(folder)[0].write_bytes(junk)
    assert "show" in load("shop", folder.root).operations
    assert caches(folder)[0].read_bytes().startswith(b"{")


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """To root nothing is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_cannot_be_written_loads_all_the_same(folder: Folder) -> None:
    folder.write()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place, "shop")
        shutil.copytree(folder.home, home)
        Path(place).chmod(0o755)
        home.chmod(0o555)
        with as_nobody():
            assert "show" in load("shop", home.parent).operations
        home.chmod(0o755)
        assert list(home.glob(".compiled-*")) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("openapi: 3.1.0\npaths:\n  /x: [\n", r"shop/odd\.yaml:4:1: not YAML: .*"),
        ("openapi: 3.1.0\npaths: [a, b]\n", r"shop/odd\.yaml: not put together as OpenAPI says: .*"),
        ("openapi: 3.1.0\npaths: {/x: {get: 5}}\n", r"shop/odd\.yaml: not put together as OpenAPI says: .*"),
        (
            "openapi: 3.1.0\npaths:\n  /x:\n    get:\n      operationId: odd\n",
            r"shop/odd\.yaml:5: not in index.yaml: odd",
        ),
        (
            "components:\n  schemas:\n    Odd: {$ref: '#/components/schemas/Nowhere'}\n",
            r"shop/odd\.yaml:3: .*Nowhere.*",
        ),
    ],
)
def test_a_contract_that_cannot_be_read_says_file_line_and_reason(folder: Folder, text: str, says: str) -> None:
    folder.write()
    (folder.home / "odd.yaml").write_text(text)
    with pytest.raises(ContractFault) as told:
        load("shop", folder.root)
    assert re.fullmatch(says, str(told.value)), str(told.value)


@pytest.mark.parametrize("text", ["a: 1\n", "operations: 5\n", "operations: [a]\n"])
def test_an_index_that_is_none_is_a_fault(folder: Folder, text: str) -> None:
    folder.write()
    (folder.home / "index.yaml").write_text(text)
    with pytest.raises(ContractFault, match=r"shop/index\.yaml: operations is not a list"):
        load("shop", folder.root)
