from dataclasses import fields

from django import forms

from customers.merging.undo import UndoTerms


class UndoForm(forms.Form):
    """What a user decides about an undo, alone or of many: each field is one of UndoTerms."""

    mark_not_duplicates: forms.Field = forms.BooleanField(required=False)
    allow_overdraft = forms.BooleanField(required=False)
    use_required_attribute = False

    @property
    def terms(self) -> UndoTerms:
        names = [field.name for field in fields(UndoTerms)]
        return UndoTerms(**{name: value for name, value in self.cleaned_data.items() if name in names})
