from typing import cast

from django import forms


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """A field that `form` declares as one with choices, so that they can be set; the types know it only as a field."""
    return cast("forms.ChoiceField", form.fields[name])
