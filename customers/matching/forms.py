from django import forms

from customers.models import IgnoredValue
from customers.web.fields import TextField


class IgnoreForm(forms.Form):
    """An email or phone to ignore for all customers."""

    value = TextField(
        label="Email or phone",
        max_length=IgnoredValue._meta.get_field("written").max_length,
        error_messages={"required": "Enter an email or phone."},
    )
    reason = TextField(
        label="Reason (optional)", max_length=IgnoredValue._meta.get_field("reason").max_length, required=False
    )
    use_required_attribute = False
