"""Older clients page by number: they stop at the right page, and get each row once."""

import pytest

from crm.api.chartmogul import numbered_pages
from customers.models import Customer, Note
from orders.models import SubscriptionEvent
from tests.acts import erase
from tests.api.caller import Caller
from tests.factories import CustomerFactory, NoteFactory, SourceRecordFactory
from tests.factories.linked_rows import many


@pytest.fixture
def five(db) -> list[str]:
    return [CustomerFactory(first_name=f"Helena {n}").uuid for n in range(5)]


def page(caller: Caller, path: str, number: int, **query) -> tuple[list[str], dict]:
    answer = caller.get(path, page=number, per_page=2, **query).json()
    return [entry["uuid"] for entry in answer["entries"]], answer


def test_pages_have_numbers_and_the_last_one_says_so(caller, five):
    pages = [page(caller, "customers", number) for number in (1, 2, 3, 4)]
    assert [uuids for uuids, _ in pages] == [five[:2], five[2:4], five[4:], []]
    assert [(answer["page"], answer["current_page"], answer["total_pages"]) for _, answer in pages] == [
        (1, 1, 2),
        (2, 2, 3),
        (3, 3, 3),
        (4, 4, 4),
    ]
    assert {answer["per_page"] for _, answer in pages} == {2}
    assert "page" not in caller.get("customers", cursor=pages[0][1]["cursor"]).json()


def test_a_page_goes_on_where_the_one_before_ended(caller, five):
    assert page(caller, "customers", 1)[0] == five[:2]
    erase(Customer.objects.get(uuid=five[0]))
    assert page(caller, "customers", 2)[0] == five[2:4]
    # Another key has not read the page before.
    assert page(Caller(username="other"), "customers", 2)[0] == five[3:]


def test_a_page_of_rows_that_are_newest_first_repeats_none_that_was_added(caller):
    for n in range(5):
        NoteFactory(text=f"Note {n}")
    uuids = list(Note.objects.order_by("-at", "-pk").values_list("uuid", flat=True))
    assert page(caller, "notes", 1)[0] == uuids[:2]
    NoteFactory(text="Added meanwhile")
    assert page(caller, "notes", 2)[0] == uuids[2:4]


def test_a_page_far_behind_is_refused_unless_the_ones_before_were_read(caller, five, monkeypatch):
    monkeypatch.setattr(numbered_pages, "MOST_READ_AGAIN", 2)
    answer = caller.get("customers", page=4, per_page=1)
    assert (answer.status_code, answer.json()["param"]) == (400, "page")
    uuids = [caller.get("customers", page=n, per_page=1).json()["entries"][0]["uuid"] for n in range(1, 6)]
    assert uuids == five
    assert caller.get("customers", page=10**30, per_page=1).status_code in (400, 422)


def test_events_have_the_numbers_in_their_meta(caller):
    many(SubscriptionEvent, SourceRecordFactory(), 3)
    metas = [caller.get("subscription_events", page=n, per_page=2).json()["meta"] for n in (1, 2)]
    assert [(meta["page"], meta["total_pages"]) for meta in metas] == [(1, 2), (2, 2)]
