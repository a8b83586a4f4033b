"""Rows that an earlier import has written already, so that the same file, under whatever name, changes nothing.

A row is known by a keyed digest of all that it says to its data source. A row that stands in a file twice is taken in
twice, and by the second import of that file not at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import astuple
from typing import Any

from customers.lib.secrets.digests import keyed_digests
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.models import ImportRow

SALT = "orders.imports"  # stored digests were made with it, so it must not change
NOTHING = "null"
NO_LABELS = '"", [], {}'


class Digests:
    """Of rows of one data source, while these are kept. What many rows say of one customer is written once."""

    def __init__(self, source: int) -> None:
        self._source = source
        self._written: dict[tuple[int, ...], tuple[str, str]] = {}

    def of(self, row: ImportedRow) -> str:
        order = row.order
        customer, profile = self._of_customer(row, order.customer if order else row.customer)
        labels = _written([row.note, row.tags, row.attributes])[1:-1] if _has_labels(row) else NO_LABELS
        bought = _written(_said_in(order)) if order else NOTHING
        subscription = _written(astuple(row.subscription)) if row.subscription else NOTHING
        # The JSON of a list, put together from that of its parts.
        text = f"[{self._source}, {customer}, [{profile}, {labels}], {bought}, {subscription}]"
        return keyed_digests(SALT, text)[0]

    def _of_customer(self, row: ImportedRow, customer: IncomingCustomer | None) -> tuple[str, str]:
        said = (id(customer), id(row.profile), id(row.beside))
        if (known := self._written.get(said)) is None:
            profile = _written([row.profile, row.beside])[1:-1]
            self._written[said] = known = (_written(_said_of(customer)) if customer else NOTHING, profile)
        return known


_written = json.JSONEncoder(sort_keys=True, default=str).encode


def _has_labels(row: ImportedRow) -> bool:
    return bool(row.note or row.tags or row.attributes)


def _said_of(customer: IncomingCustomer) -> list[Any]:
    identity = customer.identity
    names = [identity.first_name, identity.last_name, identity.company]
    contact = [identity.email, identity.phone, identity.country]
    return [customer.external_id, *names, *contact, customer.billing_address, customer.shipping_address]


def _said_in(order: IncomingOrder) -> list[Any]:
    # Texts at once, because the encoder asks for each by a call.
    at = order.at and str(order.at)
    named = [order.external_id, order.client_order_id, order.status, order.kind, at, order.coupon_code]
    amounts = [order.currency, *map(str, (order.total, order.shipping, order.tax, order.discount))]
    lines = [[line.description, str(line.amount), line.quantity, line.external_id, line.kind] for line in order.lines]
    purchases = [[p.product.pk, p.price, p.status, p.external_id] for p in order.purchases]
    return [named, amounts, lines, purchases, dict(order.details)]


class KnownRows:
    """How often the rows of a chunk were written before: by other imports, and by this one before the chunk."""

    def __init__(self, digests: Collection[str], *, imported: int | None) -> None:
        written = ImportRow.objects.filter(digest__among=digests).order_by()
        rows = list(written.values_list("digest", "source_record", "imported"))
        self._elsewhere: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._record_of = {digest: record for digest, record, _ in rows}
        for (digest, by), number in Counter((digest, by) for digest, _, by in rows).items():
            if by == imported:
                self._seen[digest] = number
            else:
                self._elsewhere[digest] = max(number, self._elsewhere[digest])

    @property
    def records(self) -> Sequence[int]:
        return list(self._record_of.values())

    def record_of(self, digest: str) -> int | None:
        """The record for which the row was written before, unless the file has it more often than it was written."""
        self._seen[digest] += 1
        return self._record_of[digest] if self._seen[digest] <= self._elsewhere[digest] else None
