"""The grid of final values: a row for each field, a column for each customer, a last column for another value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django.conf import settings
from django.utils.translation import ngettext

from customers.credit import credit
from customers.lib.address import PARTS
from customers.lib.money import format_amount
from customers.lib.phrases import ActMessage, isolated, join_words
from customers.matching import exclusions
from customers.merging.forms.cells import Cell, GridRow, Input, comparable_value, is_blank, value_lines
from customers.merging.forms.entered import CREDIT, EMPTY, NEITHER_TYPED_NOR_CLEARED, VALUE, Entered
from customers.models import Customer, LeadStatus, ProfileChange
from customers.profile.decisions import STATUS
from customers.profile.fields import FIELDS, OTHER, FieldKind, ProfileField
from customers.records.counts import sources

# The input in the last column; templates use these names.
CONTROLS = {
    FieldKind.ADDRESS: "address",
    FieldKind.PASSWORD: "password",
    FieldKind.CONSENT: "strictest",
    FieldKind.FLAG: "strictest",
    FieldKind.CHOICE: "choice",
    FieldKind.PAY_SOURCE: "nothing",
}
CHANGED = ActMessage("changed by {user}", "changed by an API client")
CreditByCurrency = Mapping[str, Mapping[int, Decimal]]
"""{currency: {customer: credit}}"""


@dataclass(frozen=True)
class Grid:
    """`customers` are the survivor, then the duplicates; `errors` say what to correct, by the key of the row."""

    customers: Sequence[Customer]
    credit: CreditByCurrency
    entered: Entered
    errors: Mapping[str, str]
    changes: Sequence[ProfileChange]
    """The changes since the form was first shown."""
    may_enter: bool
    """Without it there is no last column."""

    @cached_property
    def rows(self) -> list[GridRow]:
        fields = [self._field_row(field) for field in FIELDS]
        return [*fields, *(self._credit_row(currency) for currency in self.credit)]

    @cached_property
    def heads(self) -> list[tuple[Customer, str]]:
        sources_by_customer = sources([customer.pk for customer in self.customers])
        sources_of = {c.pk: ", ".join(map(isolated, sources_by_customer.get(c.pk, [])[:2])) for c in self.customers}
        survivor, *duplicates = self.customers
        heads = [
            (c, f"Customer {c.pk}, {sources_of[c.pk]}" if sources_of[c.pk] else f"Customer {c.pk}") for c in duplicates
        ]
        return [(survivor, f"Customer {survivor.pk} (kept)"), *heads]

    @property
    def groups(self) -> list[tuple[str, list[GridRow]]]:
        undecided = (row for row in self.rows if not row.is_same)
        return [(name, list(rows)) for name, rows in groupby(undecided, key=lambda row: row.group)]

    @cached_property
    def same(self) -> list[GridRow]:
        return [row for row in self.rows if row.is_same]

    @property
    def same_groups(self) -> list[tuple[str, list[GridRow]]]:
        return [("", self.same)]

    @property
    def same_sentence(self) -> str:
        by_value = groupby(self.same, key=lambda row: row.shared)
        parts = [f"{_join_labels(rows)} ({isolated(value)})" for value, rows in by_value]
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
        return self.wrong[0].anchor if self.wrong else ""

    @property
    def wrong(self) -> list[GridRow]:
        return [row for row in self.rows if row.error]

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)

    @property
    def is_wide(self) -> bool:
        return len(self.customers) > 4

    @property
    def columns(self) -> int:
        return len(self.customers) + 1 + self.may_enter

    def _field_row(self, field: ProfileField) -> GridRow:
        pick, country = self.entered.picks.get(field.key, ""), self.customers[0].billing_address.get("country", "")
        cells = [self._cell(field, customer, pick) for customer in self.customers]
        values = {comparable_value(field, c, country=country) for c in self.customers} - {None}
        spellings = {tuple(cell.lines) for cell in cells if not cell.is_blank}
        same_value = {FieldKind.EMAIL: "same email", FieldKind.PHONE: "same number"}.get(field.kind, "")
        return GridRow(
            field.key,
            field.label,
            field.group,
            CONTROLS.get(field.kind, "text"),
            cells,
            self._inputs(field),
            field.choices,
            differs=len(values) > 1,
            note=same_value if len(values) == 1 < len(spellings) else "",
            error=self.errors.get(field.key, ""),
            offers_empty=field.kind not in NEITHER_TYPED_NOR_CLEARED and not any(cell.is_blank for cell in cells),
            empty_is_picked=pick == EMPTY,
            keeps_password=field.kind is FieldKind.PASSWORD and bool(self.entered.new_password),
        )

    def _cell(self, field: ProfileField, customer: Customer, pick: str) -> Cell:
        users = [c.by for c in self.changes if c.customer_id == customer.pk and field.key in c.values]
        return Cell(
            customer,
            value_lines(field, customer),
            is_blank(field, customer),
            is_picked=pick == str(customer.pk),
            is_survivor=customer is self.customers[0],
            changed=CHANGED.text(users[-1]) if users else "",
            is_on_purpose=field.key == STATUS and customer.lead_status == LeadStatus.LOST,
            is_excluded=field.key in self._excluded.get(customer.pk, ()),
        )

    def _inputs(self, field: ProfileField) -> list[Input]:
        match field.kind:
            case FieldKind.CONSENT | FieldKind.FLAG | FieldKind.PAY_SOURCE:
                return []
            case FieldKind.ADDRESS:
                names = {part: f"{field.key}-{part}" for part in PARTS}
                return [
                    Input(f"{VALUE}{name}", field.parts[part], PARTS[part], self._typed(name))
                    for part, name in names.items()
                ]
            case FieldKind.PASSWORD:
                return [Input(f"{VALUE}{field.key}", "New password", "Enter a new password")]
        return [Input(f"{VALUE}{field.key}", f"Another value: {field.label}", "Enter another", self._typed(field.key))]

    def _typed(self, name: str) -> str:
        return self.entered.typed.get(name, "")

    def _credit_row(self, currency: str) -> GridRow:
        name, amounts = f"{CREDIT}{currency}", self.credit[currency]
        parts = [amounts.get(customer.pk, Decimal()) for customer in self.customers]
        texts = [format_amount(part, currency) for part in parts]
        if any(parts):
            texts[1:] = [_with_sign(part, currency) for part in parts[1:]]
        cells = [Cell(c, [text], is_blank=False) for c, text in zip(self.customers, texts, strict=True)]
        total = f"= {format_amount(sum(parts, Decimal()), currency)}"
        inputs = [Input(f"{VALUE}{name}", f"Final credit in {currency}", total, self._typed(name))]
        error = self.errors.get(name, "")
        return GridRow(name, f"Credit, {currency}", OTHER, "credit", cells, inputs, note="added up", error=error)

    @cached_property
    def _excluded(self) -> Mapping[int, set[str]]:
        return exclusions.excluded_values(self.customers)


def _join_labels(rows: Iterable[GridRow]) -> str:
    # Labels that differ only by number are shortened: “Custom 2 to 5”.
    labels = [row.label for row in rows]
    numbers = [label for label in labels if re.fullmatch(r"Custom \d", label)]
    if len(numbers) > 2:
        labels = [label for label in labels if label not in numbers] + [f"{numbers[0]} to {numbers[-1][-1]}"]
    return join_words(labels)


def credit_by_currency(customers: Sequence[Customer]) -> CreditByCurrency:
    """With the default currency when no customer has credit."""
    by_currency: dict[str, dict[int, Decimal]] = {}
    for pk, amounts in credit.balances([customer.pk for customer in customers]).items():
        for currency, amount in amounts.items():
            by_currency.setdefault(currency, {})[pk] = amount
    return dict(sorted(by_currency.items())) or {settings.DEFAULT_CURRENCY: {}}


def _with_sign(amount: Decimal, currency: str) -> str:
    return f"{'−' if amount < 0 else '+'} {format_amount(abs(amount), currency)}"
