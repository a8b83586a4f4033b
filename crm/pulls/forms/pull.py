from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone

from crm.pulls.models import Pull, System
from crm.pulls.pulls import PullAccount
from customers.web.fields import DateInput, TextField

INTERVALS = {"0": "By hand only", "1": "Every hour", "6": "Every 6 hours", "24": "Every day"}
CODE = {"dir": "ltr", "spellcheck": "false", "autocomplete": "off"}


def code_input(kind: type[forms.widgets.Input], **attributes: str) -> forms.widgets.Input:
    return kind(attrs={"class": "vTextField", **CODE, **attributes})


class PullForm(forms.Form):
    """Without data source and first day where a pull is changed: what is here came by them."""

    source = TextField(label="Data source", max_length=100, help_text="Its name here, new or known, such as “Shop”")
    url = forms.CharField(label="URL", max_length=1000, widget=code_input(forms.URLInput))
    password = forms.CharField(
        max_length=500,
        required=False,
        strip=False,
        widget=code_input(forms.PasswordInput, autocomplete="new-password"),
    )
    every = forms.ChoiceField(label="Runs", choices=list(INTERVALS.items()), initial="6")
    use_required_attribute = False
    entered: tuple[str, ...] = ("url", "password")

    def __init__(self, data: Mapping[str, Any] | None = None, *, pull: Pull | None = None) -> None:
        names = [*self.entered, "every"]
        initial = {name: str(getattr(pull, name)) for name in names if name != "password"} if pull else {}
        super().__init__(data, initial=initial, label_suffix="")
        if pull:
            for name in ("source", "since"):
                self.fields.pop(name, None)
            self.fields["password"].help_text = "Leave empty to keep it. It is stored encrypted."

    @property
    def account(self) -> PullAccount:
        values = {name: self.cleaned_data[name] for name in self.entered}
        return PullAccount(**values, every=int(self.cleaned_data["every"]))


class KonnektiveForm(PullForm):
    login = TextField(label="Login ID", max_length=100, widget=code_input(forms.TextInput))
    zone = forms.ChoiceField(
        label="Time zone of the account",
        choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())],
        initial="America/New_York",
        help_text="Its times come without one",
    )
    since = forms.DateField(label="Changed since", widget=DateInput, help_text="The first run begins with this day")
    field_order = ["source", "url", "login", "password", "zone", "since", "every"]
    entered = ("url", "login", "password", "zone")

    def __init__(self, data: Mapping[str, Any] | None = None, *, pull: Pull | None = None) -> None:
        super().__init__(data, pull=pull)
        self.fields["url"].help_text = "Of the API, such as https://api.checkoutchamp.com"
        self.fields["password"].label = "Password"
        self.fields["password"].help_text = (
            self.fields["password"].help_text
            or "Of an API user who may query customers and orders. It is stored encrypted."
        )

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since > timezone.localdate():
            raise forms.ValidationError("Enter a day that is not in the future.")
        return since


class ChartMogulForm(PullForm):
    source_there = TextField(
        label="Data source there",
        max_length=100,
        required=False,
        widget=code_input(forms.TextInput),
        help_text="Its name or uuid. Leave empty if there is only one; of several, each has a pull of its own.",
    )
    field_order = ["source", "url", "password", "source_there", "every"]
    entered = ("url", "password", "source_there")

    def __init__(self, data: Mapping[str, Any] | None = None, *, pull: Pull | None = None) -> None:
        super().__init__(data, pull=pull)
        self.fields["url"].initial = "https://api.chartmogul.com"
        self.fields["url"].help_text = "That of ChartMogul, or of another Reunite, such as https://crm.example.com"
        self.fields["password"].label = "API key"
        self.fields["password"].help_text = (
            self.fields["password"].help_text
            or "Of a user who may read customers, plans, invoices and activities. It is stored encrypted."
        )


def form_of(system: System) -> type[PullForm]:
    return KonnektiveForm if system == System.KONNEKTIVE else ChartMogulForm
