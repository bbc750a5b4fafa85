"""Publications: a code from a campaign, or a named one, becomes a customer's.

https://docs.voucherify.io/api-reference/publications
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.voucherify import dates, errors, forms, happenings, lists, metadata, values, views
from stampcard.voucherify.campaigns import campaigns, codes, issuing, vouchers
from stampcard.voucherify.campaigns.records import Campaign, Voucher
from stampcard.voucherify.customers import customers
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions.records import Publication
from stampcard.voucherify.points import balances, tier_moves
from stampcard.voucherify.state import Json, Project

MAX_COUNT = 50


class Order:
    """What a call wants published, read from any of its forms."""

    __slots__ = ("campaign", "channel", "count", "customer", "join_once", "metadata", "source_id", "voucher")

    def __init__(self, body: Mapping[str, Any], join_once: bool) -> None:
        campaign = body.get("campaign")
        self.count = 1
        if isinstance(campaign, dict):
            self.count = int(campaign.get("count") or 1)
            campaign = campaign.get("name") or campaign.get("id")
        self.campaign: str | None = campaign
        self.voucher: str | None = body.get("voucher")
        self.customer: Any = body.get("customer")
        self.channel: str = body.get("channel") or "API"
        self.source_id: str | None = body.get("source_id") or None
        self.metadata: Json = body.get("metadata") or {}
        self.join_once = join_once


async def create(call: Call[Project]) -> Reply:
    """Publish by POST; the body is JSON or a form."""
    return Reply(200, views.publication(publish(call, Order(call.body, call.query.get("join_once", False)))))


async def create_by_get(call: Call[Project]) -> Reply:
    """The variant for tools that can only GET: everything stands in the query string, nested by brackets."""
    query = lists.nested_query(call)
    for name in ("customer", "campaign", "voucher", "source_id", "channel"):
        if name in call.query:
            query[name] = call.query[name]
    if not query.get("customer"):
        details = "Query should have required property 'customer'"
        raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
    check_nested(call, query)
    order = Order(query, call.query.get("join_once", False))
    if order.count > 1:
        raise too_many(call)
    return Reply(200, views.publication(publish(call, order)))


def check_nested(call: Call[Project], query: Json) -> None:
    """Nested parameters have the types the body of the POST would have. Raises invalid_query_params."""
    texts = {
        ".customer": ("id", "source_id", "name", "email", "description", "phone", "birthday", "birthdate"),
        ".campaign": ("id", "name", "count"),
    }
    for place, names in texts.items():
        block = query.get(place[1:])
        wrong = [name for name in names if isinstance(block, dict) and not isinstance(block.get(name, ""), str)]
        if wrong:
            details = f"Property {place}.{wrong[0]} should be string"
            raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
    customer, campaign = query["customer"], query.get("campaign")
    objects = [(".metadata", query.get("metadata"))]
    if isinstance(customer, dict):
        objects += [(".customer.metadata", customer.get("metadata")), (".customer.address", customer.get("address"))]
    for place, block in objects:
        if block is not None and not isinstance(block, dict):
            details = f"Property {place} should be object"
            raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)
    if isinstance(campaign, dict) and not campaign.get("count", "1").isdecimal():
        details = "Property .campaign.count should be integer"
        raise errors.refusal(call, 400, "invalid_query_params", "Invalid query params", details)


def publish(call: Call[Project], order: Order) -> Publication:
    """Check everything, then give the codes away; or find the publication this source_id made before."""
    project = call.state
    customer = customers.read_reference(call, order.customer)
    voucher = campaign = None
    if order.voucher:
        voucher = vouchers.find(call, order.voucher)
        if order.campaign:
            call.diagnose("ignored-field", "voucher and campaign are given: the voucher wins", "/campaign")
    elif order.campaign:
        campaign = campaigns.find(call, order.campaign)
    else:
        raise ApiError(400, errors.MISSING_VOUCHERS)
    if project.schemas:
        metadata.check(call, "publication", order.metadata)

    before = known_publication(call, order, customer.known, campaign, voucher)
    if before is not None:
        return before
    now = project.now
    try:
        found = [voucher] if voucher is not None else pick(call, campaign, order.count, now)
        check_publishable(call, voucher)
    except ApiError as error:
        note_failure(call, order, customer.known, campaign, voucher, error)
        raise
    group = errors.request_id(call)
    owner = customers.settle(project, customer, group)
    return record(call, order, owner, found, group, now)


def known_publication(
    call: Call[Project], order: Order, customer: Customer | None, campaign: Campaign | None, voucher: Voucher | None
) -> Publication | None:
    """The publication made before that answers this call too. Raises when the call asks for another one."""
    project, source_id = call.state, order.source_id
    if order.count > 1 and (source_id is not None or joins_once(campaign, order)):
        raise too_many(call)
    if source_id is not None and (first := project.publication_sources.get(source_id)) is not None:
        same = campaign is first.campaign if voucher is None else voucher in first.vouchers
        if not same and project.settings.source_id_reuse == "refuse":
            details = f"Publication with source_id: '{source_id}' already exists"
            raise errors.refusal(call, 400, "duplicate_source_id", "Duplicate source_id", details)
        return repeated(call, first, "the same source_id: the first publication is answered again")
    if campaign is None or customer is None or not joins_once(campaign, order):
        return None
    first = campaign.first.get(customer.id)
    if first is None:
        return None
    if source_id is not None:
        details = "Voucher cannot be published. Customer already joined program."
        raise errors.refusal(call, 400, "voucher_cannot_be_published", "Voucher cannot be published", details)
    return repeated(call, first, "the customer has joined this campaign: the first publication is answered again")


def joins_once(campaign: Campaign | None, order: Order) -> bool:
    return campaign is not None and (campaign.join_once or order.join_once)


def repeated(call: Call[Project], first: Publication, why: str) -> Publication:
    call.diagnose("repeated-publication", why, severity="info")
    call.summary = f"publication {first.id} again: {shown(first)}"
    return first


def shown(publication: Publication) -> str:
    who = publication.customer.source_id or publication.customer.id
    return f"{', '.join(item.code for item in publication.vouchers)} for {who}"


def pick(call: Call[Project], campaign: Campaign | None, count: int, now: str) -> list[Voucher]:
    """Codes nobody has; an AUTO_UPDATE campaign makes what is missing. Raises when there are not enough."""
    project = call.state
    assert campaign is not None
    if not campaign.definition:
        raise errors.invalid_campaign(call, "Promotion campaigns have no vouchers to publish")
    if count > MAX_COUNT:
        raise errors.invalid_payload(call, f"Property .campaign.count should be <= {MAX_COUNT}")
    if campaign.type == "STANDALONE":
        generic = [item for item in campaign.vouchers if not item.deleted and item.active]
        if count > 1:
            raise too_many(call)
        if generic:
            return generic[:1]
        raise out_of_codes(call)
    found = project.free_vouchers(campaign, count)
    missing = count - len(found)
    if not missing:
        return found
    made = new_codes(project, campaign, missing) if campaign.type == "AUTO_UPDATE" else []
    if len(made) < missing:
        raise out_of_codes(call)
    return found + [issuing.issue(project, campaign, code, {}, now) for code in made]


def new_codes(project: Project, campaign: Campaign, wanted: int) -> list[str]:
    """Up to that many codes nobody has, not yet added."""
    if wanted == 1:
        code = codes.generate(campaign.config, project.world.chance, project.is_taken)
        return [] if code is None else [code]
    made: list[str] = []
    folded: set[str] = set()
    while len(made) < wanted:
        code = codes.generate(
            campaign.config, project.world.chance, lambda text: project.is_taken(text) or project.fold(text) in folded
        )
        if code is None:
            break
        made.append(code)
        folded.add(project.fold(code))
    return made


def check_publishable(call: Call[Project], voucher: Voucher | None) -> None:
    """A named voucher that has a holder cannot be published again, a generic code can (assumed)."""
    if voucher is None or not voucher.publish_count:
        return
    if voucher.campaign is not None and voucher.campaign.type == "STANDALONE":
        return
    details = f"Voucher '{voucher.id}' has already been published"
    raise errors.refusal(call, 400, "voucher_already_published", "Voucher already published", details)


def out_of_codes(call: Call[Project]) -> ApiError:
    message = "Couldn't find any voucher suitable for publication"
    details = "Couldn't create new vouchers for publication"
    return errors.refusal(call, 400, "no_voucher_suitable_for_publication", message, details)


def too_many(call: Call[Project]) -> ApiError:
    message = "Too many vouchers requested"
    return errors.refusal(call, 400, "too_many_vouchers_requested", message, "Only up to 1 can be published")


def record(
    call: Call[Project], order: Order, customer: Customer, found: list[Voucher], group: str, now: str
) -> Publication:
    """The codes are the customer's from here on."""
    project = call.state
    campaign = found[0].campaign
    publication = Publication(
        project.long_id("pub_"), now, customer, tuple(found), campaign, order.channel, order.source_id, order.metadata
    )
    for voucher in found:
        voucher.holder = customer
        voucher.publish_count += 1
        voucher.updated_at = now
        customer.vouchers.append(voucher)
        if voucher.type != "DISCOUNT_VOUCHER":
            balances.note_holder(customer, voucher, voucher.value["balance"])
        if campaign is not None and campaign.activity_duration is not None:
            end = dates.plus(project.world.clock.now, campaign.activity_duration)
            voucher.expiration_date = dates.normal(end.isoformat())
    project.publications.append(publication)
    if order.source_id is not None:
        project.publication_sources[order.source_id] = publication
    if campaign is not None:
        campaign.first.setdefault(customer.id, publication)
    happenings.tell(project, group, "customer.publication.succeeded", customer, publication, now)
    for voucher in found:
        if voucher.type == "LOYALTY_CARD":
            tier_moves.after_points(project, voucher, group)
    call.summary = f"published {shown(publication)}"
    return publication


def note_failure(
    call: Call[Project],
    order: Order,
    customer: Customer | None,
    campaign: Campaign | None,
    voucher: Voucher | None,
    error: ApiError,
) -> None:
    """A refused publication to a known customer is kept and listed with result=FAILURE."""
    if customer is None:
        return
    project = call.state
    failed = Publication(
        project.long_id("pub_"),
        project.now,
        customer,
        (voucher,) if voucher is not None else (),
        campaign or (voucher.campaign if voucher else None),
        order.channel,
        order.source_id,
        order.metadata,
        (error.body["key"], error.body["message"]),
    )
    project.publications.append(failed)
    happenings.tell(project, errors.request_id(call), "customer.publication.failed", customer, failed)


async def browse(call: Call[Project]) -> Reply:
    """Newest first. A source_id finds exactly the publication made with it."""
    query = call.query
    project = call.state
    found = list(reversed(project.publications))
    tests: dict[str, Callable[[Publication, Any], bool]] = {
        "campaign": lambda item, wanted: item.campaign is not None and wanted in (item.campaign.name, item.campaign.id),
        "customer": lambda item, wanted: wanted in (item.customer.id, item.customer.source_id),
        "voucher": lambda item, wanted: any(wanted in (one.code, one.id) for one in item.vouchers),
        "result": lambda item, wanted: wanted == ("FAILURE" if item.failure else "SUCCESS"),
        "voucher_type": lambda item, wanted: any(one.type == wanted for one in item.vouchers),
        "is_referral_code": lambda item, wanted: any(one.is_referral_code == wanted for one in item.vouchers),
        "source_id": lambda item, wanted: item.source_id == wanted and not item.failure,
    }
    for name, test in tests.items():
        if name in query:
            found = [item for item in found if test(item, query[name])]
    found = lists.filtered(call, found, views.listed_publication)
    found = lists.ordered(call, found, sort_key, "-created_at")
    return lists.page(call, "publications", found, views.listed_publication)


def sort_key(publication: Publication, name: str) -> Any:
    if name == "voucher_code":
        return publication.vouchers[0].code if publication.vouchers else None
    if name == "tracking_id":
        return publication.customer.source_id
    return getattr(publication, name, None) if name in ("id", "created_at", "channel") else None


def read_body(raw: bytes) -> Json | None:
    """The body of a publication as a form, whatever its content type says; None when it is none.

    Numbers stand as text in a form.
    """
    found = forms.read_form(raw)
    campaign = values.given(found).get("campaign") if found else None
    if found is not None and isinstance(campaign, dict) and str(campaign.get("count", "")).isdecimal():
        campaign["count"] = int(campaign["count"])
    return found
