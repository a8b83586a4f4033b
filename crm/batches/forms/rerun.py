from uuid import uuid4

from django import forms


class RerunManyForm(forms.Form):
    """`seen` is the preview that the page showed."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)

    @classmethod
    def new(cls, seen: str) -> "RerunManyForm":
        return cls(initial={"token": uuid4(), "seen": seen})
