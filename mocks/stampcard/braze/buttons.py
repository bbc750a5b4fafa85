"""Buttons of Braze's dashboard that its API does not offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stampcard.braze import campaigns, explaining, launching
from stampcard.braze.state import Workspace
from stampcard.core.errors import ButtonError


async def preview(workspace: Workspace, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Preview and Test: a campaign's messages as one user would see them; nothing is sent, calls are really made.

    Settings are `campaign` (name or id) and `user` (external_id). Raises ButtonError.
    """
    if settings.keys() != {"campaign", "user"}:
        raise ButtonError("a preview takes `campaign` (name or id) and `user` (external_id)")
    campaign = campaigns.find_campaign(workspace, str(settings["campaign"]))
    user = workspace.by_external_id.get(str(settings["user"]))
    if campaign is None or user is None:
        missing = "campaign" if campaign is None else "user"
        raise ButtonError(f"no {missing} {settings[missing]!r}")
    summary = f"preview of {campaign.name} for {user.external_id}"
    cause = workspace.world.record("braze", "preview", summary)
    return await launching.preview(workspace, campaign, user, cause)


async def why(workspace: Workspace, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Why a user got a campaign or Canvas, or did not: every rule with the value looked at and its verdict.

    Settings are `campaign` (name or id of a campaign or Canvas) and `user` (external_id). Raises ButtonError.
    """
    if settings.keys() != {"campaign", "user"}:
        raise ButtonError("why takes `campaign` (name or id of a campaign or Canvas) and `user` (external_id)")
    sender = explaining.find_sender(workspace, str(settings["campaign"]))
    user = workspace.by_external_id.get(str(settings["user"]))
    if sender is None or user is None:
        missing = "campaign" if sender is None else "user"
        raise ButtonError(f"no {missing} {settings[missing]!r}")
    return explaining.why(workspace, sender, user)
