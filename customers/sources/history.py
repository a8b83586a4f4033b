"""The history of data sources: who created, changed, emptied or deleted one, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customers.lib.addresses.countries import country_name
from customers.models import DataSource, DataSourceChange

LABELS = {
    "name": "Name",
    "default_country": "Default country",
    "default_currency": "Default currency",
    "bills_elsewhere": "Billed elsewhere",
}
NEWEST = 25


@dataclass(frozen=True)
class Edit:
    """A changed field; its values are "" where that of the account counts."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class SourceChange:
    change: DataSourceChange
    edits: Sequence[Edit]


def newest(*, of: DataSource | None = None, limit: int = NEWEST) -> list[SourceChange]:
    """The latest changes of a data source, or of all, also of those that were deleted."""
    changes = DataSourceChange.objects.select_related("by").order_by("-pk")
    if of:
        changes = changes.filter(data_source=of)
    return [SourceChange(change, _edits(change)) for change in changes[:limit]]


def _edits(change: DataSourceChange) -> list[Edit]:
    if change.kind != DataSourceChange.Kind.EDITED:
        return []
    return [
        Edit(label, *(_shown(field, value) for value in change.values[field]))
        for field, label in LABELS.items()
        if field in change.values
    ]


def _shown(field: str, value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return country_name(str(value)) if field == "default_country" else str(value)
