"""The setup document: what a person would click in the dashboards, checked whole before any of it is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from stampcard.core.checking import compile_schema, pointer_to, violations
from stampcard.core.endpoint import Vendor
from stampcard.core.errors import ConnectError, SetupError
from stampcard.core.faults import BadFault, Faults
from stampcard.core.world import World

OWN_SCHEMA: Mapping[str, Any] = {
    "$id": "urn:stampcard:setup:stampcard",
    "description": "Settings of the emulator itself for this world.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "allowed_hosts": {
            "description": "Hosts beyond loopback that vendors may call over the network.",
            "type": "array",
            "items": {"type": "string"},
        },
        "faults": {"description": "What goes wrong, as in PUT /faults.", "type": "array", "items": {"type": "object"}},
    },
}


def schema(vendors: Iterable[Vendor[Any]]) -> dict[str, Any]:
    """The JSON Schema of a whole setup document, for validation and for editors."""
    sections = {vendor.name: {**vendor.contract.setup_schema} for vendor in vendors}
    for name, section in sections.items():
        section.pop("$schema", None)
        section["$id"] = f"urn:stampcard:setup:{name}"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "stampcard setup",
        "type": "object",
        "additionalProperties": False,
        "properties": {**sections, "stampcard": dict(OWN_SCHEMA)},
    }


def read(path: Path) -> Mapping[str, Any]:
    """Read a setup file, YAML or JSON. Raises SetupError naming file, line and reason."""
    import yaml

    class Loader(yaml.SafeLoader):
        """YAML that says no more than JSON can: dates stay text."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except OSError as error:
        raise SetupError("", f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SetupError("", f"{path}: {error}") from error
    if not isinstance(document, dict):
        raise SetupError("", f"{path}: a setup document is a mapping of vendors to their settings")
    if (odd := _no_json(document, "")) is not None:
        raise SetupError(odd, f"{path}: JSON has no such value, and a setup document is JSON")
    return document


def _no_json(value: Any, pointer: str) -> str | None:
    """Where YAML says what JSON cannot, or None."""
    if isinstance(value, dict):
        if any(not isinstance(key, str) for key in value):
            return pointer or "/"
        members: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        return None if value is None or isinstance(value, str | int | float) else pointer
    return next((odd for key, item in members if (odd := _no_json(item, pointer_to(key, below=pointer)))), None)


def check(world: World, vendors: Mapping[str, Vendor[Any]], document: Any) -> None:
    """Raises SetupError for the first thing that does not fit; changes nothing."""
    if not isinstance(document, Mapping):
        raise SetupError("", "a setup document is a mapping of vendors to their settings")
    known = (*vendors, "stampcard")
    for name, section in document.items():
        if name not in known:
            raise SetupError(pointer_to(name), f"unknown; a setup document has {', '.join(known)}")
        rules = OWN_SCHEMA if name == "stampcard" else vendors[name].contract.setup_schema
        found = violations(compile_schema(rules, {}), section, "setup")
        if found:
            raise SetupError(pointer_to(name, *found[-1].path), found[-1].message)
    try:
        operations = {name: vendor.contract.operations for name, vendor in vendors.items()}
        Faults(world.chance).replace(document.get("stampcard", {}).get("faults", []), operations)
    except BadFault as error:
        raise SetupError("/stampcard/faults", str(error)) from error
    for name, vendor in vendors.items():
        if name in document:
            vendor.check_setup(world, world.tenants[name], document[name])


async def apply(world: World, vendors: Mapping[str, Vendor[Any]], document: Mapping[str, Any]) -> None:
    """Check the whole, apply the whole, then press the Connect buttons.

    Raises SetupError before anything is applied; ConnectError after, for a connection that was tried and refused.
    """
    check(world, vendors, document)
    own = document.get("stampcard", {})
    world.wire.allowed_hosts |= {host.lower() for host in own.get("allowed_hosts", ())}
    if "faults" in own:
        world.faults.replace(own["faults"])
    named = [(vendor, document[name]) for name, vendor in vendors.items() if name in document]
    for vendor, section in named:
        vendor.apply_setup(world, world.tenants[vendor.name], section)
    world.setups.append(document)
    refused: ConnectError | None = None
    for vendor, section in named:
        try:
            await vendor.connect(world, world.tenants[vendor.name], section)
        except ConnectError as error:
            refused = refused or error
    if refused is not None:
        raise refused


# Telling what was applied


def view(world: World, vendors: Iterable[Vendor[Any]]) -> dict[str, Any]:
    """What was applied, as one document; of several also each as it was, in order (`documents`).

    Only in them all is told: a row of a later document may leave standing what it does not name.
    """
    whole = merged(world.setups, rules(vendors))
    return {**whole, "documents": world.setups} if len(world.setups) > 1 else whole


class Rule(msgspec.Struct, frozen=True):
    """What a later document does to a value.

    `replaced`: a row takes the place of the one it names; `joined`: it is written over that one; `kept`: no row takes
    another's place; `whole`: the later value is all there is. `key` is the member that names rows.
    """

    kind: str = "replaced"
    key: str = "id"


Rules = Mapping[str, Rule]
"""By JSON pointer; `*` stands for any row."""


def rules(vendors: Iterable[Vendor[Any]]) -> Rules:
    """Those of the contracts' `x-setup`; rows are named by the first member that they must have."""
    found = {"/stampcard/faults": Rule("whole")}
    for vendor in vendors:
        schema = vendor.contract.setup_schema
        kinds = {pointer: kind for kind, named in vendor.contract.document["setups"].items() for pointer in named}
        keys = {pointer_to(name): _key(value, schema) for name, value in schema.get("properties", {}).items()}
        for pointer in kinds.keys() | keys.keys():
            kind, key = kinds.get(pointer, "replaced"), keys.get(pointer, "id")
            found[pointer_to(vendor.name) + pointer] = Rule(kind, key)
    return found


def _key(schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    """What names the rows of a list."""
    rows = _resolved(_resolved(schema, root).get("items", {}), root)
    return next(iter(rows.get("required", ())), "id")


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return root["$defs"][name] if name else schema


def merged(documents: Iterable[Mapping[str, Any]], known: Rules) -> dict[str, Any]:
    """Documents applied one after the other, as one."""
    whole: dict[str, Any] = {}
    for document in documents:
        whole = _merge(whole, document, "", known)
    return whole


def _merge(old: Any, new: Any, pointer: str, known: Rules) -> Any:
    rule = known.get(pointer, Rule())
    if rule.kind == "whole":
        return new
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        both = {key: _merge(old[key], new[key], pointer_to(key, below=pointer), known) for key in new if key in old}
        return {**old, **new, **both}
    if isinstance(old, list) and isinstance(new, list):
        rows = [_joined(old, row, rule, f"{pointer}/*", known) for row in new] if rule.kind == "joined" else new
        return [row for row in old if not any(_same(row, other, rule) for other in rows)] + rows
    return new


def _joined(old: list[Any], new: Any, rule: Rule, below: str, known: Rules) -> Any:
    """A row written over those of its name."""
    for row in old:
        if _same(row, new, rule):
            new = _merge(row, new, below, known)
    return new


def _same(one: Any, other: Any, rule: Rule) -> bool:
    """Two rows of a list that name the same thing: by the same id, or by the same key."""
    if rule.kind == "kept" or not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return bool(one == other)
    return any(name in one and one[name] == other.get(name) for name in ("id", rule.key))
