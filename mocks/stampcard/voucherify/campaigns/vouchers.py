"""Vouchers: stand-alone codes and those of campaigns, found by code or id.

https://docs.voucherify.io/api-reference/vouchers
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.voucherify import errors, happenings, lists, metadata, values, views
from stampcard.voucherify.campaigns import blocks, campaign_vouchers, campaigns, codes, issuing
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.state import Json, Project


def find(call: Call[Project], reference: str) -> Voucher:
    """By code or id. Raises 404."""
    project = call.state
    found = project.vouchers.get(project.fold(reference)) or project.voucher_ids.get(reference)
    if found is None:
        raise errors.not_found(call, "voucher", reference)
    return found


async def read(call: Call[Project]) -> Reply:
    voucher = find(call, call.path["code"])
    holder = f", held by {voucher.holder.source_id or voucher.holder.id}" if voucher.holder else ""
    call.summary = f"voucher {voucher.code}{holder}"
    return Reply(200, views.voucher(voucher))


async def create(call: Call[Project]) -> Reply:
    """Create with the code in the path."""
    return make(call, call.path["code"])


async def generate(call: Call[Project]) -> Reply:
    """Create with the code in the body, or one made by code_config."""
    return make(call, (call.body or {}).get("code"))


def make(call: Call[Project], code: str | None) -> Reply:
    project, body = call.state, values.given(call.body)
    campaign = read_campaign(call, body)
    kind = voucher_type(call, body, campaign)
    overrides = read_own(call, body)
    rules = campaigns.check_rules(call, body)
    value = read_value_of(call, body, kind, campaign)
    metadata.check(call, "voucher", body.get("metadata"))
    if code is None:
        config = codes.read_config(body.get("code_config"))
        scope = campaign.config if campaign is not None and "code_config" not in body else config
        code = codes.generate(scope, project.world.chance, project.is_taken) if scope else None
        if code is None:
            details = "Not possible to generate requested number of codes."
            raise errors.refusal(call, 400, "invalid_code_config", "Invalid code config", details)
    elif project.is_taken(code):
        raise errors.duplicate(call, "voucher", "with id", code)

    if value is not None:
        overrides["value"] = value
    voucher = add(project, campaign, code, kind, overrides)
    for rule in rules:
        project.assign(rule, "voucher", voucher.id)
    happenings.note(call, "voucher.created", voucher)
    call.summary = f"voucher {code} created"
    return Reply(200, views.voucher(voucher))


def read_own(call: Call[Project], body: Json) -> Json:
    """What the voucher has of its own beside its value: record fields by name."""
    found = campaign_vouchers.read_overrides(call, body)
    found["active"] = body.get("active", True)
    window = values.window_of(values.read_dates(call, body))
    return {**found, "window": window} if window else found


def read_value_of(call: Call[Project], body: Json, kind: str, campaign: Campaign | None) -> Json | None:
    """The value block; None when the campaign has it and the body does not."""
    if campaign is not None and views.BLOCKS[kind] not in body:
        return None
    return read_value(call, body, kind)


def add(project: Project, campaign: Campaign | None, code: str, kind: str, overrides: Json) -> Voucher:
    if campaign is not None:
        return issuing.issue(project, campaign, code, overrides, project.now)
    voucher = Voucher(project.long_id("v_"), code, kind, overrides["value"], None, project.now)
    for name, value in overrides.items():
        setattr(voucher, name, value)
    project.add_voucher(voucher)
    return voucher


def read_campaign(call: Call[Project], body: Json) -> Campaign | None:
    """The campaign the new voucher belongs to, if it names one. Raises 404, invalid_campaign."""
    reference = body.get("campaign_id") or body.get("campaign")
    if reference is None:
        return None
    campaign = campaigns.find(call, reference)
    campaign_vouchers.check_can_grow(call, campaign)
    return campaign


def voucher_type(call: Call[Project], body: Json, campaign: Campaign | None) -> str:
    """The type named, the campaign's, or the one the value block tells. Raises invalid_payload."""
    kind: str | None = body.get("type")
    if kind is None and campaign is not None:
        kind = campaign.definition["type"]
    if kind is None:
        kind = next((name for name, block in views.BLOCKS.items() if block in body), None)
    if kind is None:
        raise errors.invalid_payload(call, "Payload should have required property 'type'")
    if campaign is not None and campaign.definition["type"] != kind:
        expected = campaign.definition["type"]
        raise errors.invalid_voucher(call, f"Campaign {campaign.name} takes vouchers of type {expected}")
    if kind == "LOYALTY_CARD" and campaign is None:
        raise errors.invalid_voucher(call, "Loyalty card requires a campaign")
    return kind


def read_value(call: Call[Project], body: Json, kind: str) -> Json:
    """The value block of a voucher's type, with a balance. Raises invalid_payload."""
    block = views.BLOCKS[kind]
    if block not in body:
        raise errors.invalid_payload(call, f"Payload should have required property '{block}'")
    readers = {"discount": blocks.read_discount, "gift": blocks.read_gift, "loyalty_card": blocks.read_card}
    return issuing.fresh_value(kind, readers[block](call, body[block], f".{block}"))


async def update(call: Call[Project]) -> Reply:
    """Partial; the type of a discount cannot change."""
    voucher = find(call, call.path["code"])
    change(call, voucher)
    call.summary = f"voucher {voucher.code} updated"
    return Reply(200, views.voucher(voucher))


def change(call: Call[Project], voucher: Voucher) -> None:
    """Change what the body names. Raises ApiError with nothing changed."""
    project, body = call.state, call.body or {}
    changed = values.read_dates(call, body)
    category, category_name = values.read_category(call, body)
    value = changed_value(call, voucher, body)
    metadata.check(call, "voucher", body.get("metadata"), voucher.metadata)

    for name in ("start_date", "expiration_date"):
        if name in changed:
            setattr(voucher, name, changed[name])
    voucher.window = values.window_of({**(voucher.window or {}), **changed})
    if category or category_name:
        voucher.category, voucher.category_name = category, category_name
    if body.get("active") is not None:
        voucher.active = body["active"]
    if "additional_info" in body:
        voucher.additional_info = body["additional_info"]
    voucher.metadata = changed_metadata(voucher, body)
    voucher.value = value
    voucher.updated_at = project.now
    project.enqueue(voucher)
    happenings.note(call, "voucher.updated", voucher)


def changed_metadata(voucher: Voucher, body: Mapping[str, Any]) -> Json | None:
    merged = values.merged_metadata(voucher.metadata, body.get("metadata"))
    gone = set(body.get("unset_metadata_fields") or ())
    return {key: value for key, value in merged.items() if key not in gone} if merged and gone else merged


def changed_value(call: Call[Project], voucher: Voucher, body: Mapping[str, Any]) -> Json:
    """The new value block. Raises invalid_voucher for another type of discount."""
    block = views.BLOCKS[voucher.type]
    for name in ("discount", "gift", "loyalty_card"):
        if body.get(name) is not None and name != block:
            call.diagnose("ignored-field", f"a {voucher.type} has no {name}", f"/{name}")
    given = body.get(block)
    if given is None:
        return voucher.value
    if block == "discount":
        if given.get("type") not in (None, voucher.value["type"]):
            raise errors.invalid_voucher(call, "It is not possible to change Voucher discount type")
        return blocks.read_discount(call, {**voucher.value, **values.given(given)}, ".discount")
    call.diagnose("ignored-field", "credits and points change by the balance calls", f"/{block}")
    return voucher.value


async def delete(call: Call[Project]) -> Reply:
    """Without `force` the code stays reserved in the bin."""
    voucher = find(call, call.path["code"])
    call.state.remove_voucher(voucher, keep_code=not call.query.get("force", False))
    happenings.note(call, "voucher.deleted", voucher)
    call.summary = f"voucher {voucher.code} deleted"
    return Reply(204)


async def enable(call: Call[Project]) -> Reply:
    return switch(call, find(call, call.path["code"]), True)


async def disable(call: Call[Project]) -> Reply:
    return switch(call, find(call, call.path["code"]), False)


def switch(call: Call[Project], voucher: Voucher, active: bool) -> Reply:
    voucher.active = active
    voucher.updated_at = call.state.now
    call.state.enqueue(voucher)
    happenings.note(call, f"voucher.{'enabled' if active else 'disabled'}", voucher)
    call.summary = f"voucher {voucher.code} {'enabled' if active else 'disabled'}"
    return Reply(200, views.voucher(voucher))


async def browse(call: Call[Project]) -> Reply:
    """Newest first; `customer` is the holder's id or source_id, and one without codes has an empty list."""
    project, query = call.state, call.query
    nested = lists.nested_query(call) if "[" in call.request.raw_query or "%5B" in call.request.raw_query else {}
    ids = set(query.get("ids", ())) | set(values.given(nested.get("ids")).values() if "ids" in nested else ())
    found = [
        item
        for item in candidates(call)
        if ("code" not in query or project.fold(item.code) == project.fold(query["code"]))
        and ("category" not in query or query["category"] in (category_of(item)))
        and (not ids or item.id in ids)
        and lists.in_range(call, "created_at", item.created_at, nested)
        and lists.in_range(call, "updated_at", item.updated_at, nested)
    ]
    found = lists.filtered(call, found, lambda item: for_filters(item, project.now))
    found = lists.ordered(call, found, sort_key, "-created_at")
    return lists.page(call, "vouchers", found, lambda item: views.listed(views.voucher(item)))


def candidates(call: Call[Project]) -> Iterator[Voucher]:
    """Vouchers of the campaign and the holder asked for, newest first, from the shortest index there is."""
    project, query = call.state, call.query
    wanted = query.get("campaign_id") or query.get("campaign")
    campaign = project.campaigns.get(wanted or "") or project.campaign_names.get(wanted or "")
    if wanted is not None and campaign is None:
        return iter(())
    if "customer" not in query:
        return project.all_vouchers(campaign)
    customer = project.find_customer(query["customer"])
    held = sorted(customer.vouchers, key=lambda item: item.created_at) if customer else []
    return (item for item in reversed(held) if not item.deleted and campaign in (None, item.campaign))


def category_of(voucher: Voucher) -> tuple[str | None, ...]:
    return (voucher.category.id, voucher.category.name) if voucher.category else (voucher.category_name,)


def for_filters(voucher: Voucher, now: str) -> Json:
    """The voucher with the names filters use."""
    status = "$active" if voucher.active else "$inactive"
    if voucher.expiration_date is not None and voucher.expiration_date < now:
        status = "$expired"
    body = views.voucher(voucher)
    return {**body, "campaign_ids": body["campaign_id"], "voucher_status": status}


def sort_key(voucher: Voucher, name: str) -> Any:
    if name == "category":
        return category_of(voucher)[-1]
    return getattr(voucher, name, None) if name in ("created_at", "updated_at", "code", "type", "id") else None
