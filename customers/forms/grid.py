"""The grid of final values: a row a field, a column a customer, a last column to type another value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django.conf import settings

from customers import credit
from customers.address import PARTS
from customers.fields import FIELDS, OTHER, Kind, ProfileField
from customers.forms.cells import Cell, is_blank, lines, normal
from customers.forms.entered import EMPTY, Entered
from customers.forms.rows import Input, Row, joined
from customers.holdings import sources
from customers.models import Customer, LeadStatus, ProfileChange
from customers.money import shown

# What stands in the last column: the name of a template.
CONTROLS = {
    Kind.ADDRESS: "address",
    Kind.PASSWORD: "password",
    Kind.CONSENT: "strictest",
    Kind.FLAG: "strictest",
    Kind.CHOICE: "choice",
    Kind.PAY_SOURCE: "nothing",
}
UNCLEARED = (Kind.CONSENT, Kind.FLAG)
Held = Mapping[str, Mapping[int, Decimal]]


@dataclass(frozen=True)
class Grid:
    customers: Sequence[Customer]
    held: Held
    entered: Entered
    errors: Mapping[str, str]
    changes: Sequence[ProfileChange]

    @cached_property
    def rows(self) -> list[Row]:
        fields = [self._row(field) for field in FIELDS]
        return [*fields, *(self._credit_row(currency, amounts) for currency, amounts in self.held.items())]

    @cached_property
    def heads(self) -> list[tuple[Customer, str]]:
        """Each column's customer, with what tells them apart."""
        known_by = sources([customer.pk for customer in self.customers])
        tails = ["stays", *(", ".join(known_by.get(c.pk, [])[:2]) for c in self.customers[1:])]
        return [
            (c, f"Customer {c.pk}{', ' if tail else ''}{tail}") for c, tail in zip(self.customers, tails, strict=True)
        ]

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
        parts = [f"{joined(some)} ({text})" for text, some in groupby(self.same, key=lambda row: row.shared)]
        fields = "1 field is" if len(self.same) == 1 else f"{len(self.same)} fields are"
        return f"{fields} the same for all: {', '.join(parts)}"

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

    def _row(self, field: ProfileField) -> Row:
        pick, country = self.entered.picks.get(field.key, ""), self.customers[0].billing_address.get("country", "")
        cells = [self._cell(field, customer, pick) for customer in self.customers]
        values = {normal(field, c, country=country) for c in self.customers} - {None}
        spellings = {tuple(cell.lines) for cell in cells if not cell.is_blank}
        same = {Kind.EMAIL: "same e-mail", Kind.PHONE: "same number"}.get(field.kind, "")
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
            keeps_password=field.kind is Kind.PASSWORD and bool(self.entered.new_password),
        )

    def _cell(self, field: ProfileField, customer: Customer, pick: str) -> Cell:
        who = [c.by for c in self.changes if c.customer_id == customer.pk and field.key in c.values]
        return Cell(
            customer,
            lines(field, customer),
            is_blank(field, customer),
            is_picked=pick == str(customer.pk),
            is_survivor=customer is self.customers[0],
            changed=f"changed by {who[-1] or 'a program'}" if who else "",
        )

    def _inputs(self, field: ProfileField) -> list[Input]:
        match field.kind:
            case Kind.CONSENT | Kind.FLAG | Kind.PAY_SOURCE:
                return []
            case Kind.ADDRESS:
                names = {f"{field.key}-{part}": label for part, label in PARTS.items()}
                return [Input(f"value-{n}", f"{field.label}: {p}", p, self._typed(n)) for n, p in names.items()]
            case Kind.PASSWORD:
                return [Input(f"value-{field.key}", "New password", "Set a new one")]
        label = f"Another {field.label[:1].lower()}{field.label[1:]}"
        return [Input(f"value-{field.key}", label, "Type another", self._typed(field.key))]

    def _typed(self, name: str) -> str:
        return self.entered.typed.get(name, "")

    def _credit_row(self, currency: str, amounts: Mapping[int, Decimal]) -> Row:
        name = f"credit-{currency}"
        parts = [amounts.get(customer.pk, Decimal()) for customer in self.customers]
        texts = [shown(part, currency) for part in parts]
        if any(parts):
            texts[1:] = [signed(part, currency) for part in parts[1:]]
        cells = [Cell(c, [text], is_blank=False) for c, text in zip(self.customers, texts, strict=True)]
        total = f"= {shown(sum(parts, Decimal()), currency)}"
        inputs = [Input(f"value-{name}", f"Final credit in {currency}", total, self._typed(name))]
        error = self.errors.get(name, "")
        return Row(name, f"Credit, {currency}", OTHER, "credit", cells, inputs, note="adds up", error=error)


def credit_held(customers: Sequence[Customer]) -> Held:
    """{currency: {customer: credit}} of every currency that one of them has, or ours when nobody has any."""
    held: dict[str, dict[int, Decimal]] = {}
    for pk, amounts in credit.balances([customer.pk for customer in customers]).items():
        for currency, amount in amounts.items():
            held.setdefault(currency, {})[pk] = amount
    return dict(sorted(held.items())) or {settings.DEFAULT_CURRENCY: {}}


def signed(amount: Decimal, currency: str) -> str:
    return f"{'−' if amount < 0 else '+'} {shown(abs(amount), currency)}"
