"""Form fields and inputs that several packages use."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms.widgets import Widget

from customers.lib.names import has_visible_text
from customers.lib.text import without_unstorable
from customers.models import Merge

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    # Django types form.fields as plain fields, which have no choices to set.
    return cast("forms.ChoiceField", form.fields[name])


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


def reason_in(request: "StaffRequest") -> str:
    return without_unstorable(request.POST.get("reason", "")).strip()[:LONGEST_REASON]
