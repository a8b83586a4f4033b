"""Words that very many customers have, put together from what the clock notes: nobody is missed or too many."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.matching.exclusions import exclude
from customers.merging.split import split_record
from customers.models import (
    BeginningBlock,
    BeginningProgress,
    BillingStatus,
    Customer,
    FrequentBeginning,
    SearchWord,
    SourceRecord,
)
from customers.records.match_keys import create_record
from customers.search import bits, intersect, keep_up_beginnings, scan, search_text
from customers.search.combinations import keep_up_combinations
from customers.search.filters import Country, Status
from customers.search.keep_up_beginnings import keep_up_beginnings as keep_up
from customers.search.search_text import SearchText
from orders.intake.order_identity import record_of_identity
from tests.acts import edit, erase, merge, rebuild, undo
from tests.customers.search.noted import found
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory, make_user

pytestmark = pytest.mark.django_db

FIRST, LAST = ("Ana", "Anita", "Bea", "Mül"), ("Baker", "Baxter", "Smith", "Anson")
ASKED = ("ana", "b", "baker", "smi", "mul")


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch) -> None:
    """What three of thirty have is frequent, and a block has seven customers."""
    for module in (bits, keep_up_beginnings):
        monkeypatch.setattr(module, "BLOCK", 7)
    monkeypatch.setattr(keep_up_beginnings, "FEWEST", 3)


@pytest.fixture
def people() -> list[Customer]:
    random = Random(1)  # noqa: S311 - names
    customers = [
        CustomerFactory(first_name=random.choice(FIRST), last_name=random.choice(LAST), email=f"{n}@x{n}.example")
        for n in range(40)
    ]
    for customer in customers:
        SourceRecordFactory(customer=customer, first_name=customer.first_name, last_name=customer.last_name)
    return customers


def with_words(*asked: str) -> set[int]:
    """Live customers who have a word for each, from their words themselves."""
    live = Customer.objects.live()
    for text in asked:
        live = live.filter(pk__in=SearchWord.objects.filter(word__startswith=text).values("customer"))
    return set(live.values_list("pk", flat=True))


def test_numbers_that_no_customer_has_are_passed_over(people):
    far = Customer.objects.create(pk=people[-1].pk + 7_000_000, first_name="Ana", last_name="Baker")
    SourceRecordFactory(customer=far, first_name="Ana", last_name="Baker")
    BeginningProgress.objects.create(noted_to=far.updated, began=far.updated)
    for text in ("a", "an", "b", "ba"):
        FrequentBeginning.objects.create(text=text)
    keep_up()
    assert is_put_together("an", "ba")
    assert far.pk in found(SearchText("an ba"))


def wrong() -> list[str]:
    pairs = (("an",), *combinations(ASKED, 2), ("an", "ba", "s"))
    return [" ".join(pair) for pair in pairs if found(SearchText(" ".join(pair))) != with_words(*pair)]


def is_put_together(*words: str) -> bool:
    return SearchText(" ".join(words)).intersection is not None


def test_all_with_two_words_are_found_and_nobody_else(people):
    keep_up()

    assert is_put_together("ana", "baker")
    assert with_words("ana", "baker")
    assert wrong() == []


def renamed(people: list[Customer]) -> Iterator[None]:
    for customer in people[:5]:
        edit(customer, first_name="Ana", last_name="Baker")
        yield


def merged_and_restored(people: list[Customer]) -> Iterator[None]:
    merges = [merge(people[n], people[n + 1]) for n in range(0, 10, 2)]
    yield
    for each in merges[:3]:
        undo(each)
    yield


def sent_anew(people: list[Customer]) -> Iterator[None]:
    """A record gets what it lacked, and a customer a record by another name."""
    for customer in people[:8]:
        record = customer.records.earliest("pk")
        SourceRecord.objects.filter(pk=record.pk).update(company="")
        record_of_identity(record, record.identity.__class__(**{**vars(record.identity), "company": "Smithson"}))
        yield
    for customer in people[8:12]:
        record_of_identity(customer.records.earliest("pk"), people[0].records.earliest("pk").identity)
        yield


def split_off(people: list[Customer]) -> Iterator[None]:
    for customer in people[:4]:
        record = SourceRecordFactory(customer=customer, first_name="Anita", last_name="Baxter")
        Customer.objects.filter(pk=customer.pk).update(updated=timezone.now())
        keep_up()
        yield
        split_record(record, by=None)
        yield


def erased_and_excluded(people: list[Customer]) -> Iterator[None]:
    erase(people[0])
    yield
    record = create_record(
        data_source=DataSourceFactory(), origin=people[1], customer=people[1], phone="+12025550123", first_name="Bea"
    )
    Customer.objects.filter(pk=people[1].pk).update(updated=timezone.now())
    yield
    exclude(people[1], "phone", record.phone, by=make_user("seller"))
    yield


@pytest.mark.parametrize("acts", [renamed, merged_and_restored, sent_anew, split_off, erased_and_excluded])
def test_nobody_is_missed_or_too_many_whatever_happens(acts: Callable[..., Iterator[None]], people):
    keep_up()
    for n, _ in enumerate(acts(people)):
        assert is_put_together("ana", "baker")
        assert wrong() == []
        if n % 2:
            keep_up()
            assert wrong() == []


def test_filters_beside_the_words_hold_too(people, monkeypatch):
    for name, value in {"MOST_KNOWN": 0, "MOST_JOINED": 0}.items():
        monkeypatch.setattr(search_text, name, value)
    for name, value in {"FEW": 1, "SHORTEST_STRETCH": 2, "JOINED_AT": 4}.items():
        monkeypatch.setattr(scan, name, value)
    Customer.objects.filter(pk__in=[c.pk for c in people[::3]]).update(billing_address={"country": "CZ"})
    Customer.objects.filter(pk__in=[c.pk for c in people[::2]]).update(billing_status=BillingStatus.ACTIVE)
    keep_up()
    keep_up_combinations()
    passing = {c.pk for c in people[::6]}
    both = Country("CZ"), Status((BillingStatus.ACTIVE,))

    for most in (0, 100):
        monkeypatch.setattr(search_text, "MOST_JOINED", most)
        for words in (("an", "ba"), ("b",), ("an", "s")):
            assert found(*both, SearchText(" ".join(words))) == with_words(*words) & passing, (words, most)


def test_words_are_read_from_blocks_and_no_customer_is_asked_for_them(people):
    keep_up()
    Customer.objects.filter(pk=people[0].pk).update(updated=timezone.now())
    keep_up()

    with CaptureQueriesContext(connection) as queries:
        ids = SearchText("ana baker").ids_if_few(scan.FEW)

    assert ids == with_words("ana", "baker")
    statements = [query["sql"] for query in queries]
    # Which are frequent, who changed, who has one of the words as an id, the same of the second, the blocks, the whole.
    assert len(statements) == 6
    assert not any("customers_searchword" in sql for sql in statements)
    assert sum("customers_beginningblock" in sql for sql in statements) == 1


def test_who_changed_since_finds_nobody_by_a_word_of_others(people):
    keep_up()
    edit(people[0], first_name="Mül", last_name="Anson")
    nobody = next(pair for pair in combinations(("anita", "bea", "baxter", "smith"), 2) if not with_words(*pair))

    assert not SearchText(" ".join(nobody)).finds_anybody()
    assert SearchText("ana baker").finds_anybody()


def test_nothing_is_put_together_before_all_were_gone_through(people, monkeypatch):
    monkeypatch.setattr(keep_up_beginnings, "TURN", 0)
    keep_up()
    assert not is_put_together("ana", "baker")
    assert wrong() == []

    monkeypatch.undo()
    keep_up()


def test_after_too_many_changes_words_are_asked_for_as_before(people, monkeypatch):
    keep_up()
    edit(people[0], first_name="Ana", last_name="Baker")
    monkeypatch.setattr(intersect, "MOST_CHANGED", 0)

    assert not is_put_together("ana", "baker")
    assert wrong() == []


def test_all_are_gone_through_anew_each_day_and_after_a_rebuild(people):
    keep_up()
    block = BeginningBlock.objects.filter(beginning__text="ana").earliest("block")
    BeginningBlock.objects.filter(pk=block.pk).update(customers=bits.stored(range(7)))
    yesterday = timezone.now() - timedelta(days=2)

    keep_up()
    block.refresh_from_db()
    assert bits.read_places(block.customers) == set(range(7))
    BeginningProgress.objects.update(began=yesterday)
    keep_up()
    block.refresh_from_db()
    assert bits.read_places(block.customers) != set(range(7))

    BeginningBlock.objects.filter(pk=block.pk).update(customers=bits.stored(range(7)))
    rebuild()
    assert not is_put_together("ana", "baker")
    keep_up()
    assert is_put_together("ana", "baker")
    assert wrong() == []


def test_who_was_erased_is_in_no_block_after_the_next_turn(people):
    keep_up()
    merge(people[0], people[1])
    erase(people[0])
    erase(people[20])
    keep_up()

    blocks = BeginningBlock.objects.values_list("block", "customers")
    noted = {block * 7 + place for block, customers in blocks for place in bits.read_places(customers)}
    assert noted == {customer.pk for customer in people} - {people[n].pk for n in (0, 1, 20)}
    assert wrong() == []


def test_where_nobody_changed_there_is_no_other_pass(people):
    keep_up()
    days_ago = timezone.now() - timedelta(days=3)
    Customer.objects.update(updated=days_ago)
    BeginningProgress.objects.update(noted_to=days_ago, began=days_ago)
    assert keep_up() == ""

    Customer.objects.filter(pk=people[0].pk).update(updated=timezone.now())
    keep_up()
    assert BeginningProgress.objects.get().began > days_ago
    assert keep_up() == ""


def test_a_word_that_is_dropped_while_it_is_asked_for_finds_whom_it_found(people, monkeypatch):
    keep_up()

    def drop_first(frequent, read=intersect._read):
        FrequentBeginning.objects.filter(text="ana").delete()
        return read(frequent)

    monkeypatch.setattr(intersect, "_read", drop_first)
    assert with_words("ana", "baker")
    assert found(SearchText("ana baker")) == with_words("ana", "baker")


def test_what_few_have_by_now_is_dropped(people):
    keep_up()
    assert FrequentBeginning.objects.filter(text="smith", is_complete=True).exists()
    SearchWord.objects.filter(word__startswith="smith").delete()

    BeginningProgress.objects.update(began=timezone.now() - timedelta(days=2))
    keep_up()
    assert not FrequentBeginning.objects.filter(text="smith").exists()
    assert wrong() == []


def test_a_turn_writes_only_blocks_that_have_new_customers(people):
    keep_up()
    Customer.objects.filter(pk=people[0].pk).update(updated=timezone.now())

    with CaptureQueriesContext(connection) as queries:
        keep_up()

    assert not any(query["sql"].startswith("INSERT") for query in queries)
