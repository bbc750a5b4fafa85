"""Webhook templates: a webhook saved once, copied into every campaign and Canvas step that names it.

Braze copies a template when a message is composed, so a later change of the template changes no message.
https://www.braze.com/docs/user_guide/message_building_by_channel/webhooks/webhook_template
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.braze.state import Workspace
from stampcard.core.errors import SetupError

PLACES = ("campaigns", "canvases")


def copied(workspace: Workspace, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with every named template copied in; what the message says itself wins. Raises SetupError."""
    known = workspace.engine.webhook_templates | {row["name"]: row for row in document.get("webhook_templates", ())}
    whole = dict(document)
    for place in PLACES:
        if place in whole:
            whole[place] = _copied(whole[place], known, f"/braze/{place}")
    return whole


def _copied(value: Any, known: Mapping[str, Mapping[str, Any]], pointer: str) -> Any:
    if isinstance(value, list):
        return [_copied(item, known, f"{pointer}/{index}") for index, item in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    found = {key: _copied(item, known, f"{pointer}/{key}") for key, item in value.items()}
    webhook = found.get("webhook")
    if isinstance(webhook, Mapping) and "template" in webhook:
        found["webhook"] = _filled(webhook, known, f"{pointer}/webhook/template")
    return found


def _filled(webhook: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], pointer: str) -> dict[str, Any]:
    template = known.get(webhook["template"])
    if template is None:
        raise SetupError(pointer, f"no webhook template {webhook['template']!r}")
    own = {key: value for key, value in webhook.items() if key != "template"}
    return {key: value for key, value in template.items() if key != "name"} | own
