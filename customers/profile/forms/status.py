from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q

from customers.models import Customer
from customers.profile.fields import BY_KEY


class StatusForm(forms.Form):
    """Lead status and owner of a customer, with the version that was shown."""

    lead_status = forms.ChoiceField(choices=BY_KEY["lead_status"].options, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, customer: Customer, data: Mapping[str, Any] | None = None) -> None:
        shown = {"lead_status": customer.lead_status, "owner": customer.owner_id, "version": customer.version}
        super().__init__(data, label_suffix="", initial=shown)
        staff = Q(is_active=True) | Q(pk__in=[customer.owner_id] if customer.owner_id else [])
        choices = get_user_model().objects.filter(staff).order_by("first_name", "last_name", "username")
        self.fields["owner"] = forms.ModelChoiceField(choices, required=False, empty_label="Unassigned")
