from collections.abc import Mapping
from typing import Any

from django import forms

LONGEST = 5_000


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note (staff only)",
        max_length=LONGEST,
        error_messages={
            "required": "Enter a note.",
            "max_length": "Not saved. Use %(limit_value)d characters or fewer. This has %(show_value)d.",
        },
        # Without a maxlength: browsers silently cut off what is pasted beyond it.
        widget=forms.Textarea(attrs={"id": "note", "rows": 3, "autofocus": True}),
    )
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["text"].widget.attrs.pop("maxlength", None)

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")
