"""How an order is paid: with a card that is sent, one on file, or elsewhere."""

from __future__ import annotations

from typing import Literal

from django.views.decorators.debug import sensitive_variables

from crm.accounts.models import User
from crm.api.konnektive.endpoint import NOT_ALLOWED
from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import Parameters, Secret, Whole
from crm.api.konnektive.queries import find_customer
from customers.models import Customer, PaySource
from customers.permissions import VIEW_CUSTOMERS
from orders.payments.cards import CardError, read_card
from orders.payments.charge import chargeable_card
from orders.payments.gateway import Card

PaySourceKind = Literal[
    "CREDITCARD",
    "ACCTONFILE",
    "CHECK",
    "PREPAID",
    "COD",
    "DIRECTDEBIT",
    "APPLEPAY",
    "GOOGLEPAY",
    "PAYPAL",
    "AMAZON",
]
PARTS = {"number": "cardNumber", "expiry": "cardExpiryDate", "security_code": "cardSecurityCode"}


class PaymentParameters(Parameters):
    """Nothing of a bank account is read: it could not be charged, and is not kept."""

    pay_source: PaySourceKind
    pay_source_id: Whole | None = None
    customer_id: Whole | None = None
    card_number: Secret = Secret("")
    card_month: str = ""
    card_year: str = ""
    card_expiry_date: str = ""
    card_security_code: Secret = Secret("")


@sensitive_variables()
def typed_card(sent: PaymentParameters) -> Card:
    month_and_year = f"{sent.card_month}/{sent.card_year}"
    try:
        return read_card(
            number=sent.card_number.get_secret_value(),
            expiry=sent.card_expiry_date or month_and_year,
            security_code=sent.card_security_code.get_secret_value().strip(),
        )
    except CardError as error:
        raise invalid(**{PARTS[part]: message for part, message in error.errors.items()}) from None


def card_on_file(sent: PaymentParameters, by: User) -> PaySource:
    """The named pay source, of the named customer if any; without a name, the customer's default."""
    if not by.has_perm(VIEW_CUSTOMERS):
        raise CallError(NOT_ALLOWED)  # the answer says whose it is
    return chargeable_card(_customer(sent), sent.pay_source_id)


def _customer(sent: PaymentParameters) -> Customer:
    if sent.customer_id is not None:
        return find_customer(sent.customer_id)
    if sent.pay_source_id is None:
        raise invalid(customerId="For ACCTONFILE, send customerId or paySourceId.")
    owner = Customer.objects.filter(records__paysource=sent.pay_source_id).first()
    if owner is None:
        raise invalid(paySourceId="This pay source does not exist.")
    return owner
