from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms

from customers.models.merge import Kept, OnConflict
from customers.web.fields import LONGEST_REASON, TextField

KEPT = [choice for choice in Kept.choices if choice[0] != Kept.SOURCE]


class BatchMergeForm(forms.Form):
    """How the groups of a preview are merged: in the address, where it only changes the preview, and when confirmed.

    What is not valid, such as in an address that was cut off, is as by default.
    """

    keep = forms.ChoiceField(choices=KEPT, required=False)
    conflict = forms.ChoiceField(choices=OnConflict.choices, required=False)
    token = forms.UUIDField(required=False)
    reason = TextField(label="Reason (optional)", max_length=LONGEST_REASON, required=False)
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        self.is_valid()

    @property
    def chosen_keep(self) -> Kept:
        return Kept(self.cleaned_data.get("keep") or Kept.OLDEST)

    @property
    def chosen_conflict(self) -> OnConflict:
        return OnConflict(self.cleaned_data.get("conflict") or OnConflict.REVIEW)

    @property
    def chosen_token(self) -> UUID:
        """Of this page; another for each time it is opened."""
        return self.cleaned_data.get("token") or uuid4()
