"""The form of final values: what a person picked and typed becomes a plan, or says what to correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from customers.lib.address import PARTS
from customers.lib.text import can_be_stored
from customers.merging.drafts import Draft
from customers.merging.forms import reading
from customers.merging.forms.entered import PASSWORD, PICK, VALUE, Entered
from customers.merging.forms.filling import Filling, credit_held
from customers.merging.forms.grid import Grid
from customers.merging.merge import changes_since, describe_changes
from customers.merging.plan import STATUS, MergeError, MergePlan, Picked, Typed, plan_merge
from customers.models import LeadStatus
from customers.profile.fields import FIELDS, FieldKind
from customers.profile.forms.shop_logins import LONGEST_PASSWORD

if TYPE_CHECKING:
    from customers.models import Customer, ProfileChange


class ValuesForm:
    """`customers` are the survivor and the duplicates. Without `data` it shows `draft`, or else the defaults."""

    plan: MergePlan

    def __init__(
        self, customers: Sequence[Customer], data: Mapping[str, str] | None = None, *, draft: Draft | None = None
    ) -> None:
        self.customers, self.data = customers, data
        self.errors: dict[str, str] = {}
        self.choices: dict[str, Picked | Typed] = {}
        self.credit: dict[str, Decimal] = {}
        self.held = credit_held(customers)
        self.shown = draft.plan if draft else plan_merge(customers[0], customers[1:])
        self.entered = Entered.from_plan(self.shown)
        seen = self.shown.versions
        if data is not None:
            kept = "" if f"drop-{PASSWORD}" in data else self.entered.new_password
            self.entered = Entered.from_data(data, new_password=kept)
            seen = self._versions(data.get("seen", ""))
        self.changes = self._changes_since(seen)

    @property
    def seen(self) -> str:
        """The versions that are shown, for the form to bring back."""
        return "-".join(str(customer.version) for customer in self.customers)

    def _versions(self, seen: str) -> tuple[int, ...]:
        """The versions that the form brought back; who brings no such list has seen nothing."""
        numbers = tuple(int(n) for n in seen[:200].split("-") if n.isascii() and n.isdigit())
        return numbers if len(numbers) == len(self.customers) else (0,) * len(self.customers)

    def _changes_since(self, seen: Sequence[int]) -> list[ProfileChange]:
        if tuple(seen) == tuple(customer.version for customer in self.customers):
            return []
        return changes_since({c.pk: n for c, n in zip(self.customers, seen, strict=True)})

    def take_all_from(self, pk: int | None) -> Customer | None:
        """Pick every value of one customer, who is returned; what was typed stays.

        Consent and tax exemption keep their answers: those are decided one by one, and only on purpose. So is Lost.
        """
        customer = next((customer for customer in self.customers if customer.pk == pk), None)
        if customer:
            fields = (field for field in FIELDS if field.kind not in reading.ANSWERED)
            picks = {field.key: str(customer.pk) for field in fields}
            if customer.lead_status == LeadStatus.LOST:
                del picks[STATUS]
            self.entered = self.entered.with_picks(picks)
        if self.data and self.data.get(f"{VALUE}{PASSWORD}"):
            self.errors[PASSWORD] = "Type the new password again. It is not kept when the page is drawn anew."
        return customer

    def is_valid(self) -> bool:
        """Whether there is now a `plan` to go on with."""
        if self.data is None:
            return False
        self._read(self.data)
        if not self.errors:
            try:
                self.plan = plan_merge(self.customers[0], self.customers[1:], self.choices, self.credit)
            except MergeError as error:
                self.errors["seen"] = str(error)
        return not self.errors

    def _read(self, data: Mapping[str, str]) -> None:
        for field in FIELDS:
            try:
                if choice := reading.choice(field, self.entered, self.customers):
                    self.choices[field.key] = choice
            except ValidationError as error:
                self.errors[field.key] = str(error.message)
        for currency in self.held:
            try:
                if text := self.entered.text(f"credit-{currency}"):
                    self.credit[currency] = reading.amount(text, currency)
            except ValidationError as error:
                self.errors[f"credit-{currency}"] = str(error.message)
        if self._holds_strange_fields(data):
            self.errors["seen"] = "What was sent holds a field that is not on this page. Look again, then review."
        elif data.get("seen") != self.seen:
            self.errors["seen"] = f"{describe_changes(self.changes)} Look at the values again, then review."
        self._read_password(data.get(f"{VALUE}{PASSWORD}", ""))

    def _holds_strange_fields(self, data: Mapping[str, str]) -> bool:
        """Whether something was sent to be picked or typed that nobody was shown."""
        values = {field.key for field in FIELDS} | {f"credit-{currency}" for currency in self.held}
        values |= {f"{field.key}-{part}" for field in FIELDS if field.kind is FieldKind.ADDRESS for part in PARTS}
        known = {f"{PICK}{field.key}" for field in FIELDS} | {f"{VALUE}{name}" for name in values}
        return any(name.startswith((PICK, VALUE)) and name not in known for name in data)

    def _read_password(self, password: str) -> None:
        if len(password) > LONGEST_PASSWORD:
            self.errors[PASSWORD] = f"Use {LONGEST_PASSWORD} characters or fewer."
        elif password and not (password.strip() and can_be_stored(password)):
            self.errors[PASSWORD] = "Type a password that is more than blanks."
        elif password and self.errors:
            self.errors[PASSWORD] = "Type the new password again. It is not kept while something is wrong."
        elif hashed := make_password(password) if password else self.entered.new_password:
            self.choices[PASSWORD] = Typed(hashed)

    def grid(self) -> Grid:
        return Grid(Filling(self.customers, self.held, self.entered, self.errors, self.changes))
