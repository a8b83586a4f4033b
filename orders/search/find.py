"""What a search of the orders names: an order, a card, a product, or customers; the first of these that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.lib.phrases import isolated
from customers.models import Customer, PaySource, SourceRecord
from customers.search.first_found import MOST_FOUND, find_by_number_or_text
from customers.search.query import CalledNumber, called_number, clean_query, last_four
from orders.models import Order, OrderItem, Product, Transaction

MOST_NAMED = 100


@dataclass(frozen=True)
class FoundOrders:
    """The orders that a search names: those to which `key` of `rows` leads. `customer` is the only one who has them."""

    meaning: str
    rows: QuerySet[Any]
    key: str
    customer: Customer | None = None

    def is_more_than(self, most: int) -> bool:
        return self.rows.order_by().values(self.key)[: most + 1].count() > most

    @property
    def among_them(self) -> Q:
        """For few of them: the database begins with these."""
        return Q(pk__in=self.rows.values(self.key))

    @property
    def each(self) -> Q:
        """For many of them: the database asks of each order of the list."""
        return Q(Exists(self.rows.filter(**{self.key: OuterRef("pk")})))


NO_ORDERS = FoundOrders("", Order.objects.none(), "pk")


def find_orders(text: str) -> FoundOrders | None:
    """None if nothing has this name or number."""
    text = clean_query(text)
    if not text:
        return None
    return _by_number(text) or _by_card(text) or _by_product(text) or _by_customer(text) or _by_part_of_product(text)


def _by_number(text: str) -> FoundOrders | None:
    called = called_number(text) or CalledNumber(text)
    if called.of_customer:
        return None
    number = called.number
    spellings = {number, number.upper(), number.lower()}
    # One after the other: joined by OR, the table would be read.
    by_field = [Order.objects.filter(**{f"{field}__in": spellings}) for field in Order.searched_by]
    orders = [pk for named in by_field for pk in named.values_list("pk", flat=True)[:MOST_NAMED]]
    return FoundOrders(f"order {isolated(number)}", Order.objects.filter(pk__in=orders), "pk") if orders else None


def _by_card(text: str) -> FoundOrders | None:
    four = last_four(text) or (text if len(text) == 4 and text.isascii() and text.isdigit() else "")
    cards = PaySource.objects.filter(last_four=four)
    if not four or not cards.exists():
        return None
    payments = Transaction.objects.filter(pay_source__in=cards.values("pk"))
    return FoundOrders(f"card ending in {four}", payments, "order")


def _by_product(text: str) -> FoundOrders | None:
    return _with_products(Q(sku__in={text, text.upper()}) | Q(name__in={text, text.title()}), text)


def _by_part_of_product(text: str) -> FoundOrders | None:
    return _with_products(Q(*(Q(name__icontains=word) for word in text.split())), text)


def _with_products(condition: Q, text: str) -> FoundOrders | None:
    products = list(Product.objects.filter(condition).values_list("pk", flat=True)[:MOST_NAMED])
    items = OrderItem.objects.filter(product__in=products)
    return FoundOrders(f"product {isolated(text)}", items, "order") if products else None


def _by_customer(text: str) -> FoundOrders | None:
    customers = {customer.live_root() for customer in find_by_number_or_text(text, most=MOST_FOUND)}
    records = SourceRecord.objects.filter(customer__in=customers).values("pk")
    orders = Order.objects.filter(source_record__in=records)
    only = next(iter(customers)) if len(customers) == 1 else None
    return FoundOrders(f"customer {isolated(text)}", orders, "pk", only) if customers else None
