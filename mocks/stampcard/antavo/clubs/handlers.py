"""Operations of this room: clubs, their members, their points."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.antavo.clubs import club, expiry, members
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "club_templates": club.templates,
    "clubs_list": club.list_all,
    "club_create": club.create,
    "club_get": club.get,
    "club_history": club.history,
    "club_update": club.rename,
    "club_disband": club.disband,
    "club_point_expiry": expiry.point_expiry,
    "club_points_adjust": club.adjust,
    "club_points_donate": club.donate,
    "club_members": members.list_all,
    "club_member_get": members.get,
    "club_join_public": members.join_public,
    "club_invite": members.invite,
    "club_join_private": members.join_private,
    "club_applicant_accept": members.accept_applicant,
    "club_applicant_refuse": members.refuse_applicant,
    "club_applicant_ban": members.ban,
    "club_member_ban": members.ban,
    "club_member_unban": members.unban,
    "club_member_remove": members.remove,
    "club_owner_assign": members.assign_owner,
}
