from typing import Any

from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.forms.widgets import Select
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe


class FormRenderer(TemplatesSetting):
    """Makes `{{ form.email.as_field_group }}` a row of our forms, and lists to choose from in Python.

    Django fills a template for each option: with 250 countries in each address, that was most of the time of a page.
    """

    field_template_name = "includes/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == Select.template_name:
            return select(context["widget"])
        return super().render(template_name, context, request)


def select(widget: dict[str, Any]) -> SafeString:
    groups = mark_safe("".join(group(name, options) for name, options, _ in widget["optgroups"]))  # noqa: S308
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], flatatt(widget["attrs"]), groups)


def group(name: str | None, options: list[dict[str, Any]]) -> SafeString:
    elements = mark_safe("".join(map(option, options)))  # noqa: S308
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, elements) if name else elements


def option(widget: dict[str, Any]) -> str:
    attributes = flatatt(widget["attrs"]) if widget["attrs"] else ""
    value, label = conditional_escape(widget["value"]), conditional_escape(widget["label"])
    return f'\n  <option value="{value}"{attributes}>{label}</option>'
