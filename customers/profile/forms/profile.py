"""The form of a profile, made of the one list of its fields: to add a customer, or to edit one.

It sends back the texts that it showed. So only edited fields are written; and where another user changed one of them
since, both versions are shown, and the user selects one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html

from customers.lib.addresses.address import postal_code_doubt
from customers.lib.phrases import join_words
from customers.models import Customer
from customers.profile.clean import as_text, clean_typed
from customers.profile.edit import describe_edit
from customers.profile.fields import BY_KEY, FIELDS, IDENTITY, OF_CUSTOMER, FieldKind, ProfileField
from customers.profile.forms import inputs
from customers.profile.replay import BroughtByMerge, ProfileHistory

THEIRS, MINE = "theirs", "mine"
SHOWN, CHOOSE = "shown-", "choose-"
SAME, KEEP = "shipping-same", "keep-"
CONTACTS = (FieldKind.EMAIL, FieldKind.PHONE, FieldKind.WEBSITE)


@dataclass(frozen=True)
class FormSection:
    """A part of the form; `slug` is its id in the page."""

    slug: str
    title: str
    fields: list[BoundField]


@dataclass(frozen=True)
class Conflict:
    """A field that another user changed meanwhile: `theirs` is what it is now, `fields` hold what was entered here."""

    key: str
    label: str
    theirs: str
    pick: str
    fields: list[BoundField]


class ProfileForm(forms.Form):
    use_required_attribute = False
    data: MultiValueDict[str, str]

    def __init__(self, customer: Customer | None = None, data: MultiValueDict[str, str] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.customer = customer
        self.offered = [field for field in FIELDS if self._offers(field)]
        self.now = {field.key: self._texts_now(field) for field in self.offered}
        for field in self.offered:
            self.fields |= inputs.fields_of(field, customer, country=self._country(field))
        self.fields[SAME] = forms.BooleanField(label="Same as billing", required=False)
        self.brought = self._brought()
        for key, text in self.brought.items():
            self.fields[KEEP + key] = forms.BooleanField(label=text, required=False)
        self.initial = {name: text for now in self.now.values() for name, text in now.items()}
        self.initial[SAME] = not any(self.now["shipping_address"].values())

    def _brought(self) -> dict[str, str]:
        """{key: label with the value} of the fields whose value a merge brought, so that its undo would take it."""
        if self.customer is None:
            return {}
        by = ProfileHistory([self.customer.pk]).derived(self.customer.pk).by
        brought = (field for field in self.offered if isinstance(by.get(field.key), BroughtByMerge))
        return {f.key: f"{f.label}: {as_text(f, getattr(self.customer, f.column)) or 'empty'}" for f in brought}

    def _offers(self, field: ProfileField) -> bool:
        """A password is never shown. An empty list offers nothing. A new customer has no login or payment method."""
        if field.kind is FieldKind.LISTED:
            return field.entries.exists()
        return field.kind is not FieldKind.PASSWORD and (self.customer is not None or field.kind not in OF_CUSTOMER)

    def _texts_now(self, field: ProfileField) -> dict[str, str]:
        value = getattr(self.customer, field.column) if self.customer else field.blank
        return inputs.texts(field, value)

    def _country(self, field: ProfileField) -> str:
        """The selected country of an address, by which its parts are ordered and named."""
        name = f"{field.key}-country"
        return str(self.data.get(name, "")) if self.is_bound else self.now[field.key].get(name, "")

    # Reading

    def _clean_contacts(self) -> None:
        """Emails, phones and websites. One that is not edited may be invalid, as a data source sent it."""
        for field in self.offered:
            text = self.cleaned_data.get(field.key)
            if field.kind not in CONTACTS or text is None or {field.key: text} == self.now[field.key]:
                continue
            try:
                self.cleaned_data[field.key] = clean_typed(field, text)
            except forms.ValidationError as error:
                self.add_error(field.key, error)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._clean_contacts()
        if cleaned.get(SAME):
            cleaned.update(dict.fromkeys(inputs.names(BY_KEY["shipping_address"]), ""))
        if self.is_stale:
            self.add_error(None, self._stale_message())
        elif undecided := self._undecided():
            labels = join_words([BY_KEY[key].label for key in undecided])
            self.add_error(None, format_html("<strong>Not saved.</strong> Select one version for: {}.", labels))
        return cleaned

    def values(self) -> dict[str, Any]:
        values, disputed = {}, self.disputed()
        for field in self.offered:
            typed = {name: str(self.cleaned_data.get(name, "")) for name in inputs.names(field)}
            is_edited = self._typed(field.key) != self._shown(field.key)
            if is_edited and typed != self.now[field.key] and (field.key not in disputed or self._is_mine(field.key)):
                values[field.key] = inputs.value(field, typed)
        chosen = (key for key in self.brought if self.cleaned_data.get(KEEP + key))
        kept = {key: inputs.value(BY_KEY[key], self.now[key]) for key in chosen}
        return kept | values

    def doubts(self) -> list[str]:
        """What to check of the addresses that were edited; they are saved all the same."""
        edited = self.values()
        addresses = (value for key, value in edited.items() if BY_KEY[key].kind is FieldKind.ADDRESS)
        return [doubt for doubt in dict.fromkeys(map(postal_code_doubt, addresses)) if doubt]

    # Two users at once

    def _shown(self, key: str) -> dict[str, str]:
        return {name: self.data.get(SHOWN + name, "") for name in self.now[key]}

    def _typed(self, key: str) -> dict[str, str]:
        typed = {name: self.data.get(name, "").strip() for name in self.now[key]}
        return dict.fromkeys(typed, "") if key == "shipping_address" and self.data.get(SAME) else typed

    @property
    def is_stale(self) -> bool:
        """Whether another user changed a field since it was shown, to another value than is entered here."""
        return any(self.now[key] != self._shown(key) for key in self.disputed())

    def disputed(self) -> list[str]:
        """The fields that another user changed since they were shown, and that differ in the two versions."""
        if self.customer is None or not self.is_bound:
            return []
        disputed_before = set(self.data.getlist("asked"))
        return [
            key
            for key, now in self.now.items()
            if (now != self._shown(key) or key in disputed_before) and self._typed(key) != now
        ]

    def _pick(self, key: str) -> str:
        """Theirs where the field was not edited here; otherwise what the user selected, "" before that."""
        if self.now[key] != self._shown(key):
            return THEIRS if self._typed(key) == self._shown(key) else ""
        return str(self.data.get(CHOOSE + key, ""))

    def _is_mine(self, key: str) -> bool:
        return self._pick(key) == MINE

    def _undecided(self) -> list[str]:
        return [key for key in self.disputed() if self._pick(key) not in (THEIRS, MINE)]

    def _stale_message(self) -> str:
        since = self.data.get("version", "")[:9]
        edit = describe_edit(self.customer, since=int(since) if since.isdecimal() else 0) if self.customer else ""
        return format_html(
            "<strong>Not saved.</strong> {} Both versions are shown: select one of each, then save.", edit
        )

    # Showing

    def hidden(self) -> Iterator[tuple[str, str]]:
        if self.customer:
            yield "version", str(self.customer.version)
            yield from ((SHOWN + name, text) for now in self.now.values() for name, text in now.items())
            yield from (("asked", key) for key in self.disputed())

    def conflicts(self) -> list[Conflict]:
        return [
            Conflict(
                key,
                BY_KEY[key].label,
                as_text(BY_KEY[key], getattr(self.customer, BY_KEY[key].column)) or "Empty",
                self._pick(key),
                self._bound(BY_KEY[key]),
            )
            for key in self.disputed()
        ]

    def sections(self) -> list[FormSection]:
        disputed = self.disputed()

        def part(slug: str, title: str, fields: Sequence[ProfileField]) -> FormSection:
            offered = [field for field in fields if field in self.offered and field.key not in disputed]
            return FormSection(slug, title, [bound for field in offered for bound in self._bound(field)])

        billing, shipping = BY_KEY["billing_address"], BY_KEY["shipping_address"]
        identity = [field for field in FIELDS if field.group == IDENTITY]
        parts = [
            part("identity", "Identity", identity),
            part("billing", billing.label, [billing]),
            part("shipping", shipping.label, [shipping]),
            part("other", "Other info", [field for field in FIELDS if field not in (*identity, billing, shipping)]),
        ]
        kept = [self[KEEP + key] for key in self.brought]
        parts.append(FormSection("merged", "Values to keep if the merge is undone", kept))
        return [section for section in parts if section.fields]

    def _bound(self, field: ProfileField) -> list[BoundField]:
        first = [SAME] if field.key == "shipping_address" else []
        return [self[name] for name in (*first, *inputs.names_in_order(field, self._country(field)))]
