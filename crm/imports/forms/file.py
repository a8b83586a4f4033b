from typing import Any
from uuid import UUID, uuid4

from django import forms

TYPES = ".csv,.tsv,.txt,.xlsx,.ods"


class FileForm(forms.Form):
    """`refusal` says why the file was not taken in at all."""

    file = forms.FileField(
        label="File to import",
        widget=forms.FileInput(attrs={"accept": TYPES}),
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )
    # Of the import whose refused rows are in the file, corrected.
    corrects = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # Made with the page, so that a double click sends the same one twice.
    upload = forms.CharField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, data: Any = None, files: Any = None, *, refusal: str = "", corrects: int | None = None) -> None:
        super().__init__(data, files, initial={"corrects": corrects, "upload": uuid4()}, label_suffix="")
        if refusal:
            self.fields["file"].error_messages = dict.fromkeys(self.fields["file"].error_messages, refusal)

    def clean_upload(self) -> UUID | None:
        try:
            return UUID(self.cleaned_data["upload"])
        except ValueError:
            return None
