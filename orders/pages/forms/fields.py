"""Form fields for amounts, reasons and days."""

import re
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from customers.lib.text import can_be_stored
from customers.web.fields import LONGEST_REASON


class AmountField(forms.DecimalField):
    """An amount of money. The rules check its decimals, because they depend on the currency."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        message = "Enter an amount such as 7.50."
        super().__init__(error_messages={"required": message, "invalid": message}, **options)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "class": "vTextField"})

    def clean(self, value: Any) -> Any:
        # Decimal would take 1e1 and 1_0 too.
        if value and not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", str(value).strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().clean(value)


class ReasonField(forms.CharField):
    def __init__(self, *, longest: int = LONGEST_REASON) -> None:
        super().__init__(
            label="Reason",
            help_text="Recorded in the history.",
            error_messages={"required": "Enter a reason."},
        )
        self.widget.attrs.update({"class": "vTextField", "autocomplete": "off"})
        # No maxlength in the page: with it a browser cuts off pasted text without a word.
        message = f"Use {longest} characters or fewer. This has %(show_value)d."
        self.validators.append(MaxLengthValidator(longest, message))

    def clean(self, value: Any) -> str:
        if value and not can_be_stored(str(value)):
            raise forms.ValidationError("Remove the character that cannot be stored.")
        return str(super().clean(value))


class DayField(forms.DateField):
    """A UTC day, which `orders.subscriptions.common.refuse_day` checks."""

    def __init__(self, *, help_text: str = "", **options: Any) -> None:
        message = "Enter a date such as 2026-01-31."
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "vTextField"}),
            input_formats=["%Y-%m-%d"],
            error_messages={"required": message, "invalid": message},
            help_text=f"{help_text} Dates begin at 00:00 UTC.".strip(),
            **options,
        )
