from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html
from django.utils.safestring import mark_safe

from crm.http.form_renderer import FormRenderer
from tests.tables import table

CHOICES = [
    ("", "None"),
    ("a&b", "Ampersand & <b>"),
    ('"', mark_safe("<i>safe</i>")),
    (1, "A number"),
    ("Group <1>", [("x", "X"), ("y", "Y's")]),
]


class OneDisabled(forms.Select):
    def create_option(self, name, value, *arguments, **more):
        made = super().create_option(name, value, *arguments, **more)
        return made | {"attrs": {**made["attrs"], "disabled": value == "x", "data-value": f"<{value}>"}}


@table(
    ("widget", "chosen"),
    [
        (forms.Select(), "a&b"),
        (forms.Select({"class": "at-once", "required": True, "hidden": False, "data-x": '"'}), "1"),
        (OneDisabled(), "y"),
        (forms.SelectMultiple(), ["", "x"]),
    ],
)
def test_a_list_to_choose_from_is_as_django_makes_it(widget, chosen):
    widget.choices = CHOICES
    ours, theirs = (
        widget.render("from", chosen, {"id": "id_from"}, renderer=renderer)
        for renderer in (FormRenderer(), DjangoTemplates())
    )
    assert "<option" in ours
    assert parse_html(ours) == parse_html(theirs)
