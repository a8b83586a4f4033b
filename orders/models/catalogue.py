from functools import partial

from django.db import models

from customers.models.ids import public_id


class Campaign(models.Model):
    """Where an order was sold: a phone line, a shop, a landing page."""

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(
        max_length=10, default="ECOMMERCE", choices=[(k, k.capitalize()) for k in ("PHONE", "ECOMMERCE", "LANDER")]
    )

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What is sold; with a billing interval it recurs, and is what billing systems call a plan."""

    uuid = models.CharField(max_length=40, unique=True, default=partial(public_id, "pl"), editable=False)
    sku = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=14, decimal_places=3)
    currency = models.CharField(max_length=3)
    interval_count = models.PositiveSmallIntegerField(null=True, blank=True)
    interval_unit = models.CharField(
        max_length=5, blank=True, choices=[(u, u) for u in ("day", "week", "month", "year")]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(interval_count=None, interval_unit="")
                | (models.Q(interval_count__gt=0) & ~models.Q(interval_unit="")),
                name="product_interval_has_count_and_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.name
