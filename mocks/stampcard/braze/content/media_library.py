"""The media library: https://www.braze.com/docs/api/endpoints/media_library (early access)

An asset comes as a URL that is fetched, or as a file in a form; of a ZIP every member becomes an asset. Texts of the
errors that only have a published code are assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from stampcard.braze.errors import refused
from stampcard.braze.state import Workspace
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError, WireError
from stampcard.core.http import Request

MAX_SIZE = 5 * 1024 * 1024
TYPES = frozenset("gif ico jpeg jpg png webp svg doc docx pdf ppt pptx xls xlsx".split())
PLACE = "/stampcard/assets/"
OLDER = {"asset_url", "name", "app_group_id"}
"""What an older version of the page requires."""
TRIAL_LIMIT = 200
DASHBOARD = "https://dashboard-01.braze.com/engagement/media_library"


class Asset(msgspec.Struct, frozen=True):
    """One file of the library; `key` is its name at the emulator's own address."""

    key: str
    name: str
    ext: str
    content: bytes


def read_form(request: Request) -> dict[str, Any]:
    """A multipart form as an object: texts, and files as (file name, bytes)."""
    head = f"Content-Type: {request.headers.get('content-type')}\r\n\r\n".encode("latin-1", "replace")
    fields: dict[str, Any] = {}
    for part in message_from_bytes(head + request.body).walk():
        name, file_name = part.get_param("name", header="content-disposition"), part.get_filename()
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = (file_name, content) if file_name else content.decode("utf-8", "replace")
    return fields


def _failed(code: str, message: str, **meta: Any) -> ApiError:
    """What goes wrong with a file has an envelope of its own."""
    return ApiError(400, {"message": message, "error_code": code, "meta": meta})


async def create(call: Call[Workspace]) -> Reply:
    """The asset, or the assets of a ZIP."""
    switch = call.state.switches.media_library
    if switch == "disabled":
        raise refused("Media Library Public APIs are not enabled for this company.", 403)
    if call.state.switches.media_library_request == "older" and not call.body.keys() >= OLDER:
        call.diagnose("invalid", f"the older version needs {', '.join(sorted(OLDER))}", severity="error")
        raise refused("Bad Request")
    url, sent, name = call.body.get("asset_url"), call.body.get("asset_file"), call.body.get("name")
    if url is None and sent is None:
        raise refused("Either asset_url or asset_file must be provided.")
    if url is not None and sent is not None:
        raise refused("Both asset_url and asset_file cannot be provided. Please provide only one.")
    if url is not None:
        file_name, content = await _fetched(call, url)
    elif isinstance(sent, tuple):
        file_name, content = sent
    else:
        raise refused("Bad Request")
    kept = [_asset(call, *file) for file in _files(file_name, content, name)]
    if switch == "trial" and len(kept) + len(call.state.assets) > TRIAL_LIMIT:
        raise _failed("MEDIA_LIBRARY_LIMIT_REACHED", "The media library is full", limit=TRIAL_LIMIT)
    call.state.assets |= {asset.key: asset for asset in kept}
    call.summary = f"{len(kept)} assets"
    base = f"{call.request.scheme}://{call.request.host}{PLACE}"
    rows = [{"name": a.name, "size": len(a.content), "url": f"{base}{a.key}", "ext": a.ext} for a in kept]
    return Reply(200, {"new_assets": rows, "errors": [], "dashboard_url": DASHBOARD})


async def _fetched(call: Call[Workspace], url: str) -> tuple[str, bytes]:
    """What stands at a URL. Raises ApiError."""
    try:
        response = await call.world.wire.send("GET", url, caller="braze", cause=call.id, timeout=15)
    except WireError as error:
        raise _failed("ASSET_UPLOAD_FAILED", f"The asset could not be fetched: {error}") from error
    if not response.ok:
        raise _failed("ASSET_UPLOAD_FAILED", f"The asset could not be fetched: status {response.status}")
    return unquote(urlsplit(url).path.rpartition("/")[2]), response.body


def _files(file_name: str, content: bytes, name: str | None) -> Iterator[tuple[str, str, bytes]]:
    """Display name, extension and bytes of each file. Raises ApiError."""
    stem, _, ext = file_name.rpartition(".")
    if ext.lower() != "zip":
        yield name or stem or file_name, ext.lower(), content
        return
    if len(content) > MAX_SIZE:
        raise _failed(
            "ZIP_FILE_TOO_LARGE", "The ZIP file is too large", zip_file_name=file_name, zip_file_size=len(content)
        )
    for number, (member, inside) in enumerate(_unzipped(content), 1):
        member_stem, _, member_ext = member.rpartition(".")
        yield f"{name} {number}" if name else member_stem, member_ext.lower(), inside


def _unzipped(content: bytes) -> list[tuple[str, bytes]]:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(BytesIO(content)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > 10 * MAX_SIZE:
                raise _failed("ZIP_FILE_TOO_LARGE", "The files in the ZIP file are too large")
            if any("/" in info.filename for info in infos):
                raise _failed("ZIPPED_ENTITY_CANNOT_HAVE_NESTED_DIRECTORY", "A ZIP file may not hold folders")
            if any(not info.filename.rpartition(".")[0] for info in infos):
                raise _failed("ZIPPED_ENTITY_HAS_NO_NAME", "A file in the ZIP file has no name")
            return [(info.filename, archive.read(info)) for info in infos]
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise _failed("ZIP_UPLOAD_ERROR", "The ZIP file could not be read", original_error=str(error)) from error


def _asset(call: Call[Workspace], name: str, ext: str, content: bytes) -> Asset:
    """Raises ApiError for a file the library does not take."""
    if ext not in TYPES:
        raise _failed("UNSUPPORTED_FILE_TYPE", "This type of file is not supported", file_type=ext)
    if len(content) > MAX_SIZE:
        raise _failed("ASSET_SIZE_EXCEEDS_LIMIT", "The asset is larger than 5 MB")
    return Asset(f"{call.world.chance.hex(24)}.{ext}", name, ext, content)


async def download(call: Call[Workspace]) -> Reply:
    """An asset's bytes, at the address the library gave it."""
    asset: Asset | None = call.state.assets.get(call.path["file"])
    if asset is None:
        raise refused("Not Found", 404)
    return Reply(200, raw=asset.content, media_type="application/octet-stream")


def holds(workspace: Workspace, path: str) -> bool:
    """Whether a path is that of one of a workspace's assets."""
    return path.startswith(PLACE) and path.removeprefix(PLACE) in workspace.assets
