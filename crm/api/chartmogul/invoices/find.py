"""Which invoice, line or transaction a request names: by uuid, or by what a data source calls it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema

from crm.api.chartmogul import lookup
from crm.api.chartmogul.errors import ApiError, invalid, not_found, refusal
from customers.lib.text import can_be_stored
from orders.invoices.amend import DeletedMeanwhileError
from orders.invoices.schema import InvoiceError
from orders.models import Order, OrderItem, Transaction

Row = TypeVar("Row", bound=Model)


class ExternalId(Schema):
    """What a data source calls it."""

    data_source_uuid: str
    external_id: str


class DisabledIn(Schema):
    disabled: bool


@contextmanager
def refusals() -> Iterator[None]:
    """Let what the rules refuse be answered in this dialect."""
    try:
        yield
    except InvoiceError as error:
        raise invalid(**error.errors) from None
    except DeletedMeanwhileError:
        raise gone() from None


def gone() -> ApiError:
    return refusal(404, "This was deleted a moment ago", "uuid")


def invoice(uuid: str) -> Order:
    orders = Order.objects.invoices().select_related("source_record")
    return _only(orders.filter(uuid=uuid), uuid, what="Invoice")


def known_invoice(known: ExternalId) -> Order:
    source = lookup.data_source(known.data_source_uuid)
    orders = Order.objects.invoices().select_related("source_record")
    return _only(orders.filter(data_source=source, external_id=known.external_id), known.external_id, what="Invoice")


def line(uuid: str) -> OrderItem:
    return _only(_lines().filter(uuid=uuid), uuid, what="Line item")


def known_line(known: ExternalId) -> OrderItem:
    source = lookup.data_source(known.data_source_uuid)
    lines = _lines().filter(external_id=known.external_id, order__data_source=source)
    return _only(lines, known.external_id, what="Line item")


def _lines() -> QuerySet[OrderItem]:
    return OrderItem.objects.select_related("order__source_record", "product", "purchase", "disabled_by")


def transaction(uuid: str) -> Transaction:
    return _only(_transactions().filter(uuid=uuid), uuid, what="Transaction")


def known_transaction(known: ExternalId) -> Transaction:
    source = lookup.data_source(known.data_source_uuid)
    rows = _transactions().filter(external_id=known.external_id, order__data_source=source)
    return _only(rows, known.external_id, what="Transaction")


def _transactions() -> QuerySet[Transaction]:
    return Transaction.objects.select_related("order__source_record", "disabled_by")


def _only(rows: QuerySet[Row], name: str, *, what: str) -> Row:
    """The oldest of `rows`, which are those of this `name`: none has an empty one."""
    found = rows.order_by("pk").first() if name and can_be_stored(name) else None
    if found is None:
        raise not_found(what, "uuid")
    return found
