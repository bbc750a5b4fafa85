"""Handlers of what shapes incentives: stacks, collections, schemas, qualifications, and projects by management keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify import (
    client_side,
    custom_event_schemas,
    customer_redeemables,
    metadata_schemas,
    product_collections,
    projects,
    promotion_stacks,
    qualifications,
    single_codes,
    stacking_rules,
)

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "list-all-promotion-stacks": promotion_stacks.browse,
    "list-promotion-stacks-in-campaign": promotion_stacks.browse_campaign,
    "create-promotion-stack": promotion_stacks.create,
    "get-promotion-stack": promotion_stacks.read,
    "update-promotion-stack": promotion_stacks.update,
    "delete-promotion-stack": promotion_stacks.delete,
    "list-product-collections": product_collections.browse,
    "create-product-collection": product_collections.create,
    "get-product-collection": product_collections.read,
    "delete-product-collection": product_collections.delete,
    "list-products-in-collection": product_collections.browse_products,
    "list-metadata-schemas": metadata_schemas.browse,
    "get-metadata-schema": metadata_schemas.read,
    "v1-create-metadata-schema": metadata_schemas.create,
    "v1-update-metadata-schema": metadata_schemas.update,
    "v1-delete-metadata-schema": metadata_schemas.delete,
    "list-metadata-schemas-1": metadata_schemas.manage_list,
    "create-metadata-schema": metadata_schemas.manage_create,
    "get-metadata-schema-1": metadata_schemas.manage_read,
    "update-metadata-schema": metadata_schemas.manage_update,
    "delete-metadata-schema": metadata_schemas.manage_delete,
    "check-eligibility": qualifications.check,
    "check-eligibility-client-side": qualifications.check,
    "client-list-vouchers": client_side.list_vouchers,
    "validate-voucher": single_codes.validate,
    "legacy-publish-voucher": single_codes.publish,
    "validate-voucher-client-side": single_codes.validate_by_query,
    "redeem-voucher-client-side": single_codes.redeem,
    "list-customer-redeemables": customer_redeemables.browse,
    "create-project": projects.create,
    "list-stacking-rules": stacking_rules.browse,
    "create-stacking-rules": stacking_rules.create,
    "get-stacking-rules": stacking_rules.read,
    "update-stacking-rules": stacking_rules.update,
    "delete-stacking-rules": stacking_rules.delete,
    "list-custom-event-schemas": custom_event_schemas.browse,
    "create-custom-event-schema": custom_event_schemas.create,
    "get-custom-event-schema": custom_event_schemas.read,
    "update-custom-event-schema": custom_event_schemas.update,
    "delete-custom-event-schema": custom_event_schemas.delete,
}
