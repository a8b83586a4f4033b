"""The forms to pause and reactivate a purchase and to change its billing. The rules check days and prices."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django import forms

from customers.lib.money import format_for_input
from customers.web.fields import choice_field
from orders.models import Purchase
from orders.pages.forms.fields import AmountField, DayField
from orders.subscriptions.billing import refuse_next_bill, refuse_price
from orders.subscriptions.common import PurchaseError, refuse_day, shown_date, today, tomorrow
from orders.subscriptions.pause import day_of_pause, proposed_next_bill

BEFORE_NEXT_BILL = "before"


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


class PauseForm(PurchaseForm):
    when = forms.ChoiceField(label="When", required=False)
    until = DayField(
        label="Restart on", required=False, help_text="Leave empty to pause until the purchase is reactivated."
    )

    def __init__(self, purchase: Purchase, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(purchase, data)
        choices = [("", "Now")]
        with suppress(PurchaseError):
            choices.append((BEFORE_NEXT_BILL, f"Before the next bill, {shown_date(day_of_pause(purchase))}"))
        choice_field(self, "when").choices = choices

    def clean(self) -> dict[str, Any]:
        if until := self.cleaned_data.get("until"):
            first = day_of_pause(self.purchase) + timedelta(days=1) if self.is_later else tomorrow()
            self.check("until", lambda: refuse_day(until, first=first))
        return self.cleaned_data

    @property
    def is_later(self) -> bool:
        return self.cleaned_data.get("when") == BEFORE_NEXT_BILL


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
