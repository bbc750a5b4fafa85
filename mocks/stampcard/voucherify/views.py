"""Records to JSON bodies, as Voucherify prints them: what is unset is null in some objects and absent in others."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from stampcard.voucherify.campaigns.records import Campaign, Category, Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions.records import Publication
from stampcard.voucherify.management.records import AsyncAction
from stampcard.voucherify.rules.records import Assignment
from stampcard.voucherify.state import Json, Project

ASSETS = "https://dl.voucherify.io/api/v1/assets"

BLOCKS = {"DISCOUNT_VOUCHER": "discount", "GIFT_VOUCHER": "gift", "LOYALTY_CARD": "loyalty_card"}
"""The member that holds a voucher's value, by its type."""

NO_SUMMARY: Json = {
    "redemptions": {
        "total_redeemed": 0,
        "total_failed": 0,
        "total_succeeded": 0,
        "total_rolled_back": 0,
        "total_rollback_failed": 0,
        "total_rollback_succeeded": 0,
        "gift": {"redeemed_amount": 0, "amount_to_go": 0},
        "loyalty_card": {"redeemed_points": 0, "points_to_go": 0},
    },
    "orders": {"total_amount": 0, "total_count": 0, "average_amount": 0, "last_order_amount": 0},
}
NO_LOYALTY: Json = {"points": 0, "referred_customers": 0, "campaigns": {}}
NO_REFERRALS: Json = {"total": 0, "campaigns": []}
NO_WINDOW: Json = {"validity_timeframe": None, "validity_day_of_week": None, "validity_hours": None}
NO_RULES: Json = {"object": "list", "data_ref": "data", "data": [], "total": 0}


def assignment(record: Assignment) -> Json:
    return {
        "id": record.id,
        "rule_id": record.rule.id,
        "related_object_id": record.related_object_id,
        "related_object_type": record.related_object_type,
        "created_at": record.created_at,
        "updated_at": None,
        "object": "validation_rules_assignment",
        "validation_status": "VALID",
        "validation_omitted_rules": [],
    }


def assignments(records: list[Assignment]) -> Json:
    return listing("data", [assignment(record) for record in records], len(records))


def rule_assignments(project: Project, target: str) -> Json:
    return assignments(project.assignments_of(target))


def listing(data_ref: str, items: list[Any], total: int) -> Json:
    return {"object": "list", "data_ref": data_ref, data_ref: items, "total": total}


def category(record: Category) -> Json:
    body = {
        "id": record.id,
        "name": record.name,
        "hierarchy": record.hierarchy,
        "created_at": record.created_at,
        "object": "category",
    }
    return body if record.updated_at is None else {**body, "updated_at": record.updated_at}


def asset(voucher: Voucher, kind: str) -> Json:
    """QR codes and barcodes are named by a UUID of their own, derived from the voucher's id."""
    digits = voucher.id[2:] if kind == "qr" else voucher.id[:1:-1]
    name = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
    return {"id": name, "url": f"{ASSETS}/{kind}/{name}"}


def url_of(record: Voucher) -> str:
    code = record.code
    return "/v1/vouchers/" + (code if code.isalnum() and code.isascii() else quote(code, safe=""))


def redemption_block(record: Voucher, url: str) -> Json:
    block = {
        "quantity": record.quantity,
        "redeemed_quantity": record.redeemed_quantity,
        "object": "list",
        "url": f"{url}/redemptions?page=1&limit=10",
    }
    if record.type == "GIFT_VOUCHER":
        block["redeemed_amount"] = record.redeemed_amount
    elif record.type == "LOYALTY_CARD":
        block["redeemed_points"] = record.redeemed_amount
    return block


def voucher(record: Voucher) -> Json:
    """The full voucher."""
    campaign, kind, holder = record.campaign, record.type, record.holder
    url = url_of(record)
    body: Json = {
        "id": record.id,
        "code": record.code,
        "campaign": campaign.name if campaign else None,
        "campaign_id": campaign.id if campaign else None,
        "category": record.category.name if record.category else record.category_name,
        "category_id": record.category.id if record.category else None,
        "categories": [category(record.category)] if record.category else [],
        "type": kind,
        "discount": record.value if kind == "DISCOUNT_VOUCHER" else None,
        "gift": record.value if kind == "GIFT_VOUCHER" else None,
        "loyalty_card": record.value if kind == "LOYALTY_CARD" else None,
        "start_date": record.start_date,
        "expiration_date": record.expiration_date,
        **(record.window or NO_WINDOW),
        "active": record.active,
        "additional_info": record.additional_info,
        "metadata": record.metadata or {},
        "assets": {"qr": asset(record, "qr"), "barcode": asset(record, "barcode")},
        "is_referral_code": record.is_referral_code,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "holder_id": holder.id if holder else None,
        "validation_rules_assignments": assignments(record.assignments) if record.assignments else NO_RULES,
        "redemption": redemption_block(record, url),
        "publish": {
            "object": "list",
            "count": record.publish_count,
            "url": f"{url}/publications?page=1&limit=10",
        },
        "object": "voucher",
    }
    if record.referrer is not None:
        body["referrer_id"] = record.referrer.id
    return body


def campaign(record: Campaign) -> Json:
    """The campaign; unset dates, description and metadata are left out."""
    body: Json = {
        "id": record.id,
        "name": record.name,
        "campaign_type": record.campaign_type,
        "type": record.type,
        "auto_join": record.auto_join,
        "join_once": record.join_once,
        "use_voucher_metadata_schema": record.use_voucher_metadata_schema,
        **record.dates,
        "vouchers_count": record.count if record.definition else None,
        "active": record.active,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "category": record.category.name if record.category else record.category_name,
        "category_id": record.category.id if record.category else None,
        "categories": [category(record.category)] if record.category else [],
        "creation_status": record.status,
        "vouchers_generation_status": record.status,
        "protected": record.protected,
        "readonly": False,
        "validation_rules_assignments": assignments(record.assignments) if record.assignments else NO_RULES,
        "object": "campaign",
    }
    optional = {
        "description": record.description,
        "activity_duration_after_publishing": record.activity_duration,
        "metadata": record.metadata,
        "referral_program": record.referral_program,
        "loyalty_tiers_expiration": record.tiers_expiration,
    }
    if record.definition:
        body["voucher"] = {**record.definition, "code_config": record.config.view(), **record.dates}
    return body | {key: value for key, value in optional.items() if value is not None}


def listed(body: Json) -> Json:
    """A voucher or campaign as lists show it: without its assignments of validation rules."""
    return {key: value for key, value in body.items() if key != "validation_rules_assignments"}


def customer(record: Customer) -> Json:
    """The full customer: profile fields that were never given are left out, the address is null."""
    body: Json = {
        "id": record.id,
        "source_id": record.source_id,
        **record.profile,
        "summary": record.summary or NO_SUMMARY,
        "loyalty": record.loyalty or NO_LOYALTY,
        "referrals": record.referrals or NO_REFERRALS,
        "system_metadata": {},
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "object": "customer",
    }
    body.setdefault("address", None)
    if record.metadata is not None:
        body["metadata"] = record.metadata
    return body


def short_customer(record: Customer) -> Json:
    """The customer as publications and redemptions show it."""
    profile = record.profile
    return {
        "id": record.id,
        "name": profile.get("name"),
        "email": profile.get("email"),
        "source_id": record.source_id,
        "metadata": record.metadata or {},
        "object": "customer",
    }


def publication(record: Publication) -> Json:
    """The answer of a publication: one full voucher, or the codes of several."""
    customer_record, vouchers = record.customer, record.vouchers
    body: Json = {
        "id": record.id,
        "object": "publication",
        "created_at": record.created_at,
        "customer_id": customer_record.id,
        "tracking_id": customer_record.source_id,
        "metadata": record.metadata,
        "channel": record.channel,
        "source_id": record.source_id,
        "result": "SUCCESS",
        "customer": short_customer(customer_record),
        "vouchers_id": [item.id for item in vouchers],
    }
    if len(vouchers) == 1:
        body["voucher"] = voucher(vouchers[0])
    else:
        body["vouchers"] = [item.code for item in vouchers]
    return body


def listed_publication(record: Publication) -> Json:
    """A publication in a list: its voucher in short, a failure with its code and message."""
    body = publication(record) if not record.failure else publication_base(record)
    if "voucher" in body:
        item = record.vouchers[0]
        body["voucher"] = {
            "code": item.code,
            "object": "voucher",
            "campaign": item.campaign.name if item.campaign else None,
            BLOCKS[item.type]: item.value,
            "is_referral_code": item.is_referral_code,
        }
    return body


def publication_base(record: Publication) -> Json:
    code, message = record.failure or ("", "")
    return {
        "id": record.id,
        "object": "publication",
        "created_at": record.created_at,
        "customer_id": record.customer.id,
        "tracking_id": record.customer.source_id,
        "metadata": record.metadata,
        "channel": record.channel,
        "source_id": record.source_id,
        "result": "FAILURE",
        "failure_code": code,
        "failure_message": message,
        "customer": short_customer(record.customer),
        "vouchers_id": [item.id for item in record.vouchers],
    }


def short_campaign(record: Campaign | None) -> Json | None:
    """The campaign as events show it."""
    if record is None:
        return None
    return {
        "id": record.id,
        "name": record.name,
        "campaign_type": record.campaign_type,
        "type": record.type,
        "is_referral_code": record.definition.get("is_referral_code", False),
        "auto_join": record.auto_join,
        "join_once": record.join_once,
        "active": record.active,
        "category_id": record.category.id if record.category else None,
        "metadata": record.metadata or {},
        **record.dates,
        "object": "campaign",
    }


def async_action(record: AsyncAction) -> Json:
    body: Json = {
        "id": record.id,
        "type": record.type,
        "status": record.status,
        "operation_status": record.operation_status,
        "created_at": record.created_at,
        "request_id": record.request_id,
        "progress": 100 if record.status == "DONE" else 0,
        "object": "async_action",
    }
    later = {"updated_at": record.updated_at, "processing_time": record.processing_time, "result": record.result}
    return body | {name: value for name, value in later.items() if value is not None}
