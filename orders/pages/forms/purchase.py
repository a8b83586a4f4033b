"""The forms to cancel, pause and reactivate a purchase and to change its billing. The rules check days and prices."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django import forms

from customers.lib.money import format_for_input
from customers.web.fields import choice_field
from orders.models import Purchase
from orders.pages.forms.fields import AmountField, DayField, ReasonField
from orders.subscriptions.billing import refuse_next_bill, refuse_price
from orders.subscriptions.cancel import day_after_next_bill, day_before_next_bill, refuse_cancellation_day
from orders.subscriptions.change import PurchaseError, refuse_day, shown_date, today, tomorrow
from orders.subscriptions.pause import proposed_next_bill


class CancelTime(StrEnum):
    NOW = "now"
    BEFORE_NEXT_BILL = "before"
    AFTER_NEXT_BILL = "after"
    DAY = "day"


class PurchaseForm(forms.Form):
    """`seen` is the stamp of the purchase when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, purchase: Purchase, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="", initial={"seen": purchase.stamp, **self.initial_values(purchase)})
        self.purchase = purchase

    def initial_values(self, purchase: Purchase) -> dict[str, Any]:
        return {}

    def check(self, field: str, refuse: Callable[[], None]) -> None:
        try:
            refuse()
        except PurchaseError as error:
            self.add_error(field, str(error))


class CancelForm(PurchaseForm):
    when = forms.ChoiceField(label="When", error_messages={"required": "Choose when to cancel."})
    day = DayField(label="Date", required=False, help_text="For “On a date” only.")
    reason = ReasonField()

    def __init__(self, purchase: Purchase, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(purchase, data)
        choice_field(self, "when").choices = self.choices()

    def choices(self) -> list[tuple[str, str]]:
        choices = [(CancelTime.NOW.value, "Now")] if self._is_allowed(None) else []
        choices.append((CancelTime.DAY, "On a date"))
        bill_day = self.purchase.bills_on_unless_cancelled
        if bill_day and bill_day >= tomorrow():
            if self._is_allowed(day_after_next_bill(self.purchase)):
                choices.insert(0, (CancelTime.AFTER_NEXT_BILL, f"After the next bill, {shown_date(bill_day)}"))
            if self._is_allowed(day_before_next_bill(self.purchase)):
                choices.insert(0, (CancelTime.BEFORE_NEXT_BILL, f"Before the next bill, {shown_date(bill_day)}"))
        return choices

    def _is_allowed(self, day: date | None) -> bool:
        try:
            refuse_cancellation_day(self.purchase, day)
        except PurchaseError:
            return False
        return True

    def clean(self) -> dict[str, Any]:
        if "day" not in self.errors:
            self._check_day(self.cleaned_data.get("when"), self.cleaned_data.get("day"))
        return self.cleaned_data

    def _check_day(self, when: str | None, day: date | None) -> None:
        if when == CancelTime.DAY and day:
            self.check("day", lambda: refuse_cancellation_day(self.purchase, day))
        elif when == CancelTime.DAY:
            self.add_error("day", "Choose a date.")
        elif when and day:
            self.add_error("day", "Choose “On a date” to use this date, or leave it empty.")

    @property
    def on(self) -> date | None:
        """The day to cancel on; None for now."""
        day: date | None = self.cleaned_data["day"]
        match self.cleaned_data["when"]:
            case CancelTime.BEFORE_NEXT_BILL:
                day = day_before_next_bill(self.purchase)
            case CancelTime.AFTER_NEXT_BILL:
                day = day_after_next_bill(self.purchase)
        return day


class PauseForm(PurchaseForm):
    until = DayField(
        label="Restart on", required=False, help_text="Leave empty to pause until the purchase is reactivated."
    )

    def clean(self) -> dict[str, Any]:
        if until := self.cleaned_data.get("until"):
            self.check("until", lambda: refuse_day(until, first=tomorrow()))
        return self.cleaned_data


class ReactivateForm(PurchaseForm):
    """A user who may not change the billing gets no field for the next bill."""

    next_bill = DayField(label="Next bill")

    def __init__(self, purchase: Purchase, data: Mapping[str, Any] | None = None, *, may_choose: bool) -> None:
        super().__init__(purchase, data)
        if not may_choose:
            del self.fields["next_bill"]

    def initial_values(self, purchase: Purchase) -> dict[str, Any]:
        return {"next_bill": proposed_next_bill(purchase)}

    def clean(self) -> dict[str, Any]:
        if next_bill := self.cleaned_data.get("next_bill"):
            self.check("next_bill", lambda: refuse_day(next_bill, first=today()))
        if "next_bill" in self.data and "next_bill" not in self.fields:
            raise forms.ValidationError("You do not have permission to choose the next bill date. Nothing was changed.")
        return self.cleaned_data


class BillingForm(PurchaseForm):
    price = AmountField(label="Price")
    next_bill = DayField(label="Next bill", required=False)

    def __init__(self, purchase: Purchase, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(purchase, data)
        self.fields["price"].label = f"Price, {purchase.currency}"

    def initial_values(self, purchase: Purchase) -> dict[str, Any]:
        price = format_for_input(purchase.price, purchase.currency)
        return {"price": price, "next_bill": purchase.next_bill_date}

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if "price" in values:
            self.check("price", lambda: refuse_price(self.purchase, values["price"]))
        if "next_bill" in values:
            self.check("next_bill", lambda: refuse_next_bill(self.purchase, values["next_bill"]))
        return values
