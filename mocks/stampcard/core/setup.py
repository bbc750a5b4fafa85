"""The setup document: what a person would click in the dashboards, checked whole before any of it is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

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


def merged(documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Documents applied one after the other, as one."""
    whole: dict[str, Any] = {}
    for document in documents:
        whole = _merge(whole, document)
    return whole


def _merge(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _merge(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return [item for item in old if not any(_same(item, other) for other in new)] + new
    return new


def _same(one: Any, other: Any) -> bool:
    """Two rows of a list that name the same thing."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return bool(one == other)
    key = next((key for key in ("id", "api_key", "external_id", "name", "code") if key in one), None)
    return key is not None and one.get(key) == other.get(key)
