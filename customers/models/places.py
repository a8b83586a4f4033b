"""Columns that are part of another, as indexes and queries both write them."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler
from django.utils.deconstruct import deconstructible


@deconstructible(path="customers.models.places.BillingCountry")
class BillingCountry(Func):
    """The country of the billing address, as text.

    Written out rather than as Django's KT, whose key is a parameter: SQLite would not know its index by it.
    """

    template = "(%(expressions)s ->> 'country')"
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("billing_address")

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.country')", **context)
