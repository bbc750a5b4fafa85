"""Operations of this room: projects, schemas, stacking rules, tokens, and many records by one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.management import (
    async_actions,
    bulk,
    exports,
    imports,
    metadata_schemas,
    oauth,
    projects,
    shop_imports,
    stacking_rules,
)

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "list-async-actions": async_actions.browse,
    "get-async-action": async_actions.read,
    "create-export": exports.create,
    "list-exports": exports.browse,
    "get-export": exports.read,
    "delete-export": exports.delete,
    "download-export": exports.download,
    "export-voucher-transactions": exports.create_transactions,
    "import-vouchers": imports.vouchers_from_json,
    "import-vouchers-using-csv": imports.vouchers_from_csv,
    "import-vouchers-to-campaign": imports.campaign_from_json,
    "import-vouchers-to-campaign-using-csv": imports.campaign_from_csv,
    "import-customers-using-csv": imports.customers_from_csv,
    "update-customers-in-bulk": imports.customers_in_bulk,
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
    "create-project": projects.create,
    "list-stacking-rules": stacking_rules.browse,
    "create-stacking-rules": stacking_rules.create,
    "get-stacking-rules": stacking_rules.read,
    "update-stacking-rules": stacking_rules.update,
    "delete-stacking-rules": stacking_rules.delete,
    "update-vouchers-in-bulk": bulk.vouchers_each,
    "update-vouchers-metadata-in-bulk": bulk.vouchers_metadata,
    "bulk-enable-vouchers": bulk.enable,
    "bulk-disable-vouchers": bulk.disable,
    "update-customers-metadata-in-bulk": bulk.customers_metadata,
    "update-products-in-bulk": bulk.products_each,
    "update-products-metadata-in-bulk": bulk.products_metadata,
    "import-orders": shop_imports.orders_from_json,
    "import-products-using-csv": shop_imports.products_from_csv,
    "import-SKUs-using-csv": shop_imports.skus_from_csv,
    "generate-oauth-token": oauth.generate,
    "introspect-oauth-token": oauth.introspect,
    "revoke-oauth-token": oauth.revoke,
    "oauth-v2-token": oauth.generate_for_service,
}
