"""`manage.py rebuild` finds every kind of cache that is wrong, says so, and puts it right."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import (
    CountedMerges,
    Customer,
    MatchKey,
    Merge,
    MergeCount,
    MonthTotals,
    PhaseSum,
    RecordTotals,
    SearchWord,
    SourceRecord,
)
from customers.profile.edit import edit_profile
from customers.review.counts import count_merges
from orders.intake.order import IncomingPurchase
from tests.acts import merge, rebuild
from tests.database import dump
from tests.factories import ProductFactory, order
from tests.tables import table

pytestmark = pytest.mark.django_db
WRONG = "WRONG"


@pytest.fixture
def survivor() -> Customer:
    """With a duplicate who has a subscription, a profile that staff edited, and a merge that the clock has counted."""
    monthly = [IncomingPurchase(ProductFactory(), Decimal(3))]
    helena = order(first_name="Helena", email="hholy@gmail.com").assigned.record.customer
    elena = order("Market", first_name="Elena", email="elena@x.cz", purchases=monthly).assigned.record.customer
    edit_profile(helena, {"custom1": "gold"}, version=helena.version, by=None, via="page")
    merge(helena, elena)
    Merge.objects.update(created=timezone.now() - timedelta(days=2))
    count_merges()
    return helena


def home(survivor: Customer) -> dict[str, object]:
    return {"external_id": survivor.uuid}


PLANTED: dict[str, Callable[[Customer], object]] = {
    "owner of 1 records": lambda c: SourceRecord.objects.filter(data_source__name="Market").update(
        customer=Customer.objects.get(first_name="Elena")
    ),
    "merged_into of customer": lambda c: Customer.objects.filter(merged_into=c).update(merged_into=None),
    "custom1 of customer": lambda c: Customer.objects.filter(pk=c.pk).update(custom1=WRONG),
    "identity of staff record": lambda c: SourceRecord.objects.filter(**home(c)).update(company=WRONG),
    "identity key of record": lambda c: SourceRecord.objects.filter(data_source__name="Shop").update(identity_key="x"),
    "match key": lambda c: MatchKey.objects.create(
        source_record=SourceRecord.objects.first(), kind="email", value="wrong@x.cz"
    ),
    "match key ('email', 'elena@x.cz')": lambda c: MatchKey.objects.filter(value="elena@x.cz").delete(),
    "search word": lambda c: SearchWord.objects.create(
        source_record=SourceRecord.objects.first(), customer=c, word="wrong"
    ),
    "search word ('elena',": lambda c: SearchWord.objects.filter(word="elena").delete(),
    "search word ('helena',": lambda c: SearchWord.objects.filter(word="helena").update(customer=0),
    "USD totals of record": lambda c: RecordTotals.objects.update(amount=1),
    "USD totals": lambda c: RecordTotals.objects.all().delete(),
    "USD of 20": lambda c: MonthTotals.objects.all().delete(),
    "counts of merges of 20": lambda c: MergeCount.objects.update(merges=7),
    "counts of merges of 1999-12-31": lambda c: MergeCount.objects.create(
        day="1999-12-31", made_by="user", number=1, wait=-1, merges=1
    ),
    "funnel of phase none in EUR": lambda c: PhaseSum.objects.create(
        currency="EUR", opportunities=1, amount=5, weighted=0
    ),
    "billing status of customer": lambda c: Customer.objects.filter(pk=c.pk).update(billing_status="cancelled"),
}


def test_after_ordinary_work_nothing_differs(survivor):
    assert rebuild() == "Nothing differed."


@table("said", PLANTED)
def test_a_cache_that_was_changed_behind_the_programs_back_is_named_and_put_right(survivor, said):
    before = dump(without={"id", "moved_at", "version", "updated"})
    PLANTED[said](survivor)
    lines = rebuild().splitlines()
    assert any(line.startswith(said) for line in lines), lines
    differences = len(lines) - 1
    assert lines[-1] == f"{differences} {'difference' if differences == 1 else 'differences'} corrected."
    # What is as it was differs from nothing, as the test above says.
    assert dump(without={"id", "moved_at", "version", "updated"}) == before


def test_a_day_that_the_clock_counts_next_is_left_to_it(survivor):
    CountedMerges.objects.update(until=timezone.now() - timedelta(days=5))
    MergeCount.objects.all().delete()
    assert rebuild() == "Nothing differed."
    count_merges()
    assert MergeCount.objects.get().merges == 1


def test_caches_that_follow_from_one_another_are_put_right_at_once(survivor):
    Customer.objects.update(merged_into=None, billing_status="", custom1="")
    SourceRecord.objects.update(identity_key="")
    for model in (MatchKey, SearchWord, RecordTotals, MonthTotals):
        model.objects.all().delete()
    rebuild()
    assert rebuild() == "Nothing differed."
    assert Customer.objects.get(pk=survivor.pk).billing_status == "active"
