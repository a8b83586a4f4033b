"""The form of a new order: products, an address, and a card on file or none.

It is sent twice: the first time the total is shown, and the second time, with the total that was shown, it is placed.
Before that, the form can be asked for lines for more products.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import ngettext

from customers.lib.addresses.address import Address
from customers.lib.money import format_money, is_payable
from customers.lib.numbers import parse_number
from customers.models import Customer
from customers.profile.clean import clean_typed
from customers.profile.fields import BY_KEY
from customers.profile.forms import inputs
from customers.web.fields import choice_field
from orders.intake.pricing import MOST
from orders.locks import OrderError
from orders.models import Product
from orders.pages.forms.fields import AmountField
from orders.pages.forms.payment import card_label
from orders.payments.new_order import DraftOrder, cards_of, draft_order

MORE_LINES = 5
"""How many there are at first, and how many are added at once."""
MOST_LINES = 50
MOST_PRODUCTS = 1_000
ADDRESS = BY_KEY["shipping_address"]
NOT_CHARGED = "0"


class NewOrderForm(forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput)
    shipping = AmountField(label="Shipping", required=False)
    card = forms.TypedChoiceField(label="Charge to", coerce=int, error_messages={"required": "Choose how it is paid."})
    use_required_attribute = False

    def __init__(
        self, customer: Customer, data: Mapping[str, Any] | None = None, *, entered: Mapping[str, Any] | None = None
    ) -> None:
        """With what was `entered`, unchecked, it has lines for more products."""
        address = customer.shipping_address or customer.billing_address
        initial = {"token": uuid4(), **inputs.texts(ADDRESS, address), **(entered or {})}
        super().__init__(data, label_suffix="", initial=initial)
        lines = parse_number(str((data or entered or {}).get("lines", ""))) or MORE_LINES
        self.number_of_lines = min(lines + (MORE_LINES if entered else 0), MOST_LINES)
        self.first_new_line = f"product{lines + 1}" if entered else ""
        priced = Product.objects.exclude(price=None).exclude(currency="").order_by("name", "pk")[:MOST_PRODUCTS]
        self.products = {product.pk: product for product in priced}
        self.draft: DraftOrder | None = None
        for line in self._lines:
            self._add_line(line)
        self.fields |= inputs.fields_of(ADDRESS, customer)
        self.cards = {card.pk: card for card in cards_of(customer)}
        choices = [(card.pk, card_label(card)) for card in self.cards.values()]
        choice_field(self, "card").choices = [*choices, (NOT_CHARGED, "Nothing: it is paid elsewhere")]

    def _add_line(self, line: int) -> None:
        choices = [("", "None"), *((pk, _label(product)) for pk, product in self.products.items())]
        wrong = {"invalid_choice": "Choose a product of the list."}
        product = forms.TypedChoiceField(label="Product", choices=choices, coerce=int, required=line == 1)
        product.error_messages |= {**wrong, "required": "Choose a product."}
        quantity = forms.IntegerField(label="Quantity", min_value=1, max_value=MOST, required=False, initial=1)
        quantity.widget.attrs["class"] = "vTextField"
        if f"product{line}" == self.first_new_line:
            product.widget.attrs["autofocus"] = True
        self.fields |= {f"product{line}": product, f"quantity{line}": quantity}

    @property
    def _lines(self) -> range:
        return range(1, self.number_of_lines + 1)

    @property
    def has_room(self) -> bool:
        return self.number_of_lines < MOST_LINES

    @property
    def lines(self) -> Iterator[tuple[BoundField, BoundField]]:
        for line in self._lines:
            yield self[f"product{line}"], self[f"quantity{line}"]

    @property
    def address_fields(self) -> list[BoundField]:
        return [self[name] for name in inputs.names(ADDRESS)]

    @property
    def shipping_address(self) -> Address:
        address: Address = self.cleaned_data["shipping_address"]
        return address

    @property
    def chosen_card(self) -> int | None:
        return self.cleaned_data["card"] or None

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        self._clean_address()
        wanted = [
            (self.products[values[f"product{line}"]], values.get(f"quantity{line}") or 1)
            for line in self._lines
            if values.get(f"product{line}")
        ]
        if self.errors:
            return values
        try:
            self.draft = draft_order(wanted, shipping=values.get("shipping") or Decimal(0))
        except OrderError as error:
            raise forms.ValidationError(str(error)) from None
        if self.draft.shipping < 0 or not is_payable(self.draft.shipping, self.draft.currency):
            self.add_error("shipping", f"Enter an amount in {self.draft.currency}, zero or more.")
        return values

    def _clean_address(self) -> None:
        typed = {name: str(self.cleaned_data.get(name, "")) for name in inputs.names(ADDRESS)}
        try:
            self.cleaned_data["shipping_address"] = clean_typed(ADDRESS, inputs.value(ADDRESS, typed))
        except forms.ValidationError as error:
            self.add_error(inputs.names(ADDRESS)[0], error)


def _label(product: Product) -> str:
    price = format_money(product.price or Decimal(0), product.currency)
    count = product.interval_count
    if not count:
        return f"{product}, {price}"
    every = {
        "day": ngettext("%(name)s, %(price)s every day", "%(name)s, %(price)s every %(count)s days", count),
        "week": ngettext("%(name)s, %(price)s every week", "%(name)s, %(price)s every %(count)s weeks", count),
        "month": ngettext("%(name)s, %(price)s every month", "%(name)s, %(price)s every %(count)s months", count),
        "year": ngettext("%(name)s, %(price)s every year", "%(name)s, %(price)s every %(count)s years", count),
    }
    return every[product.interval_unit] % {"name": str(product), "price": price, "count": count}
