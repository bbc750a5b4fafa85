"""The media library: assets by URL and by file."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return packed.getvalue()


async def upload(world: WorldClient, file: str, content: bytes, **fields: str) -> Any:
    return await world.braze.post(
        "/media_library/create", files={"asset_file": (file, content)}, data=fields, headers=bearer(world.braze)
    )


async def test_a_file_is_kept_and_can_be_fetched(world: WorldClient) -> None:
    content = bytes(range(256)) * 10 + b"\r\n--\r\n\n\r"
    response = await upload(world, "cup.png", content, name="Cup")
    (asset,) = response.json()["new_assets"]
    assert (response.status_code, asset["name"], asset["size"], asset["ext"]) == (200, "Cup", len(content), "png")
    fetched = await world.braze.get("/" + asset["url"].split("/", 3)[3])
    assert fetched.content == content


async def test_an_asset_is_fetched_from_its_url(world: WorldClient) -> None:
    (first,) = (await upload(world, "cup.png", b"PNG")).json()["new_assets"]
    url = "https://rest.iad-01.braze.com/" + first["url"].split("/", 3)[3]
    response = await world.braze.post("/media_library/create", json={"asset_url": url}, headers=bearer(world.braze))
    (second,) = response.json()["new_assets"]
    assert (second["size"], second["ext"]) == (3, "png")


async def test_every_member_of_a_zip_is_an_asset(world: WorldClient) -> None:
    response = await upload(world, "all.zip", zipped(a_png=b"1", b_gif=b"22"), name="Set")
    rows = [(asset["name"], asset["ext"], asset["size"]) for asset in response.json()["new_assets"]]
    assert rows == [("Set 1", "png", 1), ("Set 2", "gif", 2)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("run.exe", b"MZ", "UNSUPPORTED_FILE_TYPE"),
        ("big.png", b"x" * (5 * 1024 * 1024 + 1), "ASSET_SIZE_EXCEEDS_LIMIT"),
        ("all.zip", b"no zip", "ZIP_UPLOAD_ERROR"),
        ("all.zip", b"x" * (5 * 1024 * 1024 + 1), "ZIP_FILE_TOO_LARGE"),
        ("all.zip", zipped(in__a_png=b"1"), "ZIPPED_ENTITY_CANNOT_HAVE_NESTED_DIRECTORY"),
        ("all.zip", zipped(_png=b"1"), "ZIPPED_ENTITY_HAS_NO_NAME"),
        ("all.zip", zipped(a_png=b"1", b_exe=b"1"), "UNSUPPORTED_FILE_TYPE"),
    ],
    ids=lambda part: f"{len(part)} bytes" if isinstance(part, bytes) else part,
)
async def test_a_file_that_is_not_taken_has_an_error_code(
    world: WorldClient, name: str, content: bytes, code: str
) -> None:
    response = await upload(world, name, content)
    assert (response.status_code, response.json()["error_code"]) == (400, code)


@pytest.mark.parametrize("url", ["https://nobody.example.com/a.png", "nonsense", "https://rest.iad-01.braze.com/a.png"])
async def test_a_url_that_brings_nothing_has_an_error_code(world: WorldClient, url: str) -> None:
    response = await world.braze.post("/media_library/create", json={"asset_url": url}, headers=bearer(world.braze))
    assert (response.status_code, response.json()["error_code"]) == (400, "ASSET_UPLOAD_FAILED")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Either asset_url or asset_file must be provided."),
        (
            {"asset_url": "https://a.example.com/b.png", "asset_file": "x"},
            "Both asset_url and asset_file cannot be provided. Please provide only one.",
        ),
        ({"asset_file": "x"}, "Bad Request"),
        ({"asset_url": 7}, "Bad Request"),
    ],
)
async def test_one_asset_is_named_in_one_way(world: WorldClient, body: dict[str, Any], message: str) -> None:
    response = await world.braze.post("/media_library/create", json=body, headers=bearer(world.braze))
    assert (response.status_code, response.json()) == (400, {"message": message})


async def test_a_form_that_is_none_is_refused(world: WorldClient) -> None:
    headers = bearer(world.braze) | {"Content-Type": "multipart/form-data; boundary=x"}
    response = await world.braze.post("/media_library/create", content=b"\xff\x00--x", headers=headers)
    assert response.status_code == 400


async def test_a_trial_keeps_200_assets(world: WorldClient) -> None:
    await world.setup({"braze": {"switches": {"media_library": "trial"}}})
    many = zipped(**{f"a{n}_png": b"1" for n in range(200)})
    assert (await upload(world, "all.zip", many)).status_code == 200
    response = await upload(world, "one.png", b"1")
    assert (response.json()["error_code"], response.json()["meta"]) == ("MEDIA_LIBRARY_LIMIT_REACHED", {"limit": 200})
