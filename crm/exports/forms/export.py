"""The page of an export: the columns by groups, and the format. It begins with what the user chose the last time."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget

from crm.accounts.models import User
from crm.exports.choices import choice_of
from crm.exports.export import Export
from crm.exports.formats import FileFormat
from customers.lib.columns import Column
from customers.web.fields import choice_field

ALL, NONE = "all", "none"


class ExportForm(forms.Form):
    file_format = forms.TypedChoiceField(
        label="Format", choices=FileFormat.choices, coerce=FileFormat, widget=forms.RadioSelect
    )
    columns = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Select at least one column.",
            "invalid_choice": "Select only columns of the list.",
        },
    )
    use_required_attribute = False

    def __init__(
        self, export: Export[Any], data: Mapping[str, Any] | None = None, *, user: User, tick: str = ""
    ) -> None:
        """`tick` is ALL or NONE, for another start than with the choice of the last time."""
        choice = choice_of(user, export)
        self.offered = by_group(export.columns_for(user))
        chosen = (
            [] if tick == NONE else [c.label for c in self.offered if tick == ALL or c.label not in choice.left_out]
        )
        super().__init__(data, label_suffix="", initial={"file_format": choice.file_format, "columns": chosen})
        choice_field(self, "columns").choices = [(column.label, column.label) for column in self.offered]

    @property
    def groups(self) -> Iterator[tuple[str, list[BoundWidget]]]:
        """The checkboxes, by group."""
        boxes = iter(self["columns"])
        for group, columns in groupby(self.offered, key=lambda column: column.group):
            yield group, [next(boxes) for _ in columns]

    @property
    def chosen(self) -> list[Column[Any]]:
        return [column for column in self.offered if column.label in self.cleaned_data["columns"]]


def by_group(columns: Sequence[Column[Any]]) -> list[Column[Any]]:
    """The groups in the order of their first columns, each with its columns in theirs."""
    groups = list(dict.fromkeys(column.group for column in columns))
    return sorted(columns, key=lambda column: groups.index(column.group))
