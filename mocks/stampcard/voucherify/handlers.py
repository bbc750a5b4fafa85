"""The table of handlers, continued: operations on many records at once, and what came after the first campaigns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify import bulk, oauth, shop_imports

MORE: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
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
