"""Who may import whom, what start-up may not import, and how large things may grow (mocks/README.md)."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from stampcard import Emulator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mocks" / "stampcard"
VENDORS = ("braze", "punchh", "voucherify", "antavo")
MODULES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}

ROOMS: list[set[str]] = [
    {"core"},
    set(VENDORS),
    {"emulator"},
    {"asgi", "control"},
    {"server", "client"},
    {"blocking", "check", "consumer", "storyboard", "timeline", "report", "record", "drift"},
    {"play"},
    {"cli", "__main__", "pytest_plugin", "__init__"},
]
"""From the inside out: a room imports from its own line of the list and from those above it."""

MAY_NAME_A_VENDOR = {
    "emulator.py": "puts the four in one world",
    "check/signing.py": "signs calls as the vendors' clients do",
    "consumer/signing.py": "signs events as the vendors do",
    "cli/sign.py": "prints a call signed as Punchh and Antavo want it",
}

LONG_FILES: dict[str, str] = {}
"""Files over 400 lines, and why."""

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions over 40 lines, and why; stories are told in one go and not counted."""

NAMED_OTHERWISE: dict[str, str] = {
    "antavo/integrations/webhooks": "what leaves is sent by sites.py and braze.py",
}
"""Contract files whose handlers or tests go by another name, and why."""


def room(module: str) -> str:
    """`core` of `core/world.py`, `emulator` of `emulator.py`."""
    return module.split("/")[0].removesuffix(".py")


def line_of(name: str) -> int:
    found = [number for number, rooms in enumerate(ROOMS) if name in rooms]
    assert found, f"{name} is in no room: name it in ROOMS and in mocks/README.md"
    return found[0]


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Names imported in a file, with whether the import stands at the top (and not only for type checkers)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or "", id(node) in top
            yield from ((f"{node.module}.{alias.name}", id(node) in top) for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    names = {name.split(".")[1] for name, _ in imports(path) if name.startswith("stampcard.")}
    return {name for name in names if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()}


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_inwards(module: str) -> None:
    if module == "__init__.py":
        return
    outer = {name for name in rooms_imported(MODULES[module]) if line_of(name) > line_of(room(module))}
    assert outer == set()


@pytest.mark.parametrize("module", MODULES)
def test_only_the_emulator_knows_the_vendors(module: str) -> None:
    if module not in MAY_NAME_A_VENDOR:
        assert rooms_imported(MODULES[module]) & set(VENDORS) <= {room(module)}


def test_the_exceptions_exist() -> None:
    assert MAY_NAME_A_VENDOR.keys() <= MODULES.keys()


def met_at_the_top(path: Path, vendor: str, own: str) -> Iterator[str]:
    """Other rooms of a vendor that a file imports when it is loaded, their records excepted, which stand on nothing."""
    for name, at_the_top in imports(path):
        parts = name.split(".")
        if at_the_top and parts[:2] == ["stampcard", vendor] and len(parts) > 3 and "records" not in parts:
            if parts[2] != own and (PACKAGE / vendor / parts[2]).is_dir():
                yield parts[2]


@pytest.mark.parametrize("vendor", VENDORS)
def test_rooms_of_a_vendor_stand_on_one_another_one_way(vendor: str) -> None:
    pairs = {
        (path.relative_to(PACKAGE / vendor).parts[0], other)
        for path in (PACKAGE / vendor).rglob("*/*.py")
        for other in met_at_the_top(path, vendor, path.relative_to(PACKAGE / vendor).parts[0])
    }
    assert pairs
    assert {pair for pair in pairs if pair[::-1] in pairs} == set()


# Time, chance, network

BANNED = {"time", "random", "secrets", "uuid.uuid1", "uuid.uuid4", "os.urandom", "socket", "urllib.request", "requests"}
BANNED_CALLS = {"now", "utcnow", "today", "urandom", "uuid1", "uuid4", "monotonic", "time_ns", "perf_counter"}
ALLOWED = {
    "core/clock.py": "owns the clock",
    "core/chance.py": "owns chance",
    "server.py": "opens the sockets",
    "play.py": "paces a story for whoever watches",
    "check/calls.py": "turns generated cases into requests",
}


@pytest.mark.parametrize("module", [module for module in MODULES if module not in ALLOWED])
def test_time_and_chance_come_from_the_world(module: str) -> None:
    assert {name for name, _ in imports(MODULES[module])} & BANNED == set()
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert called & BANNED_CALLS == set()


@pytest.mark.parametrize("module", [module for module in MODULES if room(module) in {"core", *VENDORS}])
def test_the_network_is_the_wire_s(module: str) -> None:
    names = {name.split(".")[0] for name, _ in imports(MODULES[module])}
    assert names & {"httpx", "http", "aiohttp", "uvicorn", "starlette"} <= (
        {"httpx"} if module == "core/wire.py" else set()
    )


# One name

RESOURCES = [
    pytest.param(vendor, file, id=f"{vendor}-{file.relative_to(ROOT / 'contracts' / vendor).with_suffix('')}")
    for vendor in VENDORS
    for file in sorted((ROOT / "contracts" / vendor).rglob("*.yaml"))
    if file.name not in ("index.yaml", "common.yaml", "setup.yaml")
]


@pytest.mark.parametrize(("vendor", "file"), RESOURCES)
def test_a_resource_has_one_name_everywhere(vendor: str, file: Path, stampcard_emulator: Emulator) -> None:
    """A contract file, a file of handlers or a folder of them, and tests in the same way."""
    name = file.relative_to(ROOT / "contracts" / vendor).with_suffix("")
    if f"{vendor}/{name}" in NAMED_OTHERWISE:
        pytest.skip(NAMED_OTHERWISE[f"{vendor}/{name}"])
    handlers = PACKAGE / vendor / name
    assert handlers.with_suffix(".py").is_file() or handlers.is_dir(), f"no handlers: {handlers}"
    tests = ROOT / "tests" / vendor / name
    assert tests.with_name(f"test_{name.name}.py").is_file() or tests.is_dir(), f"no tests: {tests}"
    module = f"stampcard.{vendor}.{'.'.join(name.parts)}"
    document = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    bound = stampcard_emulator.vendors[vendor].handlers
    elsewhere = {
        operation: bound[operation].__module__
        for item in document.get("paths", {}).values()
        for definition in item.values()
        if isinstance(definition, dict) and (operation := definition.get("operationId"))
        if not f"{bound[operation].__module__}.".startswith(f"{module}.")
    }
    assert elsewhere == {}


def test_what_is_named_otherwise_is_there() -> None:
    assert {name for name in NAMED_OTHERWISE if not (ROOT / "contracts" / f"{name}.yaml").is_file()} == set()


def test_every_handler_is_in_a_resource_s_file(stampcard_emulator: Emulator) -> None:
    for vendor, emulated in stampcard_emulator.vendors.items():
        for operation in emulated.contract:
            if operation.emulation != "none":
                assert operation.provenance in ("documented", "observed", "assumed"), f"{vendor} {operation.id}"
                assert operation.source, f"{vendor} {operation.id}"
                assert "/work/" not in operation.source, f"{vendor} {operation.id}"


# Start-up


def test_a_server_starts_without_the_slow_libraries() -> None:
    """With compiled contracts beside it; the child prints what it had imported when it was ready."""
    script = """if True:
        import json, sys
        from stampcard.cli import main
        def told():
            slow = {"liquid", "faker", "httpx", "httpcore", "jsonschema", "yaml", "pytest", "rich", "websockets"}
            print(json.dumps(sorted(slow & set(sys.modules))))
            sys.stdout.flush()
        import stampcard.cli.up as up
        async def stop():
            told()
        up._told_to_stop = stop
        sys.exit(main(["up", "--port", "0", "--json"]))
    """
    Emulator()
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    ready, slow = ran.stdout.splitlines()
    assert json.loads(ready)["world"] == "default"
    assert json.loads(slow) == []


def test_the_pytest_plugin_costs_nobody_anything() -> None:
    script = """if True:
        import sys, pytest
        before = set(sys.modules)
        import stampcard.pytest_plugin
        print(*sorted(set(sys.modules) - before))
    """
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert set(ran.stdout.split()) <= {"stampcard", "stampcard.pytest_plugin"}


# Sizes

OURS = {
    str(path.relative_to(ROOT)): path
    for folder in ("mocks", "tests", "scenarios")
    for path in (ROOT / folder).rglob("*.py")
}


def test_files_fit_into_400_lines() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in OURS.items()}
    assert {name: count for name, count in lines.items() if count > 400 and name not in LONG_FILES} == {}
    assert {name for name in LONG_FILES if lines.get(name, 0) <= 400} == set(), "no longer an exception"


def test_functions_fit_on_a_screen() -> None:
    long = {
        f"{name}:{node.name}": length
        for name, path in OURS.items()
        if not name.startswith("scenarios/")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > 40
    }
    assert {name: length for name, length in long.items() if name not in LONG_FUNCTIONS} == {}


def test_modules_keep_no_state() -> None:
    """No module-level dict, list or set that is filled later: nothing is shared between worlds."""
    kept = {
        f"{module}:{node.lineno}"
        for module, path in MODULES.items()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        if isinstance(node.value, ast.Dict | ast.List | ast.Set)
        and not (getattr(node.value, "keys", None) or getattr(node.value, "elts", None))
    }
    assert kept == set()
