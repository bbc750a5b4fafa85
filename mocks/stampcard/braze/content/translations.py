"""Translations of messages, Content Blocks and e-mail templates (early access).

https://www.braze.com/docs/api/endpoints/translations. Braze publishes keys of many errors without their texts; those
texts are assumed. A locale of the workspace belongs to every text that has translation tags (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from stampcard.braze.content.locales import Locale, sources
from stampcard.braze.errors import translation_error
from stampcard.braze.state import Workspace
from stampcard.braze.values import size_of
from stampcard.core.endpoint import Call, Reply

UNSUPPORTED = "This message does not support multi-language."
NO_LOCALE = "The provided locale code does not exist."
MAX_SIZE = 20 * 1024 * 1024
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
TOO_LARGE = "The provided translations have exceeded the maximum of 20MB."
UNREADABLE = "The provided translations yielded errors when parsing. Please contact Braze for more information."


class Source(msgspec.Struct, frozen=True):
    """One text with translation tags: whose translations they are, and the texts in the default language."""

    owner: str
    texts: Mapping[str, str]


def _source(owner: str, parts: Any, workspace: Workspace) -> Source:
    """Raises ApiError when there is nothing to translate, or no locale to translate to."""
    texts = sources(parts)
    if not texts or not workspace.locales:
        raise translation_error(UNSUPPORTED)
    return Source(owner, texts)


# Whose translations


def _variation(contents: Any, key: str, workspace: Workspace) -> Source:
    if not _UUID.fullmatch(key):
        raise translation_error("Invalid message variation ID")
    content = next((content for content in contents if content.id == key), None)
    if content is None:
        raise translation_error("Message not found", 404)
    return _source(content.id, content.parts, workspace)


def _campaign(call: Call[Workspace], named: Mapping[str, Any]) -> Source:
    campaign = call.state.campaigns.get(named["campaign_id"])
    if campaign is None:
        raise translation_error("Invalid campaign ID")
    return _variation(campaign.contents, named["message_variation_id"], call.state)


def _canvas(call: Call[Workspace], named: Mapping[str, Any]) -> Source:
    canvas = call.state.canvases.get(named["workflow_id"])
    if canvas is None:
        raise translation_error("Invalid Canvas ID")
    steps = [step for path in canvas.variants for step in path.steps.values()]
    step = next((step for step in steps if step.id == named["step_id"]), None)
    contents = step.message.contents if step is not None and step.message is not None else ()
    return _variation(contents, named["message_variation_id"], call.state)


def _block(call: Call[Workspace], named: Mapping[str, Any]) -> Source:
    block = call.state.content_blocks.get(named["content_block_id"])
    if block is None:
        raise translation_error("Content Block not found", 404)
    return _source(block.id, block.content, call.state)


def _template(call: Call[Workspace], named: Mapping[str, Any]) -> Source:
    template = call.state.templates.get(named["template_id"])
    if template is None:
        raise translation_error("Template not found", 404)
    texts = [template.subject, template.preheader or "", template.body, template.plaintext_body or ""]
    return _source(template.id, texts, call.state)


FIND = {"campaigns": _campaign, "canvas": _canvas, "content_blocks": _block, "templates": _template}


def _named(call: Call[Workspace], named: Mapping[str, Any]) -> Source:
    """The text an operation is about, by the first word of its id."""
    kind = next(kind for kind in FIND if call.operation.id.startswith(kind))
    return FIND[kind](call, named)


def _locale(workspace: Workspace, key: Any) -> Locale:
    """By id, or by name as one page has it. Raises ApiError."""
    locale: Locale | None = workspace.locales.get(key)
    if locale is None:
        locale = next((locale for locale in workspace.locales.values() if key in (locale.name, locale.key)), None)
    if locale is None:
        raise translation_error(NO_LOCALE, workspace.switches.unknown_locale_status)
    return locale


# Operations


async def get_translations(call: Call[Workspace]) -> Reply:
    """Of one locale, or of all."""
    source = _named(call, call.query)
    stored = call.state.translations.get(source.owner, {})
    wanted = call.query.get("locale_id")
    locales = list(call.state.locales.values()) if wanted is None else [_locale(call.state, wanted)]
    rows = [{"translation_map": stored.get(locale.uuid, {}), "locale": _view(locale)} for locale in locales]
    call.summary = f"{len(source.texts)} texts in {len(rows)} locales"
    return Reply(200, {"translations": rows})


def _view(locale: Locale) -> dict[str, str]:
    return {
        "uuid": locale.uuid,
        "name": locale.name,
        "country": locale.country,
        "language": locale.language,
        "locale_key": locale.key,
    }


async def get_source(call: Call[Workspace]) -> Reply:
    """The texts in the default language; a locale that is named must be there."""
    source = _named(call, call.query)
    if "locale_id" in call.query:
        _locale(call.state, call.query["locale_id"])
    return Reply(200, {"translations": {"translation_map": dict(source.texts)}, "message": "success"})


async def update_translations(call: Call[Workspace]) -> Reply:
    """All texts in one locale; none may be left out."""
    body = call.body
    source = _named(call, body)
    locale = _locale(call.state, body.get("locale_id", body.get("locale_name")))
    texts = _map(body)
    missing = [key for key in source.texts if key not in texts]
    if missing:
        named = ", ".join(f"'{key}'" for key in missing)
        raise translation_error(f"The provided translations are missing {named}")
    for key in texts.keys() - source.texts.keys():
        call.diagnose("unknown-translation", f"the text has no translation tag {key!r}", "/translation_map")
    kept = {key: text for key, text in texts.items() if key in source.texts}
    call.state.translations.setdefault(source.owner, {})[locale.uuid] = kept
    call.summary = f"{len(kept)} texts in {locale.key}"
    return Reply(200, {"message": "success"})


def _map(body: Mapping[str, Any]) -> dict[str, str]:
    """The texts, under any of the names Braze's pages have for them. Raises ApiError."""
    texts = body.get("translation_map", body.get("translations_map"))
    nested = body.get("translations")
    if texts is None and isinstance(nested, list) and len(nested) == 1 and isinstance(nested[0], dict):
        texts = nested[0].get("translation_map")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise translation_error(UNREADABLE)
    if size_of(texts) > MAX_SIZE:
        raise translation_error(TOO_LARGE)
    return texts
