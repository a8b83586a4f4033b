"""Signing in, and changing your own password."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm, UsernameField
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from crm.accounts.models import User
    from customers.web.permissions import StaffRequest

    PasswordForm = SetPasswordForm[User]
else:
    PasswordForm = SetPasswordForm  # which is generic in its types only


class SignInForm(AuthenticationForm):
    username = UsernameField(label="User name", max_length=150)
    error_messages = {
        "invalid_login": "The user name or password is wrong. Both are case-sensitive.",
        "inactive": "The user name or password is wrong. Both are case-sensitive.",
    }


class NewPasswordForm(PasswordForm):
    """A new password, entered twice because it is hidden."""

    error_messages = {"password_mismatch": "The two passwords are not the same."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, first.help_text = "New password", "At least 12 characters."
        second.label, second.help_text = "Repeat new password", ""


class OwnPasswordForm(NewPasswordForm):
    """For the user who is signed in. It asks for the current password, in case someone else sits at an open desk."""

    old_password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, request: "StaffRequest", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        # Not check_password: this way wrong ones are counted, and guessing is paused as at the sign-in.
        if authenticate(self.request, username=self.user.get_username(), password=password) != self.user:
            raise ValidationError("This is not your current password.")
        return password
