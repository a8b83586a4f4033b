from functools import partial

from django.db import models
from django.utils import timezone

from customers.models import DataSource
from customers.models.exact import ExactCharField
from customers.models.ids import public_id


class Campaign(models.Model):
    """Where an order was sold: a phone line, a shop, a landing page."""

    name = ExactCharField(max_length=100, unique=True)
    kind = models.CharField(
        max_length=10, default="ECOMMERCE", choices=[(k, k.capitalize()) for k in ("PHONE", "ECOMMERCE", "LANDER")]
    )

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What is sold. With a billing interval it bills again, and is what billing systems call a plan.

    A plan that a billing system sent has a data source and an external id, and no price of its own.
    """

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "pl"), editable=False)
    sku = ExactCharField(max_length=60, unique=True)
    data_source = models.ForeignKey(DataSource, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "has none", and many may
    name = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    interval_count = models.PositiveSmallIntegerField(null=True, blank=True)
    interval_unit = models.CharField(
        max_length=5, blank=True, choices=[(u, u) for u in ("day", "week", "month", "year")]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_source", "external_id"], name="product_known_once"),
            models.CheckConstraint(
                condition=models.Q(interval_count=None, interval_unit="")
                | (models.Q(interval_count__gt=0) & ~models.Q(interval_unit="")),
                name="product_interval_has_count_and_unit",
            ),
        ]
        # For the API: the plans, newest first.
        indexes = [models.Index(fields=["created", "id"], name="product_by_created")]

    def __str__(self) -> str:
        return self.name


class PlanGroup(models.Model):
    """Plans that reports show as one."""

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "plg"), editable=False)
    name = models.CharField(max_length=200)
    products = models.ManyToManyField(Product, related_name="plan_groups")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["created", "id"], name="plangroup_by_created")]

    def __str__(self) -> str:
        return self.name
