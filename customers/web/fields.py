"""Form fields and inputs that several packages use."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms.widgets import Widget

from customers.lib.identity import has_visible_text
from customers.lib.text import without_unstorable
from customers.models import Merge

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """A field that `form` declares as one with choices, so that they can be set; the types know it only as a field."""
    return cast("forms.ChoiceField", form.fields[name])


class TextField(forms.CharField):
    """Without a maxlength, with which a browser would cut off what is pasted and not say so."""

    default_error_messages = {"max_length": "Use %(limit_value)d characters or fewer. This has %(show_value)d."}

    def to_python(self, value: Any) -> str:
        """What cannot be seen is nothing."""
        text = str(super().to_python(value))
        return text if has_visible_text(text) else ""

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "class": "vTextField", "dir": "auto"}


LONGEST_REASON = int(Merge._meta.get_field("reason").max_length or 0)


def reason_in(request: "StaffRequest") -> str:
    """Why somebody acts, as much of it as is kept."""
    return without_unstorable(request.POST.get("reason", "")).strip()[:LONGEST_REASON]
