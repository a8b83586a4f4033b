"""The filters of opportunities, of which a customer may have several, together with others and with each other."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from customers.engagement import opportunities
from customers.lists.catalogue import BY_SLUG
from customers.lists.entries import add_entry
from customers.merging.unmerge import unmerge_customers
from customers.models import (
    ClosingReason,
    CombinationMember,
    Customer,
    DataSource,
    FilterCombination,
    LeadPhase,
    Opportunity,
    SourceRecord,
)
from customers.search import together
from customers.search.combinations import combinations_of, keep_up_combinations
from customers.search.filters import FromSource
from customers.search.sales_filters import HasOpportunity
from tests.acts import merge
from tests.api.village import Village
from tests.customers.search.noted import found, missed
from tests.factories import DataSourceFactory, SourceRecordFactory, make_user
from tests.factories.lists import make_entry

pytestmark = pytest.mark.django_db

ACTS = 40
STAGES = ("Talks", "Offer", "Trial")
"""The last is outside the list of phases."""


@pytest.fixture
def lists() -> None:
    for name in STAGES[:-1]:
        make_entry(LeadPhase, name)
    for name in ("Price", "Time"):
        make_entry(ClosingReason, name, outcome=ClosingReason.Outcome.LOST)


def add(customer: Customer, stage: str, **values) -> Opportunity:
    seller = make_user("seller") if not Opportunity.objects.exists() else Opportunity.objects.first().owner
    given = {"owner": seller, "pipeline": "Sales", "pipeline_stage": stage, "estimated_close_date": date(2026, 12, 31)}
    return opportunities.add(customer, {**given, "amount": Decimal(1), "currency": "USD", **values}, by=None)


def lost(reason: str) -> dict[str, object]:
    return {"forecast_category": "lost", "closing_reason": ClosingReason.objects.get(name=reason)}


def in_phase(name: str) -> HasOpportunity:
    return HasOpportunity("phase", LeadPhase.objects.get(name=name).pk)


def closed_for(name: str) -> HasOpportunity:
    return HasOpportunity("closing_reason", ClosingReason.objects.get(name=name).pk)


def test_a_customer_with_several_is_found_by_each_and_by_all_together(lists, monkeypatch):
    record, other = (SourceRecordFactory(data_source=DataSourceFactory(name="Shop")) for _ in range(2))
    for stage in STAGES:
        add(record.customer, stage)
    for reason in ("Price", "Time"):
        add(record.customer, "Talks", **lost(reason))
    add(other.customer, "Talks")
    keep_up_combinations()
    monkeypatch.setattr(HasOpportunity, "ids_if_few", None)  # Not asked alone.

    shop = FromSource((record.data_source_id,))
    assert found(shop, in_phase("Talks")) == {record.customer_id, other.customer_id}
    for criteria in (
        [in_phase("Offer"), shop],
        [in_phase("Talks"), in_phase("Offer")],
        [in_phase("Talks"), closed_for("Price")],
        [closed_for("Price"), closed_for("Time")],
        [in_phase("Talks"), shop, in_phase("Offer"), closed_for("Price"), closed_for("Time")],
    ):
        assert found(*criteria) == {record.customer_id}


def test_the_rows_of_a_customer_grow_with_phases_and_reasons_and_not_with_both(lists):
    record = SourceRecordFactory()
    for stage in STAGES * 2:
        add(record.customer, stage)
        add(record.customer, stage, **lost("Price"))
        add(record.customer, stage, **lost("Time"))
    keep_up_combinations()

    # Two phases, two reasons, and one without any.
    assert CombinationMember.objects.count() == 5


@pytest.mark.parametrize(
    "act",
    [
        lambda row, reason: add(row.source_record.customer, "Offer"),
        lambda row, reason: opportunities.edit(row, {"pipeline_stage": "Offer"}, by=None),
        lambda row, reason: opportunities.edit(row, lost("Price"), by=None),
        lambda row, reason: opportunities.edit(row, {"forecast_category": "won"}, by=None),
        lambda row, reason: opportunities.edit(reason, {"closing_reason": None}, by=None),
        lambda row, reason: opportunities.edit(reason, {"forecast_category": "pipeline"}, by=None),
        lambda row, reason: opportunities.delete(row, by=None),
    ],
    ids=["added", "in another phase", "lost", "won", "for no reason", "reopened", "deleted"],
)
def test_an_act_on_an_opportunity_is_noted(act: Callable[[Opportunity, Opportunity], object], lists):
    customer = SourceRecordFactory().customer
    rows = add(customer, "Talks"), add(customer, "Offer", **lost("Time"))
    add(customer, "Trial")
    keep_up_combinations()
    before = combinations_of([customer.pk])
    act(*rows)

    assert combinations_of([customer.pk]) != before
    assert together.changed_since_noted() == {customer.pk}


def test_an_opportunity_of_somebody_who_was_merged_meanwhile_is_noted_of_the_survivor(lists):
    survivor, duplicate = (SourceRecordFactory().customer for _ in range(2))
    as_read = Customer.objects.get(pk=duplicate.pk)
    merge(survivor, duplicate)
    keep_up_combinations()
    add(as_read, "Talks")

    assert together.changed_since_noted() == {survivor.pk}


def test_a_stage_that_becomes_a_phase_is_asked_for_alone_until_all_customers_are_noted(lists):
    record = SourceRecordFactory(data_source=DataSourceFactory(name="Shop"))
    add(record.customer, "Trial")
    keep_up_combinations()
    add_entry(BY_SLUG["lead-phases"], {"name": "Trial", "score": 1}, by=None)

    asked = in_phase("Trial"), FromSource((record.data_source_id,))
    assert together.changed_since_noted() is None
    assert found(*asked) == {record.customer_id}
    keep_up_combinations()
    assert together.changed_since_noted() == set()
    assert found(*asked) == {record.customer_id}


def test_an_amount_is_no_change_of_what_is_filtered(lists):
    row = add(SourceRecordFactory().customer, "Talks")
    keep_up_combinations()
    opportunities.edit(row, {"amount": Decimal(7)}, by=None)

    assert together.changed_since_noted() == set()


def test_whatever_happens_is_noted_or_of_customers_who_changed_since(lists):
    random = Random(0)  # noqa: S311 (of a test)
    village = Market(random)
    keep_up_combinations()
    for _ in range(ACTS):
        village.act()
        assert missed() == set()
        if random.random() < 0.3:
            keep_up_combinations()
    assert FilterCombination.objects.filter(opportunity_phase__gt=0).exists()
    assert FilterCombination.objects.filter(closing_reason__gt=0).exists()


class Market(Village):
    """A village with sellers."""

    ACTS = (*("add", "add", "add", "edit_one", "close", "close", "delete", "unmerge"), *Village.ACTS)

    def one(self) -> Opportunity:
        return self.random.choice(Opportunity.objects.order_by("pk"))

    def add(self) -> None:
        add(self.customer_at_random(), self.random.choice(STAGES))

    def edit_one(self) -> None:
        opportunities.edit(self.one(), {"pipeline_stage": self.random.choice(STAGES)}, by=None)

    def close(self) -> None:
        opportunities.edit(self.one(), lost(self.random.choice(["Price", "Time"])), by=None)

    def delete(self) -> None:
        opportunities.delete(self.one(), by=None)

    def unmerge(self) -> None:
        records = SourceRecord.objects.exclude(data_source__name=DataSource.STAFF).order_by("pk")
        unmerge_customers(self.random.choice(records), moving=[Opportunity], by=None)


def test_opportunities_that_a_client_moves_are_not_missed(lists):
    survivor, record = SourceRecordFactory().customer, SourceRecordFactory(data_source=DataSourceFactory(name="Shop"))
    merge(survivor, record.customer)
    add(survivor, "Talks")
    keep_up_combinations()
    record.refresh_from_db()
    moved_to = unmerge_customers(record, moving=[Opportunity], by=None)

    assert missed() == set()
    assert found(in_phase("Talks"), FromSource((record.data_source_id,))) == {moved_to.pk}
