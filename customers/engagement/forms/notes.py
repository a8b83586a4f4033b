from collections.abc import Mapping
from typing import Any

from django import forms

from customers.engagement.notes import LONGEST_NOTE
from customers.web.fields import TextField


class NoteField(TextField):
    def __init__(self, *, label: str, required: bool = True, help_text: str = "", **attrs: Any) -> None:
        messages = {"required": "Enter a note."}
        widget = forms.Textarea(attrs={"rows": 3, **attrs})
        super().__init__(
            label=label,
            max_length=LONGEST_NOTE,
            required=required,
            help_text=help_text,
            error_messages=messages,
            widget=widget,
        )

    def to_python(self, value: Any) -> str:
        # Browsers send each line end as two characters; it counts as one.
        return super().to_python(value).replace("\r\n", "\n")


class NoteForm(forms.Form):
    text = NoteField(label="Note (staff only)", id="note", autofocus=True)
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
