"""What rows say of customers who are here, and their profiles say otherwise.

No profile changes by an import, but a refusal follows the person: who says “no email” in any file has said so. A Yes
does not, and no other value: how many rows differ is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from customers.matching.known_people import KnownCustomer
from customers.models import Customer
from customers.profile.fields import BLANK, BY_KEY
from customers.profile.refusals import refusals_in
from orders.imports.rows.imported_row import ImportedRow


class KnownProfiles:
    def __init__(self, rows: Sequence[ImportedRow], customers: Collection[int]) -> None:
        self._keys = sorted({key for row in rows for key in row.profile})
        self._profiles: dict[int, dict[str, Any]] = {}
        self._read(customers)

    def _read(self, customers: Collection[int]) -> None:
        columns = [BY_KEY[key].column for key in self._keys]
        if columns and customers:
            stored = Customer.objects.filter(pk__among=customers).values_list("pk", *columns)
            self._profiles |= {pk: dict(zip(self._keys, values, strict=True)) for pk, *values in stored}

    def begin(self, customer: KnownCustomer, profile: Mapping[str, Any]) -> None:
        """The row creates the customer, whom rows below it find."""
        self._profiles[customer.pk] = dict(profile)

    def differences(self, row: ImportedRow, customer: KnownCustomer) -> dict[str, Any]:
        if row.profile and customer.pk not in self._profiles:
            self._read([customer.pk])
        known = self._profiles.get(customer.pk, {})
        return {key: value for key, value in row.profile.items() if _differs(value, known.get(key, BLANK[key]))}

    def refuse(self, row: ImportedRow, customer: KnownCustomer, differences: Mapping[str, Any]) -> dict[str, bool]:
        """What the row newly refuses, for the customer or for anybody who is merged into it."""
        is_merged = any(record.origin != customer.pk for record in customer.records)
        refusals = refusals_in(row.profile if is_merged else differences)
        if refusals:
            self._profiles[customer.pk] |= refusals
        return refusals


def _differs(value: Any, known: Any) -> bool:
    """Texts as a reader compares them: JANE@doe.example is no other email."""
    if isinstance(value, str) and isinstance(known, str):
        return value.casefold() != known.casefold()
    return bool(value != known)
