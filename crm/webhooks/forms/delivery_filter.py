"""The filter of the list of deliveries. Values that are not valid are ignored."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from crm.webhooks.models import TEST, DeliveryState, WebhookEndpoint
from customers.models import EventKind
from customers.web.fields import choice_field

KINDS = [("", "Any event"), *((kind, kind) for kind in (*EventKind.values, TEST))]


class DeliveryFilterForm(forms.Form):
    endpoint = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, label="Event", choices=KINDS)
    state = forms.ChoiceField(required=False, label="Status", choices=[("", "Any status"), *DeliveryState.choices])
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any], *, endpoints: Sequence[WebhookEndpoint]) -> None:
        super().__init__(data, label_suffix="")
        choices = [(str(endpoint.pk), endpoint.name) for endpoint in endpoints]
        choice_field(self, "endpoint").choices = [("", "Any endpoint"), *choices]
        self.is_valid()

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}
