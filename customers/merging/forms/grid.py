"""The grid of final values: a row a field, a column a customer, a last column to type another value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.utils.translation import ngettext

from customers.lib.phrases import isolated
from customers.merging.forms.filling import Filling
from customers.merging.forms.rows import Row, joined
from customers.models import Customer, LeadStatus
from customers.profile.fields import FIELDS
from customers.records.counts import sources


@dataclass(frozen=True)
class Grid:
    filling: Filling

    @property
    def customers(self) -> Sequence[Customer]:
        """The survivor, then the duplicates."""
        return self.filling.customers

    @cached_property
    def rows(self) -> list[Row]:
        fields = [self.filling.row(field) for field in FIELDS]
        return [*fields, *(self.filling.credit_row(currency) for currency in self.filling.held)]

    @cached_property
    def heads(self) -> list[tuple[Customer, str]]:
        """Each column's customer, with what tells them apart."""
        known_by = sources([customer.pk for customer in self.customers])
        sources_of = {c.pk: ", ".join(map(isolated, known_by.get(c.pk, [])[:2])) for c in self.customers}
        survivor, *duplicates = self.customers
        heads = [
            (c, f"Customer {c.pk}, {sources_of[c.pk]}" if sources_of[c.pk] else f"Customer {c.pk}") for c in duplicates
        ]
        return [(survivor, f"Customer {survivor.pk} (kept)"), *heads]

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """The rows with something to decide, by group."""
        rows = (row for row in self.rows if not row.is_same)
        return [(name, list(some)) for name, some in groupby(rows, key=lambda row: row.group)]

    @cached_property
    def same(self) -> list[Row]:
        return [row for row in self.rows if row.is_same]

    @property
    def same_groups(self) -> list[tuple[str, list[Row]]]:
        return [("", self.same)]

    @property
    def same_sentence(self) -> str:
        parts = [f"{joined(some)} ({isolated(text)})" for text, some in groupby(self.same, key=lambda row: row.shared)]
        number = len(self.same)
        text = ngettext(
            "%(number)s field is the same for all: %(fields)s",
            "%(number)s fields are the same for all: %(fields)s",
            number,
        )
        return text % {"number": number, "fields": ", ".join(parts)}

    @property
    def duplicates(self) -> Sequence[Customer]:
        return self.customers[1:]

    @property
    def focus(self) -> str:
        """The first input to correct."""
        return self.wrong[0].anchor if self.wrong else ""

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.error]

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)

    @property
    def is_wide(self) -> bool:
        return len(self.customers) > 4

    @property
    def lead_statuses(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in LeadStatus.choices]

    @property
    def columns(self) -> int:
        return len(self.customers) + 2
