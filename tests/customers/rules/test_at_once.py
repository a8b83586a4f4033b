"""Rules in several processes at once, and users who act meanwhile."""

import pytest

from customers.models import Customer, Merge, MergeMember
from customers.rules.follow import follow_changes
from tests.customers.invariants import check_owners_and_caches
from tests.factories.rules import known_as, make_rule

pytestmark = pytest.mark.postgres


def test_eight_workers_on_one_cluster_leave_one_survivor(run_together):
    make_rule("email-name", largest_group=60)
    for number in range(50):
        known_as(email="hholy@gmail.com", source=f"Shop {number % 5}")
    outcomes = run_together(*[follow_changes] * 8)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]

    assert Customer.objects.live().count() == 1
    # A forest: each customer was merged away once.
    assert MergeMember.objects.filter(undone_at=None).count() == 49
    assert MergeMember.objects.values("duplicate").distinct().count() == 49
    assert Merge.objects.count() >= 1
    check_owners_and_caches()
