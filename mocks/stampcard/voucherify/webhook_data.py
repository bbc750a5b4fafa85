"""What a webhook says of an event: the records it is about in the vendor's slots, unused ones null.

https://docs.voucherify.io/api-reference/introduction-to-webhooks (project events)
"""

from __future__ import annotations

from typing import Any

from stampcard.voucherify import (
    activities,
    balances,
    loyalty_tiers,
    promotions,
    validation_rules,
    views,
)
from stampcard.voucherify.loyalty_records import Expired, LoyaltyTier, Pending
from stampcard.voucherify.records import Assignment, Json, Redemption, Rewarded, Rollback, Rule, Tier, Transaction
from stampcard.voucherify.state import Activity, Campaign, Customer, Project, Publication, Voucher

PREFIXES = {"redemption": "evred_", "publication": "evpub_", "voucher": "evvou_", "customer": "evcus_"}
"""Of event ids, by the first word of the kind; others are `ev` and that word's first three letters (assumed)."""


def prefix(kind: str) -> str:
    word = kind.partition(".")[0]
    return PREFIXES.get(word, f"ev{word[:3]}_")


def entity(subject: Any, customer: Customer | None) -> str:
    """The id of the record an event is about."""
    if isinstance(subject, tuple):
        subject = subject[0]
    if isinstance(subject, Transaction | Pending | Expired | Rewarded):
        return subject.voucher.id
    if isinstance(subject, Assignment):
        return subject.rule.id
    if isinstance(subject, Tier | LoyaltyTier):
        return subject.campaign.id
    known = Redemption | Rollback | Publication | Voucher | Campaign | Rule
    found = subject if isinstance(subject, known) else customer
    return found.id if found is not None else ""


def of_customer(project: Project, kind: str, activity: Activity, customer: Customer) -> Json:
    """The activity's data; publications and redemptions in the project event's own slots."""
    body = activities.data(project, customer, activity)
    subject = activity.subject
    if isinstance(subject, Publication) and kind == "publication.succeeded":
        body |= {"user": None, "vouchers": [views.listed(views.voucher(item)) for item in subject.vouchers]}
        del body["voucher"]
    elif isinstance(subject, Publication):
        body["created_at"] = activity.created_at
    elif isinstance(subject, Redemption | Rollback):
        one = subject if isinstance(subject, Redemption) else subject.redemption
        campaign = one.voucher.campaign if one.voucher else one.tier.campaign if one.tier else None
        body["campaign"] = views.short_campaign(campaign)
        body["voucher"] = short_voucher(one.voucher)
        body["holder"] = short_customer(one.voucher.holder if one.voucher else None)
        tier = promotions.view(project, one.tier) if one.tier else None
        body |= {"order": one.order_view, "promotion_tier": tier, "created_at": activity.created_at}
    elif isinstance(subject, Transaction) and kind == "customer.rewarded.loyalty_points":
        slots = ("loyalty_tier", "earning_rule", "order", "event")
        body |= {"holder": short_customer(subject.voucher.holder)}
        body |= {name: subject.details.get(name) for name in slots}
    return body


def of_project(project: Project, kind: str, activity: Activity) -> Json:
    """Events of vouchers, campaigns, tiers and rules, which no customer caused."""
    subject = activity.subject
    if isinstance(subject, Voucher):
        return {"voucher": short_voucher(subject), "campaign": views.short_campaign(subject.campaign)}
    if isinstance(subject, Transaction):
        return of_transaction(project, subject)
    if isinstance(subject, LoyaltyTier):
        return {"campaign": views.short_campaign(subject.campaign), "loyalty_tier": loyalty_tiers.view(subject)}
    if isinstance(subject, Tier):
        return {"campaign": views.short_campaign(subject.campaign), "promotion_tier": promotions.view(project, subject)}
    if isinstance(subject, Rule):
        return {"rule": validation_rules.view(subject)}
    if isinstance(subject, Assignment):
        return of_assignment(project, subject)
    assert isinstance(subject, Campaign)
    body: Json = {"campaign": views.short_campaign(subject)}
    if kind == "campaign.deleted":
        body["deleted_at"] = activity.created_at
    elif kind == "campaign.vouchers.generation.completed":
        body |= {"count": subject.count, "completed_at": activity.created_at}
    return body


def of_transaction(project: Project, record: Transaction) -> Json:
    card = record.voucher
    tier = project.ledger.tier_of(card)
    body: Json = {
        "transaction": balances.view(record),
        "voucher": short_voucher(card),
        "campaign": views.short_campaign(card.campaign),
        "holder": short_customer(card.holder),
    }
    if card.type == "LOYALTY_CARD":
        body["holder_loyalty_tier"] = loyalty_tiers.view(tier) if tier is not None else None
    else:
        body |= {"order": None, "redemption": None, "rollback": None}
    return body | record.details


def of_assignment(project: Project, record: Assignment) -> Json:
    body: Json = {"rule": validation_rules.view(record.rule), "assignment": views.assignment(record)}
    target = record.related_object_id
    if target in project.voucher_ids:
        body["voucher"] = short_voucher(project.voucher_ids[target])
    elif target in project.campaigns:
        body["campaign"] = views.short_campaign(project.campaigns[target])
    elif target in project.tiers:
        body["promotion_tier"] = promotions.view(project, project.tiers[target])
    return body


def short_voucher(record: Voucher | None) -> Json | None:
    return views.listed(views.voucher(record)) if record is not None else None


def short_customer(record: Customer | None) -> Json | None:
    return views.short_customer(record) if record is not None else None
