"""Operations of this room: templates, translations, media."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.braze.content import content_blocks, email_templates, media_library, translations
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "templates_email_list": email_templates.list_templates,
    "templates_email_info": email_templates.template_info,
    "templates_email_create": email_templates.create_template,
    "templates_email_update": email_templates.update_template,
    "content_blocks_list": content_blocks.list_blocks,
    "content_blocks_info": content_blocks.block_info,
    "content_blocks_create": content_blocks.create_block,
    "content_blocks_update": content_blocks.update_block,
    "campaigns_translations_get": translations.get_translations,
    "campaigns_translations_source": translations.get_source,
    "campaigns_translations_update": translations.update_translations,
    "canvas_translations_get": translations.get_translations,
    "canvas_translations_source": translations.get_source,
    "canvas_translations_update": translations.update_translations,
    "content_blocks_translations_get": translations.get_translations,
    "content_blocks_translations_update": translations.update_translations,
    "templates_translations_get": translations.get_translations,
    "templates_translations_get_legacy": translations.get_translations,
    "templates_translations_source": translations.get_source,
    "templates_translations_update": translations.update_translations,
    "media_library_create": media_library.create,
    "stampcard_asset_download": media_library.download,
}
