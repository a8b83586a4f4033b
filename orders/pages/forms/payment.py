"""The forms to rerun or refund an order and to resolve a payment. The rules check amounts and cards again."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from customers.lib.addresses.address import Address
from customers.lib.addresses.countries import country_choices
from customers.lib.dates import format_day
from customers.lib.money import format_amount, format_for_input, format_money
from customers.models import PaySource
from customers.profile.clean import clean_typed
from customers.profile.fields import BY_KEY, ProfileField
from customers.profile.forms import inputs
from customers.web.fields import TextField, choice_field
from orders.locks import OrderError
from orders.models import Order, Transaction, TransactionKind
from orders.pages.forms.fields import AmountField, ReasonField
from orders.payments.decide_contradiction import Decision
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


ADDRESSES = (BY_KEY["billing_address"], BY_KEY["shipping_address"])


def _address_fields(field: ProfileField, stored: str) -> dict[str, forms.Field]:
    """The inputs of an address, each named after which address it is part of. What is `stored` stays a choice."""
    parts = inputs.fields_of(field, None)
    parts[f"{field.key}-country"] = forms.ChoiceField(label="Country", choices=country_choices(stored), required=False)
    for part in parts.values():
        part.label = f"{field.label.split()[0]}: {str(part.label).lower()}"
    return parts


class RerunForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    card = forms.TypedChoiceField(label="Charge to", coerce=int, error_messages={"required": "Choose a card."})
    use_required_attribute = False

    def __init__(
        self,
        cards: Sequence[PaySource],
        data: Mapping[str, Any] | None = None,
        *,
        seen: str = "",
        order: Order | None = None,
    ) -> None:
        """With an `order`, its addresses can be corrected before it is charged."""
        super().__init__(data, label_suffix="", initial={"seen": seen})
        self.cards = {card.pk: card for card in cards}
        choice_field(self, "card").choices = [(card.pk, card_label(card)) for card in cards]
        for field in ADDRESSES if order else ():
            self.fields |= _address_fields(field, getattr(order, field.key).get("country", ""))
            self.initial.update(inputs.texts(field, getattr(order, field.key)))

    @property
    def address_fields(self) -> list[BoundField]:
        return [self[name] for field in ADDRESSES for name in inputs.names(field) if name in self.fields]

    @property
    def addresses(self) -> dict[str, Address]:
        """{column: address} of the order as the form has them."""
        return {field.key: self.cleaned_data[field.key] for field in ADDRESSES if field.key in self.cleaned_data}

    def clean(self) -> dict[str, Any]:
        for field in ADDRESSES:
            names = inputs.names(field)
            # Who sends no address at all leaves those of the order.
            if any(name in self.data for name in names) and names[0] in self.fields:
                self._clean_address(field, {name: str(self.cleaned_data.get(name, "")) for name in names})
        return self.cleaned_data

    def _clean_address(self, field: ProfileField, typed: Mapping[str, str]) -> None:
        try:
            self.cleaned_data[field.key] = clean_typed(field, inputs.value(field, typed))
        except forms.ValidationError as error:
            self.add_error(inputs.names(field)[0], error)

    def clean_card(self) -> int:
        chosen: int = self.cleaned_data["card"]
        try:
            refuse_expired(self.cards[chosen])
        except OrderError as error:
            raise forms.ValidationError(str(error)) from None
        return chosen


def card_label(card: PaySource) -> str:
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
