"""Of tags and attributes, one row of each name stands; a tag is the same in every spelling.

The customer's home record wins, then the order in which the records were attached. What staff remove is marked
`removed` on the home record of the customer they removed it from, and hides the name on all that was that customer's:
so after a merge it does not come back from there, and after an undo both sides have their own again.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from customers.models import Attribute, Customer, Tag
from customers.records.ownership import merge_chains

Named = TypeVar("Named", Tag, Attribute)

EARLIEST = datetime.min.replace(tzinfo=UTC)


def effective_labels(model: type[Named], customer: Customer) -> list[Named]:
    """The rows that count."""
    return effective_of(model, [customer])[customer.pk]


def effective_of(model: type[Named], customers: Collection[Customer]) -> dict[int, list[Named]]:
    """{customer: the rows that count}, in as many queries however many they are."""
    uuid_of = {customer.pk: customer.uuid for customer in customers}
    rows = model._default_manager.filter(source_record__customer__in=uuid_of).select_related("source_record")
    of: dict[int, list[Named]] = {pk: [] for pk in uuid_of}
    for row in sorted(rows.order_by("source_record", "pk"), key=_attached):
        of[row.source_record.customer_id].append(row)
    removed = {pk: [row for row in some if row.removed and not _is_home(row, uuid_of[pk])] for pk, some in of.items()}
    hiding = [row.source_record.origin_id for pk, some in of.items() if removed[pk] for row in some]
    above = merge_chains(hiding) if hiding else {}
    return {pk: _counting(some, uuid_of[pk], removed[pk], above) for pk, some in of.items()}


def _counting(
    rows: list[Named], uuid: str, removed: Sequence[Named], above: Mapping[int, Sequence[int]]
) -> list[Named]:
    """One of each name, the home record's if it has one. What was `removed` from whoever is above a row hides it."""
    hidden = {(row.word, row.source_record.origin_id) for row in removed}
    of_name: dict[str, Named] = {}
    for row in sorted(rows, key=lambda row: not _is_home(row, uuid)):
        if not any((row.word, origin) in hidden for origin in above.get(row.source_record.origin_id, ())):
            of_name.setdefault(row.word, row)
    return [row for row in of_name.values() if not row.removed]


def _is_home(row: Tag | Attribute, uuid: str) -> bool:
    return row.source_record.external_id == uuid


def _attached(row: Tag | Attribute) -> datetime:
    return row.source_record.moved_at or EARLIEST
