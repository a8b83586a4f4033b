from typing import Any

from django import forms

from customers.erasing.erase import is_name_of
from customers.models import Customer


class DeleteForm(forms.Form):
    """The name typed again, so that no customer is deleted by mistake."""

    name = forms.CharField(
        label="Customer’s name",
        max_length=500,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the customer’s name to confirm."},
    )

    def __init__(self, customer: Customer, data: Any = None) -> None:
        super().__init__(data)
        self.customer = customer

    def clean_name(self) -> str:
        typed = str(self.cleaned_data["name"])
        if not is_name_of(self.customer, typed):
            raise forms.ValidationError("The name does not match. Enter it as shown above.")
        return typed
