"""The choice of what a column means: some seventy options, for each of up to 500 columns."""

from functools import cache
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from orders.imports.columns.fields import groups

LEAVE_OUT = "Leave out"


def choices() -> list[tuple[str, Any]]:
    of_groups = [(group, [(target.key, target.name) for target in targets]) for group, targets in groups().items()]
    return [("", LEAVE_OUT), *of_groups]


@cache
def _options() -> SafeString:
    by_group = (
        (group, format_html_join("", '<option value="{}">{}</option>', options)) for group, options in choices()[1:]
    )
    first = format_html('<option value="">{}</option>', LEAVE_OUT)
    return first + format_html_join("", '<optgroup label="{}">{}</optgroup>', by_group)


class TargetSelect(forms.Select):
    """Draws its options by one text: by a template each, a page of 200 columns would take seconds."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = format_html('value="{}"', value or "")
        options = _options().replace(chosen, f"{chosen} selected", 1)
        flat = format_html_join("", ' {}="{}"', attributes.items())
        return mark_safe(f"<select{flat}>{options}</select>")  # noqa: S308 - both parts were escaped above
