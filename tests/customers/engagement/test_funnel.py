"""The funnel of Home, and the filters that it leads to."""

from datetime import date
from decimal import Decimal

import pytest

from customers.engagement import funnel as module
from customers.engagement import opportunities
from customers.engagement.funnel import funnel
from customers.lists.catalogue import BY_SLUG
from customers.lists.entries import add_entry, edit_entry
from customers.models import AccountType, ClosingReason, Customer, LeadPhase, Opportunity, PhaseSum, SourceRecord
from customers.search.customer_list import list_page
from customers.search.sales_filters import read_sales_filter
from customers.search.sorting import SORTS
from customers.totals.phase_sums import fold_phase_sums, recount_phase_sums
from tests.acts import erase
from tests.factories import CustomerFactory, SourceRecordFactory, customer_with_order
from tests.factories.linked_rows import linked_row
from tests.factories.lists import make_entry
from tests.tables import table

pytestmark = pytest.mark.django_db


def opportunity(record: SourceRecord, phase: LeadPhase | None, amount: str, currency="USD", **values) -> Opportunity:
    row = linked_row(
        Opportunity,
        record,
        **{"phase": phase, "amount": Decimal(amount), "currency": currency, "win_likelihood": 50, **values},
    )
    row.save()
    return row


@pytest.fixture
def offer(db):
    make_entry(LeadPhase, "New", score=10)
    return make_entry(LeadPhase, "Offer", score=60)


@pytest.fixture
def helena(offer):
    """Who has two open opportunities in the phase, one that was won, and one in a stage outside the list."""
    record = SourceRecordFactory()
    opportunity(record, offer, "100")
    opportunity(record, offer, "10.5", "EUR", win_likelihood=20)
    opportunity(record, offer, "7", forecast_category="won", closing_reason=make_entry(ClosingReason, outcome="won"))
    opportunity(record, None, "3")
    recount_phase_sums()
    return record.customer


def rows_of(funnel):
    return [
        (
            row.phase and row.phase.name,
            row.leads_text,
            row.opportunities_text,
            [(w.amount, w.weighted) for w in row.worth],
        )
        for row in funnel.rows
    ]


def test_a_phase_counts_leads_and_open_opportunities_by_currency(helena, offer):
    CustomerFactory(lead_status="working", lead_phase=offer.pk)
    CustomerFactory(lead_phase=offer.pk)
    bought = customer_with_order(email="a@reunite.cz")
    Customer.objects.filter(pk=bought.pk).update(lead_status="new", lead_phase=offer)
    assert rows_of(funnel()) == [
        ("New", "0", "0", []),
        ("Offer", "1", "2", [(Decimal("10.50"), Decimal("2.10")), (Decimal("100.00"), Decimal("50.00"))]),
        (None, "0", "1", [(Decimal("3.00"), Decimal("1.50"))]),
    ]


def test_a_retired_phase_is_shown_while_something_is_in_it(offer):
    LeadPhase.objects.update(is_retired=True)
    assert funnel().rows == []
    CustomerFactory(lead_status="new", lead_phase=offer.pk)
    assert [row.phase for row in funnel().rows] == [offer]


def test_more_leads_than_are_read_are_said_to_be_more(helena, offer, monkeypatch):
    monkeypatch.setattr(module, "MOST_LEADS", 1)
    for _ in range(3):
        CustomerFactory(lead_status="new", lead_phase=offer.pk)
    row = next(row for row in funnel().rows if row.phase == offer)
    assert (row.leads_text, row.opportunities_text) == ("1+", "2")


def test_acts_keep_the_sums_of_any_number_of_opportunities(offer, agent):
    customers = [SourceRecordFactory().customer for _ in range(2)]
    values = {"owner": agent, "pipeline": "New", "estimated_close_date": date(2026, 12, 31), "currency": "USD"}
    stages = ["Offer", "Demo", "Demo"]
    rows = [
        opportunities.add(customers[n % 2], {**values, "pipeline_stage": stages[n], "amount": Decimal(n + 1)}, by=agent)
        for n in range(3)
    ]
    opportunities.edit(rows[0], {"amount": Decimal("5.50"), "win_likelihood": 40}, by=agent)
    demo = add_entry(BY_SLUG["lead-phases"], {"name": "Demo", "score": 1}, by=None)
    assert rows_of(funnel())[1:] == [
        ("Offer", "0", "1", [(Decimal("5.50"), Decimal("2.20"))]),
        ("Demo", "0", "2", [(5, 0)]),
    ]
    edit_entry(BY_SLUG["lead-phases"], demo.pk, {"name": "Talk", "score": 1}, seen=demo.updated.isoformat(), by=None)
    opportunities.edit(rows[1], {"forecast_category": "won"}, by=agent)
    opportunities.delete(rows[0], by=agent)
    assert recount_phase_sums() == []
    opportunities.edit(rows[1], {"forecast_category": "pipeline"}, by=agent)
    erase(rows[2].source_record.customer)
    assert PhaseSum.objects.count() > 1
    assert fold_phase_sums() != ""
    assert fold_phase_sums() == ""
    assert recount_phase_sums() == []
    assert [*PhaseSum.objects.values_list("phase__name", "opportunities", "amount")] == [("Talk", 1, 2)]


def test_sums_that_acts_did_not_write_are_corrected(helena, offer):
    opportunity(helena.records.get(), offer, "8.25")
    assert recount_phase_sums() == [f"funnel of phase {offer.pk} in USD"]
    assert recount_phase_sums() == []
    assert [*PhaseSum.objects.filter(phase=offer, currency="USD").values_list("amount", flat=True)] == [
        Decimal("108.25")
    ]


@table("name", ["account_type", "phase", "opportunity", "closing_reason"])
def test_a_filter_finds_who_has_the_entry(name, helena, offer, monkeypatch):
    kind = make_entry(AccountType)
    lead = CustomerFactory(lead_status="new", lead_phase=offer.pk, account_type=kind.pk)
    CustomerFactory(lead_phase=offer.pk)
    entry, customer = {
        "account_type": (kind, lead),
        "phase": (offer, lead),
        "opportunity": (offer, helena),
        "closing_reason": (ClosingReason.objects.get(), helena),
    }[name]
    chosen = read_sales_filter({name: str(entry.pk)})
    for few in (5_000, -1):
        monkeypatch.setattr("customers.search.scan.FEW", few)
        assert [line.customer for line in list_page([*chosen.criteria], SORTS[0]).lines] == [customer]
    assert chosen.values[name] == str(entry.pk)
    assert read_sales_filter({name: "x"}).chosen == {}
