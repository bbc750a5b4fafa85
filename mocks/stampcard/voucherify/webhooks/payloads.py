"""What a webhook says of an event: the records it is about in the vendor's slots, unused ones null.

https://docs.voucherify.io/api-reference/introduction-to-webhooks (project events)
"""

from __future__ import annotations

from typing import Any

from stampcard.voucherify import views
from stampcard.voucherify.campaigns import promotions
from stampcard.voucherify.campaigns.records import Campaign, Tier, Voucher
from stampcard.voucherify.customers.records import Customer
from stampcard.voucherify.distributions.records import Publication
from stampcard.voucherify.events import activities
from stampcard.voucherify.events.records import Activity
from stampcard.voucherify.loyalty import earning_rules, rewards, tiers
from stampcard.voucherify.orders import orders
from stampcard.voucherify.points import balances
from stampcard.voucherify.points.records import Expired, LoyaltyTier, Pending, PendingChange, Transaction
from stampcard.voucherify.redemptions import redemptions
from stampcard.voucherify.redemptions.records import Redemption, Rollback
from stampcard.voucherify.referrals.records import Rewarded
from stampcard.voucherify.rules import validation_rules
from stampcard.voucherify.rules.records import Assignment, Rule
from stampcard.voucherify.settings import Json
from stampcard.voucherify.state import Project

PREFIXES = {"redemption": "evred_", "publication": "evpub_", "voucher": "evvou_", "customer": "evcus_"}
"""Of event ids, by the first word of the kind; others are `ev` and that word's first three letters (assumed)."""


def prefix(kind: str) -> str:
    word = kind.partition(".")[0]
    return PREFIXES.get(word, f"ev{word[:3]}_")


def entity(subject: Any, customer: Customer | None) -> str:
    """The id of the record an event is about."""
    if isinstance(subject, tuple):
        subject = subject[0]
    if isinstance(subject, Transaction | Pending | PendingChange | Expired | Rewarded):
        return subject.voucher.id
    if isinstance(subject, Assignment):
        return subject.rule.id
    if isinstance(subject, Tier | LoyaltyTier):
        return subject.campaign.id
    known = Redemption | Rollback | Publication | Voucher | Campaign | Rule
    found = subject if isinstance(subject, known) else customer
    return found.id if found is not None else ""


def of_customer(project: Project, kind: str, activity: Activity, customer: Customer | None) -> Json:
    """The activity's data; publications and redemptions in the project event's own slots. Some are nobody's."""
    if customer is not None and kind in ("customer.created", "customer.updated", "customer.deleted"):
        return {"customer": views.customer(customer)}
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
        body |= {"order": one.order_view, "promotion_tier": tier}
        if isinstance(subject, Redemption):
            body["created_at"] = activity.created_at
    elif isinstance(subject, Transaction) and kind == "customer.rewarded.loyalty_points":
        body = rewarded(project, body, subject)
    elif kind == "voucher.gift.balance_added":
        del body["customer"]
    return body


def rewarded(project: Project, body: Json, earned: Transaction) -> Json:
    """What brought a member points: the rule, its tier and the order it was about; the rule's own event stays null."""
    rule = project.earning_rules.get(earned.details["earning_rule"]["id"])
    return {
        **{name: body[name] for name in ("customer", "voucher", "campaign", "balance")},
        "holder": short_customer(earned.voucher.holder),
        "loyalty_tier": tier_of(project, earned.details),
        "earning_rule": earning_rules.view(rule) if rule else None,
        "order": order_of(project, earned.details),
        "event": None,
    }


def of_project(project: Project, kind: str, activity: Activity) -> Json:
    """Events of vouchers, campaigns, tiers and rules, which no customer caused."""
    subject = activity.subject
    if isinstance(subject, Voucher):
        return {"voucher": short_voucher(subject), "campaign": views.short_campaign(subject.campaign)}
    if isinstance(subject, Transaction):
        return of_transaction(project, subject)
    if isinstance(subject, LoyaltyTier):
        return {"campaign": views.short_campaign(subject.campaign), "loyalty_tier": tiers.view(subject)}
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
    """A transaction and whatever it came from; slots that do not apply are null."""
    card, details = record.voucher, record.details
    body: Json = {
        "transaction": balances.view(record),
        "voucher": short_voucher(card),
        "campaign": views.short_campaign(card.campaign),
        "holder": short_customer(card.holder),
        "balance": details["balance"],
        "order": order_of(project, details),
        "redemption": redemption_of(project, details, "redemption"),
        "rollback": redemption_of(project, details, "rollback"),
    }
    if card.type != "LOYALTY_CARD":
        return body
    tier = project.ledger.tier_of(card)
    rule = project.earning_rules.get(details.get("earning_rule", {}).get("id", ""))
    segment = project.segments.get(details.get("segment", {}).get("id", ""))
    reward = project.rewards.get(details.get("reward", {}).get("id", ""))
    return body | {
        "holder_loyalty_tier": tiers.view(tier) if tier is not None else None,
        "loyalty_tier": tier_of(project, details),
        "event": details.get("event"),
        "earning_rule": earning_rules.view(rule) if rule is not None else None,
        "segment": {"id": segment.id, "name": segment.name, "object": "segment"} if segment is not None else None,
        "reward": rewards.view(reward) if reward is not None else None,
        "custom_event": None,
        "source_voucher": details.get("source_voucher"),
        "destination_voucher": details.get("destination_voucher"),
    }


def order_of(project: Project, details: Json) -> Json | None:
    order = project.orders.get(details.get("order", {}).get("id", ""))
    return orders.view(order) if order is not None else None


def tier_of(project: Project, details: Json) -> Json | None:
    tier = project.ledger.tiers.get(details.get("loyalty_tier", {}).get("id", ""))
    return tiers.view(tier) if tier is not None else None


def redemption_of(project: Project, details: Json, name: str) -> Json | None:
    """The redemption or rollback; one that is being made is not kept yet, and known by its id alone."""
    wanted = details.get(name, {}).get("id", "")
    record = project.redemptions.get(wanted)
    if record is None:
        kind = "redemption" if name == "redemption" else "redemption_rollback"
        return {"id": wanted, "object": kind} if wanted else None
    return redemptions.any_view(project, record)


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
