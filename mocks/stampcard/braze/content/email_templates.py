"""E-mail templates: https://www.braze.com/docs/api/endpoints/templates"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from stampcard.braze.content import templating
from stampcard.braze.errors import refused
from stampcard.braze.state import Workspace
from stampcard.core.clock import iso
from stampcard.core.endpoint import Call, Reply

BAD = "Bad Request"
WORDS = templating.ListWords(
    after=BAD,
    before=BAD,
    order=BAD,
    limit=BAD,
    limit_low=BAD,
    limit_high=BAD,
    offset=BAD,
    offset_low="Offset must be greater than 0.",
)
TEXTS = ("subject", "body", "plaintext_body", "preheader", "description")


class EmailTemplate(msgspec.Struct):
    """One template; its texts are Liquid."""

    id: str
    template_name: str
    created_at: datetime
    updated_at: datetime
    subject: str = ""
    body: str = ""
    plaintext_body: str | None = None
    preheader: str | None = None
    description: str = ""
    should_inline_css: bool | None = None
    tags: tuple[str, ...] = ()


async def list_templates(call: Call[Workspace]) -> Reply:
    wanted = templating.read_page(call.query, WORDS)
    found = [template for template in call.state.templates.values() if wanted.holds(template.updated_at)]
    page = [
        {
            "email_template_id": template.id,
            "template_name": template.template_name,
            "created_at": iso(template.created_at),
            "updated_at": iso(template.updated_at),
            "tags": list(template.tags),
        }
        for template in wanted.cut(found)
    ]
    call.summary = f"{len(page)} of {len(found)} templates"
    return Reply(200, {"count": len(page), "templates": page, "message": "success"})


async def template_info(call: Call[Workspace]) -> Reply:
    """An unknown id is answered 200 with another message, as a public client library expects (its text is assumed)."""
    template: EmailTemplate | None = call.state.templates.get(call.query["email_template_id"])
    if template is None:
        return Reply(200, {"message": "Email template could not be found"})
    whole = {
        "email_template_id": template.id,
        "template_name": template.template_name,
        "description": template.description,
        "subject": template.subject,
        "preheader": template.preheader,
        "body": template.body,
        "plaintext_body": template.plaintext_body,
        "should_inline_css": template.should_inline_css,
        "tags": list(template.tags),
        "created_at": iso(template.created_at),
        "updated_at": iso(template.updated_at),
        "message": "success",
    }
    return Reply(200, {key: value for key, value in whole.items() if value is not None})


async def create_template(call: Call[Workspace]) -> Reply:
    fields = read_fields(call.state, {"template_name": None, **call.body})
    for name in ("subject", "body"):
        if name not in fields:
            raise refused(BAD)
    now = call.world.clock.now
    template = EmailTemplate(call.world.chance.uuid(), fields.pop("template_name"), now, now, **fields)
    call.state.templates[template.id] = template
    call.summary = f"template {template.template_name!r}"
    return Reply(201, {"email_template_id": template.id, "message": "success"})


async def update_template(call: Call[Workspace]) -> Reply:
    """Only what is sent changes; something must be."""
    template: EmailTemplate | None = call.state.templates.get(call.body["email_template_id"])
    if template is None:
        raise refused(BAD)
    fields = read_fields(call.state, call.body)
    if not fields:
        raise refused(BAD)
    for name, value in fields.items():
        setattr(template, name, value)
    template.updated_at = call.world.clock.now
    call.summary = f"template {template.template_name!r}: {', '.join(fields)} changed"
    return Reply(201, {"message": "success"})


def read_fields(workspace: Workspace, body: Mapping[str, Any], more_blocks: Collection[str] = ()) -> dict[str, Any]:
    """The members of a template that were sent. `more_blocks` are Content Blocks still to come. Raises ApiError."""
    fields: dict[str, Any] = {}
    if "template_name" in body:
        name = body["template_name"]
        if not isinstance(name, str) or not name.strip():
            raise refused("Template name is required")
        fields["template_name"] = name
    if "tags" in body:
        fields["tags"] = templating.checked_tags(workspace, body["tags"])
    if "should_inline_css" in body:
        if not isinstance(body["should_inline_css"], bool):
            raise refused("Invalid value for `should_inline_css`. One of `true` or `false` was expected.")
        fields["should_inline_css"] = body["should_inline_css"]
    for name in TEXTS:
        if name in body:
            if not isinstance(body[name], str):
                raise refused(BAD)
            fields[name] = body[name]
    known = {block.name for block in workspace.content_blocks.values()} | set(more_blocks)
    if not templating.blocks_named(fields) <= known:
        raise refused("Email must have valid Content Block names")
    return fields
