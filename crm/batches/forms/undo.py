from uuid import uuid4

from django import forms

from customers.merging.forms.undo import UndoForm
from customers.web.fields import LONGEST_REASON, TextField


class BatchUndoForm(UndoForm):
    """How the merges of a preview are undone. `shown` are the merges with a box on the page, `merge` those ticked."""

    # Required: a form without an answer is none of this page, or of a version before.
    mark_not_duplicates = forms.TypedChoiceField(choices=[("1", "Yes"), ("0", "No")], coerce="1".__eq__)
    token = forms.UUIDField(widget=forms.HiddenInput)
    reason = TextField(label="Reason (optional)", max_length=LONGEST_REASON, required=False)

    @classmethod
    def new(cls) -> "BatchUndoForm":
        return cls(initial={"token": uuid4(), "mark_not_duplicates": "1"})
