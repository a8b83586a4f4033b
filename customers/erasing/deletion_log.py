"""The deletion log, newest first: who deleted a customer, when, and how many rows. It has no personal data."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import ngettext

from customers.erasing.delete_rows import tables
from customers.lib.pages import Page, newest_page
from customers.models import Customer, Erasure


@dataclass(frozen=True)
class DeletionRow:
    """A deletion, with the number that the customer had."""

    erasure: Erasure
    number: int

    @property
    def what(self) -> list[str]:
        singular = {str(model._meta.verbose_name_plural): str(model._meta.verbose_name) for model in tables()}
        counts = [(kind, n) for kind, n in self.erasure.counts.items() if kind != "customers"]
        counts.sort(key=lambda count: (-count[1], count[0]))
        return [f"{n:,} {ngettext(singular.get(kind, kind), kind, n)}" for kind, n in counts]


def deletion_page(*, before: int | None = None) -> Page[DeletionRow, int]:
    page = newest_page(Erasure.objects.select_related("by"), before)
    numbers = dict(Customer.objects.filter(uuid__in=[erasure.uuid for erasure in page.rows]).values_list("uuid", "pk"))
    return page.showing([DeletionRow(erasure, numbers[erasure.uuid]) for erasure in page.rows])
