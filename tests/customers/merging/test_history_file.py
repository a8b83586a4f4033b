"""The merge history as a file."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.merging import export_columns, history
from customers.models import Customer, Merge
from tests.acts import fresh, merge
from tests.exported import rows
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_the_file_has_what_the_list_has(as_agent, admin_user, helena, helen):
    merged = merge(helena, helen, by=admin_user, company="Holý Design", website="holy.cz")
    noted = {"reason": "=cmd()", "created": "2026-01-12T14:32:00Z", "warnings": [["Names differ.", "Said then."]]}
    Merge.objects.filter(pk=merged.pk).update(**noted)
    Customer.objects.update(first_name="Elena")

    (row,) = rows(as_agent, "merges")
    assert row == {
        "Merge": str(merged.pk),
        "Uuid": merged.uuid,
        "Merged at (UTC)": "2026-01-12 14:32:00",
        "User": "Jane Peacock",
        "Confirmed by": "",
        "Method": "Web",
        "Kept": str(helena.pk),
        "Kept, name": "Helena Holý",
        "Merged": str(helen.pk),
        "Merged, names": "Helena Holy",
        "Orders moved": "1",
        "Values before": "Company:\nWebsite:",
        "Values after": "Company: Holý Design\nWebsite: https://holy.cz",
        "Warnings": "Names differ. Said then.",
        "Reason": "'=cmd()",
        "Status": "Active",
        "Undone (UTC)": "",
        "Undone by": "",
    }


def test_the_file_is_read_a_part_at_a_time(as_agent, helena, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(export_columns, "BATCH", 2)
    made = [merge(*fresh(helena), CustomerFactory()).pk for _ in range(5)]
    Merge.objects.update(created=timezone.now() - timedelta(days=1))

    # merges, members, changes and credit three times (there are no records to total); the last part is not full
    with django_assert_num_queries(12):
        merges = list(export_columns.export_rows(history.MergeFilter()))
    assert [row.merge.pk for row in merges] == made[::-1]
    assert Customer.objects.live().count() == 1
