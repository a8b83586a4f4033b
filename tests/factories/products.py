"""Products, sold once or billed again."""

from decimal import Decimal

import factory

from orders.models import Product


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product
        django_get_or_create = ("sku",)

    sku = "unlimited"
    name = "Unlimited Monthly"
    price = Decimal("9.90")
    currency = "USD"
    interval_count = 1
    interval_unit = "month"
