"""Expressions that an index and the queries that use it must write alike."""

from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler
from django.utils.deconstruct import deconstructible


class _BillingPart(Func):
    """A part of the billing address, as text.

    Django's KeyTextTransform makes the key a parameter, and SQLite does not use an index for such an expression. A
    migration names each class by its path, so it has to stay in this module.
    """

    part: ClassVar[str]
    template = "(%(expressions)s ->> '%(part)s')"
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("billing_address", part=self.part)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.%(part)s')", **context)


@deconstructible(path="customers.models.places.BillingCountry")
class BillingCountry(_BillingPart):
    part = "country"


@deconstructible(path="customers.models.places.BillingCity")
class BillingCity(_BillingPart):
    part = "city"


@deconstructible(path="customers.models.places.BillingPostalCode")
class BillingPostalCode(_BillingPart):
    part = "postal_code"


STATISTICS = {"customer_city": "city", "customer_postal_code": "postal_code"}
"""What PostgreSQL is told to learn about addresses: an index of those that have one tells nothing of the others.

Where few customers have an address, it would else take thousands to live in any place, and read all customers.
"""


def create_statistics(name: str) -> str:
    """The SQL, for PostgreSQL."""
    return f"CREATE STATISTICS {name} ON (billing_address ->> '{STATISTICS[name]}') FROM customers_customer"
