"""Every contract file is an OpenAPI 3.1 document that any tool can read."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from stampcard import Emulator
from stampcard.core.export import openapi

HOME = Path(__file__).parents[2] / "contracts"
FILES = [file for file in sorted(HOME.rglob("*.yaml")) if file.name not in ("index.yaml", "setup.yaml")]
SETUPS = sorted(HOME.glob("*/setup.yaml"))


def named(file: Path) -> str:
    return str(file.relative_to(HOME))


def read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_contract_file_is_a_document_of_its_own(file: Path) -> None:
    document = read(file)
    assert document["openapi"] == "3.1.0"
    document.setdefault("paths", {})
    errors = list(OpenAPIV31SpecValidator(document, base_uri=file.as_uri()).iter_errors())
    assert [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors] == []


@pytest.mark.parametrize("vendor", ["braze", "punchh", "voucherify", "antavo"])
def test_all_files_of_a_vendor_are_one_document(vendor: str, stampcard_emulator: Emulator) -> None:
    whole = openapi(stampcard_emulator.vendors[vendor].contract)
    errors = list(OpenAPIV31SpecValidator(whole).iter_errors())
    assert [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors] == []


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_operation_says_what_it_answers_and_a_public_source(file: Path) -> None:
    for path, item in read(file).get("paths", {}).items():
        for method, operation in item.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            where = f"{method} {path}"
            assert operation["responses"], where
            assert "/work/" not in operation["x-source"], where


@pytest.mark.parametrize("file", SETUPS, ids=named)
def test_a_setup_schema_is_strict_and_says_what_each_setting_is(file: Path) -> None:
    schema = read(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert [
        name for name, setting in schema["properties"].items() if not (setting.get("description") or "$ref" in setting)
    ] == []
