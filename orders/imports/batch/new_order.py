"""An order that a chunk of an import adds, with the keys and names that other rows know it by."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from customers.matching.known_people import KnownRecord
from customers.statements.unsaved import unsaved
from orders.imports.batch.choose_record import ChosenRecord
from orders.imports.batch.ids import Ids
from orders.intake.order import IncomingOrder
from orders.intake.take import columns
from orders.models import COUNTED, Order
from orders.order_numbers import new_order_number

UUID: Any = Order._meta.get_field("uuid")


class NewOrder:
    """`incoming` is as it will be stored, for the customer of its `record`. Few orders are needed as a model: `row`."""

    def __init__(self, incoming: IncomingOrder, record: KnownRecord, at: datetime, *, source: int, ids: Ids) -> None:
        self.pk: int = ids.next(Order)
        self.uuid: str = UUID.get_default()
        self.number: str = new_order_number()
        self.incoming, self.record, self.at, self.data_source_id = incoming, record, at, source
        self.source_record_id, self.status, self.currency = record.pk, incoming.status, incoming.currency

    @property
    def total(self) -> Decimal:
        return self.incoming.total

    @property
    def refunded(self) -> Decimal:
        return self.incoming.refunded

    @property
    def is_counted(self) -> bool:
        return self.status in COUNTED

    @cached_property
    def row(self) -> Order:
        values = columns(self.incoming)
        del values["campaign"]  # a file names none
        named = {name: getattr(self, name) for name in ("uuid", "number", "data_source_id")}
        order = unsaved(Order, id=self.pk, **named, **values)
        order.source_record = self.record.row
        return order


def new_order(incoming: IncomingOrder, choice: ChosenRecord, *, source: int, ids: Ids, now: datetime) -> NewOrder:
    at = incoming.at or now
    if incoming.customer is not choice.incoming or not incoming.at:
        incoming = incoming._replace(customer=choice.incoming, at=at)
    return NewOrder(incoming, choice.record, at, source=source, ids=ids)
