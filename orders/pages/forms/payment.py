"""The forms to rerun or refund an order and to resolve a payment. The rules check amounts and cards again."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from customers.lib.dates import format_day
from customers.lib.money import format_amount, format_for_input, format_money
from customers.models import PaySource
from customers.web.fields import TextField, choice_field
from orders.locks import OrderError
from orders.models import Transaction, TransactionKind
from orders.pages.forms.fields import AmountField, ReasonField
from orders.payments.decide import Decision
from orders.payments.refund import RefundablePayment, refuse_amount
from orders.payments.rerun import refuse_expired

YES, NO = "yes", "no"
OUTCOMES = {
    TransactionKind.SALE: ("It was charged", "It was not charged"),
    TransactionKind.CAPTURE: ("It was captured", "It was not captured"),
    TransactionKind.AUTHORIZE: ("It was authorized", "It was not authorized"),
    TransactionKind.VOID: ("It was voided", "It was not voided"),
    TransactionKind.REFUND: ("It was refunded", "It was not refunded"),
}
LONGEST_SETTLE_REASON = 160  # what is left of the longest answer after “Resolved manually”


class RerunForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    card = forms.TypedChoiceField(label="Charge to", coerce=int, error_messages={"required": "Choose a card."})
    use_required_attribute = False

    def __init__(self, cards: Sequence[PaySource], data: Mapping[str, Any] | None = None, *, seen: str = "") -> None:
        super().__init__(data, label_suffix="", initial={"seen": seen})
        self.cards = {card.pk: card for card in cards}
        choice_field(self, "card").choices = [(card.pk, _card_label(card)) for card in cards]

    def clean_card(self) -> int:
        chosen: int = self.cleaned_data["card"]
        try:
            refuse_expired(self.cards[chosen])
        except OrderError as error:
            raise forms.ValidationError(str(error)) from None
        return chosen


def _card_label(card: PaySource) -> str:
    if card.is_expired:
        return f"{card}, expired {card.expiry}"
    return f"{card}, exp. {card.expiry}" if card.expiry else str(card)


class SettleForm(forms.Form):
    """The outcome of a pending `payment`, as the console of the gateway shows it."""

    seen = forms.CharField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="Outcome at the gateway",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose the outcome."),
    )
    reference = TextField(
        label="Reference",
        required=False,
        max_length=Transaction._meta.get_field("gateway_reference").max_length,
        help_text="The gateway’s ID of the payment. A charge needs it to be refunded later.",
    )
    reason = ReasonField(longest=LONGEST_SETTLE_REASON)
    use_required_attribute = False

    def __init__(self, payment: Transaction, data: Mapping[str, Any] | None = None, *, seen: str = "") -> None:
        super().__init__(data, label_suffix="", initial={"seen": seen})
        done, not_done = OUTCOMES[TransactionKind(payment.kind)]
        choice_field(self, "outcome").choices = [("", "Choose…"), (YES, done), (NO, not_done)]

    @property
    def happened(self) -> bool:
        return bool(self.cleaned_data["outcome"] == YES)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("outcome") == YES and self.cleaned_data.get("reference") == "":
            self.add_error("reference", "Enter the gateway’s ID of this payment, as shown in its console.")
        return self.cleaned_data


class DecideForm(forms.Form):
    """What is true of a payment about which the gateway has given two different answers."""

    seen = forms.CharField(widget=forms.HiddenInput)
    decision = forms.TypedChoiceField(
        label="Decision",
        coerce=Decision,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose a decision."),
    )
    reason = ReasonField()
    use_required_attribute = False

    def __init__(self, decisions: Sequence[Decision], data: Mapping[str, Any] | None = None, *, seen: str = "") -> None:
        super().__init__(data, label_suffix="", initial={"seen": seen})
        choice_field(self, "decision").choices = [("", "Choose…"), *((d.value, d.label) for d in decisions)]


class RefundForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    sale = forms.TypedChoiceField(label="Payment", coerce=int, error_messages={"required": "Choose a payment."})
    amount = AmountField(label="Amount")
    reason = ReasonField()
    use_required_attribute = False

    def __init__(
        self, payments: Sequence[RefundablePayment], data: Mapping[str, Any] | None = None, *, seen: str = ""
    ) -> None:
        self.payments = payments
        currency = payments[0].sale.currency
        suggested = format_for_input(payments[0].left, currency)
        super().__init__(data, label_suffix="", initial={"seen": seen, "amount": suggested})
        self.fields["amount"].label = f"Amount, {currency}"
        choice_field(self, "sale").choices = [(p.sale.pk, _payment_label(p)) for p in payments]

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        chosen = next((p for p in self.payments if p.sale.pk == self.cleaned_data.get("sale")), None)
        try:
            if chosen:
                refuse_amount(chosen, amount)
        except OrderError as error:
            raise forms.ValidationError(str(error)) from None
        return amount


def _payment_label(payment: RefundablePayment) -> str:
    sale = payment.sale
    paid, left = format_money(sale.amount, sale.currency), format_amount(payment.left, sale.currency)
    return f"{paid} from {sale.pay_source} on {format_day(sale.at)}, {left} left"
