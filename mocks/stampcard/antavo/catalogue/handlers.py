"""Operations of this room: rewards, coupons, entities, lists, offers, bulk operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.antavo.catalogue import (
    bulk,
    coupon_pools,
    coupons,
    customer_lists,
    entities,
    legacy_rewards,
    offers,
    rewards,
)
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "rewards_available_list": rewards.available,
    "reward_available_get": rewards.get,
    "rewards_claimed_list": rewards.claimed,
    "reward_claim": rewards.claim,
    "reward_revoke": rewards.revoke,
    "customer_coupons": coupons.of_customer,
    "coupons_search": coupons.search,
    "entities_list": entities.list_all,
    "entities_get": entities.get,
    "entities_create": entities.create,
    "entities_create_with_id": entities.create_with_id,
    "entities_update": entities.update,
    "entities_archive": entities.archive,
    "entities_bulk": entities.bulk,
    "reward_entities_list": entities.list_rewards,
    "reward_entities_get": entities.get_reward,
    "reward_entities_create": entities.create_reward,
    "reward_entities_update": entities.update_reward,
    "reward_entities_archive": entities.archive_reward,
    "customer_lists_list": customer_lists.list_all,
    "customer_lists_create": customer_lists.create,
    "customer_lists_get": customer_lists.get,
    "customer_lists_update": customer_lists.update,
    "customer_lists_archive": customer_lists.archive,
    "rewards_legacy_list": legacy_rewards.list_all,
    "rewards_legacy_get": legacy_rewards.get,
    "rewards_legacy_claim": legacy_rewards.claim,
    "offers_available": offers.available,
    "offer_claim": offers.claim,
    "offers_for_cart": offers.for_cart,
    "coupon_pool_create": coupon_pools.create,
    "coupon_pool_update": coupon_pools.update,
    "bulk_list_add": bulk.list_add,
    "bulk_list_remove": bulk.list_remove,
    "bulk_list_status": bulk.list_status,
    "bulk_list_errors": bulk.list_errors,
    "bulk_coupons": bulk.coupons_change,
    "bulk_coupons_status": bulk.coupons_status,
    "bulk_coupons_errors": bulk.coupons_errors,
    "bulk_reward_claim": bulk.reward_claim,
    "bulk_reward_claim_status": bulk.reward_claim_status,
    "bulk_reward_claim_errors": bulk.reward_claim_errors,
}
