"""A page of the merge history does not read all merges, however few of them its filter lets through."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet

from customers.merging import history
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.models import Customer, Merge, MergeMember, Via
from tests.query_costs import analyze, measured, nodes, on_sqlite

pytestmark = pytest.mark.django_db
MERGES = 3_000
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rare(admin_user, agent) -> dict[str, list[object]]:
    """{field: values that few merges have}."""
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
    Merge.objects.bulk_create(merges)
    MergeMember.objects.bulk_create(
        MergeMember(merge=merge, duplicate=duplicate, undone_at=merge.undone_at)
        for merge, duplicate in zip(merges, duplicates, strict=True)
    )
    Customer.objects.filter(pk=survivors[2].pk).update(erased_at=FIRST_DAY)
    analyze()
    return {
        "customer": [duplicates[0].pk],
        "by": [admin_user.pk, "api"],
        "via": [Via.API],
        "state": [history.MergeState.UNDONE, history.MergeState.ERASED],
        "since": [merges[-1].created.date().isoformat()],
        "until": [FIRST_DAY.date().isoformat()],
    }


def test_no_filter_reads_all_merges_to_find_a_few(rare):
    """A new field needs a value here that few merges have, and an index on its column, `created` and `id`.

    A part of a text has no such index. `MergeFilter` says what to do with one.
    """
    assert rare.keys() == MergeHistoryForm.base_fields.keys()
    for field, values in rare.items():
        for value in values:
            form = MergeHistoryForm({field: value})
            assert form.applied, (field, value)
            found, read = _first_page(history.filter_merges(form.merge_filter).order_by("-created", "-pk"))
            assert 0 < found <= 24, (field, value)
            assert read < (MERGES if on_sqlite else MERGES / 10), (field, value, read)


def _first_page(merges: QuerySet[Merge]) -> tuple[int, int]:
    """The number of merges on it, and what it read: rows on PostgreSQL, on SQLite steps of its machine."""
    page = merges[:26]
    with measured() as cost:
        found = len(page)
    if on_sqlite:
        return found, cost.read
    plan = page.explain(format="json", analyze=True)
    read = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes(plan)
        if node.get("Relation Name") in ("customers_merge", "customers_mergemember")
    )
    return found, read
