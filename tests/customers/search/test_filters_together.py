"""Filters that many customers pass each and few together: read from the index of combinations, never wrong by it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import combinations
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.matching.exclusions import exclude, include
from customers.models import (
    OPEN_FORECASTS,
    AccountType,
    BillingStatus,
    ClosingReason,
    CombinationMember,
    Customer,
    DataSource,
    FilterCombination,
    FilterProgress,
    LeadPhase,
    LeadStatus,
    Opportunity,
    RecordTotals,
    SourceRecord,
)
from customers.rebuild import rebuild
from customers.records import shared_values
from customers.records.staff_record import staff_record_of
from customers.search import find, together
from customers.search import scan as scan_module
from customers.search.combinations import PROGRESS, keep_up_combinations
from customers.search.filters import Country, Criterion, FromSource, HasDuplicates, Status, with_status
from customers.search.sales_filters import HasAccountType, HasOpportunity, LeadInPhase
from customers.search.search_text import SearchText
from customers.totals import billing_status
from customers.totals.status import STATUSES
from tests.acts import edit
from tests.customers.search.noted import found, missed
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory
from tests.factories.linked_rows import linked_row
from tests.factories.lists import make_entry
from tests.query_costs import nodes_of, on_sqlite, plan_of

pytestmark = pytest.mark.django_db

COUNTRIES = {"": "", "CZ": "CZ", "Czechia": "CZ", "DE": "DE"}
Passes = Callable[[Customer], bool]


@pytest.fixture
def lists() -> None:
    make_entry(AccountType, "Reseller")
    make_entry(LeadPhase, "Talks")
    make_entry(ClosingReason, "Price", outcome=ClosingReason.Outcome.LOST)


def people(random: Random, number: int) -> None:
    """Customers of two shops, with any country, status, type, phase and sales, and maybe the email of another."""
    shops = [DataSourceFactory(name=name) for name in ("Shop", "Market")]
    kind, phase = AccountType.objects.get(), LeadPhase.objects.get()
    survivor = Customer.objects.first()
    for n in range(number):
        email = f"p{random.randrange(number)}@example.org"
        customer = CustomerFactory(email=email, billing_address={"country": random.choice([*COUNTRIES])})
        Customer.objects.filter(pk=customer.pk).update(
            billing_status=random.choice(["", "", *BillingStatus.values]),
            lead_status=random.choice(["", *LeadStatus.values]),
            account_type=random.choice([None, kind]),
            lead_phase=random.choice([None, phase]),
            merged_into=survivor if n % 9 == 8 else None,
            erased_at=timezone.now() if n % 9 == 7 else None,
        )
        for shop in random.sample(shops, random.randrange(3)) if n % 9 < 7 else ():
            record = SourceRecordFactory(customer=customer, data_source=shop, email=email)
            for _ in range(random.randrange(5)):
                sale(random, record, phase)
    shared_values.add_missing(())


def sale(random: Random, record: SourceRecord, phase: LeadPhase) -> None:
    """An opportunity that is open, won or lost, in the phase or outside the list."""
    forecast = random.choice(["pipeline", "committed", "won", "lost"])
    reason = ClosingReason.objects.get() if forecast == "lost" else None
    given = {"phase": random.choice([None, phase]), "forecast_category": forecast, "closing_reason": reason}
    linked_row(Opportunity, record, **given).save()


def every_criterion() -> Iterator[tuple[Criterion, Passes]]:
    """Each, with what it means, said without the database."""
    sources, holders = defaultdict(set), defaultdict(set)
    for customer, source, email in SourceRecord.objects.values_list("customer", "data_source", "email"):
        sources[customer].add(source)
        holders[email].add(customer)
    alike = {pk for who in holders.values() if len(who) > 1 for pk in who}
    for pk in DataSource.objects.order_by("pk").values_list("pk", flat=True):
        yield FromSource((pk,)), lambda customer, pk=pk: pk in sources[customer.pk]
    for code in ("CZ", "DE"):
        yield Country(code), lambda customer, code=code: COUNTRIES[customer.billing_address.get("country", "")] == code
    for status, _ in STATUSES:
        yield with_status(status), lambda c, status=status: (c.billing_status or c.lead_status or "customer") == status
    leads = (LeadStatus.UNQUALIFIED.value, LeadStatus.LOST.value)
    yield Status(leads), lambda customer: not customer.billing_status and customer.lead_status in leads
    yield HasDuplicates(), lambda customer: customer.pk in alike
    kind, phase = AccountType.objects.get().pk, LeadPhase.objects.get().pk
    yield HasAccountType(kind), lambda customer: customer.account_type_id == kind
    yield LeadInPhase(phase), lambda c: c.lead_phase_id == phase and bool(c.lead_status) and not c.billing_status
    reason, in_phase, lost = ClosingReason.objects.get().pk, set(), set()
    for sold in Opportunity.objects.select_related("source_record"):
        if sold.phase_id == phase and sold.forecast_category in OPEN_FORECASTS:
            in_phase.add(sold.source_record.customer_id)
        if sold.closing_reason_id == reason:
            lost.add(sold.source_record.customer_id)
    assert in_phase & lost
    yield HasOpportunity("phase", phase), lambda customer: customer.pk in in_phase
    yield HasOpportunity("closing_reason", reason), lambda customer: customer.pk in lost


def test_every_pair_of_filters_finds_who_passes_whatever_changed_since_it_was_noted(lists, monkeypatch):
    random = Random(1)  # noqa: S311 (of a test)
    people(random, 40)
    keep_up_combinations()
    changes = [{"lead_status": "new"}, {"billing_address": {"country": "DE"}}, {"account_type": None}]
    for customer in random.sample([*Customer.objects.live()], 10):
        edit(customer, random.choice(changes))
    people(random, 12)
    answers = []
    monkeypatch.setattr(find, "OFTEN", 1_000)  # Of two filters of opportunities, too.
    few = together.Together.ids_if_few
    monkeypatch.setattr(together.Together, "ids_if_few", lambda *args: answers.append(few(*args)) or answers[-1])

    live = list(Customer.objects.live())
    for (one, passes_one), (other, passes_other) in combinations(every_criterion(), 2):
        assert found(one, other) == {
            customer.pk for customer in live if passes_one(customer) and passes_other(customer)
        }
    assert None not in answers
    assert len(answers) > 100


@pytest.mark.parametrize("how", ["few", "joined", "walked"])
def test_a_filter_and_a_word_find_who_passes_both_whatever_changed_since(how, lists, monkeypatch):
    random = Random(3)  # noqa: S311 (of a test)
    people(random, 30)
    keep_up_combinations()
    people(random, 6)
    if how != "few":
        joined = SearchText.ids_among
        monkeypatch.setattr(scan_module, "FEW", 0)
        read = partial(joined, most=1_000, by_reading=True)
        monkeypatch.setattr(SearchText, "ids_among", lambda text, owners, *_, **__: read(text, owners))
        for name, value in {
            "SHORTEST_STRETCH": 1,
            "LONGEST_STRETCH": 2,
            "JOINED_AT": 2 if how == "joined" else 0,
        }.items():
            monkeypatch.setattr(scan_module, name, value)

    live = list(Customer.objects.live())
    begin_so = set(SourceRecord.objects.filter(email__startswith="p1").values_list("customer", flat=True))
    assert begin_so
    for criterion, passes in every_criterion():
        expected = {customer.pk for customer in live if customer.pk in begin_so and passes(customer)}
        assert found(criterion, SearchText("p1")) == expected


SMALL = {"customers_filtercombination", "customers_datasource", "customers_filterprogress", "customers_sharedvalue"}
OF_ONE_STATEMENT = {"holders"}  # written and read by it


@pytest.mark.parametrize("few", [scan_module.FEW, 0], ids=["few", "many"])
def test_no_pair_of_filters_reads_a_large_table(few, lists, monkeypatch):
    """A planner that sees a few rows would rather scan, so it must not where there is an index."""
    people(Random(2), 20)  # noqa: S311 (of a test)
    keep_up_combinations()
    monkeypatch.setattr(scan_module, "FEW", few)
    if not on_sqlite:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    statements: dict[str, str] = {}
    of_each_kind = {type(criterion): criterion for criterion, _ in every_criterion()}.values()
    for one, other in combinations(of_each_kind, 2):
        with CaptureQueriesContext(connection) as queries:
            found(one, other)
        asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        # The same statement is planned once, whatever it asks for.
        statements |= {re.sub(r"\d[\d, ]*|'[^']*'", "?", sql): sql for sql in asked}

    members = [sql for sql in statements.values() if "combinationmember" in sql]
    assert members
    for sql in members:
        assert re.search("combinationmember_(found|once|1)", plan_of(sql))
    scanned = {table for sql in statements.values() for table in tables_scanned(sql)}
    assert scanned - SMALL - OF_ONE_STATEMENT == set()


def tables_scanned(sql: str) -> Iterator[str]:
    if on_sqlite:
        for line in plan_of(sql).splitlines():
            if (match := re.search(r"SCAN (\w+)", line)) and " USING " not in line:
                yield match[1]
    else:
        yield from (node["Relation Name"] for node in nodes_of(sql) if node["Node Type"] == "Seq Scan")


def test_a_purchase_of_a_customer_who_is_known_is_not_missed():
    record = SourceRecordFactory()
    keep_up_combinations()
    RecordTotals.objects.create(source_record=record, currency="USD", purchases_active=1)
    billing_status.refresh([record.customer_id])

    assert missed() == set()
    assert found(Country("CZ"), Status((BillingStatus.ACTIVE.value,))) == set()
    assert found(FromSource((record.data_source_id,)), Status((BillingStatus.ACTIVE.value,))) == {record.customer_id}


def test_a_value_that_counts_again_is_not_missed(agent):
    customers = [SourceRecordFactory(email="desk@example.org").customer for _ in range(2)]
    exclude(customers[0], "email", "desk@example.org", by=agent)
    keep_up_combinations()
    include(customers[0], "email", "desk@example.org", by=agent)

    assert missed() == set()


def test_staff_have_a_record_of_who_passes_though_no_combination_says_so(lists):
    record = SourceRecordFactory()
    Customer.objects.update(account_type=AccountType.objects.get())
    keep_up_combinations()
    staff = staff_record_of(record.customer)

    reseller = HasAccountType(AccountType.objects.get().pk)
    assert found(FromSource((staff.data_source_id,)), reseller) == {record.customer_id}


def test_nothing_is_read_from_combinations_before_all_are_noted():
    CustomerFactory()
    FilterProgress.objects.create(pk=PROGRESS, noted_to=timezone.now())

    assert together.changed_since_noted() is None
    keep_up_combinations()
    assert together.changed_since_noted() == set()


def test_what_the_program_before_noted_does_not_count():
    SourceRecordFactory()
    FilterProgress.objects.create(pk=PROGRESS - 1, noted_to=timezone.now(), next_customer=None, is_complete=True)

    assert together.changed_since_noted() is None
    keep_up_combinations()
    assert together.changed_since_noted() == set()
    assert missed() == set()


def test_all_are_noted_anew_after_a_rebuild_and_who_is_gone_is_dropped():
    customer = CustomerFactory(billing_address={"country": "CZ"})
    keep_up_combinations()
    combination = CombinationMember.objects.get().combination
    FilterCombination.objects.update(country="DE")
    Customer.objects.filter(pk=customer.pk).update(billing_address={"country": "DE"})
    CombinationMember.objects.create(customer_id=customer.pk + 1, combination=combination)

    assert list(rebuild(lambda records: [])) == [f"billing_address of customer {customer.pk}"]
    keep_up_combinations()
    assert CombinationMember.objects.get().combination.country == "CZ"


def test_when_more_changed_than_is_read_each_filter_is_asked_alone(monkeypatch):
    customer = CustomerFactory(billing_address={"country": "CZ"}, lead_status=LeadStatus.NEW)
    FilterProgress.objects.create(pk=PROGRESS, noted_to=timezone.now() - timedelta(days=1), is_complete=True)
    monkeypatch.setattr(together, "MOST_CHANGED", 0)

    assert found(Country("CZ"), with_status("new")) == {customer.pk}


def test_customers_who_are_leads_are_none_without_a_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert found(with_status("customer"), LeadInPhase(1)) == set()
