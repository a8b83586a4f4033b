"""What is true after every act, found without the code under test."""

from collections import Counter, defaultdict
from decimal import Decimal

from django.db import connection

from customers.credit import credit
from customers.labels.tags import tags_of
from customers.models import (
    CreditEntry,
    Customer,
    HistoryEntry,
    HistoryKind,
    MatchKey,
    MergeMember,
    SharedValue,
    SourceRecord,
)
from customers.profile.derive import profile_values
from customers.records.newest import newest
from customers.records.registry import linked_models
from orders.models import Order
from tests.acts import rebuild
from tests.customers.simulation import Rows, Simulation


def check_invariants(simulation: Simulation) -> None:
    """What is true after every act."""
    connection.check_constraints()
    ends = ends_of_chains()
    for record in SourceRecord.objects.select_related("customer"):
        assert record.customer.is_live
        assert record.customer_id == ends[record.origin_id]
    for customer in Customer.objects.all():
        assert (customer.merged_into_id is None) == (ends[customer.pk] == customer.pk)
    rows: Rows = {model: set(model._default_manager.values_list("pk", "source_record")) for model in linked_models()}
    for model, before in simulation.rows.items():
        assert before <= rows[model], f"{model.__name__} lost rows, or they moved to another record"
    simulation.rows = rows
    assert sum(Order.objects.filter(total=7).values_list("total", flat=True)) * 100 == simulation.ordered["USD"]
    for customer in Customer.objects.live():
        mine = Order.objects.filter(source_record__customer=customer)
        assert set(newest(Order, customer, limit=1000)) == set(mine)
    # With one act at a time not even too much is noted.
    assert set(SharedValue.objects.values_list("kind", "value")) == shared_values()
    held = credit.balances(simulation.customers.values())
    assert sum(amounts.get("USD", 0) for amounts in held.values()) == simulation.given["USD"] + standing_corrections()


def shared_values() -> set[tuple[str, str]]:
    """What two live customers have, found without the code under test."""
    holders: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for kind, value, customer in MatchKey.objects.values_list("kind", "value", "source_record__customer"):
        holders[kind, value].add(customer)
    return {key for key, customers in holders.items() if len(customers) > 1}


def standing_corrections() -> Decimal:
    entries = CreditEntry.objects.exclude(merge=None).filter(merge__undone_at=None)
    return sum(entries.values_list("amount", flat=True), Decimal())


def ends_of_chains() -> dict[int, int]:
    """{customer: the end of the standing merges that begin with them}, found without the code under test."""
    edges = dict(MergeMember.objects.filter(undone_at=None).values_list("duplicate", "merge__survivor"))
    ends = {}
    for pk in Customer.objects.values_list("pk", flat=True):
        end, passed = pk, {pk}
        while end in edges:
            end = edges[end]
            assert end not in passed, "a cycle"
            passed.add(end)
        ends[pk] = end
    return ends


def picture(simulation: Simulation) -> dict[str, object]:
    """Everything by name: profiles, and whose each record is with how many rows in it.

    Left out is what depends on the merges by its nature: their own history and corrections, staff records without
    rows, and that somebody split a record off, which is told where the record was.
    """
    names = {pk: name for name, pk in simulation.customers.items()}
    records = {pk: name for name, pk in simulation.records.items()}
    rows: Counter[tuple[str, str, str]] = Counter()
    for model in linked_models():
        linked = model._default_manager.select_related("source_record")
        if any(field.name == "merge" for field in model._meta.fields):
            linked = linked.filter(merge=None)
        if model is HistoryEntry:
            linked = linked.exclude(kind=HistoryKind.SPLIT)
        for row in linked:
            record = row.source_record
            label = records.get(record.pk) or f"home of {names[record.origin_id]}"
            rows[names[record.customer_id], label, model.__name__] += 1
    profiles = {}
    for name, pk in simulation.customers.items():
        customer = Customer.objects.get(pk=pk)
        profiles[name] = profile_values(customer) | {
            "pay_source": customer.pay_source and records[customer.pay_source.source_record_id],
            "cart_login": customer.cart_login and customer.cart_login.login,
            "cart_password": customer.cart_password and customer.cart_password.password,
        }
    tags = {name: len(tags_of(simulation.customer(name))) for name in simulation.live()}
    return {"rows": dict(rows), "profiles": profiles, "tags": tags}


def check_owners_and_caches() -> None:
    ends = ends_of_chains()
    for record in SourceRecord.objects.select_related("customer"):
        assert record.customer.is_live
        assert record.customer_id == ends[record.origin_id]
    assert rebuild() == "Nothing differed."


def check_erased_have_nothing() -> None:
    connection.check_constraints()
    assert not SourceRecord.objects.exclude(customer__erased_at=None).exists()
    check_owners_and_caches()
