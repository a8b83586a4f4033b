"""What each page asks of the database: as much for 1,000 orders and thirty rows of everything else as for a few.

That the query of each page goes through an index is said where it is written: in tests/customers/constant_cost/.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.accounts import session_store
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import AccountChange, ApiKey, User
from crm.audit.models import AuditEntry
from crm.demo.imports import begin
from crm.jobs.kinds.rebuild import start_rebuild
from crm.jobs.models import Job, JobError, JobEvent
from crm.pulls.models import Pull
from crm.webhooks.models import Attempt, Delivery, Replay, WebhookEndpoint
from customers.engagement.views.rows import ROW_KINDS
from customers.matching.ignored_values import ignore_value
from customers.models import (
    AccountType,
    BatchUndo,
    CartLogin,
    ClosingReason,
    Customer,
    Erasure,
    GroupToMerge,
    IdentifyingAttribute,
    LeadPhase,
    Merge,
    MergeBatch,
    MergeRequest,
    MergeRule,
    MergeSample,
    MergeToUndo,
    SampledMerge,
    SourceRecord,
)
from customers.models.rule import BackTest, FindingOutcome, MergeRuleChange
from customers.records.registry import linked_models
from customers.rules.findings import keep_finding
from customers.rules.outcomes import GroupOutcome
from orders.models import DoublePayment, Fulfillment, Import, ImportRow, ImportSample, Order, Purchase
from tests.acts import merge, undo
from tests.customers.merging.pages.merge_steps import reviewed
from tests.factories import customer_with_order, make_user, signed_in
from tests.factories.linked_rows import many, one_of_each
from tests.factories.lists import make_entry, one_of_each_list
from tests.factories.pulls import make_pull
from tests.factories.rules import make_rule
from tests.factories.webhooks import delivery_of, make_endpoint
from tests.page_access import PAGES
from tests.query_costs import analyze

PHONE = "+420 241 770 449"
TIMES_OF_REPLAY = ("since", "next_at", "until_at", "ended")
RECORDS, ORDERS, ROWS = 5, 1_000, 30

OPENED = [
    *sorted(name for name, page in PAGES.items() if page.method == "get"),
    "home",
    "accounts:own",
    "accounts:security",
    "jobs:list",
    "jobs:detail",
    "imports:detail",
    "imports:columns",
    "imports:undo",
]
OF_IMPORT = {"imports:detail": "checked", "imports:columns": "new", "imports:undo": "done"}


def helena(n: int, **more: str) -> Customer:
    """Another customer who looks like the same person."""
    return customer_with_order(external_id=str(n), phone=PHONE, email=f"helena{n}@example.org", **more)


@pytest.fixture
def customer(db) -> Customer:
    """Somebody of five source records, four of which came with merges, with one of everything in each."""
    customer = helena(0)
    for n in range(1, RECORDS):
        merge(customer, helena(n))
    for record in records_of(customer):
        one_of_each(record)
        CartLogin.objects.filter(source_record=record).update(login=f"login {record.pk}")
    helena(RECORDS)
    Erasure.objects.create(uuid=helena(RECORDS + 1).uuid)
    # The newest, whom `add_rule` takes: the page of a rule asks who was restored.
    undo(merge(helena(RECORDS + 2), helena(RECORDS + 3)))
    add_to_batches(customer.merges.earliest("pk"))
    delivery_of(customer)
    add_double_payments(customer)
    add_imports(customer)
    add_rule("First rule", customer)
    IdentifyingAttribute.objects.create(name="vat_number", meaning="identifier")
    one_of_each_list()
    make_pull(job=Job.objects.create(kind="pull", state="running", by=make_user("puller")).pk)
    return customer


def add_double_payments(customer: Customer) -> None:
    bought = list(Purchase.objects.filter(source_record__customer=customer).values_list("pk", flat=True)[:2])
    number = DoublePayment.objects.count()
    DoublePayment.objects.create(key=str(number), kind="purchases", customers=[customer.pk], rows=bought)


def add_to_batches(merge: Merge) -> None:
    """To those that are shown."""
    undo = BatchUndo.objects.first() or BatchUndo.objects.create(job=Job.objects.create(kind="batch_undo").pk)
    MergeToUndo.objects.create(batch=undo, merge=merge)
    batch = MergeBatch.objects.first() or MergeBatch.objects.create(job=Job.objects.create(kind="batch_merge").pk)
    sample = MergeSample.objects.first() or MergeSample.objects.create(
        by=make_user("reviewer"), since=merge.created, until=merge.created
    )
    SampledMerge.objects.create(sample=sample, merge=merge)
    asked = MergeRequest.objects.create(survivor=merge.survivor, by=sample.by, fingerprint=merge.fingerprint)
    asked.customers.set([merge.survivor])
    group = [merge.survivor_id, *merge.members.values_list("duplicate", flat=True)]
    GroupToMerge.objects.create(batch=batch, customers=group, versions=[1] * len(group), merge=merge)


def add_rule(name: str, customer: Customer, *, by: User | None = None) -> MergeRule:
    """With a whole back-test, and with findings of the first rule."""
    rule = make_rule(name=name, state="dry_run", owner=by)
    others = list(Customer.objects.live().exclude(pk=customer.pk).order_by("-pk").values_list("pk", flat=True)[:2])
    first = MergeRule.objects.earliest("pk")
    keep_finding(first, GroupOutcome((customer.pk, others[0]), FindingOutcome.MERGE))
    differing = [[customer.pk, others[0], "marked", 0]] * 3
    sample = [[customer.pk, *others]] * 5
    BackTest.objects.create(rule=rule, version=1, differing=differing, sample=sample, ended=timezone.now(), by=by)
    MergeRuleChange.objects.create(rule=first, text="Changed.", by=by)
    return rule


def add_imports(customer: Customer, *, by: User | None = None) -> None:
    """One for each page of an import."""
    for state in OF_IMPORT.values():
        imported = begin("customers.csv", ("Email",), [("jane@doe.example",)], by=by)
        Import.objects.filter(pk=imported.pk).update(state=state, job=10**9)
        add_rows(imported, records_of(customer)[:1])


def add_rows(imported: Import, records: Sequence[SourceRecord]) -> None:
    """What the pages of an import list."""
    first = imported.rows.count() + 2
    for number, record in enumerate(records, start=first):
        outcome = {"number": number, "outcome": "joined"}
        ImportRow.objects.create(imported=imported, source_record=record, is_new_record=True, **outcome)
        ImportSample.objects.create(imported=imported, customer_number=record.customer_id, **outcome)


def records_of(customer: Customer) -> list[SourceRecord]:
    return list(SourceRecord.objects.filter(customer=customer, data_source__name="Shop").order_by("pk"))


def fill(customer: Customer, user: User) -> None:
    """Thirty rows for every list, and the orders."""
    for n in range(100, 100 + ROWS):
        Erasure.objects.create(uuid=helena(n).uuid, by=user)
        add_to_batches(undo(merge(helena(n + 100), helena(n + 200))).merge)
        ignore_value(f"desk{n}@example.org", by=user)
        add_rule(f"Rule {n}", customer, by=user)
        add_double_payments(customer)
        IdentifyingAttribute.objects.create(name=f"attribute {n}", meaning="trait", by=user)
        for table in (AccountType, LeadPhase, ClosingReason):
            make_entry(table, f"Entry {n}")
        AccountChange.objects.create(user=make_user(f"user{n}"), by=user, given=["customers.view_customer"])
        key = ApiKey.objects.create(user=user, name=f"Key {n}", digest=str(n))
        AuditEntry.objects.create(action="user", by=make_user(f"by{n}"), user=user, key=key)
        delivery = delivery_of(helena(n + 300), WebhookEndpoint.objects.earliest("pk"), sent_at=timezone.now())
        Attempt.objects.create(delivery=delivery, at=timezone.now(), milliseconds=1)
        Attempt.objects.create(delivery=Delivery.objects.earliest("pk"), at=timezone.now(), milliseconds=1)
        Replay.objects.create(endpoint=delivery.endpoint, **dict.fromkeys(TIMES_OF_REPLAY, delivery.at), until_pk=1)
        make_endpoint(failing_since=timezone.now())
        make_pull(job=Job.objects.create(kind="pull", state="done").pk)
        job = Job.objects.create(kind="rebuild", by=user, state=["running", "done"][n % 2], total=9, done=3)
        JobError.objects.create(job=Job.objects.earliest("pk"), row=str(n), reason="No email.")
        JobEvent.objects.create(job=Job.objects.earliest("pk"), kind="lost", by=job.by)
        Import.objects.create(name=f"{n}.csv", by=user, job=job.pk)
    others = SourceRecord.objects.exclude(customer=customer).order_by("-pk")[:ROWS]
    for imported in Import.objects.filter(state__in=OF_IMPORT.values()).order_by("pk")[:3]:
        add_rows(imported, others)
    for record in records_of(customer):
        for model in linked_models():
            many(model, record, ORDERS // RECORDS if model is Order else ROWS)


def url_arguments(client: Client, customer: Customer, user: User) -> dict[str, object]:
    """What the addresses of the pages name."""
    record = records_of(customer)[0]
    other = Customer.objects.live().exclude(pk=customer.pk).earliest("pk")
    return {
        "customer": customer.pk,
        "other": other.pk,
        "record": record.pk,
        "merge": customer.merges.earliest("pk").pk,
        "batch": MergeBatch.objects.earliest("pk").pk,
        "request": MergeRequest.objects.earliest("pk").pk,
        "sample": MergeSample.objects.earliest("pk").pk,
        "undo": BatchUndo.objects.earliest("pk").pk,
        "login": CartLogin.objects.filter(source_record=record).earliest("pk").pk,
        **{kind.slug: kind.model._default_manager.filter(source_record=record).earliest("pk").pk for kind in ROW_KINDS},
        "order": Order.objects.filter(source_record=record).earliest("pk").number,
        "double": DoublePayment.objects.earliest("pk").pk,
        "fulfillment": Fulfillment.objects.filter(source_record=record).earliest("pk").pk,
        "purchase": Purchase.objects.filter(source_record=record).earliest("pk").pk,
        "source": record.data_source_id,
        "user": user.pk,
        "key": user.api_keys.earliest("pk").pk,
        "job": (Job.objects.earliest("pk") if Job.objects.exists() else start_rebuild(by=user)[0]).pk,
        **{state: Import.objects.filter(state=state).earliest("pk").pk for state in OF_IMPORT.values()},
        "endpoint": WebhookEndpoint.objects.earliest("pk").pk,
        "delivery": Delivery.objects.earliest("pk").pk,
        "rule": MergeRule.objects.earliest("pk").pk,
        "pull": Pull.objects.earliest("pk").pk,
        "list": "account-types",
        "account_type": AccountType.objects.earliest("pk").pk,
        "draft": reviewed(client, customer, other).split("/")[-2],
    }


def address_of(page: str, names: Mapping[str, object]) -> str:
    of = PAGES[page].of if page in PAGES else ("job",) if page == "jobs:detail" else ()
    of = (OF_IMPORT[page],) if page in OF_IMPORT else of
    return reverse(page, args=[names[name] for name in of])


def statements_by_page(client: Client, customer: Customer, user: User) -> dict[str, int]:
    """{page: how many queries it makes}."""
    names = url_arguments(client, customer, user)
    counts = {}
    for name in OPENED:
        url = address_of(name, names)
        query = {"duplicate": names["other"]} if name in {"customers:merge_values", "customers:merge_plain"} else {}
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url, query)
            b"".join(response)
        counts[name] = len(queries)
        assert response.status_code in {200, 302, 409, 422}, (name, response)
    return counts


@pytest.mark.one_database  # a loop over rows is one on every database; the test below opens each page on PostgreSQL
def test_no_page_asks_more_where_there_is_more(customer, monkeypatch):
    monkeypatch.setattr(session_store, "PRECISION", timedelta(days=1))  # else a page notes its use once a minute
    user = make_user("jane", ALL_PERMISSIONS)
    ApiKey.objects.create(user=user, name="Key")
    client = signed_in(user)
    few = statements_by_page(client, customer, user)
    fill(customer, user)
    analyze()
    much = statements_by_page(client, customer, user)

    assert {name: (few[name], count) for name, count in much.items() if count > few[name]} == {}


@pytest.mark.postgres
def test_no_page_writes_while_it_reads(transactional_db, customer):
    user = make_user("jane", ALL_PERMISSIONS)
    ApiKey.objects.create(user=user, name="Key")
    assert statements_by_page(
        signed_in(user), customer, user
    )  # PostgreSQL would have refused what is written in a snapshot
