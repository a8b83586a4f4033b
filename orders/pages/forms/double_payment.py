from collections.abc import Mapping
from typing import Any

from django import forms

from customers.web.fields import choice_field
from orders.double_payments.double_payment_list import DoubleRow
from orders.pages.forms.fields import ReasonField


class SettleDoubleForm(forms.Form):
    """Which of the purchases or charges is kept; `seen` is the fingerprint of what was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)
    keep = forms.TypedChoiceField(
        coerce=int, widget=forms.RadioSelect, error_messages={"required": "Choose the one that is kept."}
    )
    reason = ReasonField()
    use_required_attribute = False

    def __init__(self, row: DoubleRow, data: Mapping[str, Any] | None = None, *, seen: str = "") -> None:
        first = min(row.open, key=lambda paid: (paid.row.at, paid.pk))
        initial = {"seen": seen, "keep": first.pk, "reason": "Paid twice"}
        super().__init__(data, label_suffix="", initial=initial)
        choice_field(self, "keep").choices = [(paid.pk, paid.label) for paid in row.open]
