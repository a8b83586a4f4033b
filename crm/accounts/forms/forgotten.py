from django import forms


class ForgottenForm(forms.Form):
    name = forms.CharField(
        label="User name or email",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "off"}),
    )
