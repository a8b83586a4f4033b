from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from customers.lib.money import is_payable
from customers.models import CreditEntry
from customers.web.fields import TextField

LIKE = "Enter an amount such as 7.50 or -2.00."


class CreditForm(forms.Form):
    """An amount to give (above zero) or to use up, with the latest adjustment that was shown."""

    amount = forms.CharField(
        help_text="Positive adds credit, negative deducts it, such as 7.50 or -2.00.",
        error_messages={"required": LIKE},
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        error_messages={"invalid": "Enter three letters such as USD.", "required": "Enter three letters such as USD."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = TextField(
        label="Reason",
        max_length=CreditEntry._meta.get_field("reason").max_length,
        help_text="Recorded in the credit entries and the history.",
        error_messages={"required": "Enter a reason."},
    )
    overdraw = forms.BooleanField(label="Allow negative credit", required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, currency: str, seen: int) -> None:
        super().__init__(data, label_suffix="", initial={"currency": currency, "seen": seen})

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors.pop("seen", None):
            # No field of the page: a link in the message would lead nowhere.
            self.add_error(None, "Credit was not adjusted. The form was not complete. Enter the adjustment again.")
        if "amount" in cleaned and "currency" in cleaned:
            try:
                cleaned["amount"] = self._amount(cleaned["amount"].replace("−", "-"), cleaned["currency"])
            except ValidationError as error:
                self.add_error("amount", error)
        return cleaned

    def _amount(self, text: str, currency: str) -> Decimal:
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise ValidationError(LIKE) from None
        if not is_payable(amount, currency) or not amount:
            raise ValidationError(LIKE)
        return amount
