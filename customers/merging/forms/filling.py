"""Filling the rows of the grid of final values: what each has, what was entered, what is wrong, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.conf import settings

from customers.credit import credit
from customers.lib.address import PARTS
from customers.lib.money import format_amount
from customers.lib.phrases import isolated
from customers.matching import exclusions
from customers.merging.forms.cells import Cell, is_blank, lines, normal
from customers.merging.forms.entered import EMPTY, Entered
from customers.merging.forms.rows import Input, Row
from customers.merging.plan import STATUS
from customers.models import Customer, LeadStatus, ProfileChange
from customers.profile.fields import OTHER, FieldKind, ProfileField

# What stands in the last column: the name of a template.
CONTROLS = {
    FieldKind.ADDRESS: "address",
    FieldKind.PASSWORD: "password",
    FieldKind.CONSENT: "strictest",
    FieldKind.FLAG: "strictest",
    FieldKind.CHOICE: "choice",
    FieldKind.PAY_SOURCE: "nothing",
}
UNCLEARED = (FieldKind.CONSENT, FieldKind.FLAG)
Held = Mapping[str, Mapping[int, Decimal]]


@dataclass(frozen=True)
class Filling:
    """What the rows are made of."""

    customers: Sequence[Customer]
    held: Held
    entered: Entered
    errors: Mapping[str, str]
    changes: Sequence[ProfileChange]

    @cached_property
    def unmatched(self) -> Mapping[int, set[str]]:
        return exclusions.excluded_values(self.customers)

    def row(self, field: ProfileField) -> Row:
        pick, country = self.entered.picks.get(field.key, ""), self.customers[0].billing_address.get("country", "")
        cells = [self._cell(field, customer, pick) for customer in self.customers]
        values = {normal(field, c, country=country) for c in self.customers} - {None}
        spellings = {tuple(cell.lines) for cell in cells if not cell.is_blank}
        same = {FieldKind.EMAIL: "same email", FieldKind.PHONE: "same number"}.get(field.kind, "")
        return Row(
            field.key,
            field.label,
            field.group,
            CONTROLS.get(field.kind, "text"),
            cells,
            self._inputs(field),
            differs=len(values) > 1,
            note=same if len(values) == 1 < len(spellings) else "",
            error=self.errors.get(field.key, ""),
            offers_empty=field.kind not in UNCLEARED and not any(cell.is_blank for cell in cells),
            empty_is_picked=pick == EMPTY,
            keeps_password=field.kind is FieldKind.PASSWORD and bool(self.entered.new_password),
        )

    def _cell(self, field: ProfileField, customer: Customer, pick: str) -> Cell:
        who = [c.by for c in self.changes if c.customer_id == customer.pk and field.key in c.values]
        return Cell(
            customer,
            lines(field, customer),
            is_blank(field, customer),
            is_picked=pick == str(customer.pk),
            is_survivor=customer is self.customers[0],
            changed=f"changed by {isolated(who[-1] or 'an API client')}" if who else "",
            is_on_purpose=field.key == STATUS and customer.lead_status == LeadStatus.LOST,
            is_unmatched=field.key in self.unmatched.get(customer.pk, ()),
        )

    def _inputs(self, field: ProfileField) -> list[Input]:
        match field.kind:
            case FieldKind.CONSENT | FieldKind.FLAG | FieldKind.PAY_SOURCE:
                return []
            case FieldKind.ADDRESS:
                names = {f"{field.key}-{part}": label for part, label in PARTS.items()}
                return [Input(f"value-{n}", f"{field.label}: {p}", p, self._typed(n)) for n, p in names.items()]
            case FieldKind.PASSWORD:
                return [Input(f"value-{field.key}", "New password", "Enter a new password")]
        return [Input(f"value-{field.key}", f"Another value: {field.label}", "Enter another", self._typed(field.key))]

    def _typed(self, name: str) -> str:
        return self.entered.typed.get(name, "")

    def credit_row(self, currency: str) -> Row:
        name, amounts = f"credit-{currency}", self.held[currency]
        parts = [amounts.get(customer.pk, Decimal()) for customer in self.customers]
        texts = [format_amount(part, currency) for part in parts]
        if any(parts):
            texts[1:] = [signed(part, currency) for part in parts[1:]]
        cells = [Cell(c, [text], is_blank=False) for c, text in zip(self.customers, texts, strict=True)]
        total = f"= {format_amount(sum(parts, Decimal()), currency)}"
        inputs = [Input(f"value-{name}", f"Final credit in {currency}", total, self._typed(name))]
        error = self.errors.get(name, "")
        return Row(name, f"Credit, {currency}", OTHER, "credit", cells, inputs, note="added up", error=error)


def credit_held(customers: Sequence[Customer]) -> Held:
    """{currency: {customer: credit}} of every currency that one of them has, or ours when nobody has any."""
    held: dict[str, dict[int, Decimal]] = {}
    for pk, amounts in credit.balances([customer.pk for customer in customers]).items():
        for currency, amount in amounts.items():
            held.setdefault(currency, {})[pk] = amount
    return dict(sorted(held.items())) or {settings.DEFAULT_CURRENCY: {}}


def signed(amount: Decimal, currency: str) -> str:
    return f"{'−' if amount < 0 else '+'} {format_amount(abs(amount), currency)}"
