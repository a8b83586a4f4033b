from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q

from customers.models import Customer
from customers.profile.fields import BY_KEY
from customers.profile.forms.inputs import fields_of, value

PHASE = BY_KEY["lead_phase"]


class StatusForm(forms.Form):
    """Lead status, lead phase and owner of a customer, with the version that was shown."""

    lead_status = forms.ChoiceField(choices=BY_KEY["lead_status"].options, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, customer: Customer, data: Mapping[str, Any] | None = None, *, shown_instead: str = "") -> None:
        """`shown_instead` is the status that is shown whatever the lead status is, if there is one."""
        shown = {name: getattr(customer, name) for name in ("lead_status", "version")}
        shown |= {"owner": customer.owner_id, PHASE.key: customer.lead_phase_id}
        super().__init__(data, label_suffix="", initial=shown)
        if shown_instead:
            hint = f"Kept, but not shown: this customer has bought and is {shown_instead}."
            self.fields["lead_status"].help_text = hint
        staff = Q(is_active=True) | Q(pk__in=[customer.owner_id] if customer.owner_id else [])
        choices = get_user_model().objects.filter(staff).order_by("first_name", "last_name", "username")
        self.fields["owner"] = forms.ModelChoiceField(choices, required=False, empty_label="Unassigned")
        if PHASE.entries.exists():
            self.fields |= fields_of(PHASE, customer)
            self.order_fields(["lead_status", PHASE.key, "owner"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get(PHASE.key) and not cleaned.get("lead_status"):
            self.add_error(PHASE.key, "Only a lead has a phase. Select a lead status, or “Not set” here.")
        return cleaned

    @property
    def status(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in ("lead_status", PHASE.key) if name in self.fields}
        return {name: value(BY_KEY[name], values) for name in values}
