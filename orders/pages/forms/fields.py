"""The fields that the forms of orders and purchases share."""

import re
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from customers.lib.text import can_be_stored

LONGEST_REASON = 200


class AmountField(forms.DecimalField):
    """An amount of money; how many decimals it may have depends on its currency, so that is checked by a rule."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        wrong = "Enter an amount such as 7.50."
        super().__init__(error_messages={"required": wrong, "invalid": wrong}, **options)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "class": "vTextField"})

    def clean(self, value: Any) -> Any:
        """As money is written: Decimal would take 1e1 and 1_0 too."""
        if value and not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", str(value).strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().clean(value)


class ReasonField(forms.CharField):
    def __init__(self, *, most: int = LONGEST_REASON) -> None:
        super().__init__(
            label="Reason",
            help_text="Recorded in the history.",
            error_messages={"required": "Enter a reason."},
        )
        self.widget.attrs.update({"class": "vTextField", "autocomplete": "off"})
        # Without a maxlength in the page, with which a browser would cut off what is pasted and not say so.
        message = f"Use {most} characters or fewer. This has %(show_value)d."
        self.validators.append(MaxLengthValidator(most, message))

    def clean(self, value: Any) -> str:
        if value and not can_be_stored(str(value)):
            raise forms.ValidationError("Remove the character that cannot be stored.")
        return str(super().clean(value))


class DayField(forms.DateField):
    """A day in UTC, as `orders.subscriptions.change` judges it."""

    def __init__(self, *, help_text: str = "", **options: Any) -> None:
        wrong = "Enter a date such as 2026-01-31."
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "vTextField"}),
            input_formats=["%Y-%m-%d"],
            error_messages={"required": wrong, "invalid": wrong},
            help_text=f"{help_text} Dates begin at 00:00 UTC.".strip(),
            **options,
        )
