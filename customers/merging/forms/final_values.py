"""The rows of the form of final values: for each field what it will be, beside it what the customers have.

Equal values share one choice, so the form is as wide for five customers as for two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django.conf import settings
from django.utils.translation import ngettext

from customers.credit import credit
from customers.lib.addresses.address import PARTS, labels_of, parts_in_order
from customers.lib.addresses.countries import country_choices
from customers.lib.money import format_amount
from customers.lib.phrases import isolated, join_words
from customers.matching import exclusions
from customers.merging.forms.customer_values import CustomerValues, with_newest
from customers.merging.forms.entered import CREDIT, EMPTY, VALUE, Entered, pay_sources_of
from customers.merging.forms.rows import Input, ValueChoice, ValueRow, comparable_value
from customers.merging.forms.texts import ANSWERED, input_names
from customers.models import Customer, ProfileChange
from customers.profile.fields import FIELDS, OTHER, FieldKind, ProfileField
from customers.profile.forms.inputs import listed_options
from customers.profile.last_set import last_set
from customers.records.counts import sources

# What a value is entered with; templates use these names.
CONTROLS = {
    FieldKind.ADDRESS: "address",
    FieldKind.PASSWORD: "password",
    FieldKind.CONSENT: "answers",
    FieldKind.FLAG: "answers",
    FieldKind.CHOICE: "select",
    FieldKind.PAY_SOURCE: "select",
    FieldKind.LISTED: "select",
}
YES_NO = [("yes", "Yes"), ("no", "No")]
CreditByCurrency = Mapping[str, Mapping[int, Decimal]]
"""{currency: {customer: credit}}"""


@dataclass(frozen=True)
class FinalValues:
    """`customers` are the survivor, then the duplicates; `errors` say what to correct, by the key of the row."""

    customers: Sequence[Customer]
    credit: CreditByCurrency
    entered: Entered
    errors: Mapping[str, str]
    changes: Sequence[ProfileChange]
    """The changes since the form was first shown."""
    may_enter: bool
    """Without it values are only selected, among those shown."""
    fields: Sequence[ProfileField] = FIELDS
    until: Mapping[int, int] = dataclass_field(default_factory=dict)
    """The versions of the customers that are shown, if not the present ones."""

    @cached_property
    def rows(self) -> list[ValueRow]:
        fields = [self._field_row(field) for field in self.fields]
        return [*fields, *(self._credit_row(currency) for currency in self.credit)]

    @property
    def groups(self) -> list[tuple[str, list[ValueRow]]]:
        undecided = (row for row in self.rows if not (row.is_same or row.is_without_conflict))
        return [(name, list(rows)) for name, rows in groupby(undecided, key=lambda row: row.group)]

    @cached_property
    def same(self) -> list[ValueRow]:
        return [row for row in self.rows if row.is_same]

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

    @cached_property
    def without_conflict(self) -> list[ValueRow]:
        return [row for row in self.rows if row.is_without_conflict]

    @property
    def without_conflict_sentence(self) -> str:
        number = len(self.without_conflict)
        text = ngettext(
            "%(number)s field has no conflict: %(fields)s",
            "%(number)s fields have no conflict: %(fields)s",
            number,
        )
        parts = (f"{row.label} ({isolated(row.final)})" for row in self.without_conflict)
        return text % {"number": number, "fields": ", ".join(parts)}

    @property
    def duplicates(self) -> Sequence[Customer]:
        return self.customers[1:]

    @property
    def focus(self) -> str:
        return self.wrong[0].anchor if self.wrong else ""

    @property
    def wrong(self) -> list[ValueRow]:
        return [row for row in self.rows if row.error]

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)

    @cached_property
    def source_of(self) -> dict[int, str]:
        by_customer = sources([customer.pk for customer in self.customers])
        return {pk: names[0] for pk, names in by_customer.items() if names}

    def _field_row(self, field: ProfileField) -> ValueRow:
        country = self.customers[0].billing_address.get("country", "")
        choices = self._values.choices(field)
        if field.kind is FieldKind.PASSWORD and self.may_enter and not any(choice.is_blank for choice in choices):
            no_password = self.entered.picks[field.key] == EMPTY
            choices.append(ValueChoice(EMPTY, [], ["No password"], is_blank=True, is_picked=no_password))
        values = {comparable_value(field, c, country=country) for c in self.customers} - {None}
        spellings = [choice for choice in choices if choice.holders and not choice.is_blank]
        same_value = {FieldKind.EMAIL: "same email", FieldKind.PHONE: "same number"}.get(field.kind, "")
        differs, note = len(values) > 1, same_value if len(values) == 1 < len(spellings) else ""
        if field.kind is FieldKind.CONSENT and differs:
            note = "most restrictive by default"
        picked = next((choice for choice in choices if choice.is_picked), None)
        return ValueRow(
            field.key,
            field.label,
            field.group,
            CONTROLS.get(field.kind, "text") if self.may_enter or field.kind not in ANSWERED else "text",
            self._inputs(field),
            with_newest(choices) if differs else choices,
            shown_pick=picked.number if picked else "",
            differs=differs,
            note=note,
            error=self.errors.get(field.key, ""),
            is_entered=not self.entered.picks[field.key] or self.entered.picks[field.key] == EMPTY,
            keeps_password=field.kind is FieldKind.PASSWORD and bool(self.entered.new_password),
        )

    def _inputs(self, field: ProfileField) -> list[Input]:
        texts = {name: self.entered.texts[name] for name in input_names(field)}
        match field.kind:
            case FieldKind.PASSWORD:
                return [Input(f"{VALUE}{field.key}", "New password", "")] if self.may_enter else []
            case FieldKind.ADDRESS:
                return self._address(field, dict(zip(PARTS, texts.values(), strict=True)))
        return [Input(f"{VALUE}{field.key}", field.label, texts[field.key], self._options(field))]

    def _address(self, field: ProfileField, texts: Mapping[str, str]) -> list[Input]:
        labels = labels_of(texts["country"])
        countries = country_choices(*(getattr(customer, field.key).get("country", "") for customer in self.customers))
        options = {"country": countries}
        return [
            Input(f"{VALUE}{field.key}-{part}", labels[part], texts[part], options.get(part, ()))
            for part in parts_in_order(texts["country"])
        ]

    def _options(self, field: ProfileField) -> Sequence[tuple[str, str]]:
        match field.kind:
            case FieldKind.CONSENT:
                return [*YES_NO, ("", "Not set")]
            case FieldKind.FLAG:
                return YES_NO
            case FieldKind.CHOICE:
                return field.options
            case FieldKind.LISTED:
                return listed_options(field, (getattr(customer, field.column) for customer in self.customers))
            case FieldKind.PAY_SOURCE:
                return [("", "None"), *((str(row.pk), str(row)) for row in pay_sources_of(self.customers))]
        return ()

    def _credit_row(self, currency: str) -> ValueRow:
        name, amounts = f"{CREDIT}{currency}", self.credit[currency]
        parts = [amounts.get(customer.pk, Decimal()) for customer in self.customers]
        total = format_amount(sum(parts, Decimal()), currency)
        text = self.entered.texts.get(name, total)
        choices = [
            ValueChoice("", [customer.pk], [format_amount(part, currency)], is_blank=False)
            for customer, part in zip(self.customers, parts, strict=True)
        ]
        return ValueRow(
            name,
            f"Credit, {currency}",
            OTHER,
            "credit",
            [Input(f"{VALUE}{name}", f"Final credit in {currency}", text)],
            choices if any(parts) else [ValueChoice("", [c.pk for c in self.customers], [total], is_blank=False)],
            shown_pick=total,
            note="added up" if any(parts) else "",
            error=self.errors.get(name, ""),
            is_entered=text != total,
        )

    @cached_property
    def _values(self) -> CustomerValues:
        last = last_set([customer.pk for customer in self.customers], self.source_of, until=self.until)
        excluded = exclusions.excluded_values(self.customers)
        return CustomerValues(self.customers, self.entered.picks, last, excluded, self.changes)


def _join_labels(rows: Iterable[ValueRow]) -> str:
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
