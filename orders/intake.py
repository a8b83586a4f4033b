"""Finding the customer of an incoming lead or order, or making one.

In this order: (1) the source record that the data source named; (2) its record of the same identity, oldest first;
(3) a live customer with the same e-mail or phone and the same first or last name, oldest first; (4) a new customer.
With deduplication off, (2) and (3) are left out. A profile is never changed by what comes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from customers import billing, editing, keys, locking, matching
from customers.address import Address
from customers.fields import BY_KEY
from customers.identity import Identity, fold, identity_key, match_keys
from customers.models import Customer, DataSource, HistoryEntry, HistoryKind, SourceRecord
from customers.money import is_exact, shown
from customers.values import can_be_stored, clean
from orders import advisory, totals
from orders.models import Campaign, Order, OrderItem, OrderKind, OrderStatus, Product, Purchase, PurchaseStatus

if TYPE_CHECKING:
    from crm.accounts.models import User

Result = TypeVar("Result")

# Kept small, because pages read every record of a customer.
MOST_RECORDS = 50
LONGEST_ID = 255


class IntakeError(Exception):
    """Nothing was taken in; the message says why."""


@dataclass(frozen=True)
class Line:
    """A line of an incoming order; `amount` is for all of `quantity`."""

    description: str
    amount: Decimal
    quantity: int = 1
    product: Product | None = None
    external_id: str = ""


@dataclass(frozen=True)
class Subscription:
    """A product that the order subscribes the customer to."""

    product: Product
    price: Decimal
    status: str = "ACTIVE"
    external_id: str = ""


@dataclass(frozen=True)
class Incoming:
    """A person as a data source sends them: an empty `external_id` means that it sends none."""

    data_source: DataSource
    identity: Identity
    external_id: str = ""
    deduplicate: bool = True
    billing_address: Address = field(default_factory=dict)
    shipping_address: Address = field(default_factory=dict)


@dataclass(frozen=True)
class IncomingOrder:
    """An order as a data source sends it; sent again with the same id it is the same order."""

    customer: Incoming
    total: Decimal
    currency: str
    at: datetime = field(default_factory=timezone.now)
    status: str = OrderStatus.COMPLETE
    kind: str = OrderKind.NEW_SALE
    external_id: str = ""
    client_order_id: str = ""
    campaign: Campaign | None = None
    lines: Sequence[Line] = ()
    subscriptions: Sequence[Subscription] = ()


@dataclass(frozen=True)
class Found:
    """Where an incoming person belongs, and by which of the rules: known, identity, match or new."""

    record: SourceRecord
    rule: str


@dataclass(frozen=True)
class Taken:
    """An order, where it belongs, and whether it had been taken in before."""

    order: Order
    found: Found
    is_repeat: bool = False


def take_order(incoming: IncomingOrder, *, by: User | None = None) -> Taken:
    """The order of `incoming` and its customer; IntakeError when it cannot be stored."""
    incoming = replace(incoming, customer=checked(incoming.customer))
    _check_order(incoming)
    return _retried(lambda: _take_order(incoming, by=by))


def take_lead(incoming: Incoming, *, by: User | None = None) -> Found:
    """The source record of somebody who has not bought; IntakeError when it cannot be stored."""
    person = checked(incoming)
    return _retried(lambda: _take_lead(person, by=by))


def _retried(take: Callable[[], Result]) -> Result:
    """Once more from the start when somebody else took in the same thing at the same moment."""
    try:
        return take()
    except (IntegrityError, locking.RetiredMeanwhileError):
        return take()


def checked(incoming: Incoming) -> Incoming:
    """`incoming` with every value trimmed; IntakeError naming the one that cannot be stored."""
    cleaned = {}
    for name, value in asdict(incoming.identity).items():
        limit = SourceRecord.longest(name)
        text = value.strip()
        _check_text(name.replace("_", " "), text, limit)
        cleaned[name] = text
    _check_text("external id", incoming.external_id, LONGEST_ID)
    try:
        billing_address = clean(BY_KEY["billing_address"], incoming.billing_address)
        shipping_address = clean(BY_KEY["shipping_address"], incoming.shipping_address)
    except ValidationError as error:
        raise IntakeError(f"Address: {error.message}") from None
    return replace(
        incoming,
        identity=Identity(**cleaned),
        billing_address=billing_address,
        shipping_address=shipping_address,
    )


def _check_text(name: str, text: str, limit: int) -> None:
    if len(text) > limit or not can_be_stored(text):
        raise IntakeError(f"The {name} must have {limit} characters or fewer, and none that is NUL.")


def _check_order(incoming: IncomingOrder) -> None:
    if not re.fullmatch("[A-Z]{3}", incoming.currency):
        raise IntakeError("The currency must be three capital letters, such as USD.")
    prices = [incoming.total, *(subscription.price for subscription in incoming.subscriptions)]
    amounts = [*prices, *(line.amount for line in incoming.lines)]
    if not all(is_exact(amount, incoming.currency) for amount in amounts) or min(prices) < 0:
        raise IntakeError("An amount must be a number in whole minor units, and a total or price not below zero.")
    if incoming.at.tzinfo is None:
        raise IntakeError("The time of an order must have a time zone.")
    if incoming.status not in OrderStatus.values or incoming.kind not in OrderKind.values:
        raise IntakeError(f"{incoming.status} and {incoming.kind} must be a status and a kind of an order.")
    _check_text("order id", incoming.external_id, LONGEST_ID)
    _check_text("client order id", incoming.client_order_id, LONGEST_ID)
    for line in incoming.lines:
        _check_text("id of a line", line.external_id, LONGEST_ID)
        _check_text("description of a line", line.description, 200)
        if not 0 <= line.quantity < 2**31:
            raise IntakeError("The quantity of a line must be a whole number, not below zero.")
    for subscription in incoming.subscriptions:
        _check_text("id of a subscription", subscription.external_id, LONGEST_ID)
        if subscription.status not in PurchaseStatus.values:
            raise IntakeError(f"{subscription.status} must be a status of a purchase.")


@transaction.atomic
def _take_lead(incoming: Incoming, *, by: User | None) -> Found:
    advisory.lock(_names(incoming))
    return find_or_create(incoming, by=by, text="Lead received")


@transaction.atomic
def _take_order(incoming: IncomingOrder, *, by: User | None) -> Taken:
    source = incoming.customer.data_source
    ids = {"external_id": incoming.external_id or None, "client_order_id": incoming.client_order_id or None}
    advisory.lock([*_names(incoming.customer), *(f"order {source.pk} {n} {v}" for n, v in ids.items() if v)])
    for name, value in ids.items():
        before = Order.objects.filter(data_source=source, **{name: value}).first() if value else None
        if before:
            return Taken(before, Found(before.source_record, "known"), is_repeat=True)
    found = find_or_create(incoming.customer, by=by, text="Customer created with an order")
    order = _write_order(incoming, found.record, ids)
    purchases = _write_purchases(incoming, order)
    HistoryEntry.objects.create(
        source_record=found.record,
        at=order.at,
        kind=HistoryKind.ORDER,
        text=f"Order {order.number} placed, {shown(order.total, order.currency)} {order.currency}",
        by=by,
    )
    changes = [*totals.of_order(order), *(change for p in purchases for change in totals.of_purchase(p))]
    if purchases:
        # Billing status is the customer's, so the customer is locked before the totals are.
        owner = lock_owner(found.record)
        totals.add(changes)
        billing.refresh([owner.pk])
    else:
        totals.add(changes)
    return Taken(order, found)


def _names(incoming: Incoming) -> list[str]:
    """What an incoming person is known by, for the advisory locks."""
    source = incoming.data_source.pk
    known = [f"record {source} {incoming.external_id}"] if incoming.external_id else []
    identity = f"identity {source} {identity_key(incoming.identity)}"
    return [*known, identity, *(f"{kind} {value}" for kind, value in match_keys(incoming.identity))]


def find_or_create(incoming: Incoming, *, by: User | None, text: str) -> Found:
    """Where `incoming` belongs, by the rules above; the caller holds the advisory locks."""
    if record := _known(incoming):
        return Found(record, "known")
    if incoming.deduplicate:
        if record := _of_same_identity(incoming):
            return Found(record, "identity")
        if record := _of_matching_customer(incoming):
            return Found(record, "match")
    return Found(_of_new_customer(incoming, by=by, text=text), "new")


def _known(incoming: Incoming) -> SourceRecord | None:
    if not incoming.external_id:
        return None
    return SourceRecord.objects.filter(data_source=incoming.data_source, external_id=incoming.external_id).first()


def _of_same_identity(incoming: Incoming) -> SourceRecord | None:
    """The data source's oldest record of this very identity; one that goes by another external id is another's."""
    if not any(match_keys(incoming.identity)):
        return None
    same = SourceRecord.objects.filter(
        data_source=incoming.data_source,
        identity_key=identity_key(incoming.identity),
        customer__erased_at=None,
    )
    if incoming.external_id:
        same = same.filter(external_id=None)
    return same.order_by("pk").first()


def _of_matching_customer(incoming: Incoming) -> SourceRecord | None:
    """A record for `incoming` with the oldest customer who matches, found and locked; None when nobody does."""
    for _ in range(locking.MOST_TRIES):
        matched = _matching_record(incoming.identity)
        if matched is None:
            return None
        try:
            with transaction.atomic():
                owner = Customer.objects.locked().get(pk=matched.customer_id)
                matched = SourceRecord.objects.select_related("origin").get(pk=matched.pk)
                if matched.customer_id != owner.pk or not owner.is_live:
                    raise locking.RetiredMeanwhileError
                return _attach(incoming, owner, matched.origin)
        except locking.RetiredMeanwhileError:
            continue
    raise locking.RetiredMeanwhileError


def _matching_record(identity: Identity) -> SourceRecord | None:
    """The record by which the oldest matching customer is recognised."""
    wanted = set(match_keys(identity))
    shared = wanted - matching.ignored(wanted)
    found = matching.among(shared)
    owners = found.order_by("source_record__customer").values("source_record__customer").distinct()
    # In one statement, which sees everybody at one moment: before a merge or an edit or after it, never in between.
    records = (
        SourceRecord.objects.filter(customer__in=owners[: matching.MOST_HITS], customer__erased_at=None)
        .select_related("customer")
        .annotate(shares=Exists(found.filter(source_record=OuterRef("pk"))))
        .order_by("customer__created", "customer", "pk")
    )
    for customer, theirs in groupby(records, key=attrgetter("customer")):
        all_theirs = list(theirs)
        if any(_names_agree(identity, each) for each in (customer, *all_theirs)):
            # The oldest whose name agrees too, else the oldest.
            sharing = list(filter(attrgetter("shares"), all_theirs))
            return next((record for record in sharing if _names_agree(identity, record)), sharing[0])
    return None


def _names_agree(identity: Identity, other: Customer | SourceRecord) -> bool:
    first, last = fold(identity.first_name), fold(identity.last_name)
    return bool(first and first == fold(other.first_name)) or bool(last and last == fold(other.last_name))


def _attach(incoming: Incoming, owner: Customer, origin: Customer) -> SourceRecord:
    """A new record with the locked `owner`; one of the same origin when there are too many."""
    if not incoming.external_id:
        mine = origin.own_records.filter(data_source=incoming.data_source).order_by("-pk")[:MOST_RECORDS]
        if len(mine) >= MOST_RECORDS:
            return mine[0]
    return _write_record(incoming, owner=owner, origin=origin)


def _write_record(incoming: Incoming, *, owner: Customer, origin: Customer) -> SourceRecord:
    record = SourceRecord.objects.create(
        origin=origin,
        customer=owner,
        data_source=incoming.data_source,
        external_id=incoming.external_id or None,
        **asdict(incoming.identity),
    )
    keys.refresh([record])
    return record


def _of_new_customer(incoming: Incoming, *, by: User | None, text: str) -> SourceRecord:
    values = asdict(incoming.identity)
    del values["country"]
    addresses = {"billing_address": incoming.billing_address, "shipping_address": incoming.shipping_address}
    try:
        customer = editing.create(values | addresses, by=by, via="intake")
    except ValidationError:
        # What is no e-mail stays on the record as received; a profile holds only one that can be written to.
        customer = editing.create({**values, **addresses, "email": ""}, by=by, via="intake")
    record = _write_record(incoming, owner=customer, origin=customer)
    HistoryEntry.objects.create(source_record=record, kind=HistoryKind.CREATED, text=text, by=by)
    return record


def _write_order(incoming: IncomingOrder, record: SourceRecord, ids: dict[str, str | None]) -> Order:
    identity = asdict(incoming.customer.identity)
    del identity["country"]
    order = Order.objects.create(
        source_record=record,
        data_source=incoming.customer.data_source,
        at=incoming.at,
        campaign=incoming.campaign,
        billing_address=incoming.customer.billing_address,
        shipping_address=incoming.customer.shipping_address,
        kind=incoming.kind,
        status=incoming.status,
        currency=incoming.currency,
        total=incoming.total,
        **identity,
        **ids,
    )
    OrderItem.objects.bulk_create(OrderItem(order=order, **vars(line)) for line in incoming.lines)
    return order


def _write_purchases(incoming: IncomingOrder, order: Order) -> list[Purchase]:
    return Purchase.objects.bulk_create(
        Purchase(
            source_record=order.source_record,
            order=order,
            at=order.at,
            currency=order.currency,
            **vars(subscription),
        )
        for subscription in incoming.subscriptions
    )


def lock_owner(record: SourceRecord) -> Customer:
    """The customer who owns `record`, locked; the record cannot move until the transaction ends."""
    for _ in range(locking.MOST_TRIES):
        try:
            with transaction.atomic():
                owner = Customer.objects.locked().get(records=record.pk)
                if not Customer.objects.filter(pk=owner.pk, records=record.pk).exists():
                    raise locking.RetiredMeanwhileError
                return owner
        except (Customer.DoesNotExist, locking.RetiredMeanwhileError):
            continue
    raise locking.RetiredMeanwhileError
