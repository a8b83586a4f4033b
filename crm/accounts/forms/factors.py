"""What is typed, or answered by a device, to show that it is you."""

from typing import Any

from django import forms

from customers.web.fields import TextField

LONGEST_ANSWER = 20_000
"""Characters of what a device answers; some send a chain of certificates along."""


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"}),
    )


class AppForm(forms.Form):
    """The first code of a new app. `sealed` is its secret, which only the server can read."""

    sealed = forms.CharField(widget=forms.HiddenInput)
    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="The six digits that the app shows.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasskeyForm(forms.Form):
    name = TextField(
        label="Name",
        max_length=100,
        help_text="To tell your passkeys apart, such as “Work laptop” or “Key in the safe”.",
    )
    credential = forms.CharField(max_length=LONGEST_ANSWER, widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("credential") and not self.errors:
            raise forms.ValidationError("Your device did not answer. Press “Add passkey”, which needs JavaScript.")
        return values


class SignedForm(forms.Form):
    """An answer alone, where the device knows whose passkey it is."""

    credential = forms.CharField(max_length=LONGEST_ANSWER)


class AnswerForm(forms.Form):
    """The second question: the password or the code of the app, or the answer of a passkey."""

    answer = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    credential = forms.CharField(max_length=LONGEST_ANSWER, widget=forms.HiddenInput, required=False)
