from uuid import uuid4

from django import forms

from customers.merging.undo import UndoTerms
from customers.web.fields import LONGEST_REASON, TextField

YES, NO = "yes", "no"


class BatchUndoForm(forms.Form):
    """How the merges of a preview are undone. `shown` are the merges with a box on the page, `merge` those ticked."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    mark = forms.ChoiceField(choices=[(YES, "Yes"), (NO, "No")], initial=YES)
    allow_overdraft = forms.BooleanField(required=False)
    reason = TextField(label="Reason (optional)", max_length=LONGEST_REASON, required=False)
    use_required_attribute = False

    @classmethod
    def new(cls) -> "BatchUndoForm":
        return cls(initial={"token": uuid4(), "mark": YES})

    @property
    def marks(self) -> bool:
        """As the page shows it."""
        return bool(self["mark"].value() != NO)

    @property
    def terms(self) -> UndoTerms:
        cleaned = self.cleaned_data
        return UndoTerms(cleaned["allow_overdraft"], cleaned["mark"] == YES, cleaned["reason"])
