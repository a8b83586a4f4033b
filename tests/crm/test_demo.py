"""The demo, made once and rolled back at the end; what a test does to it is rolled back after the test."""

import csv
import random
from collections import Counter, defaultdict
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from crm.accounts.models import AccountChange, ApiKey, User
from crm.accounts.roles import ADMIN, SUPPORT_AGENT, VIEWER
from crm.accounts.user_permissions import direct_permissions
from crm.demo import files
from customers.credit import credit
from customers.matching.duplicates import duplicate_counts, duplicates_of
from customers.merging.undo import undo_merge
from customers.models import Customer, DataSource, HistoryEntry, LeadStatus, Merge, RecordTotals, SourceRecord, Tag
from customers.profile.derive import profile_values
from customers.records.registry import tabbed_models
from orders.locks import OrderError
from orders.models import COUNTED, Order, OrderItem, Purchase
from orders.payments.refund import refundable_payments
from orders.payments.rerun import chargeable_cards
from tests.acts import merge, rebuild
from tests.database import dump_all
from tests.factories import allow

THREE = ("admin", "agent", "viewer")
PEOPLE, ORDERS, CENTS = 59, 412, 232_860


def run(*options: str) -> str:
    out = StringIO()
    call_command("demo", "--anyway", *options, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield run()
        transaction.set_rollback(True)


@pytest.fixture
def output(made):
    with transaction.atomic():
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def agent(output):
    return User.objects.get(username="agent")


def state(records: set[int]) -> dict[str, object]:
    """Whose `records` are, and what each customer is, has and matches."""
    customers = list(Customer.objects.order_by("pk"))
    pks = [customer.pk for customer in customers]
    return {
        "profiles": {c.pk: profile_values(c) for c in customers},
        "statuses": {c.pk: (c.billing_status, c.merged_into_id) for c in customers},
        "owners": dict(SourceRecord.objects.filter(pk__in=records).values_list("pk", "customer")),
        "totals": totals(),
        "credit": credit.balances(pks),
        "tags": sorted(Tag.objects.values_list("source_record__customer", "name")),
        "duplicates": {c.pk: {x.customer.pk: x.reasons for x in duplicates_of(c)} for c in customers},
    }


def totals() -> dict[int, tuple[int, int]]:
    """{customer: orders that count, what they come to in cents}."""
    sums: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in RecordTotals.objects.select_related("source_record"):
        orders, amount = sums[row.source_record.customer_id]
        sums[row.source_record.customer_id] = orders + row.orders, amount + row.amount
    return dict(sums)


def buyers():
    """Those of the store: without the leads."""
    return Customer.objects.live().filter(lead_status="")


def people() -> list[list[Customer]]:
    """The live customers, those who are found to be one person together, oldest first."""
    left = {customer.pk: customer for customer in buyers().order_by("created", "pk")}
    persons = []
    while left:
        one = left.pop(next(iter(left)))
        same = [left.pop(candidate.customer.pk) for candidate in duplicates_of(one)]
        persons.append([one, *sorted(same, key=lambda c: (c.created, c.pk))])
    return persons


def merge_everybody(by: User) -> list[Merge]:
    """Every person's duplicates, each into the next older one."""
    merges = []
    for person in people():
        merges += [merge(older, younger, by=by) for older, younger in reversed(list(pairwise(person)))]
    return merges


def of_the_files() -> dict[str, tuple[int, int]]:
    """{Chinook customer: number of invoices, their total in cents}, read without the demo's own reader."""
    sums: dict[str, tuple[int, int]] = {}
    with (files.FILES / "invoices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            count, cents = sums.get(row["CustomerId"], (0, 0))
            sums[row["CustomerId"]] = count + 1, cents + int(Decimal(row["Total"]) * 100)
    return sums


def of_the_database() -> dict[str, tuple[int, int]]:
    """The same of the customers, by their number in the shop."""
    number = dict(SourceRecord.objects.filter(data_source__name="Shop").values_list("customer", "external_id"))
    return {number[customer]: total for customer, total in totals().items() if customer in number}


def test_every_invoice_is_an_order_that_counts(output):
    counted = Order.objects.filter(status__in=COUNTED)
    assert counted.count() == ORDERS
    items = OrderItem.objects.filter(order__in=counted)
    assert items.count() == 2240
    assert sum(counted.values_list("total", flat=True)) == Decimal("2328.60")
    assert (sum(n for n, _ in totals().values()), sum(c for _, c in totals().values())) == (ORDERS, CENTS)
    assert sum(items.values_list("amount", flat=True)) == Decimal("2328.60")
    assert rebuild() == "Nothing differed."


def test_a_third_of_the_people_are_there_more_than_once(output):
    sizes = Counter(len(customers) - 1 for customers in people())
    assert sum(sizes.values()) == PEOPLE
    assert max(sizes) <= 5
    assert {1, 2, 3, 4} <= sizes.keys()
    assert sum(sizes[n] for n in sizes if n) >= 15


def test_nobody_is_taken_for_somebody_else(output):
    for customers in people():
        records = SourceRecord.objects.filter(customer__in=customers, data_source__name="Shop")
        assert records.count() == 1


def test_a_marketplace_account_finds_its_customer_again(output):
    helena = SourceRecord.objects.get(data_source__name="Marketplace", external_id="MP-448193")
    assert totals()[helena.customer_id][0] == 3
    assert [str(reason) for reason in duplicates_of(helena.customer)[0].reasons] == [
        "same email",
        "same phone",
    ]


def test_merging_everybody_leaves_the_people_of_the_store_and_undoing_it_brings_everything_back(agent):
    """In chains, taken back out of order: the hardest. Merges of several at once are tried by the property tests."""
    records = set(SourceRecord.objects.values_list("pk", flat=True))
    before = state(records)
    merges = merge_everybody(allow(agent, "customers.merge_unmatched_customer"))
    assert buyers().count() == PEOPLE
    assert of_the_database() == of_the_files()
    assert sum(cents for _, cents in totals().values()) == CENTS
    assert duplicate_counts(Customer.objects.live().values_list("pk", flat=True)) == {}
    assert rebuild() == "Nothing differed."
    random.Random(412).shuffle(merges)  # noqa: S311 - no secret
    for merged in merges:
        undo_merge(Merge.objects.get(pk=merged.pk), by=agent)
    assert state(records) == before
    assert rebuild() == "Nothing differed."


def test_an_agent_sees_something_on_every_tab(output):
    for model in tabbed_models():
        assert model.objects.values("source_record__customer").distinct().count() > 10, model


def test_there_is_history_of_every_kind_of_work(output):
    assert {"created", "order", "edit", "credit", "merge", "undo"} <= set(
        HistoryEntry.objects.values_list("kind", flat=True)
    )
    assert Merge.objects.filter(undone_at=None).count() == 3
    assert Merge.objects.exclude(undone_at=None).count() == 3


def test_some_duplicates_warn_of_purchases_that_would_both_be_billed(output):
    pairs = [{c.pk: list(c.records.values_list("pk", flat=True)) for c in some} for some in people() if len(some) > 1]
    assert sum(bool(Purchase.merge_warnings(pair)) for pair in pairs) >= 3
    assert any(len(credit.balances(list(pair))) > 1 for pair in pairs)


def test_some_orders_can_be_rerun_and_refunded_and_some_cannot(output):
    can, cannot = 0, set()
    for order in Order.objects.filter(status="DECLINED"):
        try:
            can += bool(chargeable_cards(order))
        except OrderError as error:
            cannot.add(str(error))
    assert can >= 3
    assert "reported stolen" in str(cannot)
    partly = Order.objects.filter(status="COMPLETE", refunded__gt=0)
    assert all(refundable_payments(order) for order in partly)
    assert len(partly) >= 3
    assert Purchase.objects.exclude(cancels_on=None).filter(status="ACTIVE").count() >= 3
    assert Purchase.objects.exclude(restarts_on=None).filter(status="PAUSED").count() >= 2


def test_an_admin_sees_users_keys_and_changes(output):
    keys = ApiKey.objects.all()
    assert User.objects.filter(is_active=False).count() == 1
    assert (keys.filter(revoked=None).count(), keys.exclude(revoked=None).count()) == (1, 1)
    assert not any(key.prefix in output for key in keys)
    assert AccountChange.objects.exclude(taken=[]).exists()
    assert not DataSource.objects.filter(created_by=None).exclude(name=DataSource.STAFF).exists()


def test_the_second_run_changes_nothing(output):
    before = dump_all()
    again = run()
    assert dump_all() == before
    assert "Nothing was added" in again
    assert again.count("password unchanged") == 3


def test_each_user_has_the_role_and_the_password_that_was_printed(output):
    for name, role in (("admin", ADMIN), ("agent", SUPPORT_AGENT), ("viewer", VIEWER)):
        user = User.objects.get(username=name)
        assert direct_permissions(user) == role.ticks
        assert user.check_password(printed(output)[name])


def test_passwords_are_neither_stored_nor_printed_again(output):
    passwords = printed(output).values()
    again, stored = run(), str(dump_all())
    for password in passwords:
        assert output.count(password) == 1
        assert password not in again
        assert password not in stored


def test_a_password_can_be_given_for_all_three(output):
    run("--password", "a long enough one")
    assert all(user.check_password("a long enough one") for user in User.objects.filter(username__in=THREE))
    assert run().count("password unchanged") == 3
    assert all(user.check_password("a long enough one") for user in User.objects.filter(username__in=THREE))


def test_a_weak_password_is_refused_where_development_is_off(output):
    before = dump_all()
    with pytest.raises(CommandError, match="too common"):
        run("--password", "password")
    assert dump_all() == before


def test_the_demo_stays_out_of_production(db):
    before = dump_all()
    with pytest.raises(CommandError, match="DEVELOPMENT is off"):
        call_command("demo")
    assert dump_all() == before


def test_a_shop_of_somebody_elses_is_left_alone(output):
    DataSource.objects.filter(name="Shop").update(system="shopify")
    with pytest.raises(CommandError, match="named Shop"):
        run()


def printed(output: str) -> dict[str, str]:
    """{user name: password} as the command printed them."""
    lines = (line.split() for line in output.splitlines() if ", password " in line)
    return {words[0]: words[-1] for words in lines}


def test_only_who_has_not_bought_is_a_lead_and_there_is_one_of_each_status(output):
    leads = Customer.objects.live().exclude(lead_status="")
    assert sorted(leads.values_list("lead_status", flat=True)) == sorted(LeadStatus.values)
    assert not Order.objects.filter(source_record__customer__in=leads).exists()
