"""Signing in, and changing your own password."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm, UsernameField
from django.core.exceptions import ValidationError

from crm.accounts.key_revocation import usable
from crm.accounts.models import ApiKey
from customers.lib.phrases import isolated
from customers.web.permissions import StaffRequest

if TYPE_CHECKING:
    from crm.accounts.models import User

    PasswordForm = SetPasswordForm[User]
else:
    PasswordForm = SetPasswordForm  # which is generic in its types only


MOST_NAMES = 5


class RevokeKeysField(forms.BooleanField):
    def __init__(self, keys: "Sequence[ApiKey]", *, owner: "User | None" = None) -> None:
        """`owner` where the keys are also of others: those of others are shown with their users."""
        names = [f"{key}, of {isolated(key.user)}" if owner and key.user != owner else str(key) for key in keys]
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        label = "Revoke API keys" if owner else "Revoke your API keys"
        when = (
            "when the user leaves, or the password or a key may be known to others"
            if owner
            else "if others may know them"
        )
        text = f"Recommended {when}: {', '.join(names[:MOST_NAMES])}{more}."
        super().__init__(label=label, required=False, help_text=text)


class SignInForm(AuthenticationForm):
    username = UsernameField(label="User name", max_length=150, widget=forms.TextInput(attrs={"autofocus": True}))
    error_messages = {
        "invalid_login": "The user name or password is wrong. Both are case-sensitive.",
        "inactive": "The user name or password is wrong. Both are case-sensitive.",
    }


class NewPasswordForm(PasswordForm):
    """A new password, entered twice because it is hidden, and whether API keys end with the old one."""

    error_messages = {"password_mismatch": "The two passwords are not the same."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, first.help_text = "New password", "At least 12 characters."
        second.label, second.help_text = "Repeat new password", ""
        # A wrong link has no user, so it has no keys.
        if keys := list(usable(ApiKey.objects.filter(user=self.user)).order_by("pk")):
            self.fields["revoke_keys"] = RevokeKeysField(keys)


class OwnPasswordForm(NewPasswordForm):
    """For the user who is signed in. It asks for the current password, in case someone else sits at an open desk."""

    old_password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password1", "new_password2", "revoke_keys"]

    def __init__(self, request: StaffRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        # Not check_password: this way wrong ones are counted, and guessing is paused as at the sign-in.
        if authenticate(self.request, username=self.user.get_username(), password=password) != self.user:
            raise ValidationError("This is not your current password.")
        return password
