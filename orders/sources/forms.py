from collections.abc import Mapping
from typing import Any

from django import forms

from customers.lib.addresses.countries import COUNTRIES
from customers.models import DataSource
from customers.sources.data_sources import EDITABLE, is_of_login, latest_change
from customers.web.fields import TextField, choice_field

WRONG = {"invalid_choice": "Select one of the listed options."}


class SourceForm(forms.Form):
    """Name and defaults, with the latest change that was shown. A name that cannot be changed has no field."""

    name = TextField(
        label="Name",
        max_length=DataSource._meta.get_field("name").max_length,
        error_messages={"required": "Enter a name."},
    )
    default_country = forms.ChoiceField(
        label="Default country",
        required=False,
        error_messages=WRONG,
        help_text="For what it sends without a country. Phones are read in this country, and addresses get it.",
    )
    default_currency = TextField(
        label="Default currency",
        max_length=DataSource._meta.get_field("default_currency").max_length,
        required=False,
    )
    bills_elsewhere = forms.BooleanField(
        label="Billed elsewhere",
        required=False,
        help_text="Another system bills its purchases when they are due. Otherwise Reunite does, through the payment"
        " gateway, for purchases that begin with an order charged by the gateway while this is off.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)
    use_required_attribute = False

    def __init__(
        self, source: DataSource, data: Mapping[str, Any] | None = None, *, account_country: str, account_currency: str
    ) -> None:
        initial = {name: getattr(source, name) for name in EDITABLE}
        super().__init__(data, label_suffix="", initial={**initial, "seen": latest_change(source)})
        if source.is_staff or is_of_login(source.name):
            del self.fields["name"]
        countries = [("", f"Account default ({account_country})"), *COUNTRIES]
        choice_field(self, "default_country").choices = countries
        self.fields[
            "default_currency"
        ].help_text = (
            f"For orders sent without one, such as USD. Leave empty for the account default ({account_currency})."
        )

    def clean_default_currency(self) -> str:
        return str(self.cleaned_data["default_currency"]).strip().upper()


class DeleteSourceForm(forms.Form):
    """`seen` is the fingerprint of the plan that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    source_too = forms.BooleanField(
        label="Delete the data source too",
        required=False,
        help_text="With its plans that were never sold. Otherwise it stays, empty, with its name and defaults.",
    )
    use_required_attribute = False
