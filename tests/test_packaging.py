"""The wheel, built and installed where no checkout is near."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "Makefile",
    "mocks",
    "contracts",
    "scenarios",
    "tests",
)
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PYTEST"))}


def run(*command: str | Path, at: Path) -> str:
    """A child with nothing of this checkout in its environment; its output."""
    ran = subprocess.run(command, cwd=at, env=CLEAN, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, f"{command}: {ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy without caches."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".compiled-*"))
        else:
            shutil.copy(source, copy / name)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", copy, at=copy)
    [built] = (copy / "dist").glob("*.whl")
    return built


def inside(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_package_contracts_and_stories(wheel: Path) -> None:
    names = inside(wheel)
    for folder, pattern in (("contracts", "*.yaml"), ("scenarios", "*.py")):
        wanted = {f"stampcard/{path.relative_to(ROOT)}" for path in (ROOT / folder).rglob(pattern)}
        assert wanted and wanted <= names
    package = {
        f"stampcard/{path.relative_to(ROOT / 'mocks/stampcard')}" for path in (ROOT / "mocks/stampcard").rglob("*.py")
    }
    assert package <= names
    assert {"stampcard/py.typed", "stampcard/console.html"} <= names


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    kinds = {Path(name).suffix for name in inside(wheel) if ".dist-info/" not in name}
    assert kinds <= {".py", ".yaml", ".md", ".html", ".css", ".js", ".typed"}
    assert {name.split("/")[0] for name in inside(wheel) if ".dist-info/" not in name} == {"stampcard"}


@pytest.mark.slow
def test_an_installed_stampcard_counts_serves_and_plays(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv", at=tmp_path)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(scripts / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel, at=tmp_path)
    where = run(scripts / "python", "-c", "import stampcard; print(stampcard.__file__)", at=tmp_path)
    assert str(tmp_path) in where

    coverage: dict[str, Any] = json.loads(run(scripts / "stampcard", "coverage", "--json", at=tmp_path))
    assert {name: vendor["documented"] for name, vendor in coverage["vendors"].items()} == {
        "braze": 134,
        "punchh": 287,
        "voucherify": 386,
        "antavo": 132,
    }
    assert "1 of 1" in run(scripts / "stampcard", "play", "voucherify_connected_content", at=tmp_path)
    assert "1 of 1" in run(scripts / "stampcard", "play", "antavo_field_mapping", "--live", at=tmp_path)
