"""What the columns of a file mean, as somebody says it on the page of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField

from crm.imports.forms.target import TargetSelect, choices
from customers.labels.common import LabelError, checked_name
from customers.lib.addresses.countries import COUNTRIES, country_name
from customers.models import DataSource, Tag
from customers.web.fields import TextField, choice_field
from orders.imports.cells.times import DAY_FIRST, MONTH_FIRST
from orders.imports.columns.mapping import MappedColumn, Reason
from orders.imports.drafts import mapping_of, suggested_source
from orders.models import Import

SHOWN = 25
"""Of each panel; the others are shown by a button, and keep what they mean until then."""
ASK = ("", "Choose…")
DATE_ORDERS = [ASK, (DAY_FIRST, "Day first: 31/01/2026"), (MONTH_FIRST, "Month first: 01/31/2026")]
DECIMAL_MARKS = [ASK, (".", "Point: 1,234.50"), (",", "Comma: 1.234,50")]
LONGEST_NAME = 100


@dataclass(frozen=True)
class ColumnRow:
    number: int
    column: MappedColumn
    field: BoundField | None

    @property
    def is_guessed(self) -> bool:
        return self.column.reason == Reason.CONTENT


@dataclass(frozen=True)
class Panel:
    slug: str
    title: str
    rows: Sequence[ColumnRow]

    @property
    def shown(self) -> list[ColumnRow]:
        return [row for row in self.rows if row.field]


class ColumnsForm(forms.Form):
    source = TextField(
        label="Data source",
        max_length=LONGEST_NAME,
        help_text="The system this file comes from. Its IDs are unique there.",
        error_messages={"required": "Enter the system that this file comes from, such as “Shop”."},
    )
    country = forms.ChoiceField(
        label="Default country of a new data source",
        required=False,
        help_text="Phones without a country code are read in this country. A known data source has its own.",
    )
    tag = TextField(label="Tag every customer", required=False, help_text="Optional")
    save_as = TextField(
        label="Save columns as",
        required=False,
        max_length=LONGEST_NAME,
        help_text="Optional. Files with the same headers are then read alike.",
    )
    use_required_attribute = False

    def __init__(self, imported: Import, data: Any = None, *, is_long: bool = False) -> None:
        self.mapping = mapping_of(imported)
        initial = {"source": suggested_source(imported), "tag": ", ".join(self.mapping.tags)}
        super().__init__(data, initial=initial, label_suffix="")
        self.fields["source"].widget.attrs["list"] = "sources"
        account = f"Account default ({country_name(settings.PHONE_DEFAULT_REGION)})"
        choice_field(self, "country").choices = [("", account), *COUNTRIES]
        # Who only looks on, such as at all columns, is asked for nothing yet.
        self.fields["source"].required = not self.data.get("more")
        self._add_formats()
        rows = list(enumerate(self.mapping.columns))
        guessed = [row for row in rows if row[1].target and row[1].reason == Reason.CONTENT]
        left_out = [row for row in rows if not row[1].target]
        others = [row for row in rows if row[1].target and row not in guessed]
        self.panels = [
            panel
            for panel in (
                self._panel("guessed", "Check these guesses", guessed, is_long=is_long),
                self._panel("recognised", "Recognised", others, is_long=is_long),
                self._panel("left-out", "Left out", left_out, is_long=is_long),
            )
            if panel.rows
        ]

    def _add_formats(self) -> None:
        """Asked only where it matters in this file."""
        orders, marks = self.mapping.date_order, self.mapping.decimal_mark
        if orders is not None:
            self.fields["date_order"] = forms.ChoiceField(
                label="Dates in this file", choices=DATE_ORDERS, initial=orders, required=False
            )
        if marks is not None:
            self.fields["decimal_mark"] = forms.ChoiceField(
                label="Decimals in this file", choices=DECIMAL_MARKS, initial=marks, required=False
            )

    def _panel(self, slug: str, title: str, rows: Sequence[tuple[int, MappedColumn]], *, is_long: bool) -> Panel:
        shown = rows if is_long else rows[:SHOWN]
        for n, column in shown:
            self.fields[f"column-{n}"] = forms.ChoiceField(
                label=f"Goes to, column {n + 1}",
                choices=choices(),
                required=False,
                initial=column.target,
                widget=TargetSelect,
            )
        drawn = {n for n, _ in shown}
        panel_rows = [ColumnRow(n + 1, c, self[f"column-{n}"] if n in drawn else None) for n, c in rows]
        return Panel(slug, title, panel_rows)

    def clean_tag(self) -> list[str]:
        names = [name for part in self.cleaned_data["tag"].split(",") if (name := part.strip())]
        try:
            return [checked_name(Tag, name) for name in names]
        except LabelError as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def targets(self) -> dict[str, str]:
        """By header, of the columns that were shown."""
        columns = enumerate(self.mapping.columns)
        named = {column.header: self.cleaned_data.get(f"column-{n}") for n, column in columns}
        return {header: target for header, target in named.items() if target is not None}

    @property
    def formats(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in ("date_order", "decimal_mark")}

    @property
    def side_fields(self) -> list[BoundField]:
        names = ("date_order", "decimal_mark", "source", "country", "tag", "save_as")
        return [self[name] for name in names if name in self.fields]

    @property
    def sources(self) -> list[str]:
        names = DataSource.objects.exclude(name=DataSource.STAFF).order_by("name")
        return list(names.values_list("name", flat=True)[:200])
