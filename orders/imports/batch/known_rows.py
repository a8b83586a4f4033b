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


def digest_of(row: ImportedRow, source: int) -> str:
    order = row.order
    customer = order.customer if order else row.customer
    values = [
        source,
        _said_of(customer) if customer else None,
        [row.profile, row.beside, row.note, row.tags, row.attributes],
        _said_in(order) if order else None,
        astuple(row.subscription) if row.subscription else None,
    ]
    return keyed_digests(SALT, json.dumps(values, sort_keys=True, default=str))[0]


def _said_of(customer: IncomingCustomer) -> list[Any]:
    identity = customer.identity
    names = [identity.first_name, identity.last_name, identity.company]
    contact = [identity.email, identity.phone, identity.country]
    return [customer.external_id, *names, *contact, customer.billing_address, customer.shipping_address]


def _said_in(order: IncomingOrder) -> list[Any]:
    named = [order.external_id, order.client_order_id, order.status, order.kind, order.at, order.coupon_code]
    amounts = [order.currency, order.total, order.shipping, order.tax, order.discount]
    lines = [[line.description, line.amount, line.quantity, line.external_id, line.kind] for line in order.lines]
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
