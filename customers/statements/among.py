"""`value__among=[…]`: as `value__in`, for long lists of values as they are stored.

PostgreSQL takes the list as one array. Django and its driver write each value of an `IN (…)` into the statement by
itself, which takes longer than to find the rows. A short list is better asked for by `in`, which `Prepared` knows.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignObject
from django.db.models.lookups import In


@Field.register_lookup
@ForeignObject.register_lookup  # which knows no lookups of other fields
class Among(In):
    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        return [*self.rhs]

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs]
