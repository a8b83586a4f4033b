"""What the parameters of an order name: its campaign, its products and the data source of the login, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Subquery

from crm.accounts.models import User
from crm.api.konnektive.customers.person import PersonParameters, find_campaign
from customers.models import DataSource
from customers.sources.data_sources import name_of_login
from customers.statements.prepared import Prepared
from orders.models import Campaign, Product

Row = TypeVar("Row", Campaign, DataSource)

OF_SOURCE = ("id", "name", "default_country", "default_currency", "former")

_products: Prepared[Any] = Prepared(
    lambda products, campaign, source: Product.objects.filter(pk__in=products).annotate(
        campaign_name=Subquery(Campaign.objects.filter(pk=campaign).values("name")),
        **{f"source_{name}": Subquery(DataSource.objects.filter(name=source).values(name)) for name in OF_SOURCE},
    )
)


@dataclass(frozen=True)
class NamedRows:
    """Of the campaign only number and name are read, of the data source its defaults and `former` too.

    `products` are those that exist.
    """

    campaign: Campaign
    data_source: DataSource | None
    products: Mapping[int, Product]


def named_rows(sent: PersonParameters, products: Sequence[int], by: User) -> NamedRows:
    """CallError when the campaign does not exist; the data source is None when no product or no source exists."""
    rows = _products(products, sent.campaign_id, name_of_login(by.username))
    name = rows[0].campaign_name if rows else None
    source = [getattr(rows[0], f"source_{field}") for field in OF_SOURCE] if rows else [None]
    return NamedRows(
        _partial(Campaign, ["id", "name"], [sent.campaign_id, name]) if name else find_campaign(sent),
        _partial(DataSource, OF_SOURCE, source) if source[0] else None,
        {product.pk: product for product in rows},
    )


def _partial(model: type[Row], fields: Sequence[str], values: Sequence[Any]) -> Row:
    """`fields` are in the order of the model."""
    return model.from_db(connection.alias, fields, values)
