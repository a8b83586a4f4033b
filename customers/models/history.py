from datetime import datetime

from django.conf import settings
from django.db import models

from customers.lib import sentences
from customers.models.customer import Customer
from customers.models.exact import ExactCharField
from customers.models.linked import LinkedRow, Tab, TabPosition
from customers.models.merge import Merge, Via
from customers.permissions import VIEW_CUSTOMERS


class HistoryKind(models.TextChoices):
    CREATED = "created", "Created"
    ORDER = "order", "Order"
    EDIT = "edit", "Edit"
    MERGE = "merge", "Merge"
    UNDO = "undo", "Undo"
    SPLIT = "split", "Split"
    CREDIT = "credit", "Credit"
    TAG = "tag", "Tag"
    DISMISSAL = "dismissal", "Not a duplicate"
    RELATION = "relation", "Related customer"
    REQUEST = "request", "Merge request"
    MATCH = "match", "Matching"
    PAYMENT = "payment", "Payment"
    PURCHASE = "purchase", "Purchase"
    SELLING = "selling", "Sales"


ORDER_NUMBER_LENGTH = 10
"""The width of all columns that have the number of an order or an invoice, which `orders/order_numbers.py` makes.

It is here because the history of a customer has such a column, and `customers` imports nothing of `orders`.

A longer number needs wider columns: `makemigrations` writes a migration for each app, which takes no time on
PostgreSQL.
"""
OF_ORDERS = frozenset({HistoryKind.ORDER, HistoryKind.PAYMENT, HistoryKind.PURCHASE})
"""Hidden from users who may not view orders."""


class HistoryEntry(LinkedRow):
    """What was done to a customer: a sentence with named places, and the values that fill them (`lib.sentences`).

    It is written in the transaction of the act and never changed, except that an erasure blanks it. The other customer,
    the order or the purchase that its values name is in a column as well.
    """

    known_as = ("history", "pk")
    tab = Tab(
        "History",
        "customers/page/_history_rows.html",
        TabPosition.HISTORY,
        VIEW_CUSTOMERS,
        "Changes to this customer appear here.",
        related=("by", "merge"),
    )

    kind = models.CharField(max_length=12, choices=HistoryKind)
    sentence = models.TextField()
    values = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    merge = models.ForeignKey(Merge, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    about_customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    order_number = models.CharField(max_length=ORDER_NUMBER_LENGTH, blank=True)
    purchase_id = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta(LinkedRow.Meta):
        verbose_name_plural = "history entries"
        indexes = [
            *LinkedRow.Meta.indexes,
            # The history of one kind, such as the few edits among ten thousand orders.
            models.Index(fields=["source_record", "kind", "at", "id"], name="historyentry_newest_of_kind"),
            # The history of all customers in a period.
            models.Index(fields=["at", "id"], name="historyentry_by_at"),
            # The history of one order, and of one purchase, newest first.
            models.Index(fields=["order_number", "at", "id"], name="historyentry_of_order"),
            models.Index(fields=["purchase_id", "at", "id"], name="historyentry_of_purchase"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def actor(self) -> object | None:
        """The user, or that it was a rule; None for an API client. Read it with `by` and `merge`."""
        by_rule = self.kind == HistoryKind.MERGE and self.merge and self.merge.via == Via.RULE
        return self.by or ("Rule" if by_rule else None)

    @property
    def updated(self) -> datetime:
        """As of the rows that are edited."""
        return self.at

    @property
    def text(self) -> str:
        return sentences.text(self.sentence, self.values)


class HistoryReader(models.Model):
    """How far something that goes by the history of all customers has read it."""

    name = ExactCharField(max_length=40, unique=True)
    read_to = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} up to {self.read_to:%Y-%m-%d %H:%M}"
