"""Programs read events in order, and miss none although an older one may appear after a younger one."""

import pytest

from customers.events.feed import events_after, events_before
from customers.lib.pages import Cursor
from customers.models import Event, EventKind
from tests.threads import Held

pytestmark = pytest.mark.django_db


def write(customer: int = 1, kind: EventKind = EventKind.CUSTOMER_UPDATED) -> Event:
    return Event.objects.create(kind=kind, customer=customer)


def test_events_are_read_in_order_and_each_once():
    events = [write(customer) for customer in (3, 1, 2)]
    assert events_after(None, 2) == events[:2]
    assert events_after(Cursor.of(events[1]), 2) == events[2:]
    assert events_after(Cursor.of(events[2]), 2) == []


def test_events_of_some_kinds_are_read_alone():
    write()
    unmerged, merged = write(kind=EventKind.CUSTOMER_UNMERGED), write(kind=EventKind.CUSTOMER_MERGED)
    kinds = ["customer.merged", "customer.unmerged"]
    assert events_before(None, 10, kinds=kinds) == [unmerged, merged]
    assert events_before(None, 1, kinds=kinds) == [unmerged]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_event_that_appears_late_is_read_before_the_younger_ones():
    first = write()
    with Held(lambda: write(2)):
        younger = write(3)
        assert events_after(None, 10) == [first]
    late = Event.objects.get(customer=2)
    assert events_after(Cursor.of(first), 10) == [late, younger]
