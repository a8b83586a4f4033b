from functools import cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm.accounts import time_zones
from crm.accounts.models import User
from customers.web.fields import choice_field


class ZoneSelect(forms.Select):
    """Its six hundred options are written once for a process: Django’s templates took 60 ms of each page for them."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        options, chosen = _options(), format_html('value="{}"', value)
        if chosen in options:
            shown = options.replace(chosen, f"{chosen} selected", 1)
        else:
            shown = format_html('<option value="{}" selected>{}</option>', value, value) + options
        head = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", head, SafeString(shown))


@cache
def _options() -> SafeString:
    return format_html_join("", "{}", ((_option(*choice),) for choice in time_zones.choices(and_also="UTC")))


def _option(value: str, label: str | list[tuple[str, str]]) -> SafeString:
    if isinstance(label, str):
        return format_html('<option value="{}">{}</option>', value, label)
    places = format_html_join("", "{}", ((_option(*place),) for place in label))
    return format_html('<optgroup label="{}">{}</optgroup>', value, places)


class PreferencesForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(
        label="Time zone",
        widget=ZoneSelect,
        help_text="All times are shown in this time zone. Open the list and type the first letters of a city.",
    )

    class Meta:
        model = User
        fields = ["theme", "time_zone"]
        labels = {"theme": "Theme"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "time_zone").choices = time_zones.choices(and_also=self.initial["time_zone"])
