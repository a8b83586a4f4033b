"""Find the invoice, line or transaction that a request names: by uuid, or by the external id of a data source."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema

from crm.api.chartmogul import lookup
from crm.api.chartmogul.errors import ApiError, invalid, not_found, refusal
from crm.api.chartmogul.fields import IdText
from customers.lib.text import can_be_stored
from orders.invoices.amend import DeletedMeanwhileError
from orders.invoices.errors import InvoiceError
from orders.models import Order, OrderItem, Transaction

Row = TypeVar("Row", bound=Model)


class ExternalId(Schema):
    """A data source, and its external ID of the object."""

    data_source_uuid: str
    external_id: IdText


class DisabledIn(Schema):
    disabled: bool


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except InvoiceError as error:
        raise invalid(**error.errors) from None
    except DeletedMeanwhileError:
        raise deleted_meanwhile() from None


def deleted_meanwhile() -> ApiError:
    return refusal(404, "This was deleted a moment ago", "uuid")


def invoice(uuid: str) -> Order:
    orders = Order.objects.invoices().select_related("source_record")
    return _first(orders.filter(uuid=uuid), uuid, what="Invoice")


def known_invoice(ids: ExternalId) -> Order:
    source = lookup.data_source(ids.data_source_uuid)
    orders = Order.objects.invoices().select_related("source_record")
    return _first(orders.filter(data_source=source, external_id=ids.external_id), ids.external_id, what="Invoice")


def line(uuid: str) -> OrderItem:
    return _first(_lines().filter(uuid=uuid), uuid, what="Line item")


def known_line(ids: ExternalId) -> OrderItem:
    source = lookup.data_source(ids.data_source_uuid)
    lines = _lines().filter(external_id=ids.external_id, order__data_source=source)
    return _first(lines, ids.external_id, what="Line item")


def _lines() -> QuerySet[OrderItem]:
    return OrderItem.objects.select_related("order__source_record", "product", "purchase", "disabled_by")


def transaction(uuid: str) -> Transaction:
    return _first(_transactions().filter(uuid=uuid), uuid, what="Transaction")


def known_transaction(ids: ExternalId) -> Transaction:
    source = lookup.data_source(ids.data_source_uuid)
    rows = _transactions().filter(external_id=ids.external_id, order__data_source=source)
    return _first(rows, ids.external_id, what="Transaction")


def _transactions() -> QuerySet[Transaction]:
    return Transaction.objects.select_related("order__source_record", "disabled_by")


def _first(rows: QuerySet[Row], name: str, *, what: str) -> Row:
    """The oldest of `rows`, which are filtered by `name`; None if `name` is empty."""
    row = rows.order_by("pk").first() if name and can_be_stored(name) else None
    if row is None:
        raise not_found(what, "uuid")
    return row
