"""The forms to add a shop login and to set its password. A password is never sent back to a page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from customers.profile.clean import LONGEST_LOGIN
from customers.web.fields import TextField

LONGEST_PASSWORD = 128


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text="Not shown again. Give it to the customer yourself.",
        error_messages={
            "required": "Enter a password.",
            "max_length": "Use %(limit_value)d characters or fewer.",
        },
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["password"].widget.attrs.pop("maxlength", None)

    def clean_password(self) -> str:
        """The hash, or "" where none was typed."""
        password = str(self.cleaned_data["password"])
        if password and not password.strip():
            raise ValidationError("Enter a password that is not only spaces.")
        return make_password(password) if password else ""


class LoginForm(PasswordForm):
    login = TextField(max_length=LONGEST_LOGIN, error_messages={"required": "Enter a login."})
    field_order = ["login", "password"]

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["password"].required = False
        self.fields["password"].label = "Password"
        self.fields["password"].help_text = "Can be set later. Not shown again."
