"""Content Blocks: https://www.braze.com/docs/api/endpoints/templates"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from stampcard.braze.content import templating
from stampcard.braze.errors import refused
from stampcard.braze.state import Workspace
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

ACTIVE, DRAFT, DELETED = "active", "draft", "deleted"
MAX_NAME, MAX_DESCRIPTION, MAX_CONTENT = 100, 250, 50 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-]+")
WORDS = templating.ListWords(
    after="Modified after time is invalid",
    before="Modified before time is invalid",
    order="Modified after time must be earlier than or the same as modified before time.",
    limit="Content Block number limit is invalid",
    limit_low="Content Block number limit must be greater than 0",
    limit_high="Content Block number limit exceeds maximum of 1000",
    offset="Offset is invalid",
    offset_low="Offset must be greater than 0",
)


class ContentBlock(msgspec.Struct):
    """One block; `content` is Liquid and HTML, or text. A draft is not rendered."""

    id: str
    name: str
    content: str
    created_at: datetime
    last_edited: datetime
    description: str = ""
    state: str = ACTIVE
    tags: tuple[str, ...] = ()

    @property
    def liquid_tag(self) -> str:
        return "{{content_blocks.${" + self.name + "}}}"

    @property
    def content_type(self) -> str:
        return "html" if re.search(r"<[a-zA-Z!/]", self.content) else "text"


async def list_blocks(call: Call[Workspace]) -> Reply:
    wanted = templating.read_page(call.query, WORDS)
    there = [block for block in call.state.content_blocks.values() if block.state != DELETED]
    blocks = [block for block in there if wanted.holds(block.last_edited)]
    page = [_row(call.state, block) for block in wanted.cut(blocks)]
    call.summary = f"{len(page)} of {len(blocks)} Content Blocks"
    return Reply(200, {"count": len(page), "content_blocks": page, "message": "success"})


def _row(workspace: Workspace, block: ContentBlock) -> dict[str, Any]:
    return {
        "content_block_id": block.id,
        "name": block.name,
        "content_type": block.content_type,
        "liquid_tag": block.liquid_tag,
        "inclusion_count": len(_inclusions(workspace, block)),
        "created_at": iso(block.created_at),
        "last_edited": iso(block.last_edited),
        "tags": list(block.tags),
    }


def _inclusions(workspace: Workspace, block: ContentBlock) -> list[dict[str, str]]:
    """The campaign messages that name a block."""
    return [
        {"campaign_id": campaign.id, "message_variation_id": content.id}
        for campaign in workspace.campaigns.values()
        for content in campaign.contents
        if templating.names_block(content.parts, block.name)
    ]


async def block_info(call: Call[Workspace]) -> Reply:
    block = _find(call.state, call.query.get("content_block_id"))
    asked = call.query.get("include_inclusion_data", "false").lower()
    if asked not in ("true", "false"):
        raise refused("Include Inclusion Data—error")
    inclusions = _inclusions(call.state, block)
    body = {
        "content_block_id": block.id,
        "name": block.name,
        "content": block.content,
        "description": block.description,
        "content_type": block.content_type,
        "tags": list(block.tags),
        "created_at": iso(block.created_at),
        "last_edited": iso(block.last_edited),
        "inclusion_count": len(inclusions),
    }
    return Reply(200, body | ({"inclusion_data": inclusions} if asked == "true" else {}) | {"message": "success"})


def _find(workspace: Workspace, block_id: Any) -> ContentBlock:
    """Raises ApiError."""
    if not isinstance(block_id, str) or not block_id.strip():
        raise refused("Content Block ID cannot be blank")
    block: ContentBlock | None = workspace.content_blocks.get(block_id)
    if block is None:
        raise refused("Content Block ID is invalid for this workspace")
    if block.state == DELETED:
        raise refused("Content Block has been deleted—content not available")
    return block


async def create_block(call: Call[Workspace]) -> Reply:
    """Name and content; a block is active unless it is made as a draft."""
    now = call.world.clock.now
    fields = read_fields(call.state, {"name": None, "content": None, **call.body}, None)
    block = ContentBlock(call.world.chance.uuid(), fields.pop("name"), fields.pop("content"), now, now, **fields)
    call.state.content_blocks[block.id] = block
    call.summary = f"Content Block {block.name!r} is {block.state}"
    return Reply(201, _answer(block))


async def update_block(call: Call[Workspace]) -> Reply:
    """Only what is sent changes; an active block keeps its name and stays active."""
    block = _find(call.state, call.body.get("content_block_id"))
    fields = read_fields(call.state, call.body, block)
    if block.state == ACTIVE and fields.get("name", block.name) != block.name:
        raise refused("Content Block name cannot be updated for active Content Blocks")
    if block.state == ACTIVE and fields.get("state", ACTIVE) == DRAFT:
        raise refused("Active Content Block can not be updated to Draft. Create a new Content Block.")
    for name, value in fields.items():
        setattr(block, name, value)
    block.last_edited = call.world.clock.now
    call.summary = f"Content Block {block.name!r}: {', '.join(fields) or 'nothing'} changed"
    return Reply(201, _answer(block))


def _answer(block: ContentBlock) -> dict[str, Any]:
    return {
        "content_block_id": block.id,
        "liquid_tag": block.liquid_tag,
        "created_at": iso(block.created_at),
        "message": "success",
    }


def read_fields(workspace: Workspace, body: Mapping[str, Any], old: ContentBlock | None) -> dict[str, Any]:
    """The members of a block that were sent. Raises ApiError."""
    fields: dict[str, Any] = {}
    if "name" in body:
        fields["name"] = _checked_name(workspace, body["name"], old)
    if "content" in body:
        fields["content"] = _checked_content(workspace, body["content"], fields.get("name", old.name if old else ""))
    if "description" in body:
        fields["description"] = _checked_description(body["description"])
    if "state" in body:
        if body["state"] not in (ACTIVE, DRAFT):
            raise refused("Content Block state must be either active or draft")
        fields["state"] = body["state"]
    if "tags" in body:
        fields["tags"] = templating.checked_tags(workspace, body["tags"])
    return fields


def _checked_name(workspace: Workspace, name: Any, old: ContentBlock | None) -> str:
    if not isinstance(name, str) or not name.strip():
        raise refused("Content Block name cannot be blank")
    if len(name) >= MAX_NAME:
        raise refused("Content Block name must be shorter than 100 characters")
    if not _NAME.fullmatch(name):
        raise refused("Content Block name can only contain alphanumeric characters")
    if any(
        block.name == name and block is not old and block.state != DELETED
        for block in workspace.content_blocks.values()
    ):
        raise refused("Content Block with this name already exists")
    return name


def _checked_content(workspace: Workspace, content: Any, name: str) -> str:
    if content is None or content == "":
        raise refused("Content cannot be blank")
    if not isinstance(content, str):
        raise refused("Content must be a string")
    if len(content.encode()) >= MAX_CONTENT:
        raise refused("Content must be smaller than 50kb")
    if not templating.parses(workspace, content):
        raise refused("Content contains malformed liquid")
    if templating.names_block(content, name):
        raise refused("Content Block cannot be referenced within itself")
    return content


def _checked_description(description: Any) -> str:
    if description is None or description == "":
        raise refused("Content Block description cannot be blank")
    if not isinstance(description, str):
        raise refused("Content Block description must be a string")
    if len(description) >= MAX_DESCRIPTION:
        raise refused("Content Block description must be shorter than 250 characters")
    return description
