from typing import Any

from django import forms

from crm.accounts import time_zones
from crm.accounts.models import User
from customers.web.fields import choice_field


class PreferencesForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="All times are shown in this time zone. Open the list and type the first letters of a city.",
    )

    class Meta:
        model = User
        fields = ["theme", "time_zone"]
        labels = {"theme": "Theme"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "time_zone").choices = time_zones.choices(and_also=self.initial["time_zone"])
