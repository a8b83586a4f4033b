"""What a new API key is allowed, from where, and until when."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.scopes import READING, SELECTABLE, Scope
from crm.accounts.user_permissions import effective_permissions
from customers.lib.dates import end_of_day
from customers.web.fields import DAY, DateInput

MOST_ADDRESSES = 50
USUAL, LONGEST = timedelta(days=365), timedelta(days=5 * 365)
ALL, READ, SELECTED = "all", "read", "selected"


class KeyForm(forms.Form):
    """For a key of `owner`, of whose permissions it can be given some."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="The API client that uses it, such as “Warehouse”. Create one key per API client.",
    )
    addresses = forms.CharField(
        label="Allowed addresses",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One per line: addresses such as 203.0.113.7 or networks such as 203.0.113.0/24. Empty allows all.",
    )

    scope = forms.ChoiceField(
        label="Scope",
        initial=ALL,
        choices=[(ALL, "All permissions of the user"), (READ, "Reading only"), (SELECTED, "Selected permissions")],
        help_text="Never more than the user may do at the time. Give each key only what its API client needs.",
    )
    permissions = forms.MultipleChoiceField(
        label="Permissions", required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )
    ends = forms.DateField(
        label="Last day",
        required=False,
        widget=DateInput(format=DAY),
        input_formats=[DAY],
        help_text="After it the key is refused. Leave empty for no end.",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, owner: User) -> None:
        super().__init__(data, label_suffix="")
        self.initial["ends"] = timezone.localdate() + USUAL
        held = effective_permissions(owner)
        self.selectable = {
            heading: [box for box in boxes if box.permission in held] for heading, boxes in SELECTABLE.items()
        }
        choices = [(box.permission, box.label) for boxes in self.selectable.values() for box in boxes]
        self.fields["permissions"].choices = choices  # type: ignore[attr-defined]  # Django types them as plain fields

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """The checkboxes as Edit User has them, each with its help."""
        boxes = {box.data["value"]: box for box in self["permissions"]}
        for heading, group in self.selectable.items():
            if group:
                yield heading, [(boxes[box.permission], box.help_text) for box in group]

    def clean_ends(self) -> date | None:
        day: date | None = self.cleaned_data["ends"]
        today = timezone.localdate()
        if day and day < today:
            raise ValidationError("Enter today or a later day.")
        if day and day > today + LONGEST:
            raise ValidationError("Enter a day within five years, or leave it empty.")
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("scope") == SELECTED and not values.get("permissions") and "permissions" not in self.errors:
            self.add_error("permissions", "Select at least one permission, or another scope.")
        if values.get("permissions") and values.get("scope") != SELECTED:
            self.add_error("scope", "To give the permissions that are ticked, choose “Selected permissions”.")
        return values

    @property
    def chosen_scope(self) -> Scope:
        selected = frozenset(self.cleaned_data["permissions"])
        return {ALL: None, READ: READING, SELECTED: selected}[self.cleaned_data["scope"]]

    @property
    def end(self) -> datetime | None:
        day = self.cleaned_data["ends"]
        return end_of_day(day) if day else None

    def clean_addresses(self) -> list[str]:
        lines = list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", self.cleaned_data["addresses"]))))
        if len(lines) > MOST_ADDRESSES:
            raise ValidationError(
                f"Enter {MOST_ADDRESSES} addresses or fewer, or combine them into networks. This has {len(lines)}."
            )
        return [parse_address(line) for line in lines]


def parse_address(text: str) -> str:
    """`text` as an address, or as a network without host bits."""
    try:
        return str(ip_network(text, strict=False) if "/" in text else ip_address(text))
    except ValueError:
        raise ValidationError(f"“{text[:50]}” is not an IP address or a network such as 203.0.113.0/24.") from None
