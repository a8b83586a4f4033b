"""The form of final values: what its fields hold becomes a merge plan, or errors to correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from customers.lib.text import can_be_stored
from customers.merging.allowed import may_enter, refuse_entered
from customers.merging.forms.entered import (
    CREDIT,
    PASSWORD,
    PICK,
    VALUE,
    Entered,
    read_amount,
    read_choice,
)
from customers.merging.forms.final_values import FinalValues, credit_by_currency
from customers.merging.forms.texts import ANSWERED, Texts, input_names, text_of_value
from customers.merging.meanwhile import changes_since, describe_changes
from customers.merging.plan import MergeError, MergePlan, plan_merge
from customers.models import LeadStatus
from customers.profile.decisions import LOGIN, STATUS, BlankFields, Picked, Typed
from customers.profile.fields import BY_KEY, FIELDS, ProfileField
from customers.profile.forms.shop_logins import LONGEST_PASSWORD

if TYPE_CHECKING:
    from crm.accounts.models import User
    from customers.models import Customer, MergeDraft


class ValuesForm:
    """`customers` are the survivor, then the duplicates. Without `data` it shows what `draft` keeps, else defaults."""

    def __init__(
        self,
        customers: Sequence[Customer],
        data: Mapping[str, str] | None = None,
        *,
        draft: MergeDraft | None = None,
        by: User | None,
        blank_fields: BlankFields = BlankFields.FILL,
    ) -> None:
        self.customers, self.data, self.by, self.blank_fields = customers, data, by, blank_fields
        self.errors: dict[str, str] = {}
        self.credit = credit_by_currency(customers)
        self.default = plan_merge(customers[0], customers[1:], blank_fields=blank_fields)
        self.suggested = Entered.suggested(self.default, customers)
        self.is_kept = data is None and draft is not None and not draft.is_empty
        self.entered = self.suggested.with_draft(draft, customers) if draft else self.suggested
        shown = {customer.pk: customer.version for customer in customers}
        self.since = {pk: (draft.versions if draft else shown).get(pk, version) for pk, version in shown.items()}
        if data is not None:
            self.since = dict(zip(shown, self._versions(data.get("seen", "")), strict=True))
        self.changes = [] if self.since == shown else changes_since(self.since)
        if data is not None:
            self.entered = self._sent(data, kept_password=self.entered.new_password)

    def _sent(self, data: Mapping[str, str], *, kept_password: str) -> Entered:
        sent = self.suggested.sent(data, self.customers, self._was())
        password = data.get(f"{VALUE}{PASSWORD}", "")
        if password and not _refusal_of(password):
            new_password = make_password(password)
        else:
            new_password = "" if f"drop-{PASSWORD}" in data else kept_password
        return replace(sent, new_password=new_password)

    def _was(self) -> dict[str, list[Texts]]:
        """What the form showed of values that were changed since: nobody typed them."""
        was: dict[str, list[Texts]] = {}
        for change in self.changes:
            for key, value in change.values.items():
                was.setdefault(key, []).append(text_of_value(BY_KEY[key], value["before"]))
        return was

    @property
    def seen(self) -> str:
        return "-".join(str(customer.version) for customer in self.customers)

    def _versions(self, seen: str) -> tuple[int, ...]:
        """The versions that the form sent back; zeros when it sent no such list."""
        numbers = tuple(int(n) for n in seen[:200].split("-") if n.isascii() and n.isdigit())
        return numbers if len(numbers) == len(self.customers) else (0,) * len(self.customers)

    @property
    def is_plain(self) -> bool:
        """Whether nothing conflicts and nobody entered anything, so that there is no value to decide on."""
        return not (self.is_kept or self.final_values().differing)

    @property
    def differing(self) -> dict[str, dict[str, str]]:
        return self.entered.differing(self.suggested, self.credit)

    @cached_property
    def shown(self) -> MergePlan:
        """The plan of what is entered, or of the defaults when it is not valid."""
        plan, _ = self._plan() if self.data is not None or self.is_kept else (None, {})
        return plan or self.default

    def take_all_from(self, pk: int | None) -> Customer | None:
        customer = next((customer for customer in self.customers if customer.pk == pk), None)
        if customer:
            for field in FIELDS:
                # Consent, tax exemption and the status Lost are decided one by one; what was typed is kept.
                is_lost = field.key == STATUS and customer.lead_status == LeadStatus.LOST
                if field.kind not in ANSWERED and not is_lost and self.entered.picks[field.key]:
                    self.entered = self.entered.with_pick(field, str(pk), self.customers)
        return customer

    def review(self) -> MergePlan | None:
        """The plan to confirm; None where `errors` say what to correct."""
        plan, self.errors = self._plan()
        if self.data is not None:
            self._check_sent(self.data)
        return None if self.errors else plan

    def _plan(self) -> tuple[MergePlan | None, dict[str, str]]:
        choices: dict[str, Picked | Typed] = {}
        credit: dict[str, Decimal] = {}
        errors: dict[str, str] = {}
        for field in FIELDS:
            try:
                choice = read_choice(field, self.entered, self.customers)
                if not self._is_suggested(field, choice):
                    choices[field.key] = choice
            except ValidationError as error:
                errors[field.key] = str(error.message)
        if self.entered.new_password:
            choices[PASSWORD] = Typed(self.entered.new_password)
        for currency in self.credit:
            try:
                if text := self.entered.texts.get(f"{CREDIT}{currency}", "").strip():
                    credit[currency] = read_amount(text, currency)
            except ValidationError as error:
                errors[f"{CREDIT}{currency}"] = str(error.message)
        if not errors:
            try:
                plan = plan_merge(
                    self.customers[0], self.customers[1:], choices, credit, blank_fields=self.blank_fields
                )
                refuse_entered(plan, by=self.by)
                return plan, errors
            except MergeError as error:
                errors["seen"] = str(error)
        return None, errors

    def _is_suggested(self, field: ProfileField, choice: Picked | Typed) -> bool:
        """Whether nobody chose: then `BlankFields` decides, now and after an undo of another merge."""
        if not isinstance(choice, Picked):
            return False
        if field.key != PASSWORD:
            return self.entered.of(field) == self.suggested.of(field)
        # Where no password is chosen, another login brings its own.
        login = BY_KEY[LOGIN]
        is_same_login = self.entered.of(login) == self.suggested.of(login)
        return is_same_login and self.suggested.picks[field.key] == str(choice.customer)

    def _check_sent(self, data: Mapping[str, str]) -> None:
        if any(name.startswith((PICK, VALUE)) and name not in self._inputs for name in data):
            self.errors["seen"] = "The form contained an unknown field. Check the values, then review again."
        elif data.get("seen") != self.seen:
            self.errors["seen"] = f"{describe_changes(self.changes)} Check the values, then review again."
        if refusal := _refusal_of(data.get(f"{VALUE}{PASSWORD}", "")):
            self.errors[PASSWORD] = refusal

    @property
    def _names(self) -> set[str]:
        names = {name for field in FIELDS for name in input_names(field)}
        return names | {f"{CREDIT}{currency}" for currency in self.credit}

    @property
    def _inputs(self) -> set[str]:
        return {f"{PICK}{field.key}" for field in FIELDS} | {f"{VALUE}{name}" for name in {*self._names, PASSWORD}}

    def final_values(self) -> FinalValues:
        return FinalValues(self.customers, self.credit, self.entered, self.errors, self.changes, may_enter(self.by))


def _refusal_of(password: str) -> str:
    if len(password) > LONGEST_PASSWORD:
        return f"Use {LONGEST_PASSWORD} characters or fewer."
    if password and not (password.strip() and can_be_stored(password)):
        return "Type a password that is more than blanks."
    return ""
