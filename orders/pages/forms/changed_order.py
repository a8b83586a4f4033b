"""The part of the page Rerun that changes what a declined order sells: its lines, new ones, and its amounts."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from customers.lib.money import format_for_input, format_money
from customers.web.fields import choice_field
from orders.intake.pricing import MOST, LineRequest
from orders.locks import OrderError
from orders.models import Order, OrderItem, Product
from orders.pages.forms.fields import AmountField
from orders.payments.change_order import AMOUNTS, OrderChange, WantedLine, changed_order, lines_of

MOST_LINES = 50
"""Further lines of an order stay as they are."""
NEW_LINES = range(1, 4)
MOST_PRODUCTS = 1_000


class ChangedOrderForm(forms.Form):
    """What is left as it was shown changes nothing. `draft` is the order as it will be, once the form is valid.

    Data without these fields leaves the order as it is.
    """

    use_required_attribute = False

    def __init__(self, order: Order, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data if data and "shipping" in data else None, label_suffix="")
        self.order, self.draft, self.change = order, changed_order(order, OrderChange()), OrderChange()
        self.items = lines_of(order)[:MOST_LINES]
        for item in self.items:
            self._add_line(item)
        priced = Product.objects.filter(price=None) | Product.objects.filter(currency=order.currency)
        self.products = {product.pk: product for product in priced.order_by("name", "pk")[:MOST_PRODUCTS]}
        for line in NEW_LINES:
            self._add_new_line(line)
        for name, label in AMOUNTS.items():
            shown = format_for_input(getattr(order, name), order.currency)
            self.fields[name] = self._amount(f"{label}, {order.currency}", shown)

    @property
    def lines(self) -> Iterator[tuple[OrderItem, BoundField, BoundField]]:
        for item in self.items:
            yield item, self[f"quantity-{item.pk}"], self[f"price-{item.pk}"]

    @property
    def new_lines(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        for line in NEW_LINES:
            yield self[f"product{line}"], self[f"quantity{line}"], self[f"price{line}"]

    @property
    def amounts(self) -> list[BoundField]:
        return [self[name] for name in AMOUNTS]

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        values = self.cleaned_data
        amounts = {name: values[name] or Decimal(0) for name in AMOUNTS}
        try:
            self.change = OrderChange(dict(self._wanted()), [*self._added()], amounts)
            self.draft = changed_order(self.order, self.change)
        except OrderError as error:
            raise forms.ValidationError(str(error)) from None
        return values

    def _wanted(self) -> Iterator[tuple[int, WantedLine]]:
        for item in self.items:
            quantity, price = self.cleaned_data[f"quantity-{item.pk}"], self.cleaned_data[f"price-{item.pk}"]
            is_other_price = price is not None and price != Decimal(self._price_of(item))
            yield item.pk, WantedLine(quantity, price if is_other_price else None)

    def _added(self) -> Iterator[LineRequest]:
        for line in NEW_LINES:
            product = self.products.get(self.cleaned_data[f"product{line}"] or 0)
            price = self.cleaned_data[f"price{line}"]
            if product is None:
                continue
            if price is None and product.price is None:
                raise OrderError(f"Enter the price of one {product}.")
            yield LineRequest(product, self.cleaned_data[f"quantity{line}"] or 1, price)

    def _add_line(self, item: OrderItem) -> None:
        self.fields[f"quantity-{item.pk}"] = self._quantity(item.quantity, least=0)
        # A line that is a discount is below zero, and may stay so.
        least = 0 if item.amount >= 0 else None
        self.fields[f"price-{item.pk}"] = self._amount(self._price_label, self._price_of(item), least=least)

    def _add_new_line(self, line: int) -> None:
        product = forms.TypedChoiceField(label="Product", coerce=int, required=False, empty_value=None)
        product.error_messages["invalid_choice"] = "Choose a product of the list."
        self.fields |= {
            f"product{line}": product,
            f"quantity{line}": self._quantity(1, least=1, required=False),
            f"price{line}": self._amount(self._price_label, None),
        }
        choices = [(pk, _label(product)) for pk, product in self.products.items()]
        choice_field(self, f"product{line}").choices = [("", "None"), *choices]

    def _quantity(self, initial: int, *, least: int, required: bool = True) -> forms.IntegerField:
        quantity = forms.IntegerField(
            label="Quantity", min_value=least, max_value=max(MOST, initial), required=required, initial=initial
        )
        quantity.widget.attrs["class"] = "vTextField"
        return quantity

    @property
    def _price_label(self) -> str:
        return f"Price of one, {self.order.currency}"

    def _amount(self, label: str, initial: str | None, *, least: int | None = 0) -> AmountField:
        return AmountField(label=label, required=False, min_value=least, initial=initial)

    def _price_of(self, item: OrderItem) -> str:
        price = item.amount / item.quantity if item.quantity else item.amount
        return format_for_input(price, self.order.currency)


def changed_order_form(order: Order, data: Mapping[str, Any] | None) -> ChangedOrderForm | None:
    """None for an order whose lines cannot be changed."""
    try:
        return ChangedOrderForm(order, data)
    except OrderError:
        return None


def _label(product: Product) -> str:
    return str(product) if product.price is None else f"{product}, {format_money(product.price, product.currency)}"
