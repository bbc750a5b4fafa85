"""From path to operation."""

import pytest

from stampcard.core.errors import ContractFault
from stampcard.core.routing import Router


def router(*paths: str) -> Router[str]:
    tree: Router[str] = Router()
    for path in paths:
        tree.add("GET", path, path)
    return tree


def found(tree: Router[str], path: str) -> tuple[str, list[str]] | None:
    match = tree.find(path)
    return (match[0]["GET"][0], match[1]) if match else None


def test_a_fixed_word_wins_over_a_parameter() -> None:
    tree = router("/things/{id}", "/things/new")
    assert found(tree, "/things/new") == ("/things/new", [])
    assert found(tree, "/things/old") == ("/things/{id}", ["old"])


def test_a_dead_end_is_walked_back_and_leaves_no_value_behind() -> None:
    tree = router("/a/{x}/b/{y}/c", "/{p}/one/b/two/d")
    assert found(tree, "/a/one/b/two/d") == ("/{p}/one/b/two/d", ["a"])


def test_a_path_nobody_has_leads_nowhere() -> None:
    tree = router("/things/{id}")
    assert [tree.find(path) for path in ("/", "/things", "/things/1/2", "/thing/1", "//things/1")] == [None] * 5


def test_a_parameter_is_never_empty() -> None:
    assert router("/things/{id}/parts").find("/things//parts") is None


def test_a_trailing_slash_is_tolerated() -> None:
    assert found(router("/things/{id}"), "/things/1/") == ("/things/{id}", ["1"])


def test_values_are_decoded_and_an_encoded_slash_stays_inside() -> None:
    assert found(router("/things/{id}"), "/things/a%2Fb%20%C3%A9") == ("/things/{id}", ["a/b é"])


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    assert found(router("/things/{id}"), "/things/%FF") == ("/things/{id}", ["\ufffd"])


def test_methods_of_one_path_keep_their_own_parameter_names() -> None:
    tree: Router[str] = Router()
    tree.add("GET", "/things/{id}", "get")
    tree.add("PUT", "/things/{name}", "put")
    match = tree.find("/things/1")
    assert match and match[0] == {"GET": ("get", ("id",)), "PUT": ("put", ("name",))}


def test_a_second_target_for_one_route_is_a_fault() -> None:
    with pytest.raises(ContractFault, match=r"GET /things/\{name\} is served twice"):
        router("/things/{id}", "/things/{name}")


def test_of_templates_that_fit_the_one_with_the_method_is_taken() -> None:
    tree: Router[str] = Router()
    tree.add("GET", "/things/special/{id}", "special")
    tree.add("PUT", "/things/{kind}/{id}", "any")
    tree.add("GET", "/things/special/new", "new")

    def target(method: str, path: str) -> tuple[str, list[str]] | None:
        match = tree.find(path, method)
        return (match[0][method][0], match[1]) if match and method in match[0] else None

    assert target("GET", "/things/special/1") == ("special", ["1"])
    assert target("PUT", "/things/special/1") == ("any", ["special", "1"])
    assert target("PUT", "/things/special/new") == ("any", ["special", "new"])
    assert target("GET", "/things/special/new") == ("new", [])


def test_a_method_nobody_has_leads_to_the_most_specific_path() -> None:
    tree = router("/things/{id}", "/things/new")
    match = tree.find("/things/new", "DELETE")
    assert match is not None and match[0]["GET"][0] == "/things/new"
