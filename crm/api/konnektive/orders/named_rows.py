"""What the parameters of an order name: its campaign, its products and the data source of the login, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Subquery

from crm.accounts.models import User
from crm.api.konnektive.customers.person import PersonParameters, find_campaign, source_name
from customers.models import DataSource
from customers.models.prepared import Prepared
from orders.models import Campaign, Product

Row = TypeVar("Row", Campaign, DataSource)

_products: Prepared[Any] = Prepared(
    lambda products, campaign, source: Product.objects.filter(pk__in=products).annotate(
        campaign_name=Subquery(Campaign.objects.filter(pk=campaign).values("name")),
        source=Subquery(DataSource.objects.filter(name=source).values("pk")),
    )
)


@dataclass(frozen=True)
class NamedRows:
    """Of the campaign and the data source only number and name are read; `products` are those that exist."""

    campaign: Campaign
    data_source: DataSource | None
    products: Mapping[int, Product]


def named_rows(sent: PersonParameters, products: Sequence[int], by: User) -> NamedRows:
    """CallError when the campaign does not exist; the data source is None when no product or no source exists."""
    rows = _products(products, sent.campaign_id, source_name(by))
    name, source = (rows[0].campaign_name, rows[0].source) if rows else (None, None)
    return NamedRows(
        _partial(Campaign, sent.campaign_id, name) if name else find_campaign(sent),
        _partial(DataSource, source, source_name(by)) if source else None,
        {product.pk: product for product in rows},
    )


def _partial(model: type[Row], pk: int, name: str) -> Row:
    return model.from_db(connection.alias, ("id", "name"), (pk, name))
