"""Events that a billing system sends about a subscription, and their effect.

Only cancellations have an effect, from their effective time on; a later time is a planned cancellation. The effect ends
when the event is changed, disabled, deleted, or retracted by another event. All other events are only kept, because
billing follows from invoice lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from customers.lib import sentences
from customers.lib.money import currency_error, is_payable
from customers.locks import RetiredMeanwhileError, lock_numbers
from customers.models import HistoryKind, SourceRecord
from customers.models.ids import LONGEST_ID
from customers.records import history
from customers.totals import billing_status
from orders.invoices.amend import DeletedMeanwhileError, set_disabled
from orders.invoices.errors import BLANK, MOST, InvoiceError, text_errors
from orders.locks import lock_owner
from orders.models import Purchase, SubscriptionEvent
from orders.subscriptions.derive import CANCELLATION_EVENT, refresh_purchases
from orders.totals.add import add_to_totals

if TYPE_CHECKING:
    from crm.accounts.models import User

KINDS = (
    "subscription_start",
    "subscription_start_scheduled",
    "scheduled_subscription_start_retracted",
    CANCELLATION_EVENT,
    "subscription_cancellation_scheduled",
    "scheduled_subscription_cancellation_retracted",
    "subscription_updated",
    "subscription_update_scheduled",
    "scheduled_subscription_update_retracted",
    "subscription_event_retracted",
)
TEXTS = {
    "external_id": "external_id",
    "subscription_external_id": "subscription_external_id",
    "set_external_id": "subscription_set_external_id",
    "plan_external_id": "plan_external_id",
    "retracted": "retracted_event_id",
}
TAKEN = "The external ID for this subscription event already exists in our system."
ENABLED = "Enabled the event “{event}” of subscription {subscription}."
DISABLED = "Disabled the event “{event}” of subscription {subscription}."


def add(record: SourceRecord, values: Mapping[str, Any], *, by: User | None) -> SubscriptionEvent:
    event = SubscriptionEvent(source_record=record, data_source_id=record.data_source_id)
    with _locked_event(event) as current:
        _write(current, values)
        _write_history(current, "Added the event “{event}” of subscription {subscription}.", by=by)
    return event


def change(event: SubscriptionEvent, values: Mapping[str, Any], *, by: User | None) -> SubscriptionEvent:
    """`values` are of the columns of the event."""
    with _locked_event(event) as current:
        _write(current, values)
        _write_history(current, "Changed the event “{event}” of subscription {subscription}.", by=by)
    return current


def disable(event: SubscriptionEvent, *, disabled: bool, by: User | None) -> SubscriptionEvent:
    """Keep the event, but without effect."""
    with _locked_event(event) as current:
        set_disabled(current, disabled=disabled, by=by)
        current.save()
        _write_history(current, DISABLED if disabled else ENABLED, by=by)
    return current


def delete(event: SubscriptionEvent, *, by: User | None) -> None:
    with _locked_event(event) as current:
        _write_history(current, "Deleted the event “{event}” of subscription {subscription}.", by=by)
        current.delete()


@contextmanager
def _locked_event(event: SubscriptionEvent) -> Iterator[SubscriptionEvent]:
    """The event, read again under the lock of its customer, to change. At the end its subscriptions are derived."""
    with transaction.atomic():
        if event.external_id:
            lock_numbers([_lock_name(event)])
        try:
            owner = lock_owner(event.source_record)
            current = SubscriptionEvent.objects.get(pk=event.pk) if event.pk else event
        except (ObjectDoesNotExist, RetiredMeanwhileError):
            raise DeletedMeanwhileError from None
        subscriptions = _subscriptions(current)
        times = _cancellation_times(current, subscriptions)
        yield current
        subscriptions |= _subscriptions(current)
        times |= _cancellation_times(current, subscriptions)
        purchases = Purchase.objects.filter(
            source_record=current.source_record_id, external_id__in=subscriptions - {""}
        )
        # All times before and after the change are withdrawn; valid times are derived from the events again.
        add_to_totals(refresh_purchases(list(purchases.order_by("pk")), withdrawn=times))
        billing_status.refresh([owner.pk])


def _cancellation_times(event: SubscriptionEvent, subscriptions: Collection[str]) -> set[datetime]:
    events = SubscriptionEvent.objects.filter(
        source_record=event.source_record_id, subscription_external_id__in=subscriptions, kind=CANCELLATION_EVENT
    )
    return set(events.values_list("effective", flat=True))


def _subscriptions(event: SubscriptionEvent) -> set[str]:
    """The external ids of the event's own subscription and of the retracted event's."""
    retracted = SubscriptionEvent.objects.filter(data_source=event.data_source_id, external_id=event.retracted)
    ids = retracted.values_list("subscription_external_id", flat=True) if event.retracted else []
    return {event.subscription_external_id, *ids}


def _lock_name(event: SubscriptionEvent) -> str:
    return f"event {event.data_source_id} {event.external_id}"


def _write(event: SubscriptionEvent, values: Mapping[str, Any]) -> None:
    before = event.external_id
    for name, value in values.items():
        setattr(event, name, value)
    event.external_id = event.external_id or None
    if errors := dict(_wrong(event)):
        raise InvoiceError(**errors)
    if event.external_id and event.external_id != before:
        lock_numbers([_lock_name(event)])
        if SubscriptionEvent.objects.filter(data_source=event.data_source_id, external_id=event.external_id).exists():
            raise InvoiceError(external_id=TAKEN)
    event.save()


def _wrong(event: SubscriptionEvent) -> Iterator[tuple[str, str]]:
    if event.kind not in KINDS:
        yield "event_type", f"must be one of {', '.join(KINDS)}"
    if not event.subscription_external_id.strip():
        yield "subscription_external_id", BLANK
    if event.currency and (wrong := currency_error(event.currency, on=event.effective.date())):
        yield "currency", wrong
    for name, amount in (("amount_in_cents", event.amount), ("tax_amount_in_cents", event.tax)):
        if amount is not None and not is_payable(amount, event.currency):
            yield name, "must be whole minor units of the currency, with at most ten digits before the point"
    if event.quantity is not None and not -MOST < event.quantity < MOST:
        yield "quantity", "is too large"
    if event.event_order is not None and abs(event.event_order) >= 2**63:
        yield "event_order", "is too large"
    for column, name in TEXTS.items():
        yield from text_errors(name, getattr(event, column) or "", LONGEST_ID)


def _write_history(event: SubscriptionEvent, sentence: str, *, by: User | None) -> None:
    named = sentences.word(event.kind.replace("_", " "))
    record, subscription = event.source_record, event.subscription_external_id
    history.write(record, HistoryKind.PURCHASE, sentence, event=named, subscription=subscription, by=by)
