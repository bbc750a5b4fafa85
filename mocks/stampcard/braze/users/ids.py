"""Who users are: identifying, aliases, merging, deleting, and renaming external ids.

Braze queues all of these but the renaming; here they are done when the answer is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stampcard.braze import errors
from stampcard.braze.state import User, Workspace
from stampcard.braze.users import identity, merging
from stampcard.core.endpoint import Call, Reply

MAX_ITEMS = 50
TOO_MANY = "The max number of external_ids and aliases per request was exceeded"
BOTH_UPDATES = (
    "Request can not contain both of 'most_recently_updated' and 'least_recently_updated' values in the "
    "'prioritization' array"
)
IDENTIFY = {
    "aliases_to_identify": ("aliases_processed", "user_alias"),
    "emails_to_identify": ("emails_processed", "email"),
    "phone_numbers_to_identify": ("phone_numbers_processed", "phone"),
}
"""Array -> the counter of the answer, and the member that says which anonymous profile is meant."""


async def identify(call: Call[Workspace]) -> Reply:
    """Give anonymous profiles an external_id, or merge them into the profile that has it."""
    arrays = {name: call.body[name] for name in IDENTIFY if call.body.get(name)}
    total = sum(len(items) for items in arrays.values())
    if total == 0:
        raise errors.refused("Bad Request")
    if total > MAX_ITEMS:
        raise errors.refused(TOO_MANY)

    body: dict[str, Any] = {"aliases_processed": 0}
    minor: list[dict[str, Any]] = []
    merge = call.body.get("merge_behavior") != "none"
    for name, items in arrays.items():
        counter, key = IDENTIFY[name]
        faults = [_fault_of_identify(item, key) for item in items]
        where = name if key == "user_alias" else "user_identifiers"
        minor += [{"type": why, "input_array": where, "index": n} for n, why in enumerate(faults) if why]
        good = [(n, item) for n, item in enumerate(items) if not faults[n]]
        for index, item in good:
            _identify(call, item, key, merge, f"/{name}/{index}")
        body[counter] = len(good)
    call.summary = f"{total - len(minor)} of {total} identified"
    return Reply(201, body | {"message": "success"} | ({"errors": minor} if minor else {}))


def _fault_of_identify(item: Any, key: str) -> str | None:
    """Why an item is dropped; texts are those of public integrations."""
    if not isinstance(item, dict) or not isinstance(item.get("external_id"), str) or not item["external_id"]:
        return "invalid_external_id"
    if key == "user_alias":
        alias = item.get(key)
        named = isinstance(alias, dict) and all(
            isinstance(alias.get(part), str) and alias[part] for part in ("alias_name", "alias_label")
        )
        return None if named else "missing_alias_name"
    if not isinstance(item.get(key), str):
        return "a valid identifier is required"
    order = item.get("prioritization")
    if not isinstance(order, list) or not set(map(str, order)) <= PRIORITIES:
        return f"'prioritization' is required and holds {', '.join(sorted(PRIORITIES))}"
    return BOTH_UPDATES if {"most_recently_updated", "least_recently_updated"} <= set(order) else None


PRIORITIES = {"identified", "unidentified", "most_recently_updated", "least_recently_updated"}


def _identify(call: Call[Workspace], item: Mapping[str, Any], key: str, merge: bool, place: str) -> None:
    workspace = call.state
    anonymous = identity.prioritized(identity.find_all(workspace, {key: item[key]}), item.get("prioritization", ()))
    if anonymous is None or anonymous.external_id is not None:
        call.diagnose("nobody-to-identify", "no one anonymous profile is meant; nothing happens", place, "info")
        return
    target = workspace.by_external_id.get(item["external_id"])
    if target is None:
        identity.set_external_id(workspace, anonymous, item["external_id"])
        identity.touch(workspace, anonymous)
        return
    if key == "user_alias" and item[key]["alias_label"] in target.aliases:
        call.diagnose("alias-label-taken", "the user has an alias of this label; nothing is combined", place)
        return
    aliases = dict(anonymous.aliases)
    if merge:
        merging.merge(workspace, anonymous, target)
    else:
        identity.remove_user(workspace, anonymous)
        merging.keep_history(workspace, anonymous, target)
    for label, name in aliases.items():
        if label not in target.aliases:
            identity.add_alias(workspace, target, label, name)


async def new_aliases(call: Call[Workspace]) -> Reply:
    """Add aliases to profiles that are there, or make profiles that have nothing but an alias."""
    items = call.body["user_aliases"]
    for index, item in enumerate(items):
        alias = item.get("user_alias") or item
        if identity.by_alias(call.state, alias) is not None:
            call.diagnose("alias-taken", "a profile has this alias already", f"/user_aliases/{index}")
        elif (external_id := item.get("external_id")) is None:
            identity.add_user(call.state, {"user_alias": alias})
        elif (user := call.state.by_external_id.get(external_id)) is None:
            call.diagnose("unknown-user", "no profile has this external_id", f"/user_aliases/{index}")
        elif alias["alias_label"] in user.aliases:
            call.diagnose("alias-label-taken", "the user has an alias of this label", f"/user_aliases/{index}")
        else:
            identity.add_alias(call.state, user, alias["alias_label"], alias["alias_name"])
            identity.touch(call.state, user)
    call.summary = f"{len(items)} aliases"
    return Reply(201, {"aliases_processed": len(items), "message": "success"})


async def update_aliases(call: Call[Workspace]) -> Reply:
    """Rename aliases; one that is not there, or whose new name is taken, stays as it is."""
    for index, item in enumerate(call.body["alias_updates"]):
        label, new = item["alias_label"], item["new_alias_name"]
        user = call.state.by_alias.get((label, item["old_alias_name"]))
        if user is None:
            call.diagnose("unknown-alias", "no profile has this alias", f"/alias_updates/{index}")
        elif (label, new) in call.state.by_alias:
            call.diagnose("alias-taken", "a profile has the new alias already", f"/alias_updates/{index}")
        else:
            identity.add_alias(call.state, user, label, new)
            identity.touch(call.state, user)
    call.summary = f"{len(call.body['alias_updates'])} alias updates"
    return Reply(201, {"message": "success"})


async def merge_users(call: Call[Workspace]) -> Reply:
    """Merge profiles into others; what names nobody, or more than one, is left."""
    if call.state.switches.merge_identifiers == "same_type" and not all(map(_alike, call.body["merge_updates"])):
        raise errors.refused("identifiers must be objects of the same type")
    for index, item in enumerate(call.body["merge_updates"]):
        gone, kept = (_one(call.state, item[name]) for name in ("identifier_to_merge", "identifier_to_keep"))
        if gone is None or kept is None or gone is kept:
            call.diagnose("nothing-to-merge", "not two different profiles; nothing happens", f"/merge_updates/{index}")
        else:
            merging.merge(call.state, gone, kept)
    call.summary = f"{len(call.body['merge_updates'])} merges"
    return Reply(202, {"message": "success"})


def _alike(update: Mapping[str, Any]) -> bool:
    """Whether both sides of a merge are named by the same kind of identifier."""
    gone, kept = update["identifier_to_merge"], update["identifier_to_keep"]
    return all((name in gone) == (name in kept) for name in identity.IDENTIFIERS)


def _one(workspace: Workspace, by: Mapping[str, Any]) -> User | None:
    return identity.prioritized(identity.find_all(workspace, by), by.get("prioritization", ()))


DELETE: Mapping[str, str] = {
    "external_ids": "external_id",
    "user_aliases": "user_alias",
    "braze_ids": "braze_id",
    "email_addresses": "",
    "phone_numbers": "",
}


async def delete(call: Call[Workspace]) -> Reply:
    """Delete profiles. Every identifier counts as deleted, whether it leads to a profile or not (recorded)."""
    wanted: list[Mapping[str, Any]] = [
        {key: item} if key else item for name, key in DELETE.items() for item in call.body.get(name) or ()
    ]
    if not wanted:
        raise errors.refused("Bad Request")
    if len(wanted) > MAX_ITEMS:
        raise errors.refused(TOO_MANY)
    if call.state.switches.users_delete_kinds == "one" and sum(bool(call.body.get(name)) for name in DELETE) > 1:
        raise errors.refused("Bad Request")
    found = [user for by in wanted if (user := _one(call.state, by)) is not None]
    for user in {user.braze_id: user for user in found}.values():
        identity.remove_user(call.state, user)
    if len(found) < len(wanted):
        call.diagnose("unknown-user", f"{len(wanted) - len(found)} identifiers led to no one profile")
    call.summary = f"{len(found)} profiles deleted"
    return Reply(201, {"deleted": len(wanted), "message": "success"})


async def rename_external_ids(call: Call[Workspace]) -> Reply:
    """Give profiles a new primary external_id; the old one still leads to them until it is removed."""
    done: list[Mapping[str, str] | str] = []
    as_text = call.state.switches.external_ids_rename == "strings"
    wrong: list[str] = []
    for item in call.body["external_id_renames"]:
        old, new = item["current_external_id"], item["new_external_id"]
        user = call.state.by_external_id.get(old)
        if user is None or user.external_id != old:
            wrong.append(f"{old} is not the primary external_id of a user")
        elif new in call.state.by_external_id:
            wrong.append(f"{new} is in use already")
        else:
            identity.rename_external_id(call.state, user, new)
            identity.touch(call.state, user)
            done.append(new if as_text else {"current_external_id": old, "new_external_id": new})
    call.summary = f"{len(done)} external ids renamed, {len(wrong)} refused"
    return Reply(201, {"rename_errors": wrong, "external_ids": done, "message": "success"})


async def remove_external_ids(call: Call[Workspace]) -> Reply:
    """Remove former external ids."""
    ids: Sequence[str] = call.body["external_ids"]
    done: list[str] = []
    wrong: list[str] = []
    for external_id in ids:
        user = call.state.by_external_id.get(external_id)
        if user is None or user.external_id == external_id:
            wrong.append(f"{external_id} is not a deprecated external_id")
        else:
            identity.remove_deprecated_id(call.state, user, external_id)
            done.append(external_id)
    call.summary = f"{len(done)} external ids removed, {len(wrong)} refused"
    return Reply(201, {"removed_ids": done, "removal_errors": wrong, "message": "success"})
