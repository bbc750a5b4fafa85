"""Operations of this room: orders, products, SKUs and product collections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.core.endpoint import Reply
from stampcard.voucherify.orders import orders, product_collections, products, skus

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "list-products": products.browse,
    "create-product": products.create,
    "get-product": products.read,
    "update-product": products.update,
    "delete-product": products.delete,
    "list-SKUs-in-product": skus.browse,
    "create-sku": skus.create,
    "get-sku": skus.read,
    "update-sku": skus.update,
    "delete-sku": skus.delete,
    "list-orders": orders.browse,
    "create-order": orders.create,
    "get-order": orders.read,
    "update-order": orders.update,
    "list-product-collections": product_collections.browse,
    "create-product-collection": product_collections.create,
    "get-product-collection": product_collections.read,
    "delete-product-collection": product_collections.delete,
    "list-products-in-collection": product_collections.browse_products,
}
