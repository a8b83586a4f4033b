"""Expressions that an index and the queries that use it must write alike."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler
from django.utils.deconstruct import deconstructible


@deconstructible(path="customers.models.places.BillingCountry")
class BillingCountry(Func):
    """The country of the billing address, as text.

    Django's KeyTextTransform makes the key a parameter, and SQLite does not use an index for such an expression. A
    migration names this class by its path, so it has to stay in this module.
    """

    template = "(%(expressions)s ->> 'country')"
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("billing_address")

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.country')", **context)
