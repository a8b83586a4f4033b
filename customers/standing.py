"""Of tags and attributes, one row of each name stands.

The customer's home record wins, then the order in which the records were attached. What staff remove is marked
`removed` on the home record of the customer they removed it from, and hides the name on all that was that customer's:
so after a merge it does not come back from there, and after an undo both sides have their own again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from customers.models import Attribute, Customer, Tag
from customers.owners import families

Named = TypeVar("Named", Tag, Attribute)

EARLIEST = datetime.min.replace(tzinfo=UTC)


def standing(model: type[Named], customer: Customer) -> list[Named]:
    """The rows that count."""
    of_customer = model._default_manager.filter(source_record__customer=customer)
    rows = sorted(of_customer.select_related("source_record__origin").order_by("source_record", "pk"), key=_attached)
    rows.sort(key=lambda row: row.source_record.external_id != customer.uuid)
    hidden = _hidden([row for row in rows if row.removed and row.source_record.external_id != customer.uuid])
    of_name: dict[str, Named] = {}
    for row in rows:
        if (row.name, row.source_record.origin_id) not in hidden:
            of_name.setdefault(row.name, row)
    return [row for row in of_name.values() if not row.removed]


def _attached(row: Tag | Attribute) -> datetime:
    return row.source_record.moved_at or EARLIEST


def _hidden(removed: Sequence[Tag | Attribute]) -> set[tuple[str, int]]:
    """(name, origin) of what was removed from customers who were merged into this one, and from whoever they had."""
    return {(row.name, origin) for row in removed for origin in families([row.source_record.origin_id])}
