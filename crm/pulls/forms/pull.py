from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone

from crm.pulls.models import Pull
from crm.pulls.pulls import PullAccount
from customers.web.fields import DateInput, TextField

INTERVALS = {"0": "By hand only", "1": "Every hour", "6": "Every 6 hours", "24": "Every day"}
CODE = {"dir": "ltr", "spellcheck": "false", "autocomplete": "off"}


class PullForm(forms.Form):
    """Without data source and first day where a pull is changed: what is here came by them."""

    source = TextField(label="Data source", max_length=100, help_text="Its name here, new or known, such as “Shop”")
    url = forms.CharField(
        label="URL",
        max_length=1000,
        widget=forms.URLInput(attrs={"class": "vTextField", **CODE}),
        help_text="Of the API, such as https://api.checkoutchamp.com",
    )
    login = TextField(label="Login ID", max_length=100, widget=forms.TextInput(attrs={"class": "vTextField", **CODE}))
    password = forms.CharField(
        label="Password",
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "vTextField", **CODE, "autocomplete": "new-password"}),
        help_text="Of an API user who may query customers and orders. It is stored encrypted.",
    )
    zone = forms.ChoiceField(
        label="Time zone of the account",
        choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())],
        help_text="Its times come without one",
    )
    since = forms.DateField(label="Changed since", widget=DateInput, help_text="The first run begins with this day")
    every = forms.ChoiceField(label="Runs", choices=list(INTERVALS.items()))
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, pull: Pull | None = None) -> None:
        initial = {"zone": "America/New_York", "every": "6"}
        if pull:
            initial = {"url": pull.url, "login": pull.login, "zone": pull.zone, "every": str(pull.every)}
        super().__init__(data, initial=initial, label_suffix="")
        if pull:
            del self.fields["source"], self.fields["since"]
            self.fields["password"].help_text = "Leave empty to keep it. It is stored encrypted."

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since > timezone.localdate():
            raise forms.ValidationError("Enter a day that is not in the future.")
        return since

    @property
    def account(self) -> PullAccount:
        names = ("url", "login", "password", "zone")
        return PullAccount(**{name: self.cleaned_data[name] for name in names}, every=int(self.cleaned_data["every"]))
