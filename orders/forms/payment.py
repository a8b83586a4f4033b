"""What a person says who charges or refunds an order. Amounts and cards are checked again by the rules."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from customers.days import day
from customers.models import PaySource
from customers.money import shown
from orders.forms.fields import AmountField, ReasonField
from orders.paying import PaymentError
from orders.refunding import Payment, refuse_amount
from orders.rerunning import refuse_expired


class RerunForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    card = forms.TypedChoiceField(label="Charge to", coerce=int, error_messages={"required": "Choose a card."})
    use_required_attribute = False

    def __init__(self, cards: Sequence[PaySource], data: Mapping[str, Any] | None = None, *, seen: str = "") -> None:
        super().__init__(data, label_suffix="", initial={"seen": seen})
        self.cards = {card.pk: card for card in cards}
        self.fields["card"].choices = [(card.pk, _card(card)) for card in cards]  # type: ignore[attr-defined]  # a choice field

    def clean_card(self) -> int:
        chosen: int = self.cleaned_data["card"]
        try:
            refuse_expired(self.cards[chosen])
        except PaymentError as error:
            raise forms.ValidationError(str(error)) from None
        return chosen


def _card(card: PaySource) -> str:
    if card.is_expired:
        return f"{card}, expired {card.expiry}"
    return f"{card}, until {card.expiry}" if card.expiry else str(card)


class RefundForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    sale = forms.TypedChoiceField(label="Refund of", coerce=int, error_messages={"required": "Choose a payment."})
    amount = AmountField(label="Amount")
    reason = ReasonField()
    use_required_attribute = False

    def __init__(self, payments: Sequence[Payment], data: Mapping[str, Any] | None = None, *, seen: str = "") -> None:
        self.payments = payments
        currency = payments[0].sale.currency
        most = shown(payments[0].left, currency).replace(",", "")
        super().__init__(data, label_suffix="", initial={"seen": seen, "amount": most})
        self.fields["amount"].label = f"Amount, {currency}"
        self.fields["sale"].choices = [(p.sale.pk, _payment(p)) for p in payments]  # type: ignore[attr-defined]  # a choice field

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        chosen = next((p for p in self.payments if p.sale.pk == self.cleaned_data.get("sale")), None)
        try:
            if chosen:
                refuse_amount(chosen, amount)
        except PaymentError as error:
            raise forms.ValidationError(str(error)) from None
        return amount


def _payment(payment: Payment) -> str:
    sale = payment.sale
    paid, left = (f"{shown(amount, sale.currency)}" for amount in (sale.amount, payment.left))
    return f"{paid} {sale.currency} from {sale.pay_source} on {day(sale.at)}, {left} left"
