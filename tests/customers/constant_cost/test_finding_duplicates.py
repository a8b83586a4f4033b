"""What finding duplicates costs does not grow with what there is."""

import json

import pytest
from django.db import connection

from customers.matching.consent_refusals import refusals_nearby
from customers.matching.duplicates import duplicate_counts, duplicates_of
from customers.matching.ignored_list import FEWEST_SHARING, MOST_COMPARED, most_shared
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.models import Customer, DataSource, MatchKey, SharedValue, SourceRecord, Via
from tests.acts import fresh
from tests.database import rolled_back
from tests.factories import DataSourceFactory, SourceRecordFactory, customer_with_order, lead_of, person
from tests.query_costs import Cost, analyze, measured, nodes, on_sqlite, plan_of, strangers

pytestmark = pytest.mark.django_db


def cost_of_finding(customer: Customer) -> list[Cost]:
    """Of the duplicates of `customer`, of the counts on a list, and of recognising them in what comes in."""
    with measured() as candidates:
        assert len(duplicates_of(customer)) == 1
    with measured() as counts:
        assert duplicate_counts([customer.pk]) == {customer.pk: 1}
    who = person("Post", first_name="Helena", email=customer.email)
    with rolled_back(), measured() as recognised:
        assert lead_of(who).kind == "match"
    return [candidates, counts, recognised]


def test_finding_duplicates_costs_the_same_however_many_strangers_there_are():
    helena = customer_with_order(email="hholy@gmail.com", phone="+420 241 770 449")
    customer_with_order(email="hholy@gmail.com")
    strangers(200)
    few = cost_of_finding(helena)
    strangers(2_000)
    for little, much in zip(few, cost_of_finding(helena), strict=True):
        assert much.statements == little.statements
        assert much.read <= little.read * 1.1 + 100
        if not on_sqlite:
            refuse_scans(much.queries)


def test_one_more_customer_of_a_switchboard_costs_the_same_however_many_have_its_number():
    DataSource.staff()  # made once, ever
    DataSourceFactory()
    costs = []
    for number in (2, 150):
        phone = f"+420 241 770 {number:03}"
        source = DataSourceFactory(name="Strangers")
        for one in Customer.objects.bulk_create(Customer(first_name=f"Clerk {n}") for n in range(number)):
            SourceRecordFactory(customer=one, data_source=source, phone=phone)
        analyze()
        with measured() as cost:
            newcomer = customer_with_order(phone=phone)
        other = customer_with_order(email=f"{number}@reunite.cz")
        with measured() as merged:
            merge_customers(plan_merge(newcomer, [other]), by=None, via=Via.PAGE)
        costs.append((cost, merged))
    for little, much in zip(*costs, strict=True):
        assert much.statements == little.statements
        assert much.written == little.written
        assert much.read <= little.read * 1.1 + 100


def test_the_most_shared_values_cost_the_same_however_many_are_shared():
    for n in range(FEWEST_SHARING):
        customer_with_order(external_id=str(n), email="office@reunite.cz")

    def cost_of_offers() -> Cost:
        with measured() as cost:
            assert [value.text for value in most_shared()] == ["office@reunite.cz"]
        return cost

    costs = []
    for start, number in ((0, MOST_COMPARED), (MOST_COMPARED, 3_000)):
        SharedValue.objects.bulk_create(
            SharedValue(kind="email", value=f"{n}@reunite.cz") for n in range(start, start + number)
        )
        analyze()
        costs.append(cost_of_offers())
    few, many = costs
    assert many.statements == few.statements == 2
    assert many.read <= few.read * 1.1 + 100
    assert "sharedvalue_by_holders" in plan_of(many.queries[0])


def test_finding_who_refused_nearby_costs_the_same_however_many_refused():
    helena = customer_with_order(email="hholy@gmail.com")
    Customer.objects.filter(pk=customer_with_order(email="hholy@gmail.com", external_id="2").pk).update(
        sms_contact=False
    )
    costs = []
    for number in (200, 2_000):
        strangers(number)
        Customer.objects.exclude(pk=helena.pk).update(sms_contact=False)
        analyze()
        with measured() as cost:
            assert "refused SMS" in refusals_nearby(fresh(helena))[helena.pk]
        costs.append(cost)
    few, many = costs
    assert many.statements == few.statements
    assert many.read <= few.read * 1.1 + 100
    if not on_sqlite:
        refuse_scans(many.queries)


def refuse_scans(queries: list[str]) -> None:
    """No query of what was just done reads a whole table that grows with customers."""
    tables = {model._meta.db_table for model in (Customer, SourceRecord, MatchKey)}
    for sql in queries:
        if sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
                [[plan]] = cursor.fetchall()
            for node in nodes(json.dumps(plan)):
                assert not (node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables), sql
