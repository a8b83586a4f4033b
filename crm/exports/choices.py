"""What users chose for an export the last time they made one."""

from collections.abc import Collection, Sequence
from typing import Any

from crm.accounts.models import User
from crm.exports.export import Export
from crm.exports.formats import FileFormat
from crm.exports.models import ExportChoice
from customers.lib.columns import Column


def choice_of(user: User, export: Export[Any]) -> ExportChoice:
    choice = ExportChoice.objects.filter(user=user, export=export.name).first()
    return choice or ExportChoice(user=user, export=export.name)


def remember(
    user: User, export: Export[Any], columns: Sequence[Column[Any]], file_format: FileFormat, *, shown: Collection[str]
) -> None:
    """Columns that the page did not show stay as they were."""
    chosen = {column.label for column in columns}
    before = choice_of(user, export).left_out
    left_out = [column.label for column in export.columns if _is_left_out(column.label, chosen, shown, before)]
    values = {"left_out": left_out, "file_format": file_format}
    ExportChoice.objects.update_or_create(user=user, export=export.name, defaults=values)


def _is_left_out(label: str, chosen: Collection[str], shown: Collection[str], before: Collection[str]) -> bool:
    return label not in chosen if label in shown else label in before
