"""Products: queried."""

from __future__ import annotations

from typing import Any

from crm.api.konnektive.endpoint import Call, query_endpoint
from crm.api.konnektive.fields import Id, Whole
from crm.api.konnektive.formats import format_amount
from crm.api.konnektive.paging import NumberedPage, PagedQuery, answer_page
from crm.api.konnektive.queries import without_none
from customers.permissions import VIEW_ORDERS
from customers.records.changed_since import ChainedQuery
from orders.models import Product


class ProductQuery(PagedQuery):
    product_id: Whole | None = None
    product_sku: Id | None = None


@query_endpoint(ProductQuery, VIEW_ORDERS)
def product_query(call: Call, query: ProductQuery) -> NumberedPage:
    filters = without_none(pk=query.product_id, sku=query.product_sku)
    rows = ChainedQuery(Product.objects.filter(**filters).order_by("pk"))
    return answer_page(rows, query, what="products", write=lambda products: [_row(product) for product in products])


def _row(product: Product) -> dict[str, Any]:
    return {
        "productId": product.pk,
        "productName": product.name,
        "productSku": product.sku,
        "price": None if product.price is None else format_amount(product.price, product.currency),
        "currencyCode": product.currency or None,
        "billingCycleType": "RECURRING" if product.interval_count else "ONE_TIME",
        "billingInterval": product.interval_count,
        "billingIntervalUnit": product.interval_unit or None,
    }
