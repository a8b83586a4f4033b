"""What a merge and an undo cost does not grow with what there is; how much that is: `test_statements.py` beside it."""

import pytest

from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import CreditEntry, Customer, UnmatchedValue, Via
from customers.totals import billing_status
from orders.totals.add import rebuild_totals
from tests.factories import customer_with_order
from tests.factories.linked_rows import many_of_each
from tests.query_costs import Cost, analyze, measured, on_sqlite

pytestmark = pytest.mark.django_db


def cost_of_merge_and_undo(rows: int) -> tuple[Cost, Cost]:
    """With a duplicate that has so many rows in every linked table.

    But for credit, which is added up, and for what staff said not to match on, which is read: both are few.
    """
    survivor, duplicate = customer_with_order(), customer_with_order()
    record = duplicate.records.exclude(data_source__name="Staff").get()
    many_of_each(record, rows, but=[CreditEntry, UnmatchedValue])
    rebuild_totals([record.pk])
    billing_status.refresh([duplicate.pk])
    analyze()
    plan = plan_merge(survivor, [Customer.objects.get(pk=duplicate.pk)])
    with measured() as merge:
        merged = merge_customers(plan, by=None, via=Via.PAGE)
    with measured() as undo:
        undo_merge(merged, by=None)
    return merge, undo


def test_merge_and_undo_cost_the_same_for_ten_rows_of_everything_and_for_a_thousand():
    cost_of_merge_and_undo(1)  # makes what is made once, such as the data source of the staff
    small, large = cost_of_merge_and_undo(10), cost_of_merge_and_undo(1_000)
    for little, much in zip(small, large, strict=True):
        assert much.statements == little.statements
        assert much.written == little.written
        assert much.read <= little.read * (1.05 if on_sqlite else 1)
