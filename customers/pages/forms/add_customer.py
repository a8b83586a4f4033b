from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from customers.engagement.forms.notes import NoteField
from customers.models.ids import public_id
from customers.profile.fields import NAME_FIELDS
from customers.profile.forms.profile import ProfileForm


class AddForm(ProfileForm):
    """A new customer or lead. `token` becomes its uuid, so that a form sent twice adds one customer."""

    def __init__(self, data: MultiValueDict[str, str] | None = None) -> None:
        super().__init__(None, data)
        self.fields["note"] = NoteField(label="First note", required=False)
        self.fields["token"] = forms.CharField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not any(cleaned.get(name) for name in NAME_FIELDS):
            raise ValidationError("Not added. Enter a name, company, email or phone.")
        return cleaned

    @property
    def uuid(self) -> str:
        try:
            return f"cus_{UUID(self.cleaned_data['token'])}"
        except ValueError:
            return public_id("cus")
