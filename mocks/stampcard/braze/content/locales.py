"""Locales of a workspace, and the translations of a text for one user."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stampcard.braze.state import User, Workspace

_TAG = re.compile(r"\{%-?\s*translation\s+(\S+?)\s*-?%\}(.*?)\{%-?\s*endtranslation\s*-?%\}", re.DOTALL)


class Locale(msgspec.Struct, frozen=True):
    """One language, in a country or in all; `uuid` is what the API calls its id."""

    uuid: str
    name: str
    language: str
    country: str = ""

    @property
    def key(self) -> str:
        """Such as es-MX."""
        return f"{self.language}-{self.country}" if self.country else self.language


def sources(parts: Any) -> dict[str, str]:
    """The texts in translation tags of a message's parts, by their id, in their order."""
    if isinstance(parts, str):
        return dict(_TAG.findall(parts))
    inside: Sequence[Any] = ()
    if isinstance(parts, Mapping):
        inside = list(parts.values())
    elif isinstance(parts, list | tuple):
        inside = parts
    return {key: text for part in inside for key, text in sources(part).items()}


def locale_of(workspace: Workspace, user: User) -> Locale | None:
    """The user's locale: the language in the user's country before the language alone."""
    language, country = user.profile.get("language"), user.profile.get("country")
    found = [locale for locale in workspace.locales.values() if locale.language == language]
    exact = [locale for locale in found if locale.country == country]
    return next(iter(exact or [locale for locale in found if not locale.country]), None)


def translations_for(workspace: Workspace, user: User, variation_id: str) -> Mapping[str, str]:
    """Translation id -> text for one user: of the Content Blocks, and of the message, which comes first."""
    if not workspace.translations:
        return {}
    locale = locale_of(workspace, user)
    if locale is None:
        return {}
    texts: dict[str, str] = {}
    for owner in (*workspace.content_blocks, variation_id):
        texts |= workspace.translations.get(owner, {}).get(locale.uuid, {})
    return texts


def apply_setup(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> None:
    """Locales of a setup document."""
    for row in rows:
        language, country = row["language"], row.get("country", "")
        key = row.get("uuid") or workspace.world.secrets.uuid(f"braze.locale.{language}-{country}")
        workspace.locales[key] = Locale(key, row["name"], language, country)
