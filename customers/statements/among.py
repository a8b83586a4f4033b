"""`value__among=[…]`: as `value__in`, for long lists of values as they are stored.

PostgreSQL takes the list as one array. Django and its driver write each value of an `IN (…)` into the statement by
itself, which takes longer than to find the rows; an array that is written as a text costs a tenth of one that the
driver writes. A short list is better asked for by `in`, which `Prepared` knows.
"""

import re
from collections.abc import Collection
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignObject
from django.db.models.lookups import In

LENGTH = re.compile(r"\(.*\)")


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
        kind = LENGTH.sub("", self.lhs.output_field.db_type(connection))
        return f"{column} = ANY(%s::{kind}[])", [*params, array_of(self.rhs)]


def array_of(values: Collection[Any]) -> str:
    """Texts, numbers, days or times as PostgreSQL reads an array of them; no text has a NUL, and none is missing."""
    texts = "\0".join(map(str, values)).replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
    return f'{{"{texts}"}}' if values else "{}"
