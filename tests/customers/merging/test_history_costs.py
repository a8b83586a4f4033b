"""A page of the merge history does not read all merges, however few of them its filter lets through."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet

from customers.merging import history
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.models import Customer, Merge, MergeBatch, MergeMember, Via
from tests.factories.rules import make_rule
from tests.query_costs import analyze, measured, nodes, on_sqlite

pytestmark = pytest.mark.django_db
MERGES = 3_000
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rare(admin_user, agent) -> dict[str, list[dict[str, object]]]:
    """{field: queries with it that few merges meet}."""
    customers = Customer.objects.bulk_create(Customer(first_name=f"Jan {n}") for n in range(2 * MERGES))
    survivors, duplicates = customers[:MERGES], customers[MERGES:]
    merges = [
        Merge(
            survivor=survivor,
            by=agent,
            via=Via.PAGE,
            reason="Called in" if n % 4 else "",
            fingerprint=str(n),
            created=FIRST_DAY + timedelta(hours=n),
        )
        for n, survivor in enumerate(survivors)
    ]
    merges[0].undone_at = merges[1].created
    merges[1].by, merges[1].via = admin_user, Via.API
    merges[2].batch = MergeBatch.objects.create()
    merges[3].rule = rule = make_rule(state="off")
    Merge.objects.bulk_create(merges)
    MergeMember.objects.bulk_create(
        MergeMember(merge=merge, duplicate=duplicate, undone_at=merge.undone_at)
        for merge, duplicate in zip(merges, duplicates, strict=True)
    )
    Customer.objects.filter(pk=survivors[2].pk).update(erased_at=FIRST_DAY)
    analyze()
    return {
        "customer": [{"customer": duplicates[0].pk}],
        "by": [{"by": admin_user.pk}, {"by": "api"}],
        "via": [{"via": Via.API}],
        "rule": [{"rule": rule.pk}],
        "state": [{"state": history.MergeState.UNDONE}, {"state": history.MergeState.ERASED}],
        "since": [{"since": merges[-1].created.date().isoformat()}],
        "batch": [{"batch": merges[2].batch_id}],
        "number": [{"number": merges[2].pk}],
        "until": [{"until": FIRST_DAY.date().isoformat()}],
    }


def test_no_filter_reads_all_merges_to_find_a_few(rare):
    """A new field needs a query here that few merges meet, and an index on its column, `created` and `id`."""
    assert rare.keys() == MergeHistoryForm.base_fields.keys()
    for field, queries in rare.items():
        for query in queries:
            assert field in MergeHistoryForm(query).applied, query
            refuse_long_read(query)


def test_a_few_active_merges_are_found_among_many_that_were_undone(rare):
    active = Merge.objects.filter(undone_at=None).values_list("pk", flat=True)[MERGES // 2 : MERGES // 2 + 3]
    Merge.objects.exclude(pk__in=list(active)).update(undone_at=FIRST_DAY + timedelta(days=400))
    analyze()
    refuse_long_read({"state": history.MergeState.ACTIVE})


def refuse_long_read(query: dict[str, object]) -> None:
    merges, read = _first_page(history.filter_merges(MergeHistoryForm(query).merge_filter).order_by("-created", "-pk"))
    assert 0 < merges <= 24, query
    # SQLite takes some hundred steps for each merge that it shows, and several for each that it passes over. So what
    # no index serves may pass over 288 merges, 12 days of them: as measured on PostgreSQL, while SQLite lets 960 pass.
    assert read < (2 * MERGES if on_sqlite else MERGES / 10), (query, read)


def _first_page(merges: QuerySet[Merge]) -> tuple[int, int]:
    """The number of merges on it, and what it read: rows on PostgreSQL, on SQLite steps of its machine."""
    page = merges[:26]
    with measured() as cost:
        shown = len(page)
    if on_sqlite:
        return shown, cost.read
    plan = page.explain(format="json", analyze=True)
    read = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes(plan)
        if node.get("Relation Name") in ("customers_merge", "customers_mergemember")
    )
    return shown, read
