"""The form to cancel a purchase: when, with or without a refund of what it was last billed, and a note about it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms

from customers.engagement.forms.notes import NoteField
from customers.lib.money import format_for_input
from customers.web.fields import choice_field
from orders.locks import OrderError
from orders.models import Purchase
from orders.pages.forms.fields import AmountField, DayField, ReasonField
from orders.pages.forms.purchase import PurchaseForm
from orders.payments.cancel_and_refund import LastBilling
from orders.payments.refund import refuse_amount
from orders.subscriptions.cancel import (
    day_to_cancel_after_next_bill,
    day_to_cancel_before_next_bill,
    refuse_cancellation_day,
)
from orders.subscriptions.common import PurchaseError, shown_date, tomorrow


class CancelTime(StrEnum):
    NOW = "now"
    BEFORE_NEXT_BILL = "before"
    AFTER_NEXT_BILL = "after"
    DAY = "day"


class RefundPart(StrEnum):
    NONE = ""
    FULL = "full"
    PART = "part"


class CancelForm(PurchaseForm):
    """Without the `billing` that can be refunded, and without `may_note`, there are no fields for these."""

    when = forms.ChoiceField(label="When", error_messages={"required": "Choose when to cancel."})
    day = DayField(label="Date", required=False, help_text="For “On a date” only.")
    stop = forms.BooleanField(
        label="Stop billing until then", required=False, help_text="Nothing is billed before the cancellation."
    )
    refund = forms.ChoiceField(label="Refund", required=False)
    amount = AmountField(label="Amount", required=False)
    reason = ReasonField()
    note = NoteField(label="Note (optional)", required=False, help_text="Added to the notes of the customer.", rows=2)

    def __init__(
        self,
        purchase: Purchase,
        data: Mapping[str, Any] | None = None,
        *,
        billing: LastBilling | None = None,
        may_note: bool = False,
    ) -> None:
        super().__init__(purchase, data)
        self.billing = billing
        choice_field(self, "when").choices = self.choices()
        if billing:
            self._offer_refund(billing)
        else:
            del self.fields["refund"], self.fields["amount"]
        if not may_note:
            del self.fields["note"]

    def _offer_refund(self, billing: LastBilling) -> None:
        field = choice_field(self, "refund")
        field.choices = [(RefundPart.NONE, "None"), (RefundPart.FULL, f"Full, {billing}"), (RefundPart.PART, "Part")]
        field.help_text = f"Of what the purchase was last billed, in order {billing.order.number}."
        self.fields["amount"].label = f"Amount, {billing.order.currency}"
        self.fields["amount"].help_text = f"For “Part” only. At most {billing}."

    def choices(self) -> list[tuple[str, str]]:
        choices = [(CancelTime.NOW.value, "Now")] if self._is_allowed(None) else []
        choices.append((CancelTime.DAY, "On a date"))
        bill_day = self.purchase.bills_on_unless_cancelled
        if bill_day and bill_day >= tomorrow():
            if self._is_allowed(day_to_cancel_after_next_bill(self.purchase)):
                bill = "next successful bill" if self.purchase.is_billed_here else "next bill"
                choices.insert(0, (CancelTime.AFTER_NEXT_BILL, f"After the {bill}, {shown_date(bill_day)}"))
            if self._is_allowed(day_to_cancel_before_next_bill(self.purchase)):
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
        if self.cleaned_data.get("stop") and self.cleaned_data.get("when") not in (None, CancelTime.DAY):
            self.add_error("stop", "Choose “On a date” to stop billing until then.")
        if self.billing and "amount" not in self.errors:
            self._check_refund(self.billing)
        return self.cleaned_data

    def _check_day(self, when: str | None, day: date | None) -> None:
        if when == CancelTime.DAY and day:
            self.check("day", lambda: refuse_cancellation_day(self.purchase, day))
        elif when == CancelTime.DAY:
            self.add_error("day", "Choose a date.")
        elif when and day:
            self.add_error("day", "Choose “On a date” to use this date, or leave it empty.")

    def _check_refund(self, billing: LastBilling) -> None:
        part, amount = self.cleaned_data.get("refund"), self.cleaned_data.get("amount")
        if part != RefundPart.PART:
            if amount is not None:
                self.add_error("amount", "Choose “Part” to refund this amount, or leave it empty.")
            return
        if amount is None:
            example = format_for_input(billing.payment.left, billing.order.currency)
            self.add_error("amount", f"Enter an amount such as {example}.")
            return
        try:
            refuse_amount(billing.payment, amount)
        except OrderError as error:
            self.add_error("amount", str(error))

    @property
    def is_after_bill(self) -> bool:
        """Once the next bill is paid, whenever that is: only what is billed here knows of it."""
        return self.cleaned_data["when"] == CancelTime.AFTER_NEXT_BILL and self.purchase.is_billed_here

    @property
    def outcome(self) -> str:
        if self.is_after_bill:
            return "The purchase will be cancelled after its next successful bill."
        return f"The purchase will be cancelled on {shown_date(self.on)}." if self.on else "Purchase cancelled."

    @property
    def on(self) -> date | None:
        """The day to cancel on; None for now."""
        day: date | None = self.cleaned_data["day"]
        match self.cleaned_data["when"]:
            case CancelTime.BEFORE_NEXT_BILL:
                day = day_to_cancel_before_next_bill(self.purchase)
            case CancelTime.AFTER_NEXT_BILL:
                day = day_to_cancel_after_next_bill(self.purchase)
        return day

    @property
    def refund_amount(self) -> Decimal | None:
        if self.billing and self.cleaned_data.get("refund") == RefundPart.FULL:
            return self.billing.payment.left
        amount: Decimal | None = self.cleaned_data.get("amount")
        return amount
