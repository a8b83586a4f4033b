from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.webhooks.models import WebhookEndpoint
from customers.models import EventKind
from customers.web.fields import TextField

GROUPS = {"customer": "Customers", "order": "Orders", "subscription": "Purchases"}
PERIODS = {"0": "Not at all: it is no longer secret", "1": "1 hour", "24": "1 day", "168": "7 days"}


class EndpointForm(forms.Form):
    name = TextField(max_length=100, help_text="The system that receives the events, such as “Warehouse”")
    url = forms.CharField(
        label="URL",
        max_length=1000,
        widget=forms.URLInput(attrs={"class": "vTextField", "dir": "ltr", "spellcheck": "false"}),
        help_text="Public, and begins with https://",
    )
    all_kinds = forms.BooleanField(label="All events", required=False, help_text="Also of kinds that are added later")
    kinds = forms.MultipleChoiceField(
        required=False, label="Some events", choices=EventKind.choices, widget=forms.CheckboxSelectMultiple
    )
    use_required_attribute = False

    def __init__(self, data: Any = None, *, endpoint: WebhookEndpoint | None = None) -> None:
        initial: dict[str, Any] = {"all_kinds": True}
        if endpoint:
            kinds = endpoint.kinds
            initial = {"name": endpoint.name, "url": endpoint.url, "all_kinds": not kinds, "kinds": kinds}
        super().__init__(data, initial=initial, label_suffix="")

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The checkboxes by what the events are about."""
        boxes = list(self["kinds"])
        return [
            (label, [box for box in boxes if box.data["value"].startswith(f"{prefix}.")])
            for prefix, label in GROUPS.items()
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("all_kinds"):
            values["kinds"] = []
        elif not values.get("kinds") and "kinds" not in self.errors:
            self.add_error("kinds", ValidationError("Select at least one kind of event, or all."))
        return values

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "url", "kinds")}


class RotateForm(forms.Form):
    hours = forms.ChoiceField(label="Sign with the old secret as well for", choices=list(PERIODS.items()), initial="24")

    @property
    def period(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["hours"]))


MERGES: Sequence[str] = [EventKind.CUSTOMER_MERGED, EventKind.CUSTOMER_UNMERGED, EventKind.CUSTOMER_SPLIT]


class ReplayForm(forms.Form):
    since = forms.DateTimeField(
        label="Every event since",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        error_messages={"invalid": "Enter a date and a time, such as 2026-11-29 11:00."},
    )
    kinds = forms.ChoiceField(
        label="Events", required=False, choices=[("", "All events"), ("merges", "Merges, undos and splits only")]
    )

    @property
    def chosen_kinds(self) -> Sequence[str]:
        return MERGES if self.cleaned_data["kinds"] else ()
