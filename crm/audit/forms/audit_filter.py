"""The filter of the audit log. Values that are not valid are ignored and listed; the other values still filter."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q

from customers.lib.audit import AuditAction
from customers.lib.dates import end_of_day, start_of_day
from customers.lib.numbers import parse_number
from customers.web.fields import DAY, DateInput, choice_field, chosen_label

RESULTS = [("", "Any result"), ("done", "Done"), ("refused", "Refused")]


def about(text: str) -> Q:
    """A customer by its number, an address, or a request id: each is equal to a column with an index."""
    if (number := parse_number(text)) is not None:
        return Q(customer=number)
    return Q(address=text) if ":" in text or "." in text else Q(request_id=text)


CONDITIONS: Mapping[str, Callable[[Any], Q]] = {
    "q": about,
    "by": lambda user: Q(by=user),
    "action": lambda action: Q(action=action),
    "result": lambda result: Q(is_refused=result == "refused"),
    "since": lambda day: Q(at__gte=start_of_day(day)),
    "until": lambda day: Q(at__lt=end_of_day(day)),
}


class AuditFilterForm(forms.Form):
    q = forms.CharField(
        required=False,
        max_length=64,
        label="Search",
        widget=forms.TextInput({"type": "search", "placeholder": "Customer or request ID"}),
    )
    by = forms.ChoiceField(required=False, label="User")
    action = forms.ChoiceField(required=False, choices=[("", "Any action"), *AuditAction.choices])
    result = forms.ChoiceField(required=False, choices=RESULTS)
    since = forms.DateField(required=False, label="From", widget=DateInput(format=DAY), input_formats=[DAY])
    until = forms.DateField(required=False, label="To", widget=DateInput(format=DAY), input_formats=[DAY])
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        users = get_user_model().objects.order_by("first_name", "last_name", "username")
        choice_field(self, "by").choices = [("", "Anyone"), *((str(user.pk), str(user)) for user in users)]
        self.is_valid()

    @property
    def ignored(self) -> list[str]:
        return [str(self[name].label) for name in self.errors]

    @cached_property
    def applied(self) -> dict[str, str]:
        return {name: self.data[name] for name in self.fields if self.cleaned_data.get(name)}

    @property
    def query(self) -> str:
        return urlencode(self.applied)

    @property
    def described(self) -> str:
        """The filters in words, such as “User: Jane Peacock, From: 2026-01-12”; "" without any."""
        return ", ".join(
            f"{self[name].label}: {chosen_label(self, name, value)}" for name, value in self.applied.items()
        )

    @property
    def condition(self) -> Q:
        return Q(*(CONDITIONS[name](value) for name, value in self.cleaned_data.items() if value))
