"""Form fields and inputs that several packages use."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.forms.widgets import Widget

from customers.lib.names import has_visible_text
from customers.lib.text import without_unstorable
from customers.models import Merge
from customers.web.permissions import StaffRequest


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    # Django types form.fields as plain fields, which have no choices to set.
    return cast("forms.ChoiceField", form.fields[name])


DAY = "%Y-%m-%d"


def chosen_label(form: forms.BaseForm, name: str, value: str) -> str:
    """A value as the form shows it: the label of a choice, else the value."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        return value
    choices = cast("Iterable[tuple[str, str]]", field.choices)
    return str(dict(choices).get(value, value))


class DateInput(forms.DateInput):
    """Leaves out a text that is not a date: a browser would show an empty input and log a warning."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        try:
            return super().format_value(date.fromisoformat(str(value)))
        except ValueError:
            return None


class TextField(forms.CharField):
    """A text field without `maxlength`: browsers silently cut off what is pasted beyond it."""

    default_error_messages = {"max_length": "Use %(limit_value)d characters or fewer. This has %(show_value)d."}

    def to_python(self, value: Any) -> str:
        # Text of invisible characters only counts as empty.
        text = str(super().to_python(value))
        return text if has_visible_text(text) else ""

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "class": "vTextField", "dir": "auto"}


LONGEST_REASON = int(Merge._meta.get_field("reason").max_length or 0)


def reason_in(request: StaffRequest) -> str:
    return without_unstorable(request.POST.get("reason", "")).strip()[:LONGEST_REASON]
